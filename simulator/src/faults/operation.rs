//! What a rule can name as the operation it is for: a closed list, the names that the journal uses.

use std::sync::LazyLock;

use super::named::Named;
use crate::route::Operation;

/// One operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its name in the journal.
    pub name: &'static str,
    /// Whose it is.
    pub of: Of,
}

/// Who serves an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// Graph, with a list whose pages can be spoiled.
    Listing,
    /// Graph.
    Graph,
    /// The identity platform.
    SignIn,
}

/// The token endpoint's name, the only one that issues access tokens.
pub const TOKEN: &str = "token";

/// The endpoints of the identity platform.
pub const SIGN_IN: [&str; 10] = [
    TOKEN,
    "authorize",
    "deviceCode",
    "deviceLogin",
    "logout",
    "userInfo",
    "userRealm",
    "openidConfiguration",
    "signingKeys",
    "instanceDiscovery",
];

/// What is answered beside the operations that paths lead to.
const BESIDE: [&str; 2] = ["batch", "metadata"];

static KNOWN: LazyLock<Vec<Known>> = LazyLock::new(|| {
    let mut known: Vec<Known> = Operation::all()
        .map(|operation| Known {
            name: operation.name(),
            of: if operation.is_listing() { Of::Listing } else { Of::Graph },
        })
        .collect();
    known.extend(BESIDE.map(|name| Known { name, of: Of::Graph }));
    known.extend(SIGN_IN.map(|name| Known { name, of: Of::SignIn }));
    // Reading an item of each kind of navigation is one operation.
    let mut seen = std::collections::HashSet::new();
    known.retain(|operation| seen.insert(operation.name));
    known
});

impl Named for Known {
    const WHAT: &'static str = "operation";
    const SCHEMA: &'static str = "FaultOperation";

    fn table() -> &'static [Self] {
        &KNOWN
    }

    fn name(&self) -> &'static str {
        self.name
    }
}
