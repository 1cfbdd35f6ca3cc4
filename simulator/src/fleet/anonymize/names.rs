//! Names, addresses and sentences.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::Replacer;
use super::vocabulary::is_kept;
use super::words::fold;

/// Labels of domains that are everybody's.
const PUBLIC_LABELS: [&str; 6] = ["onmicrosoft", "mail", "com", "co", "org", "net"];

/// Whether a word of an address can be left over without telling anything.
pub(super) fn is_of_an_address(word: &str) -> bool {
    let word = fold(word);
    PUBLIC_LABELS.contains(&word.as_str()) || ["example", "ext", "http", "https", "db8"].contains(&word.as_str())
}

impl Replacer {
    /// A text of which nothing stays but shape. Addresses in it become addresses that nobody can have.
    pub(super) fn free(&mut self, text: &str) -> String {
        let mut replaced = String::with_capacity(text.len());
        let is_between =
            |letter: char| letter.is_whitespace() || matches!(letter, '"' | '<' | '>' | '(' | ')' | ',' | ';');
        for part in text.split_inclusive(is_between) {
            let end = part.trim_end_matches(is_between).len();
            let (part, between) = part.split_at(end);
            replaced.push_str(&self.part(part));
            replaced.push_str(between);
        }
        replaced
    }

    fn part(&mut self, part: &str) -> String {
        if part.parse::<Ipv4Addr>().is_ok() {
            return self.ipv4(part);
        }
        if part.matches(':').count() > 1 && part.parse::<Ipv6Addr>().is_ok() {
            return self.replacement("ipv6", part.to_lowercase(), |draw| format!("2001:db8::{}", draw.below(10_000)));
        }
        if let Some((scheme, rest)) = part.split_once("://").filter(|(scheme, _)| is_scheme(scheme)) {
            let end = rest.find(['/', '?', '#', ':']).unwrap_or(rest.len());
            let (host, path) = rest.split_at(end);
            return format!("{scheme}://{}{}", self.host(host), self.words(path));
        }
        if part.contains('@') { self.address(part) } else { self.words(part) }
    }

    /// `local@domain`; a guest's is `local_domain#EXT#@domain`.
    pub(super) fn address(&mut self, address: &str) -> String {
        let Some((local, host)) = address.rsplit_once('@') else {
            return self.words(address);
        };
        let local = match local.strip_suffix("#EXT#") {
            Some(guest) => format!("{}#EXT#", self.words(guest)),
            None => self.words(local),
        };
        format!("{local}@{}", self.host(host))
    }

    /// A domain name below `.example`, which nobody can have (RFC 2606).
    fn host(&mut self, host: &str) -> String {
        if host.is_empty() || host.parse::<Ipv4Addr>().is_ok() {
            return if host.is_empty() { String::new() } else { self.ipv4(host) };
        }
        let (labels, _) = host.rsplit_once('.').unwrap_or((host, ""));
        let mut replaced = String::with_capacity(host.len());
        for (place, label) in labels.split('.').enumerate() {
            let is_public = place > 0 && PUBLIC_LABELS.contains(&fold(label).as_str());
            replaced.push_str(&if is_public { label.to_owned() } else { self.words(label) });
            replaced.push('.');
        }
        replaced + "example"
    }

    /// An address from the networks for documentation (RFC 5737).
    fn ipv4(&mut self, address: &str) -> String {
        let address: String = address.into();
        self.replacement("ipv4", address, |draw| {
            let network = draw.at("network").pick(&["192.0.2", "198.51.100", "203.0.113"]);
            format!("{network}.{}", draw.at("host").below(256))
        })
    }

    /// What a device calls itself. A number of one or two digits stays unless there are so many that they are one.
    pub(super) fn device_name(&mut self, name: &str) -> String {
        if name.contains('@') || name.contains("://") {
            return self.free(name);
        }
        let few_digits = name.chars().filter(char::is_ascii_digit).count() <= 4;
        self.each_word(name, |replacer, word| replacer.kept_of(word, few_digits))
    }

    fn kept_of(&mut self, word: &str, few_digits: bool) -> String {
        let is_small = word.len() <= 2 && word.bytes().all(|byte| byte.is_ascii_digit());
        if is_small && few_digits { word.to_owned() } else { self.device_word(word) }
    }

    /// `<user>_<type>_<date> <time>` as the service makes it, or anything as an administrator wrote it.
    pub(super) fn managed_name(&mut self, name: &str) -> String {
        let Some((user, kind, moment)) = made_by_the_service(name) else {
            return self.device_name(name);
        };
        let kind = if is_kept(kind) { kind.to_owned() } else { self.words(kind) };
        format!("{}_{kind}{moment}", self.free(user))
    }

    /// Words about products. What is somebody's in this fleet goes, unless it is everybody's.
    pub(super) fn public(&mut self, text: &str) -> String {
        if text.contains('@') || text.contains("://") {
            return self.free(text);
        }
        self.each_word(text, |replacer, word| {
            let is_secret = word.chars().count() > 2 && replacer.secrets.contains(&fold(word)) && !is_kept(word);
            if is_secret { replacer.word(word) } else { word.to_owned() }
        })
    }
}

fn is_scheme(text: &str) -> bool {
    ["http", "https"].iter().any(|scheme| scheme.eq_ignore_ascii_case(text))
}

/// User, type, and the moment with the `_` before it: `ada_Windows_6/12/2020_1:52 PM`.
fn made_by_the_service(name: &str) -> Option<(&str, &str, &str)> {
    let time_at = name.strip_suffix("AM").or_else(|| name.strip_suffix("PM"))?.trim_end().rfind(['_', ' '])?;
    let date_at = name[..time_at].rfind('_')?;
    let moment = &name[date_at..];
    let is_moment = moment.chars().all(|letter| letter.is_ascii_digit() || "_ /:AMP".contains(letter))
        && moment.chars().filter(char::is_ascii_digit).count() <= 12;
    let (user, kind) = name[..date_at].rsplit_once('_')?;
    is_moment.then_some((user, kind, moment))
}

#[cfg(test)]
mod tests {
    use super::made_by_the_service;

    #[test]
    fn names_of_the_service_are_told_from_others() {
        assert_eq!(
            made_by_the_service("user1_Windows_6/12/2020_1:52 PM"),
            Some(("user1", "Windows", "_6/12/2020_1:52 PM"))
        );
        assert_eq!(
            made_by_the_service("x_y_AndroidForWork_10/6/2024 11:27 PM"),
            Some(("x_y", "AndroidForWork", "_10/6/2024 11:27 PM"))
        );
        assert_eq!(made_by_the_service("Reception AM"), None);
        assert_eq!(made_by_the_service("a_b_c_Ada PM"), None);
    }
}
