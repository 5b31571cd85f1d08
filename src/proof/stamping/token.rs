//! What a time-stamping authority is asked (RFC 3161), and what it answers.

use chrono::{DateTime, NaiveDateTime, Utc};

use super::der::{BOOLEAN, FIELD_0, INTEGER, Malformed, NULL, OBJECT, OCTETS, SEQUENCE, SET, TIME, Values, value};
use crate::digest::Digest;

/// 2.16.840.1.101.3.4.2.1
const SHA_256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
/// 1.2.840.113549.1.7.2
const SIGNED_DATA: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x07, 0x02];
/// 1.2.840.113549.1.9.16.1.4
const TIME_STAMP: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x09, 0x10, 0x01, 0x04];
/// 2.5.4.3 and 2.5.4.10
const NAMES: [&[u8]; 2] = [&[0x55, 0x04, 0x03], &[0x55, 0x04, 0x0a]];

/// The largest answer that is read, in bytes. Real ones have two to eight thousand.
pub const LARGEST: usize = 20_000;

/// By what an answer is known to be of one request: the top bits are such that it is always eight bytes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Nonce([u8; 8]);

impl Nonce {
    /// One of these bytes.
    pub fn of(mut bytes: [u8; 8]) -> Self {
        let [first, ..] = &mut bytes;
        *first = *first & 0x3f | 0x40;
        Self(bytes)
    }
}

/// What an authority is asked to stamp a digest: 69 bytes.
pub fn request(digest: Digest, nonce: Nonce) -> Vec<u8> {
    let algorithm = value(SEQUENCE, &[value(OBJECT, SHA_256), value(NULL, &[])].concat());
    let imprint = value(SEQUENCE, &[algorithm, value(OCTETS, digest.as_ref())].concat());
    let certificates_wanted = value(BOOLEAN, &[0xff]);
    value(SEQUENCE, &[value(INTEGER, &[1]), imprint, value(INTEGER, &nonce.0), certificates_wanted].concat())
}

/// What an answer says. Whether the authority has signed it is for `openssl ts -verify` to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// The digest that was stamped.
    pub imprint: Digest,
    /// When, by the authority's clock.
    pub time: DateTime<Utc>,
    /// Who issued the certificate that signs, by the name in it.
    pub authority: String,
    /// The digits of the request that it answers.
    nonce: Vec<u8>,
    /// The bytes of the issuer's name, by which two authorities are told apart.
    issuer: Vec<u8>,
}

impl Token {
    /// Reads an answer.
    ///
    /// # Errors
    /// Why there is no token in it.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > LARGEST {
            return Err(format!("it is larger than {LARGEST} bytes"));
        }
        let mut answer = Values::of(bytes);
        let mut parts = answer.within(SEQUENCE)?;
        answer.end()?;
        granted(parts.within(SEQUENCE)?)?;
        Ok(signed_data(parts)?)
    }

    /// Whether it answers this request.
    ///
    /// # Errors
    /// What differs.
    pub fn answers(&self, digest: Digest, nonce: Nonce) -> Result<(), String> {
        if self.imprint != digest {
            return Err("it stamps another digest than the one that was sent".to_owned());
        }
        if self.nonce != nonce.0 {
            return Err("it is the answer to another request: its nonce is another one".to_owned());
        }
        Ok(())
    }

    /// Whether another token is of the same authority.
    pub fn is_of_same_authority(&self, other: &Self) -> bool {
        self.issuer == other.issuer
    }
}

/// 0 is granted, 1 is granted with changes.
fn granted(mut status: Values) -> Result<(), String> {
    match status.expect(INTEGER)? {
        [0 | 1] => Ok(()),
        [code] => Err(format!("it was not granted: status {code}{}", words(status))),
        _ => Err("it has no status".to_owned()),
    }
}

/// What an authority says to a refusal.
fn words(mut status: Values) -> String {
    let text = status.within(SEQUENCE).and_then(|mut texts| texts.any()).ok();
    text.map(|(_, text)| format!(", {}", shown(text))).unwrap_or_default()
}

/// Text of a stranger, short and without what could steer a terminal.
fn shown(text: &[u8]) -> String {
    String::from_utf8_lossy(text).chars().filter(|letter| !letter.is_control()).take(100).collect()
}

