//! Time stamps over the log: each is read here, and the signatures of some are checked by `openssl`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::super::entry::Entry;
use super::super::item_stamps::ItemStamps;
use super::super::log::{Kind, Log, instant};
use super::super::stamping::openssl::{Said, Vouching};
use super::super::stamping::ots;
use super::super::stamping::token::Token;
use super::super::stamps::{Stamps, files, lines_of};
use super::super::timing::Timings;
use super::{Broken, Read, Verified, broken, lines};
use crate::counted::counted;
use crate::digest::Digest;
use crate::error::Result;

/// The folder of stamps over what was sealed, each over one item alone.
const ITEMS: &str = "items";

/// So many stamps between the first and the newest have their signatures checked, unless all have.
const SAMPLE: usize = 3;

/// Every stamp is over the lines that it names, those that `renew` entries list are as they were, and some, or all, are signed by
/// whom the certificates vouch for. What was recorded in time is computed from them.
pub fn check(
    verified: &mut Verified,
    log: &Log,
    read: &[Read],
    proof: &Path,
    every: bool,
) -> Result<ItemStamps, Broken> {
    let unread = |error: crate::Error| broken(None, error.causes().join(", "));
    let folder = proof.join("stamps");
    only_stamps(&folder)?;
    let stamps = Stamps::read(&folder, log).map_err(unread)?.map_err(|wrong| broken(wrong.lines, wrong.what))?;
    let of_items = files(&folder.join(ITEMS), |name| !name.starts_with('.')).map_err(unread)?;
    let alone = ItemStamps::of(&of_items).map_err(|wrong| broken(None, wrong))?;
    renewed(read, &folder)?;
    let blocks = ots::checked(&folder, log).map_err(unread)?.map_err(|wrong| broken(wrong.lines, wrong.what))?;
    if blocks > 0 {
        verified.unchecked.push(format!(
            "the Bitcoin blocks that {blocks} proofs stamps/N.ots lead to: `ots verify -d $(head -n N log | sha256sum | cut -c-64) stamps/N.ots`"
        ));
    }
    let Some(newest) = stamps.all().last() else {
        verified.unchecked.push(UNSTAMPED.to_owned());
        return Ok(alone);
    };
    let authorities: BTreeSet<&str> = stamps.all().iter().map(|stamp| stamp.token.authority.as_str()).collect();
    verified.checked.push(format!(
        "{}, each over the lines that it names, by {}; the newest is over the first {} lines, of {}",
        counted(stamps.all().len(), "time stamp"),
        authorities.into_iter().collect::<Vec<_>>().join(" and "),
        newest.lines,
        instant(newest.token.time)
    ));
    let chosen = if every { (0..stamps.all().len()).collect() } else { chosen(&stamps, read) };
    let chosen = BTreeSet::iter(&chosen)
        .filter_map(|at| stamps.all().get(*at))
        .map(|stamp| (stamp.file.clone(), &stamp.token));
    let items: Vec<(String, &Token)> = alone.all().map(|(name, token)| (format!("{ITEMS}/{name}"), token)).collect();
    let few = if every { (0..items.len()).collect() } else { sample(items.len()) };
    let chosen = chosen.chain(few.into_iter().filter_map(|at| items.get(at).cloned())).collect::<Vec<_>>();
    signatures(verified, &chosen, stamps.all().len() + items.len(), proof).map_err(unread)??;
    // A line says enough of an entry that is held back, unless it is a thesis or a plan.
    let nothing = Entry(BTreeMap::new());
    let lines = lines(log, read);
    let timings = Timings::of(lines.iter().map(|(line, entry)| (*line, entry.unwrap_or(&nothing))), &stamps, &alone);
    verified.checked.extend(timings.in_words());
    verified.timings = timings;
    let after = log.lines().len() - newest.lines;
    if after > 0 {
        verified
            .unchecked
            .push(format!("when the newest entries were recorded: no time stamp is over the last {after} yet"));
    }
    Ok(alone)
}

/// What is said where nobody has stamped anything.
const UNSTAMPED: &str = "when anything was recorded: nothing is stamped by somebody else, and `made_at` is what the author's computer said";

