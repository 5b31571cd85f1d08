use super::*;

/// An answer as an authority writes it, without a signature that holds.
#[derive(Clone, Copy)]
pub struct Answer<'a> {
    pub status: u8,
    pub digest: Digest,
    pub nonce: &'a [u8],
    pub time: &'a str,
    pub authority: &'a str,
}

impl Answer<'_> {
    pub fn bytes(&self) -> Vec<u8> {
        let sequence = |parts: &[Vec<u8>]| value(SEQUENCE, &parts.concat());
        let algorithm = sequence(&[value(OBJECT, SHA_256), value(NULL, &[])]);
        let mut info = vec![
            value(INTEGER, &[1]),
            value(OBJECT, &[0x2a, 3, 4]),
            sequence(&[algorithm.clone(), value(OCTETS, self.digest.as_ref())]),
            value(INTEGER, &[9]),
            value(TIME, self.time.as_bytes()),
            sequence(&[value(INTEGER, &[1])]),
        ];
        info.extend((!self.nonce.is_empty()).then(|| value(INTEGER, self.nonce)));
        let named = sequence(&[value(OBJECT, NAMES[0]), value(0x0c, self.authority.as_bytes())]);
        let issuer = sequence(&[value(SET, &named)]);
        let signer = sequence(&[value(INTEGER, &[1]), sequence(&[issuer, value(INTEGER, &[7])]), algorithm.clone()]);
        let inner = sequence(&[value(OBJECT, TIME_STAMP), value(FIELD_0, &value(OCTETS, &sequence(&info)))]);
        let signed = sequence(&[
            value(INTEGER, &[3]),
            value(SET, &algorithm),
            inner,
            value(FIELD_0, &[]),
            value(SET, &signer),
        ]);
        let content = sequence(&[value(OBJECT, SIGNED_DATA), value(FIELD_0, &signed)]);
        sequence(&[sequence(&[value(INTEGER, &[self.status])]), content])
    }
}

/// An answer over some bytes at a time such as `20260127211500Z`.
pub fn answer_of(bytes: &[u8], time: &str, authority: &str) -> Vec<u8> {
    Answer { status: 0, digest: Digest::of(bytes), nonce: &[0x41; 8], time, authority }.bytes()
}

#[test]
fn a_request_is_the_one_of_the_standard() {
    let bytes = request(Digest::of(b"abc"), Nonce::of([0xff; 8]));
    assert_eq!(bytes.len(), 69);
    // As `openssl ts -query -sha256 -cert` writes it, but for the nonce, which has a byte more there.
    let start = "3043020101303130 0d0609608648016503040201 05000420".replace(' ', "");
    let expected = format!("{start}{}02087fffffffffffffff0101ff", Digest::of(b"abc"));
    assert_eq!(hex::encode(bytes), expected);
}

#[test]
fn an_answer_is_read_and_compared_with_its_request() {
    let nonce = Nonce::of([1; 8]);
    let good = Answer {
        status: 0,
        digest: Digest::of(b"log"),
        nonce: &nonce.0,
        time: "20260127211500.25Z",
        authority: "Issuer \u{7}A",
    };
    let token = Token::parse(&good.bytes()).unwrap();
    assert_eq!(token.time, "2026-01-27T21:15:00Z".parse::<DateTime<Utc>>().unwrap());
    assert_eq!(token.authority, "Issuer A");
    assert_eq!(token.answers(Digest::of(b"log"), nonce), Ok(()));
    assert!(token.answers(Digest::of(b"other"), nonce).unwrap_err().contains("another digest"));
    assert!(token.answers(Digest::of(b"log"), Nonce::of([2; 8])).unwrap_err().contains("nonce"));
    let other = Token::parse(&Answer { authority: "B", ..good }.bytes()).unwrap();
    assert!(!token.is_of_same_authority(&other) && other.is_of_same_authority(&other.clone()));
}

#[test]
fn an_answer_that_grants_nothing_or_is_no_token_is_refused() {
    let good = Answer { status: 0, digest: Digest::of(b"log"), nonce: &[], time: "20260127211500Z", authority: "A" };
    assert!(Token::parse(&good.bytes()).is_ok());
    let refused =
        value(SEQUENCE, &value(SEQUENCE, &[value(INTEGER, &[2]), value(SEQUENCE, &value(12, b"too busy"))].concat()));
    assert_eq!(Token::parse(&refused).unwrap_err(), "it was not granted: status 2, too busy");
    for time in ["202601272115Z", "20260127211500", "20260127211500+0100", "20260132211500Z", "20260127211500.Z", ""]
    {
        assert!(Token::parse(&Answer { time, ..good }.bytes()).is_err(), "{time}");
    }
    for wrong in [&b"<html>"[..], &[], &vec![0x30; 30_000], &[good.bytes(), vec![0]].concat()] {
        assert!(Token::parse(wrong).is_err());
    }
}

#[test]
fn no_cut_and_no_flipped_bit_is_read_beyond_the_bytes() {
    let bytes = answer_of(b"log", "20260127211500Z", "A");
    for length in 0..bytes.len() {
        assert!(Token::parse(&bytes[..length]).is_err(), "{length}");
    }
    for at in 0..bytes.len() * 8 {
        let mut other = bytes.clone();
        other[at / 8] ^= 1 << (at % 8);
        // Whatever is read of it comes from the bytes that are there.
        let _ = Token::parse(&other);
    }
}
