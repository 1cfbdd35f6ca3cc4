//! `@odata.context` as a reader of `$metadata` follows it.

use hyper::header::CONTENT_ENCODING;
use simtune::device::record::ApiVersion;
use simtune::exchange::Answer;
use simtune::model::complex_types::complex_type;
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

/// The name of the type of what the context describes: a type by its name, or a root, then navigation properties with or
/// without a key, then perhaps a list of properties and of what is expanded. A path that ends in a property has the type
/// the property is of.
pub(crate) fn resolve(context: &str) -> Result<&str, String> {
    let (service, fragment) = context.split_once("/$metadata#").ok_or_else(|| format!("no metadata in {context}"))?;
    let version = [ApiVersion::V1, ApiVersion::Beta].into_iter().find(|version| service.ends_with(version.segment()));
    let version = version.ok_or_else(|| format!("no version in {context}"))?;
    // What functions return: a type, or a collection of one.
    let single = fragment.strip_prefix("Collection(").and_then(|inner| inner.strip_suffix(')')).unwrap_or(fragment);
    if let Some(name) = single.strip_prefix("microsoft.graph.") {
        let known = complex_type(name, version).is_some() || entity_type(name, version).is_some();
        return if known { Ok(name) } else { Err(format!("there is no {name}")) };
    }
    if fragment == "Edm.String" {
        return Ok(fragment);
    }
    let path = fragment.strip_suffix("/$entity").unwrap_or(fragment);

    let mut steps = split(path, '/').into_iter().peekable();
    let (root, _) = opened(steps.peek().copied().unwrap_or_default())?;
    let root = ROOTS.iter().find(|known| known.name == root).ok_or_else(|| format!("no root in {context}"))?;
    let mut at = root.entity_type;
    let mut is_first = true;
    while let Some(step) = steps.next() {
        let (name, inside) = opened(step)?;
        if !is_first {
            match target(at, name, version) {
                Ok(next) => at = next,
                // A property of its own, such as the settings of a policy's state.
                Err(_) if steps.peek().is_none() && at.property(name, version).is_some() => return Ok(at.name),
                Err(error) => return Err(error),
            }
        }
        is_first = false;
        match inside {
            None => {}
            Some(key) if key.starts_with('\'') => {}
            Some(list) if steps.peek().is_none() => selected(at, list, version)?,
            Some(_) => return Err(format!("{step} is no end")),
        }
    }
    Ok(at.name)
}

/// Every name of the list is of the type: a property, or in parentheses what is expanded.
fn selected(at: &'static EntityType, list: &str, version: ApiVersion) -> Result<(), String> {
    for item in split(list, ',') {
        match opened(item)? {
            (name, Some(inner)) => {
                let to = target(at, name, version)?;
                if !inner.is_empty() {
                    selected(to, inner, version)?;
                }
            }
            // As sent: a client that looks a name up does not try other cases.
            (name, None) if at.property(name, version).is_none_or(|known| known.name != name) => {
                return Err(format!("{} has no {name}", at.name));
            }
            _ => {}
        }
    }
    Ok(())
}

fn target(at: &EntityType, name: &str, version: ApiVersion) -> Result<&'static EntityType, String> {
    let navigation = at.navigation.iter().find(|known| known.since <= version && known.name == name);
    let navigation = navigation.ok_or_else(|| format!("{} does not lead to {name}", at.name))?;
    entity_type(navigation.target, version).ok_or_else(|| format!("there is no {}", navigation.target))
}

/// `name(inside)`; no context has an empty pair behind a step of the path.
fn opened(step: &str) -> Result<(&str, Option<&str>), String> {
    match step.split_once('(') {
        Some((name, rest)) => Ok((name, Some(rest.strip_suffix(')').ok_or_else(|| format!("{step} does not end"))?))),
        None => Ok((step, None)),
    }
}

/// The parts between `separator`s outside parentheses.
fn split(text: &str, separator: char) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ if character == separator && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

#[test]
fn contexts_are_followed_and_wrong_ones_are_not() {
    let of = |fragment: &str| resolve(&format!("http://x/beta/$metadata#{fragment}")).map(str::to_owned);
    let device = "deviceManagement/managedDevices('a')";
    assert_eq!(of("deviceManagement/managedDevices(id,notes)/$entity"), Ok("managedDevice".to_owned()));
    assert_eq!(of("deviceManagement/managedDevices(id,users(),detectedApps(id))"), Ok("managedDevice".to_owned()));
    assert_eq!(of(&format!("{device}/deviceCategory/$entity")), Ok("deviceCategory".to_owned()));
    assert_eq!(
        of(&format!("{device}/deviceCompliancePolicyStates('b')/settingStates")),
        Ok("deviceCompliancePolicyState".to_owned())
    );
    assert_eq!(of("microsoft.graph.bulkManagedDeviceActionResult"), Ok("bulkManagedDeviceActionResult".to_owned()));
    for wrong in [
        "managedDevices",
        "microsoft.graph.nothing",
        "deviceManagement/devices",
        "deviceManagement/managedDevices(ids)",
        "deviceManagement/managedDevices(users(id,none))",
        "deviceManagement/managedDevices(id",
        "deviceManagement/managedDevices(id)/users",
    ] {
        assert!(of(wrong).is_err(), "{wrong}");
    }
}
