//! Exact numbers as plain JSON numbers: `#[serde(with = "json_number")]`.
//!
//! Prices and share counts have far fewer digits than a float holds, so the number reads back as it was.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// Writes the number; a whole one without a point.
///
/// # Errors
/// What the writer says.
pub fn serialize<S: Serializer>(value: &Decimal, serializer: S) -> Result<S::Ok, S::Error> {
    match value.to_i64().filter(|_| value.fract().is_zero()) {
        Some(whole) => whole.serialize(serializer),
        None => value.to_f64().serialize(serializer),
    }
}

/// Reads a number, or one written as text.
///
/// # Errors
/// Something that is no number, or one too large for a decimal.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Decimal, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Number {
        Whole(i64),
        Float(f64),
        Text(String),
    }
    let number = match Number::deserialize(deserializer)? {
        Number::Whole(whole) => Some(Decimal::from(whole)),
        Number::Float(float) => Decimal::from_f64(float),
        Number::Text(text) => text.parse().ok(),
    };
    number.ok_or_else(|| D::Error::custom("it is not a number"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Price(#[serde(with = "super")] Decimal);

    #[test]
    fn numbers_read_back_as_they_were() {
        for (text, json) in
            [("188.25", "188.25"), ("160", "160"), ("160.00", "160"), ("0.0001", "0.0001"), ("-3.5", "-3.5")]
        {
            let price = Price(text.parse().unwrap());
            assert_eq!(serde_json::to_string(&price).unwrap(), json);
            assert_eq!(serde_json::from_str::<Price>(json).unwrap().0, price.0);
        }
        assert!(serde_json::from_str::<Price>("\"188.25\"").is_ok());
        assert!(serde_json::from_str::<Price>("null").is_err());
    }
}
