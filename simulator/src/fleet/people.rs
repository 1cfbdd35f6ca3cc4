//! The people of a tenant, all of them invented.
//!
//! Person 7 of a seed is the same person in a fleet of ten devices and of ten thousand, with an address in the tenant's
//! own domain. A user named in a fleet file and a user drawn from the seed with the same address are one person: the
//! user id is a function of the address.

use std::collections::HashSet;
use std::sync::LazyLock;

use uuid::Uuid;

use crate::device::record::Text;
use crate::random::Draw;

/// Everybody who may own a device in one tenant.
#[derive(Debug, Clone)]
pub struct People {
    domain: Box<str>,
    draw: Draw,
}

/// What a fleet file says of a device's user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum UserHint<'a> {
    /// Nothing.
    Open,
    /// That there is none: only empty names.
    Nobody,
    /// Some of these.
    Known { principal: Option<&'a str>, display: Option<&'a str>, id: Option<&'a str> },
}

/// One user, as the identity properties of a device tell.
#[derive(Debug, Clone)]
pub(super) struct Person {
    /// `userId`.
    pub(super) id: Text,
    /// `userPrincipalName` and `emailAddress`.
    pub(super) principal: Text,
    /// `userDisplayName`.
    pub(super) display: Text,
}

impl People {
    /// The people whose addresses end in `domain`, drawn from the tenant's `draw`.
    pub fn new(domain: &str, draw: Draw) -> Self {
        Self { domain: domain.into(), draw: draw.at("people") }
    }

    /// What the addresses end in.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The person with this number; nobody shares an address with anybody else.
    pub(super) fn person(&self, number: u64) -> Person {
        self.named(&self.display(number))
    }

    /// What that person is called.
    pub(super) fn display(&self, number: u64) -> String {
        let names = (FIRST_NAMES.len() * LAST_NAMES.len()) as u64;
        // Walking the table of all names with a stride that has no common divisor with its length meets each once.
        let start = self.draw.at("start").below(names);
        let stride = *self.draw.at("stride").pick(&STRIDES);
        let place = usize::try_from((start + (number % names) * stride) % names).expect("the table is small");
        let (first, last) = (FIRST_NAMES[place % FIRST_NAMES.len()], LAST_NAMES[place / FIRST_NAMES.len()]);
        match number / names {
            0 => format!("{first} {last}"),
            namesakes => format!("{first} {last} {}", namesakes + 1),
        }
    }

    /// The address of whoever is called so.
    pub(super) fn principal(&self, display: &str) -> String {
        format!("{}@{}", local_part(display), self.domain)
    }

    /// The id of whoever has that address.
    pub(super) fn id(&self, principal: &str) -> Uuid {
        self.draw.at("user").at(&principal.to_lowercase()).guid()
    }

    /// The person a fleet file speaks of, the rest completed.
    pub(super) fn described(&self, principal: Option<&str>, display: Option<&str>, id: Option<&str>) -> Person {
        let person = match (principal, display, id) {
            (Some(principal), Some(display), _) => self.whole(principal, display),
            (Some(principal), None, _) => self.whole(principal, &display_name(principal)),
            (None, Some(display), _) => self.named(display),
            (None, None, Some(id)) => self.person(self.draw.at("id").at(id).below(CIRCLE)),
            (None, None, None) => self.person(0),
        };
        Person { id: id.map_or(person.id, Text::from), ..person }
    }

    /// One of the first [`CIRCLE`] people.
    pub(super) fn somebody(&self, draw: Draw) -> Person {
        self.person(draw.below(CIRCLE))
    }

    fn named(&self, display: &str) -> Person {
        self.whole(&self.principal(display), display)
    }

    fn whole(&self, principal: &str, display: &str) -> Person {
        let id = self.id(principal);
        Person { id: id.hyphenated().to_string().into(), principal: principal.into(), display: display.into() }
    }
}

impl Person {
    /// The first name, for names such as `Nora’s iPhone`.
    pub(super) fn first_name(&self) -> &str {
        first_name(self.display.as_str())
    }

    /// What stands before the `@`.
    pub(super) fn local_part(&self) -> &str {
        self.principal.as_str().split('@').next().unwrap_or_default()
    }
}

/// The first of somebody's names.
pub(super) fn first_name(display: &str) -> &str {
    display.split_whitespace().next().unwrap_or("User")
}

/// How many people share the devices of a hand-written fleet: few, so that some own several.
const CIRCLE: u64 = 40;

