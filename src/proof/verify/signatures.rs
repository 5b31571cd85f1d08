//! Signatures over the log, checked by `ssh-keygen` against the keys that the log names.

use std::collections::BTreeSet;
use std::path::Path;

use super::super::log::{Kind, Log};
use super::super::rotating::may_follow;
use super::super::signing;
use super::{Broken, Read, Verified, broken};

/// Every signature is over lines that are there, the signers are those that the log names, and the newest signature is one of theirs.
pub fn check(verified: &mut Verified, log: &Log, read: &[Read], proof: &Path) -> Result<(), Broken> {
    let named: BTreeSet<&str> =
        read.iter().filter(|one| one.line.kind == Kind::Key).filter_map(|one| one.entry.text("public_key")).collect();
    let signers = proof.join("allowed_signers");
    if named.is_empty() {
        if signers.exists() || !counts(proof).is_empty() {
            return Err(broken(
                None,
                "there are signatures, and the log names no key: it was cut off, or is another one",
            ));
        }
        verified.unchecked.push("who made the log: it names no key, so nothing is signed".to_owned());
        return Ok(());
    }
    let text = std::fs::read_to_string(&signers).unwrap_or_default();
    let listed: BTreeSet<&str> = text.lines().filter_map(signer).collect();
    if listed != named || text.lines().count() != listed.len() {
        return Err(broken(None, "allowed_signers lists other keys than the log names"));
    }
    let keys: Vec<&Read> = read.iter().filter(|one| one.line.kind == Kind::Key).collect();
    followed(verified, &keys)?;
    let signed = counts(proof);
    let Some(newest) = signed.last().copied() else {
        verified.unchecked.push("signatures: the log names a key, and there is no signature".to_owned());
        return Ok(());
    };
    let Some(end) = end_of_line(log.text(), newest) else {
        return Err(broken(
            None,
            format!("stamps/{newest}.sig is over {newest} lines, and the log has {}", log.lines().len()),
        ));
    };
    let bytes = log.text().as_bytes().get(..end).unwrap_or_default();
    let signature = std::fs::read(proof.join(format!("stamps/{newest}.sig"))).unwrap_or_default();
    // The key that was in force at this line, and no other one.
    let key = keys.iter().rfind(|one| one.line.seq <= newest).and_then(|one| one.entry.text("public_key"));
    match signing::verified_by(key.unwrap_or_default(), signing::NAMESPACE, &signature, bytes) {
        Some(Ok(())) => {
            verified.checked.push(format!("the first {newest} lines are signed by the key that the log names"))
        }
        Some(Err(said)) => {
            return Err(broken(
                newest,
                format!("stamps/{newest}.sig is no signature over the lines up to here: {said}"),
            ));
        }
        None => verified.unchecked.push("signatures: `ssh-keygen` is not there".to_owned()),
    }
    if signed.len() > 1 {
        verified
            .unchecked
            .push(format!("{} older signatures: the newest is over all that they are over", signed.len() - 1));
    }
    Ok(())
}

/// Each key after the first was signed by the one before, or named by it.
fn followed(verified: &mut Verified, keys: &[&Read]) -> Result<(), Broken> {
    for (before, after) in keys.iter().zip(keys.iter().skip(1)) {
        match may_follow(&before.entry, &after.entry) {
            Some(Ok(())) => {}
            Some(Err(why)) => {
                return Err(broken(after.line.seq, format!("the key was exchanged by nobody who might: {why}")));
            }
            None => verified.unchecked.push("exchanged keys: `ssh-keygen` is not there".to_owned()),
        }
        let why = after.entry.text("reason").unwrap_or("not stated");
        verified
            .checked
            .push(format!("entry {} exchanges the key ({why}), and the one before allows it", after.line.seq));
    }
    Ok(())
}

/// Kind and content of the key in a line of the list of signers.
fn signer(line: &str) -> Option<&str> {
    let (_, rest) = line.strip_prefix(signing::IDENTITY)?.strip_prefix(' ')?.split_once(' ')?;
    Some(rest)
}

/// Over how many lines there are signatures, ascending.
fn counts(proof: &Path) -> Vec<usize> {
    let there = std::fs::read_dir(proof.join("stamps")).into_iter().flatten().flatten();
    let count = |name: &str| name.strip_suffix(".sig")?.parse().ok();
    let mut counts: Vec<usize> = there.filter_map(|file| count(file.file_name().to_str()?)).collect();
    counts.sort_unstable();
    counts
}

/// Where a line ends, counted from 1.
fn end_of_line(text: &str, line: usize) -> Option<usize> {
    let (at, _) = text.match_indices('\n').nth(line.checked_sub(1)?)?;
    Some(at + 1)
}
