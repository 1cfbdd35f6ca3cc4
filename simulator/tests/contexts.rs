//! `@odata.context` as a reader of `$metadata` follows it.

use hyper::header::CONTENT_ENCODING;
use simtune::device::record::ApiVersion;
use simtune::exchange::Answer;
use simtune::model::container::ROOTS;
use simtune::model::{EntityType, entity_type};

/// The context of an answer, which is its first member if it has one.
pub(crate) fn context_of(answer: &Answer) -> Option<String> {
    if answer.headers.contains_key(CONTENT_ENCODING) {
        return None;
    }
    let rest = answer.body.strip_prefix(b"{\"@odata.context\":\"")?;
    let end = rest.iter().position(|byte| *byte == b'"').expect("the string ends");
    Some(String::from_utf8(rest[..end].to_vec()).expect("text"))
}

/// The type of what the context describes: a root, then navigation properties, then perhaps a list of properties.
pub(crate) fn resolve(context: &str) -> Result<&'static EntityType, String> {
    let (service, fragment) = context.split_once("/$metadata#").ok_or_else(|| format!("no metadata in {context}"))?;
    let version = [ApiVersion::V1, ApiVersion::Beta].into_iter().find(|version| service.ends_with(version.segment()));
    let version = version.ok_or_else(|| format!("no version in {context}"))?;
    let path = fragment.strip_suffix("/$entity").unwrap_or(fragment);
    let (path, selected) = match path.split_once('(') {
        Some((path, selected)) => (path, selected.strip_suffix(')').ok_or("the list does not end")?),
        None => (path, ""),
    };

    let mut steps = path.split('/');
    let root = steps.next().unwrap_or_default();
    let root = ROOTS.iter().find(|known| known.name == root).ok_or_else(|| format!("no root in {context}"))?;
    let mut at = root.entity_type;
    for step in steps {
        let navigation = at.navigation.iter().find(|known| known.since <= version && known.name == step);
        let navigation = navigation.ok_or_else(|| format!("{} does not lead to {step}", at.name))?;
        at = entity_type(navigation.target, version).ok_or_else(|| format!("there is no {}", navigation.target))?;
    }
    for name in selected.split(',').filter(|name| !name.is_empty()) {
        // As sent: a client that looks a name up does not try other cases.
        if at.property(name, version).is_none_or(|known| known.name != name) {
            return Err(format!("{} has no {name}", at.name));
        }
    }
    Ok(at)
}
