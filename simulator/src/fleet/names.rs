//! The names devices go by.

use chrono::{DateTime, Datelike, Timelike, Utc};

use super::kind::Kind;
use super::people::Person;
use super::standing::Standing;
use super::synthetic::suffix;
use crate::random::Draw;

/// `<user>_<Type>_<M/d/yyyy>_<h:mm AM/PM>`, with a space before the time on a work profile (both observed: rapid7
/// PR#553, a conference talk of 2024). Without a user an id takes the name's place (assumed).
pub(super) fn managed(kind: Kind, person: Option<&Person>, enrolled: DateTime<Utc>, draw: Draw) -> String {
    let user = person.map_or_else(|| draw.guid().simple().to_string(), |person| person.local_part().to_owned());
    let separator = if kind == Kind::AndroidWorkProfile { ' ' } else { '_' };
    let (afternoon, hour) = enrolled.hour12();
    format!(
        "{user}_{}_{}/{}/{}{separator}{hour}:{:02} {}",
        kind.profile().type_name,
        enrolled.month(),
        enrolled.day(),
        enrolled.year(),
        enrolled.minute(),
        if afternoon { "PM" } else { "AM" },
    )
}

/// What the device calls itself: the owner's `Nora’s iPhone` with the typographic apostrophe (observed), `iPad (3)`
/// (observed), `DESKTOP-2F6PPF2` (observed); the others are assumed.
pub(super) fn device(kind: Kind, standing: &Standing<'_>, first_name: Option<&str>, model: &str, draw: Draw) -> String {
    match (kind, first_name) {
        (Kind::IPhone | Kind::IPad | Kind::IPod | Kind::VisionPro, Some(name)) => {
            let product = product(kind);
            match draw.below(10) {
                0..6 => format!("{name}’s {product}"),
                6 => format!("{product} de {name}"),
                _ => product.to_owned(),
            }
        }
        (Kind::IPhone | Kind::IPad | Kind::IPod | Kind::VisionPro | Kind::AppleTv, _) => {
            format!("{} ({})", product(kind), 2 + draw.below(98))
        }
        (Kind::Mac, Some(name)) => format!("{name}’s {model}"),
        (Kind::Mac, None) => format!("Mac-{}", suffix(draw, 6)),
        (Kind::AndroidAdministrator, Some(name)) => format!("{name}_{model}"),
        (Kind::CloudPc, Some(name)) => {
            let name: String = name.chars().filter(char::is_ascii_alphanumeric).take(5).collect();
            format!("CPC-{name}-{}", suffix(draw, 5))
        }
        (Kind::Linux, _) => format!("ubuntu-{}", suffix(draw, 5).to_ascii_lowercase()),
        (Kind::Windows, _) if standing.agent == "msSense" => format!("WINSRV-{}", suffix(draw, 5)),
        (kind, _) if kind.is_android() => {
            format!("android_{}", suffix(draw, 8).to_ascii_lowercase())
        }
        (kind, _) => format!("{}-{}", prefix(kind, draw), suffix(draw.at("suffix"), 7)),
    }
}

fn product(kind: Kind) -> &'static str {
    match kind {
        Kind::IPad => "iPad",
        Kind::IPod => "iPod touch",
        Kind::VisionPro => "Apple Vision Pro",
        Kind::AppleTv => "Apple TV",
        _ => "iPhone",
    }
}

fn prefix(kind: Kind, draw: Draw) -> &'static str {
    match kind {
        Kind::WindowsPhone | Kind::WindowsMobile => "Windows-Phone",
        Kind::WindowsRt => "SURFACE",
        Kind::HoloLens => "HOLOLENS",
        Kind::SurfaceHub => "SURFACEHUB",
        Kind::ChromeOs => "Chromebook",
        Kind::Windows if draw.chance(400) => "LAPTOP",
        Kind::Other => "DEVICE",
        _ => "DESKTOP",
    }
}

#[cfg(test)]
mod tests {
    use chrono::{TimeZone, Utc};

    use super::managed;
    use crate::fleet::{kind::Kind, people::People};
    use crate::random::Draw;

    #[test]
    fn the_managed_name_tells_user_type_and_a_twelve_hour_clock() {
        let people = People::new("fleet.example", Draw::from_seed(1));
        let person = people.described(Some("user1@fleet.example"), None, None);
        let draw = Draw::from_seed(1);
        let afternoon = Utc.with_ymd_and_hms(2020, 6, 12, 13, 52, 26).unwrap();
        assert_eq!(managed(Kind::Windows, Some(&person), afternoon, draw), "user1_Windows_6/12/2020_1:52 PM");
        let night = Utc.with_ymd_and_hms(2024, 10, 6, 0, 7, 0).unwrap();
        assert_eq!(
            managed(Kind::AndroidWorkProfile, Some(&person), night, draw),
            "user1_AndroidForWork_10/6/2024 12:07 AM"
        );
    }
}