/// A file that is none of a stamp could be taken for one.
fn only_stamps(folder: &Path) -> Result<(), Broken> {
    let is_stamp = |name: &str| {
        let of_lines = |ending: &str| name.strip_suffix(ending).is_some_and(|count| count.parse::<usize>().is_ok());
        name == ITEMS
            || name.starts_with('.')
            || lines_of(name).is_some()
            || of_lines(".sig")
            || ots::lines_of(name).is_some()
    };
    let there = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = there.map(|file| file.file_name().to_string_lossy().into_owned());
    match names.filter(|name| !is_stamp(name)).min() {
        Some(other) => Err(broken(None, format!("stamps/{other} is no stamp over the log, by its name"))),
        None => Ok(()),
    }
}

/// The stamps that `renew` entries list are there, and as they were.
fn renewed(read: &[Read], folder: &Path) -> Result<(), Broken> {
    for one in read.iter().filter(|one| one.line.kind == Kind::Renew) {
        let listed = one.entry.0.get("stamps").and_then(|stamps| stamps.as_map());
        for (name, digest) in listed.into_iter().flatten() {
            let now = std::fs::read(folder.join(name)).map(|bytes| Digest::of(&bytes).to_string());
            if now.ok().as_deref() != digest.as_text() {
                return Err(broken(
                    one.line.seq,
                    format!("stamps/{name} is not there as it was when this entry listed it"),
                ));
            }
        }
    }
    Ok(())
}

/// Which stamps have their signatures checked: the first, the newest of each authority, those over `renew` entries, and a few between.
fn chosen(stamps: &Stamps, read: &[Read]) -> BTreeSet<usize> {
    let all = stamps.all();
    let newest: BTreeMap<&str, usize> =
        all.iter().enumerate().map(|(at, stamp)| (stamp.token.authority.as_str(), at)).collect();
    let of_renewals = read.iter().filter(|one| one.line.kind == Kind::Renew).flat_map(|one| {
        let over = all.iter().position(|stamp| stamp.lines >= one.line.seq);
        let before = all.iter().rposition(|stamp| stamp.lines < one.line.seq);
        [over, before].into_iter().flatten()
    });
    newest.into_values().chain(of_renewals).chain(sample(all.len())).collect()
}

/// The first of so many, and a few between it and the last.
fn sample(count: usize) -> BTreeSet<usize> {
    (0..=SAMPLE).map(|step| step * count.saturating_sub(1) / (SAMPLE + 1)).collect()
}

/// Has `openssl` check these, of so many altogether.
fn signatures(
    verified: &mut Verified,
    chosen: &[(String, &Token)],
    all: usize,
    proof: &Path,
) -> Result<Result<(), Broken>> {
    let Some(vouching) = Vouching::read(&proof.join("tsa"))? else {
        verified.unchecked.push(
            "signatures of the time stamps: tsa/ has no certificate, so that anybody could have made them".to_owned(),
        );
        return Ok(Ok(()));
    };
    let mut expired = 0;
    for (file, token) in chosen {
        match vouching.say(&proof.join("stamps").join(file), token) {
            Said::Holds => {}
            Said::Held => expired += 1,
            Said::Fails(why) => return Ok(Err(unsigned(file, &why))),
            Said::NotThere => {
                verified.unchecked.push("signatures of the time stamps: `openssl` is not there".to_owned());
                return Ok(Ok(()));
            }
        }
    }
    let held = if expired > 0 {
        format!(", {expired} of them by certificates that have expired since")
    } else {
        String::new()
    };
    verified.checked.push(format!(
        "{} time stamps are signed by whom the {} certificates in tsa/ vouch for, says openssl{held}",
        chosen.len(),
        vouching.count
    ));
    verified.unchecked.push(
        "whether the certificates in tsa/ are those of the authorities: compare `openssl x509 -noout -subject -fingerprint -sha256 -in FILE` with what they publish"
            .to_owned(),
    );
    if chosen.len() < all {
        verified
            .unchecked
            .push(format!("the signatures of {} other time stamps: `--all` checks them", all - chosen.len()));
    }
    Ok(Ok(()))
}

fn unsigned(file: &str, why: &str) -> Broken {
    let lines = lines_of(file);
    broken(lines, format!("stamps/{file} is not signed by whom the certificates in tsa/ vouch for: {why}"))
}

#[cfg(test)]
#[path = "stamps_tests.rs"]
mod tests;
