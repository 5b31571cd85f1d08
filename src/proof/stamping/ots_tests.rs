use super::*;
use crate::proof::log::{Kind, Line};
use crate::proof::stamps::Heads;

fn proof(digest: Digest, more: &[u8]) -> Vec<u8> {
    [HEADER, digest.as_ref(), more].concat()
}

fn log() -> Log {
    let mut log = Log::default();
    for seq in 1..=3 {
        let date = "2026-01-27".parse().unwrap();
        log.push(Line { digest: Digest::of(&[seq as u8]), seq, kind: Kind::Day, date });
    }
    log
}

#[test]
fn a_proof_is_known_by_its_header_and_complete_with_a_block() {
    let digest_of_log = Digest::of(b"log");
    let bytes = proof(digest_of_log, &[0xf0, 0x10]);
    assert_eq!(digest(&bytes), Some(digest_of_log));
    assert!(!is_complete(&bytes) && is_complete(&[bytes.as_slice(), BITCOIN, &[1, 2]].concat()));
    let mut other = bytes.clone();
    other[3] ^= 1;
    for wrong in [&other[..], &bytes[..40], b""] {
        assert_eq!(digest(wrong), None);
    }
    assert_eq!(
        (lines_of("12.ots"), lines_of("012.ots"), lines_of("12.a.ots"), lines_of("12.sig")),
        (Some(12), None, None, None)
    );
}

#[test]
fn a_proof_over_other_lines_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let (log, path) = (log(), |lines: usize| folder.path().join(format!("{lines}.ots")));
    let head = |lines: usize| Heads::of(&log).after(lines).unwrap();
    assert_eq!(checked(folder.path(), &log).unwrap(), Ok(0));
    std::fs::write(path(2), proof(head(2), b"x")).unwrap();
    std::fs::write(path(3), proof(head(3), b"x")).unwrap();
    assert_eq!(checked(folder.path(), &log).unwrap(), Ok(2));
    std::fs::write(path(3), proof(head(2), b"x")).unwrap();
    assert_eq!(checked(folder.path(), &log).unwrap().unwrap_err().lines, 3);
    std::fs::remove_file(path(3)).unwrap();
    std::fs::write(path(4), proof(head(3), b"x")).unwrap();
    assert_eq!(
        checked(folder.path(), &log).unwrap().unwrap_err().what,
        "stamps/4.ots is no proof over the first 4 lines"
    );
}

#[test]
fn proofs_of_the_python_library_are_read() {
    // opentimestamps 0.4.5: a DetachedTimestampFile over SHA-256 of `log`, with a PendingAttestation and with a Bitcoin block.
    let start = "004f70656e54696d657374616d7073000050726f6f6600bf89e2e884e892940108836ff184e7b41b1e13cb5fd89fa1de98dbbab99e9d2918913ff43b86a5c7c213";
    let bytes = |hex: &str| -> Vec<u8> {
        let text = format!("{start}{hex}");
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
    };
    let pending = bytes("f00801010101010101010083dfe30d2ef90c8e121168747470733a2f2f612e6578616d706c65");
    let block = bytes("000588960d73d719010380ea30");
    assert_eq!((digest(&pending), digest(&block)), (Some(Digest::of(b"log")), Some(Digest::of(b"log"))));
    assert!(!is_complete(&pending) && is_complete(&block));
}
