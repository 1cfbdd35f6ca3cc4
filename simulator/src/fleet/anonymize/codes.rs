//! Numbers and codes: the same length, separators and case, from the ranges of `fleet::synthetic`.

use super::Replacer;
use super::words::fold;
use crate::fleet::lint::serial_zeros;
use crate::fleet::synthetic::luhn;
use crate::random::Draw;

const DIGITS: &[u8] = b"0123456789";
const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";
const HEX: &[u8] = b"0123456789abcdef";

impl Replacer {
    /// A GUID in any spelling, with the version and variant it has: those of Defender are of none (observed).
    pub(super) fn guid(&mut self, text: &str) -> String {
        let key = canonical(text);
        if key.len() != 32 || !is_hex(&key) {
            return self.words(text);
        }
        let made = self.replacement("guid", key.clone(), |draw| {
            let mut guid = characters(draw, HEX, 32).into_bytes();
            (guid[12], guid[16]) = (key.as_bytes()[12], key.as_bytes()[16]);
            String::from_utf8(guid).expect("hex digits")
        });
        laid(text, &made)
    }

    pub(super) fn serial(&mut self, text: &str) -> String {
        const SHORTEST: usize = 6;
        // Virtual machines spell theirs in hex after the name of their maker.
        if let Some((maker, hex)) = text.split_once('-').filter(|(maker, _)| matches!(*maker, "Parallels" | "VMware")) {
            let key = canonical(hex);
            if is_hex(&key) && key.len() > SHORTEST {
                let made = self
                    .replacement("hex", key.clone(), |draw| format!("53494d{}", characters(draw, HEX, key.len() - 6)));
                return format!("{maker}-{}", laid(hex, &made));
            }
        }
        let key = canonical(text);
        if is_digits(&key) {
            return self.digits("serial", text, &"0".repeat(serial_zeros(key.len())));
        }
        if key.len() < SHORTEST || !key.is_ascii() {
            return self.words(text);
        }
        let made = self.replacement("serial", key.clone(), |draw| {
            let mut code = String::from("sim");
            code.extend(key.bytes().enumerate().skip(3).map(|(place, byte)| {
                let alphabet = if byte.is_ascii_digit() { DIGITS } else { LETTERS };
                char::from(*draw.nth(place as u64).pick(alphabet))
            }));
            let had_digit = key.bytes().any(|byte| byte.is_ascii_digit());
            if had_digit && !code.bytes().any(|byte| byte.is_ascii_digit()) {
                code.pop();
                code.push(char::from(*draw.at("digit").pick(DIGITS)));
            }
            code
        });
        laid(text, &made)
    }

    /// Of a telephone with two cards, one after another.
    pub(super) fn imei(&mut self, text: &str) -> String {
        let between = |letter: char| matches!(letter, ',' | ';' | '/');
        let parts = text.split_inclusive(between).map(|part| {
            let end = part.trim_end_matches(between).len();
            let (number, between) = part.split_at(end);
            self.one_imei(number) + between
        });
        parts.collect()
    }

    fn one_imei(&mut self, text: &str) -> String {
        let key = canonical(text);
        if !is_digits(&key) {
            return self.serial(text);
        }
        if key.len() != 15 {
            return self.digits("imei", text, "00");
        }
        let body = self.equipment(&key[..14]);
        let is_right = key.ends_with(luhn(&key[..14]));
        laid(text, &format!("{body}{}", check_digit(&body, is_right)))
    }

    /// 14 digits are the IMEI without its check digit; a real one of CDMA is in hex.
    pub(super) fn meid(&mut self, text: &str) -> String {
        let key = canonical(text);
        match key.len() {
            14 if is_digits(&key) => laid(text, &self.equipment(&key)),
            3.. if is_digits(&key) => self.digits("meid", text, "00"),
            3.. if is_hex(&key) => self.hex("meid", text, "00"),
            _ => self.serial(text),
        }
    }

    /// The body of an IMEI, which is also a MEID, from the range for test equipment.
    fn equipment(&mut self, body: &str) -> String {
        self.replacement("equipment", body.to_owned(), |draw| format!("00{}", characters(draw, DIGITS, 12)))
    }

    pub(super) fn iccid(&mut self, text: &str) -> String {
        let key = canonical(text);
        // Some are filled up to an even number of digits.
        let body = key.trim_end_matches('f');
        if !is_digits(body) || body.len() < 7 {
            return self.serial(text);
        }
        let inner = &body[..body.len() - 1];
        let is_right = body.ends_with(luhn(inner));
        let mut made = self.replacement("iccid", inner.to_owned(), |draw| {
            format!("89999{}", characters(draw, DIGITS, inner.len() - 5))
        });
        made.push(check_digit(&made, is_right));
        made.push_str(&key[body.len()..]);
        laid(text, &made)
    }

