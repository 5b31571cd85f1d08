//! The last look at the finished site: is anything private in it?
//!
//! The types above make a leak by a template impossible; this catches what they cannot, such as an amount in
//! the author's own commentary or a file that a page links to, and guards against mistakes in the boundary itself. It
//! searches names (account, execution, order and flow numbers) in every file, and in relative mode numbers as well, read in
//! every usual spelling: `123456.78`, `123,456.78`, `123.456,78`, `123 456.78`, rounded to one, ten and hundred cents. Numbers
//! that the program has computed itself and writes as something else (geometry, labels and series of charts, figures beside
//! their names, digests, percentages, counts) are equal to an amount now and then, and are left alone where they stand.
//! A name is found however its words are set apart, and what goes on behind a tag or an escape is read as one.
//! Archives, PDFs, fonts and `data:` addresses are looked into, and texts read in their encoding. In what is no text names are searched in
//! all bytes and amounts in the words, because other bytes are equal to some number now and then.

mod binary;
mod data_uri;
mod font;
mod inflate;
mod kept;
mod money;
mod number;
mod numbers;
mod own;
mod packed;
mod pdf;
mod search;
mod secrets;
mod seen;
mod spoken;
mod wording;

use std::collections::BTreeMap;

use crate::error::{Error, Place, Result};
use crate::file_content::FileContent;

pub use secrets::Secrets;
pub use spoken::{Sizes, Spoken};

/// Of so many leaks it is looked up where they were written.
const PLACED: usize = 100;

/// Something private in a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Leak {
    /// The file within the site.
    pub file: String,
    /// Line in the file, counted from one; zero where it is in the file's name, or in a file that is no text.
    pub line: usize,
    /// What kind of secret it is.
    pub what: &'static str,
    /// How it stands there.
    pub text: String,
}

impl Secrets {
    /// Looks through finished files.
    pub fn search(&self, files: &BTreeMap<String, FileContent>) -> Vec<Leak> {
        use rayon::prelude::*;
        let case = self.case();
        // The largest first, so that no thread is left with one of them at the end.
        let mut files: Vec<_> = files.iter().collect();
        files.sort_by_key(|(_, bytes)| std::cmp::Reverse(bytes.len()));
        let found = files.par_iter().with_max_len(1);
        let mut leaks: Vec<Leak> =
            found.flat_map_iter(|(name, bytes)| search::file(self, case, name, bytes)).collect();
        leaks.sort();
        leaks.dedup();
        leaks
    }
}

/// The files that cannot be searched, or not as a whole: what of them, and why.
pub fn unsearched(files: &BTreeMap<String, FileContent>) -> BTreeMap<&String, (String, &'static str)> {
    files.iter().filter_map(|(name, bytes)| Some((name, packed::read(name, bytes).unread?))).collect()
}

/// Refuses a site that holds something private.
///
/// # Errors
/// Every leak, with file and line, and what to do about it.
pub fn refuse_leaks(leaks: &[Leak]) -> Result<()> {
    refuse_leaks_of(leaks, |_| None)
}

/// As [`refuse_leaks`], where it may be known in which text of the author's a leak was written.
///
/// # Errors
/// Every leak, with the place in the text or else in the site.
pub fn refuse_leaks_of(leaks: &[Leak], written: impl Fn(&Leak) -> Option<Place>) -> Result<()> {
    let Some(first) = leaks.first() else { return Ok(()) };
    let mut list: Vec<String> = Vec::new();
    let mut texts = Vec::new();
    for (number, leak) in leaks.iter().enumerate() {
        let text = if leak.what == secrets::TOKEN { String::new() } else { format!(" ({})", leak.text) };
        let place = (number < PLACED).then(|| written(leak)).flatten();
        let file = format!("public/{}", leak.file);
        let in_site = if leak.line == 0 { Place::file(file) } else { Place::line(file, leak.line) };
        let shown = place.clone().unwrap_or(in_site);
        let line = format!("{shown} shows {}{text}", leak.what);
        if !list.contains(&line) {
            list.push(line);
        }
        // The line of a token is not looked up, because it would be shown.
        texts.extend(place.map(|place| if leak.what == secrets::TOKEN { Place::file(place.path) } else { place }));
    }
    let count = list.len();
    list.truncate(10);
    let more = count - list.len();
    let rest = if more > 0 { format!("\nand {more} more") } else { String::new() };
    Err(Error::refused(format!(
        "the site was not published, because it would give private things away:\n{}{rest}",
        list.join("\n")
    ))
    .at(texts.into_iter().next().unwrap_or_else(|| Place::file(format!("public/{}", first.file))))
    .hint(hint(first)))
}

/// What to do about a leak: the generated file says which of the author's texts or templates it is from.
fn hint(leak: &Leak) -> String {
    let file = format!("take it out of the text, picture or template that public/{} is made from", leak.file);
    if leak.what == secrets::TOKEN || leak.what == secrets::ACCOUNT {
        return file;
    }
    let text = leak.text.replace('\\', "\\\\").replace('"', "\\\"");
    format!(
        "{file}; if it is the same only by chance, `[privacy] allow = [\"{text}\"]` in config/local.toml lets it through"
    )
}

#[cfg(test)]
mod tests;