const FIRST_NAMES: [&str; 32] = [
    "Ada", "Aiko", "Ben", "Bodil", "Cem", "Chloé", "Dan", "Dov", "Elif", "Emre", "Fay", "Femi", "Gita", "Hana", "Ivo",
    "Jo", "Kai", "Lena", "Mira", "Nora", "Omar", "Pia", "Quinn", "Rosa", "Sam", "Tia", "Uma", "Vik", "Wen", "Yara",
    "Zoë", "Örn",
];

/// Words for "example" and the vocabulary of trying things out; nobody is called so.
const LAST_NAMES: [&str; 31] = [
    "Sample",
    "Exampleton",
    "O’Fixture",
    "Mockford",
    "Testwell",
    "Demoski",
    "Samplesen",
    "van Testen",
    "de Mostra",
    "Mustermann",
    "Lorem",
    "Ipsum",
    "Dolorsit",
    "Varname",
    "Nullmann",
    "Quux",
    "Foobarra",
    "Tryout",
    "Specimen",
    "Draftley",
    "Seedling",
    "Fauxwell",
    "Pseudon",
    "Fictiva",
    "Modelova",
    "Vorlage",
    "Beispiel",
    "Ejemplo",
    "Voorbeeld",
    "Näidis",
    "Šablona",
];

/// Strides without a common divisor with 32 × 31 names.
const STRIDES: [u64; 8] = [7, 101, 211, 307, 401, 503, 601, 701];

/// Whether a word in lower case is from our names, spelled as in a name or as in an address.
pub(super) fn is_invented(word: &str) -> bool {
    static WORDS: LazyLock<HashSet<String>> = LazyLock::new(|| {
        let names = FIRST_NAMES.iter().chain(&LAST_NAMES);
        let spelled =
            names.flat_map(|name| [name.to_lowercase().replace('’', " "), local_part(name).replace('.', " ")]);
        spelled.flat_map(|words| words.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect()
    });
    WORDS.contains(word)
}

/// `Nora O’Fixture` → `nora.ofixture`.
fn local_part(display: &str) -> String {
    let mut local = String::with_capacity(display.len());
    for letter in display.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => local.push(letter),
            'ä' | 'å' | 'á' | 'à' | 'â' => local.push('a'),
            'é' | 'è' | 'ê' | 'ë' => local.push('e'),
            'ö' | 'ø' | 'ó' | 'ô' => local.push('o'),
            'ü' | 'ú' | 'û' => local.push('u'),
            'š' => local.push('s'),
            letter if letter.is_whitespace() && !local.is_empty() && !local.ends_with('.') => {
                local.push('.');
            }
            _ => {}
        }
    }
    let end = local.trim_end_matches('.').len();
    local.truncate(end);
    if local.is_empty() { "user".to_owned() } else { local }
}

/// `nora.ofixture@…` → `Nora Ofixture`.
fn display_name(principal: &str) -> String {
    let local = principal.split('@').next().unwrap_or_default();
    let mut display = String::with_capacity(local.len());
    for word in local.split(['.', '_', '-']).filter(|word| !word.is_empty()) {
        if !display.is_empty() {
            display.push(' ');
        }
        let mut letters = word.chars();
        display.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        display.push_str(letters.as_str());
    }
    display
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::{FIRST_NAMES, LAST_NAMES, People, STRIDES, display_name, local_part};
    use crate::random::Draw;

    #[test]
    fn nobody_shares_an_address_even_when_the_names_run_out() {
        let people = People::new("fleet.example", Draw::from_seed(1));
        let addresses: HashSet<_> = (0..3_000).map(|number| people.person(number).principal.share()).collect();
        assert_eq!(addresses.len(), 3_000);
    }

    #[test]
    fn every_stride_meets_every_name() {
        let names = FIRST_NAMES.len() * LAST_NAMES.len();
        for stride in STRIDES {
            let met: HashSet<_> = (0..names as u64).map(|number| number * stride % names as u64).collect();
            assert_eq!(met.len(), names, "stride {stride}");
        }
    }

    #[test]
    fn a_user_named_in_a_file_is_the_user_drawn_from_the_seed() {
        let people = People::new("fleet.example", Draw::from_seed(1));
        let drawn = people.person(5);
        let by_address = people.described(drawn.principal.as_deref(), None, None);
        let by_name = people.described(None, drawn.display.as_deref(), None);
        assert_eq!(by_address.id, drawn.id);
        assert_eq!(by_name.principal, drawn.principal);
    }

    #[test]
    fn names_become_addresses_and_back() {
        assert_eq!(local_part("Nora O’Fixture"), "nora.ofixture");
        assert_eq!(local_part("  Zoë  van Testen "), "zoe.van.testen");
        assert_eq!(local_part("漢字"), "user");
        assert_eq!(display_name("nora.ofixture@fleet.example"), "Nora Ofixture");
        assert_eq!(display_name("@"), "");
    }
}