    pub(super) fn udid(&mut self, text: &str) -> String {
        let key = canonical(text);
        if is_hex(&key) && key.len() > 8 { self.hex("udid", text, "00000000") } else { self.serial(text) }
    }

    /// An address nobody hands out: the bit for "locally administered" set, the one for groups clear.
    pub(super) fn mac(&mut self, text: &str) -> String {
        let key = canonical(text);
        if !is_hex(&key) || !matches!(key.len(), 12 | 16) {
            return self.serial(text);
        }
        let digits_only = is_digits(&key);
        let made = self.replacement("mac", key.clone(), |draw| {
            let (all, second) = if digits_only { (DIGITS, &b"26"[..]) } else { (HEX, &b"26ae"[..]) };
            let mut address = characters(draw, all, key.len()).into_bytes();
            address[1] = *draw.at("second").pick(second);
            String::from_utf8(address).expect("hex digits")
        });
        laid(text, &made)
    }

    /// In North America the area code 555, which is not in service; else country code 999, which nobody has; without a
    /// country a number that begins with zeros. A mask stays a mask.
    pub(super) fn phone(&mut self, text: &str) -> String {
        let key = canonical(text);
        if !is_digits(&key) {
            // Letters for a mask, or words around the number: they all become masks.
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            let replaced = self.digits("phone", &digits, "00");
            let mut replaced = replaced.chars();
            return text
                .chars()
                .map(|old| match old {
                    '0'..='9' => replaced.next().unwrap_or('0'),
                    old if old.is_uppercase() => 'X',
                    old if old.is_alphanumeric() => 'x',
                    old => old,
                })
                .collect();
        }
        let is_masked = text.contains(['*', '•', '#', '.']) && key.len() <= 4;
        let mark = match key.len() {
            _ if is_masked => "01",
            11 if text.starts_with("+1") => "1555",
            10 if !text.starts_with('+') => "555",
            _ if text.trim_start().starts_with('+') => "999",
            _ => "00",
        };
        self.digits("phone", text, mark)
    }

    /// Of macOS `Appl` and the serial number (observed), of Android `android` and a number, of Windows 32 hex digits.
    pub(super) fn exchange_id(&mut self, text: &str) -> String {
        for prefix in ["Appl", "android"] {
            if let Some(serial) = text.strip_prefix(prefix).filter(|serial| !serial.is_empty()) {
                return format!("{prefix}{}", self.serial(serial));
            }
        }
        let key = canonical(text);
        if key.len() == 32 && is_hex(&key) { self.guid(text) } else { self.serial(text) }
    }

    /// Digits behind a mark, or as much of the mark as there is room for.
    fn digits(&mut self, class: &'static str, text: &str, mark: &str) -> String {
        self.behind(class, text, mark, DIGITS)
    }

    fn hex(&mut self, class: &'static str, text: &str, mark: &str) -> String {
        let alphabet = if is_digits(&canonical(text)) { DIGITS } else { HEX };
        self.behind(class, text, mark, alphabet)
    }

    fn behind(&mut self, class: &'static str, text: &str, mark: &str, alphabet: &[u8]) -> String {
        let key = canonical(text);
        let mark = &mark[..mark.len().min(key.len())];
        let made = self.replacement(class, key.clone(), |draw| {
            format!("{mark}{}", characters(draw, alphabet, key.len() - mark.len()))
        });
        laid(text, &made)
    }
}

/// The letters and digits alone, in lower case.
pub(super) fn canonical(text: &str) -> String {
    fold(text).chars().filter(|letter| letter.is_alphanumeric()).collect()
}

/// `made` in the places of the letters and digits of `text`, in its case.
fn laid(text: &str, made: &str) -> String {
    let upper = text.chars().any(char::is_uppercase) || !text.chars().any(char::is_lowercase);
    let mut made = made.chars();
    let placed = text.chars().map(|old| {
        if old.is_alphanumeric() {
            let new = made.next().unwrap_or('0');
            let is_upper = if old.is_alphabetic() { old.is_uppercase() } else { upper };
            if is_upper { new.to_ascii_uppercase() } else { new }
        } else {
            old
        }
    });
    placed.collect()
}

fn is_digits(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())
}

fn is_hex(key: &str) -> bool {
    !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The right one, or the one after it where the original's was wrong.
fn check_digit(body: &str, is_right: bool) -> char {
    let right = luhn(body).to_digit(10).expect("a digit");
    char::from_digit((right + u32::from(!is_right)) % 10, 10).expect("a digit")
}

fn characters(draw: Draw, alphabet: &[u8], count: usize) -> String {
    (0..count).map(|place| char::from(*draw.nth(place as u64).pick(alphabet))).collect()
}
