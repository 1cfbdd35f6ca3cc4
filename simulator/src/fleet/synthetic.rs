//! Numbers that look right and belong to nobody.
//!
//! Each function draws from a range that is reserved, unassigned or marked, so that no value can be somebody's device,
//! card or telephone; the tests of the fleets check every device for it.

use crate::random::Draw;

/// 15 digits with a correct check digit. Type allocation codes beginning with `00` are for test equipment (documented:
/// 3GPP TS 22.016 and the GSMA's TS.06 give reporting body `00` to test IMEIs), so no telephone on sale has one.
pub(crate) fn imei(draw: Draw) -> String {
    let mut imei = format!("00{:012}", draw.below(1_000_000_000_000));
    imei.push(luhn(&imei));
    imei
}

/// The 14 digits of an IMEI without its check digit, which is how a device that also speaks CDMA reports its MEID.
pub(crate) fn meid(imei: &str) -> String {
    imei.get(..14).unwrap_or_default().to_owned()
}

/// 20 digits with a correct check digit. `89` is telecommunication, `999` a country code nobody has (documented: ITU-T
/// E.164 keeps it in reserve).
pub(crate) fn iccid(draw: Draw) -> String {
    let mut iccid = format!("89999{:014}", draw.below(100_000_000_000_000));
    iccid.push(luhn(&iccid));
    iccid
}

/// 12 hex digits in lower case with the bit for locally administered addresses set and the group bit clear: an address
/// no manufacturer hands out (documented: IEEE 802).
pub(crate) fn mac_address(draw: Draw) -> String {
    let address = (draw.bits() & 0xfcff_ffff_ffff) | 0x0200_0000_0000;
    format!("{address:012x}")
}

/// `+1 555 555 01xx`: an area code that is not in service, and the numbers that films use.
pub(crate) fn phone_number(draw: Draw) -> String {
    format!("+155555501{:02}", draw.below(100))
}

/// The same, as shown for a personal device: all but the last four digits hidden (the mask is inferred).
pub(crate) fn masked_phone_number(draw: Draw) -> String {
    format!("*******01{:02}", draw.below(100))
}

/// `SIM` and nine characters: Apple's twelve. Apple never uses the letter I, so the mark cannot be part of a real one.
pub(crate) fn apple_serial(draw: Draw) -> String {
    marked(draw, b"0123456789CDFGHJKLMNPQRTVWXY", 9)
}

/// `SIM` and eight hex digits: the eleven characters common on Android.
pub(crate) fn android_serial(draw: Draw) -> String {
    marked(draw, b"0123456789ABCDEF", 8)
}

/// `SIM` and seven characters, as on the label of a PC.
pub(crate) fn pc_serial(draw: Draw) -> String {
    marked(draw, b"0123456789BCDFGHJKLMNPQRSTVWXYZ", 7)
}

/// The shape of a Hyper-V machine (observed: sdk-powershell#2832), beginning with zeros where a real one has random digits.
pub(crate) fn virtual_machine_serial(draw: Draw) -> String {
    let digits = |name, bound| draw.at(name).below(bound);
    format!(
        "0000-0000-{:04}-{:04}-{:04}-{:04}-{:02}",
        digits("1", 10_000),
        digits("2", 10_000),
        digits("3", 10_000),
        digits("4", 10_000),
        digits("5", 100)
    )
}

/// Apple's device id in its newer shape, of the chip number 0 that no chip has.
pub(crate) fn udid(draw: Draw) -> String {
    format!("00000000-{:016X}", draw.bits())
}

/// An Exchange id of Apple's mobiles: 26 upper-case letters and digits (observed: wazuh#24498).
pub(crate) fn apple_eas_id(draw: Draw) -> String {
    marked(draw, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 23)
}

/// An Exchange id of Windows: 32 upper-case hex digits (observed: rapid7 PR#553).
pub(crate) fn windows_eas_id(draw: Draw) -> String {
    format!("{:032X}", draw.guid().as_u128())
}

/// An activation lock bypass code in Apple's six groups.
pub(crate) fn bypass_code(draw: Draw) -> String {
    let code = marked(draw, b"0123456789ACDEFGHJKLMNPQRTUVWXYZ", 23);
    let groups = [&code[..5], &code[5..10], &code[10..14], &code[14..18], &code[18..22], &code[22..26]];
    groups.join("-")
}

/// `length` characters for the end of an invented computer name.
pub(crate) fn suffix(draw: Draw, length: usize) -> String {
    let mut text = String::with_capacity(length);
    push_characters(&mut text, draw, b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", length);
    text
}

fn marked(draw: Draw, alphabet: &[u8], length: usize) -> String {
    let mut text = String::with_capacity(length + 3);
    text.push_str("SIM");
    push_characters(&mut text, draw, alphabet, length);
    text
}

fn push_characters(text: &mut String, draw: Draw, alphabet: &[u8], length: usize) {
    text.extend((0_u64..).take(length).map(|place| char::from(*draw.nth(place).pick(alphabet))));
}

/// The check digit that ISO/IEC 7812 appends to `digits`.
pub(super) fn luhn(digits: &str) -> char {
    let sum: u32 = digits
        .bytes()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            let digit = u32::from(digit - b'0') << u32::from(place % 2 == 0);
            digit / 10 + digit % 10
        })
        .sum();
    char::from_digit((10 - sum % 10) % 10, 10).expect("a remainder of ten is a digit")
}

#[cfg(test)]
mod tests {
    use super::{imei, luhn};
    use crate::random::Draw;

    #[test]
    fn the_check_digit_is_the_one_of_the_textbook() {
        assert_eq!(luhn("7992739871"), '3');
    }

    #[test]
    fn an_imei_is_fifteen_digits_from_the_test_range() {
        let imei = imei(Draw::from_seed(1));
        assert_eq!((imei.len(), &imei[..2]), (15, "00"));
    }
}
