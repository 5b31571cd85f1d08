//! Reading dates, times and exact numbers from TOML, written bare or as text.

use std::collections::BTreeMap;
use std::str::FromStr;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer, de::Error as _};
use toml::Value;

/// Deserializes an optional date, `2026-01-27` or `"2026-01-27"`.
pub fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<NaiveDate>, D::Error> {
    let text = text(deserializer)?;
    text.parse().map(Some).map_err(|_| D::Error::custom(format!("`{text}` is not a date; write it as 2026-01-27")))
}

/// Deserializes an optional instant; a time without an offset is UTC.
pub fn instant<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<DateTime<Utc>>, D::Error> {
    let text = text(deserializer)?;
    parse_instant(&text)
        .map(Some)
        .ok_or_else(|| D::Error::custom(format!("`{text}` is not a time; write it as 2026-01-27T14:30:00Z")))
}

/// Deserializes an optional exact number, `188.25` or `"188.25"`.
pub fn decimal<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    let text = text(deserializer)?;
    Decimal::from_str(&text).map(Some).map_err(|_| D::Error::custom(format!("`{text}` is not a number")))
}

/// Deserializes an exact number, `0.005` or `"0.005"`.
pub fn exact<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    decimal(deserializer)?.ok_or_else(|| D::Error::custom("a number is missing"))
}

/// Deserializes exact numbers by name.
pub fn decimals<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeMap<String, Decimal>, D::Error> {
    #[derive(Deserialize)]
    #[serde(transparent)]
    struct Exact(#[serde(deserialize_with = "exact")] Decimal);
    let numbers = BTreeMap::<String, Exact>::deserialize(deserializer)?;
    Ok(numbers.into_iter().map(|(name, Exact(number))| (name, number)).collect())
}

/// An instant from the forms people write: RFC 3339, without an offset (UTC), or a bare date (its midnight).
fn parse_instant(text: &str) -> Option<DateTime<Utc>> {
    if let Ok(time) = DateTime::parse_from_rfc3339(text) {
        return Some(time.to_utc());
    }
    let naive = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok())
        .or_else(|| text.parse::<NaiveDate>().ok().and_then(|date| date.and_hms_opt(0, 0, 0)));
    naive.map(|time| time.and_utc())
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    match Value::deserialize(deserializer)? {
        Value::String(text) => Ok(text),
        Value::Datetime(time) => Ok(time.to_string()),
        Value::Integer(number) => Ok(number.to_string()),
        Value::Float(number) => Ok(number.to_string()),
        Value::Boolean(_) => Err(D::Error::custom("true or false does not fit here")),
        Value::Array(_) => Err(D::Error::custom("a list does not fit here")),
        Value::Table(_) => Err(D::Error::custom("a table does not fit here")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct Example {
        #[serde(default, deserialize_with = "date")]
        day: Option<NaiveDate>,
        #[serde(default, deserialize_with = "instant")]
        time: Option<DateTime<Utc>>,
        #[serde(default, deserialize_with = "decimal")]
        price: Option<Decimal>,
    }

    #[test]
    fn bare_and_quoted_values_read_alike() {
        for text in [
            "day = 2026-01-27\ntime = 2026-01-27T14:30:00Z\nprice = 188.25",
            "day = '2026-01-27'\ntime = '2026-01-27 14:30'\nprice = '188.25'",
            "day = 2026-01-27\ntime = 2026-01-27T15:30:00+01:00\nprice = 188.25",
        ] {
            let example: Example = toml::from_str(text).unwrap();
            assert_eq!(example.day.unwrap().to_string(), "2026-01-27");
            assert_eq!(example.time.unwrap().to_rfc3339(), "2026-01-27T14:30:00+00:00");
            assert_eq!(example.price.unwrap(), Decimal::new(18825, 2));
        }
        assert!(toml::from_str::<Example>("").unwrap().price.is_none());
        assert!(toml::from_str::<Example>("price = 'nan'").is_err());
        assert!(toml::from_str::<Example>("day = '27/01/2026'").is_err());
    }
}