fn signed_data(mut answer: Values) -> Result<Token, Malformed> {
    let mut content = answer.within(SEQUENCE)?;
    answer.end()?;
    if content.expect(OBJECT)? != SIGNED_DATA {
        return Err("it is not signed");
    }
    let mut signed = content.within(FIELD_0)?.within(SEQUENCE)?;
    content.end()?;
    signed.expect(INTEGER)?;
    signed.expect(SET)?;
    let mut inner = signed.within(SEQUENCE)?;
    if inner.expect(OBJECT)? != TIME_STAMP {
        return Err("what is signed is no time stamp");
    }
    let info = inner.within(FIELD_0)?.expect(OCTETS)?;
    // Certificates and lists of withdrawn ones, which openssl reads.
    signed.optional(FIELD_0)?;
    signed.optional(FIELD_0 + 1)?;
    let mut signers = signed.within(SET)?;
    signed.end()?;
    let signer = signers.within(SEQUENCE)?;
    signers.end().map_err(|_| "more than one has signed it")?;
    let (issuer, authority) = issuer(signer)?;
    let (imprint, time, nonce) = stamped(Values::of(info))?;
    Ok(Token { imprint, time, authority, nonce, issuer })
}

/// Digest, time and nonce of what is signed.
fn stamped(mut info: Values) -> Result<(Digest, DateTime<Utc>, Vec<u8>), Malformed> {
    let mut stamped = info.within(SEQUENCE)?;
    info.end()?;
    if stamped.expect(INTEGER)? != [1] {
        return Err("it is of another version than 1");
    }
    stamped.expect(OBJECT)?;
    let mut imprint = stamped.within(SEQUENCE)?;
    if imprint.within(SEQUENCE)?.expect(OBJECT)? != SHA_256 {
        return Err("it stamps another digest than one of SHA-256");
    }
    let digest = imprint.expect(OCTETS)?.try_into().map_err(|_| "its digest is none of SHA-256")?;
    imprint.end()?;
    stamped.expect(INTEGER)?;
    let time = time(stamped.expect(TIME)?).ok_or("its time is none")?;
    // How exact the time is, and whether times of one authority are in order.
    stamped.optional(SEQUENCE)?;
    stamped.optional(BOOLEAN)?;
    let nonce = stamped.optional(INTEGER)?.unwrap_or_default().to_vec();
    Ok((Digest::from_bytes(digest), time, nonce))
}

/// `20260127211500Z`, or with a fraction of a second.
fn time(text: &[u8]) -> Option<DateTime<Utc>> {
    let text = std::str::from_utf8(text).ok()?.strip_suffix('Z')?;
    let (whole, fraction) = text.split_once('.').map_or((text, None), |(whole, fraction)| (whole, Some(fraction)));
    let are_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() != 14 || !are_digits(whole) || !fraction.is_none_or(are_digits) {
        return None;
    }
    Some(NaiveDateTime::parse_from_str(whole, "%Y%m%d%H%M%S").ok()?.and_utc())
}

/// Who issued the certificate of the signer: the bytes of the name, and what it says.
fn issuer(mut signer: Values) -> Result<(Vec<u8>, String), Malformed> {
    signer.expect(INTEGER)?;
    let (SEQUENCE, of_certificate) = signer.any()? else { return Err("it does not say whose certificate signs") };
    let name = Values::of(of_certificate).expect(SEQUENCE)?;
    let mut parts = Values::of(name);
    let mut found: [Option<String>; 2] = [None, None];
    while !parts.is_empty() {
        let mut part = parts.within(SET)?.within(SEQUENCE)?;
        let kind = part.expect(OBJECT)?;
        let (_, text) = part.any()?;
        for (name, found) in NAMES.iter().zip(&mut found) {
            if *name == kind {
                *found = Some(shown(text));
            }
        }
    }
    let [common, organization] = found;
    Ok((name.to_vec(), common.or(organization).unwrap_or_else(|| "an authority without a name".to_owned())))
}

#[cfg(test)]
#[path = "token_tests.rs"]
mod tests;
#[cfg(test)]
pub use tests::{Answer, answer_of};
