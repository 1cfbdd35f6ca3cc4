//! When to come again: `Retry-After` in all its forms.

use std::time::Duration;

use chrono::{DateTime, Datelike, NaiveDateTime, TimeDelta, Utc};

use super::ReferenceClient;
use crate::defect::Defect;
use crate::transport::HttpResponse;

impl ReferenceClient {
    /// How long an answer asks to wait; none if it does not say so in a way that can be understood.
    pub(super) fn asked_to_wait(&mut self, response: &HttpResponse) -> Option<Duration> {
        if self.is(Defect::IgnoresRetryAfter) || (self.is(Defect::RetryAfterOn429Only) && response.status != 429) {
            return None;
        }
        let value = if self.is(Defect::HeaderCase) {
            response.headers.iter().find(|(name, _)| name == "Retry-After").map(|(_, value)| value.as_str())
        } else {
            response.header("retry-after")
        }?;
        let asked = match value.trim().parse::<f64>() {
            Ok(seconds) if self.is(Defect::RoundsDown) && seconds >= 1.0 => {
                Some(Duration::from_secs_f64(seconds.floor()))
            }
            _ if self.is(Defect::NewestDatesOnly) && !value.ends_with("GMT") => seconds_only(value),
            _ if self.is(Defect::NewestDatesOnly) && value.contains('-') => None,
            _ => read(value.trim(), self.surroundings.clock.now(), !self.is(Defect::SecondsOnly)),
        };
        if asked.is_none() && self.is(Defect::GarbageMeansNow) {
            return Some(Duration::ZERO);
        }
        let asked = if self.is(Defect::Milliseconds) { asked? / 1_000 } else { asked? };
        if self.is(Defect::FirstValueForAll) {
            return Some(*self.first_wait.get_or_insert(asked));
        }
        Some(if self.is(Defect::CapsRetryAfter) { asked.min(Duration::from_mins(1)) } else { asked })
    }
}

fn seconds_only(value: &str) -> Option<Duration> {
    value.trim().parse().ok().map(Duration::from_secs)
}

/// A wait in the future; neither zero nor anything else can be one.
fn read(value: &str, now: DateTime<Utc>, dates: bool) -> Option<Duration> {
    if let Ok(seconds) = value.parse::<f64>() {
        // The service has sent decimals (observed: its own documentation's samples); early is not an option.
        let usable = seconds > 0.0 && seconds < 1e9;
        return usable.then(|| Duration::from_secs_f64(seconds.ceil()));
    }
    let date = if dates { date(value, now)? } else { return None };
    (date - now).to_std().ok().filter(|wait| !wait.is_zero())
}

/// HTTP's three formats (RFC 9110, 5.6.7), all of them UTC.
fn date(value: &str, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let parse = |format| NaiveDateTime::parse_from_str(value, format).ok().map(|naive| naive.and_utc());
    if let Some(date) = parse("%a, %d %b %Y %H:%M:%S GMT").or_else(|| parse("%a %b %e %H:%M:%S %Y")) {
        return Some(date);
    }
    let (_, rest) = value.split_once(", ")?;
    let date = NaiveDateTime::parse_from_str(rest, "%d-%b-%y %H:%M:%S GMT").ok()?.and_utc();
    // Two digits of a year that seem to be more than 50 years ahead mean the past.
    let year = now.year() / 100 * 100 + date.year() % 100;
    let date = date.with_year(year)?;
    Some(if date - now > TimeDelta::days(50 * 365) { date.with_year(year - 100)? } else { date })
}

#[cfg(test)]
mod tests {
    use super::read;
    use chrono::{DateTime, Utc};
    use std::time::Duration;

    fn now() -> DateTime<Utc> {
        "2018-03-08T10:00:00Z".parse().unwrap()
    }

    #[test]
    fn every_form_is_read() {
        for (value, seconds) in [
            ("7", 7),
            ("2.128", 3),
            ("0.249", 1),
            ("Thu, 08 Mar 2018 10:00:06 GMT", 6),
            ("Thursday, 08-Mar-18 10:00:06 GMT", 6),
            ("Thu Mar  8 10:00:06 2018", 6),
        ] {
            assert_eq!(read(value, now(), true), Some(Duration::from_secs(seconds)), "{value}");
        }
    }

    #[test]
    fn what_is_no_wait_is_none() {
        for value in
            ["0", "-1", "soon", "", "NaN", "inf", "Thu, 08 Mar 2018 09:59:00 GMT", "Thursday, 08-Mar-94 10:00:06 GMT"]
        {
            assert_eq!(read(value, now(), true), None, "{value}");
        }
    }
}
