//! Defects of real clients, each of which the reference client can have.

use serde::{Deserialize, Serialize};

macro_rules! defects {
    ($( $name:ident $id:literal $rule:literal $summary:literal; )*) => {
        /// A defect, one for each row of the catalogue.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "camelCase")]
        pub enum Defect { $( #[doc = $summary] $name, )* }

        impl Defect {
            /// All of them.
            pub const ALL: &[Self] = &[ $( Self::$name, )* ];

            /// Its number in the catalogue.
            pub const fn id(self) -> &'static str { match self { $( Self::$name => $id, )* } }

            /// The rule that it breaks.
            pub const fn rule(self) -> &'static str { match self { $( Self::$name => $rule, )* } }

            /// What is wrong, in a sentence.
            pub const fn summary(self) -> &'static str { match self { $( Self::$name => $summary, )* } }
        }
    };
}

defects! {
    IgnoresRetryAfter "B01" "THR-01" "Waits as long as it likes, whatever `Retry-After` says.";
    FirstPageOnly "B24" "PAG-01" "Reads only the first page.";
}
