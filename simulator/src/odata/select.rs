//! `$select` and `$expand`: which properties a client wants, in the client's spelling until a schema resolves them.

use super::filter::Problem;
use super::schema::{Field, Schema};

/// The names of a `$select`, as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Select {
    /// At least one, none of them empty.
    pub names: Vec<String>,
}

/// What a `$select` comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selection {
    /// `*`
    All,
    /// These, each once, in the order of the request.
    Fields(Vec<Field>),
}

/// The items of a `$expand`, as sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expand {
    /// At least one.
    pub items: Vec<ExpandItem>,
}

/// One item of a `$expand`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpandItem {
    /// Of the navigation property.
    pub name: String,
    /// What stood in parentheses behind it, such as `$select=id`.
    pub options: Option<String>,
}

/// Why a list of properties cannot be used. The first words are the service's for both options (observed:
/// `msgraph-beta-sdk-dotnet#563`).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelectError {
    /// No such name; the sentence is the service's (observed, for `$select`).
    #[error("Parsing OData Select and Expand failed: Could not find a property named '{name}' on type '{type_name}'.")]
    UnknownProperty {
        /// As the client spelled it.
        name: String,
        /// In full, such as `microsoft.graph.managedDevice`.
        type_name: String,
    },
    /// A `$expand` of something that is no navigation property; the sentence is Graph's (observed: ms-365-mcp-server#595;
    /// of Intune only the words `not expandable` are on record, graph2otel).
    #[error(
        "Parsing OData Select and Expand failed: Property '{name}' on type '{type_name}' is not a navigation property or complex property. Only navigation properties can be expanded."
    )]
    NotANavigation {
        /// As the service spells it.
        name: String,
        /// In full, such as `microsoft.graph.managedDevice`.
        type_name: String,
    },
    /// Two commas in a row, or one at an end; our wording.
    #[error("Parsing OData Select and Expand failed: A name is missing at position {0}.")]
    MissingName(usize),
    /// Parentheses that do not match; our wording.
    #[error("Parsing OData Select and Expand failed: The parentheses do not match at position {0}.")]
    Parentheses(usize),
}

impl SelectError {
    /// A name that a type does not have.
    pub fn unknown_property(name: &str, type_name: &str) -> Self {
        Self::UnknownProperty { name: Problem::shown(name), type_name: type_name.to_owned() }
    }
}

impl Select {
    /// Reads names with commas between them, escapes of the URL already undone.
    pub fn parse(text: &str) -> Result<Self, SelectError> {
        let names = split_list(text)?.into_iter();
        Ok(Self { names: names.map(|(_, name)| name.to_owned()).collect() })
    }

    /// Looks every name up. A path into a complex value selects the whole value (assumed; both steps must exist).
    pub fn resolve(&self, schema: &dyn Schema) -> Result<Selection, SelectError> {
        let mut fields: Vec<Field> = Vec::new();
        let mut all = false;
        for name in &self.names {
            if name == "*" {
                all = true;
                continue;
            }
            let field = resolve_path(name, schema)?;
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        Ok(if all { Selection::All } else { Selection::Fields(fields) })
    }
}

impl Expand {
    /// Reads items with commas between them, escapes of the URL already undone.
    pub fn parse(text: &str) -> Result<Self, SelectError> {
        let mut items = Vec::new();
        for (at, item) in split_list(text)? {
            let (name, options) = match item.split_once('(') {
                None => (item, None),
                Some((name, rest)) => {
                    let options = rest.strip_suffix(')').ok_or(SelectError::Parentheses(at + item.len()))?;
                    (name.trim_end(), Some(options.to_owned()))
                }
            };
            if name.is_empty() {
                return Err(SelectError::MissingName(at));
            }
            items.push(ExpandItem { name: name.to_owned(), options });
        }
        Ok(Self { items })
    }
}

fn resolve_path(path: &str, schema: &dyn Schema) -> Result<Field, SelectError> {
    let unknown = |name: &str, schema: &dyn Schema| Err(SelectError::unknown_property(name, schema.type_name()));
    let mut names = path.split('/');
    let first = names.next().unwrap_or_default();
    let Some(field) = schema.resolve(first) else {
        return unknown(first, schema);
    };
    let (mut last, mut owner) = (field, schema);
    for name in names {
        let members = last.edm.members().and_then(|members| owner.complex(members));
        let Some(members) = members else {
            return unknown(path, schema);
        };
        let Some(next) = members.resolve(name) else {
            return unknown(name, members);
        };
        (last, owner) = (next, members);
    }
    Ok(field)
}

/// The parts between commas outside parentheses and quotes, trimmed, with their positions.
fn split_list(text: &str) -> Result<Vec<(usize, &str)>, SelectError> {
    let mut items = Vec::new();
    let (mut start, mut depth, mut is_quoted) = (0, 0_usize, false);
    for (at, character) in text.char_indices() {
        match character {
            '\'' if depth > 0 => is_quoted = !is_quoted,
            _ if is_quoted => {}
            '(' => depth += 1,
            ')' => depth = depth.checked_sub(1).ok_or(SelectError::Parentheses(at))?,
            ',' if depth == 0 => {
                items.push((start, &text[start..at]));
                start = at + 1;
            }
            _ => {}
        }
    }
    if depth > 0 {
        return Err(SelectError::Parentheses(text.len()));
    }
    items.push((start, &text[start..]));
    items
        .into_iter()
        .map(|(at, item)| match item.trim() {
            "" => Err(SelectError::MissingName(at)),
            name => Ok((at, name)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{Expand, Select, Selection};
    use crate::odata::sample::TYPE;
    use proptest::prelude::*;

    fn select(text: &str) -> String {
        let selection = Select::parse(text).and_then(|select| select.resolve(&TYPE));
        match selection {
            Ok(Selection::All) => "everything".to_owned(),
            Ok(Selection::Fields(fields)) => {
                let names: Vec<_> = fields.iter().map(|field| field.name).collect();
                names.join(" ")
            }
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn names_are_resolved_in_any_case_and_once() {
        assert_eq!(select("Size, NAME,size"), "size name");
        assert_eq!(select("name,*"), "everything");
        assert_eq!(select("features/inventory,results/actionState"), "features results");
    }

    #[test]
    fn refusals() {
        let refusals = ["", "name,,size", "nome", "features/x", "name/x", "name(size", "name)"]
            .map(|text| format!("{text:?}\n    {}", select(text)));
        insta::assert_snapshot!(refusals.join("\n"));
    }

    #[test]
    fn expand_keeps_nested_options_apart() {
        let text = "detectedApps($select=id,displayName;$filter=a eq '),'), users";
        let expand = Expand::parse(text).unwrap();
        let items: Vec<_> = expand.items.iter().map(|item| (item.name.as_str(), item.options.as_deref())).collect();
        assert_eq!(items, [("detectedApps", Some("$select=id,displayName;$filter=a eq '),'")), ("users", None)]);
        for text in ["", "a(", "a(b)c", "a)", "(x)", "a,,b"] {
            assert!(Expand::parse(text).is_err(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text: String) {
            let _ = Select::parse(&text).map(|select| select.resolve(&TYPE));
            let _ = Expand::parse(&text);
        }
    }
}
