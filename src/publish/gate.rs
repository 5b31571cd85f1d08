//! What keeps a site from being published, beside what keeps it from being built.

use crate::config::{Config, Status};
use crate::error::{Error, Place, Result};
use crate::format::size;
use crate::publication::scan;
use crate::record::{Finding, FindingKind, Record, Severity};
use crate::render::embedded::embedded;
use crate::site::Files;

/// The largest file a repository at GitHub takes.
const LARGEST_FILE: u64 = 100 << 20;

/// The largest site GitHub shows.
const LARGEST_SITE: u64 = 1_000_000_000;

/// Refuses a record with errors, with texts nobody has filled in, or of made-up trades.
///
/// # Errors
/// The first thing to do before it can be published.
pub fn record(record: &Record, findings: &[Finding], config: &Config, is_demo_meant: bool) -> Result<()> {
    let errors: Vec<&Finding> = findings.iter().filter(|finding| finding.severity == Severity::Error).collect();
    if let Some(first) = errors.first() {
        let more = if errors.len() > 1 { format!(" (the first of {} errors)", errors.len()) } else { String::new() };
        return Err(refused(first, format!("{}{more}", first.text())));
    }
    let must_be_said = |finding: &&Finding| finding.kind == FindingKind::FillIn || finding.kind.is_of_status();
    if let Some(open) = findings.iter().find(must_be_said) {
        return Err(refused(open, open.text()));
    }
    if is_demo(record, config) && !is_demo_meant {
        return Err(Error::refused(
            "these are the demo's made-up trades, and strangers would take them for a record",
        )
        .hint("publish your own record, or say that the demo is meant: `trackrecord publish --demo`"));
    }
    Ok(())
}

fn refused(finding: &Finding, message: String) -> Error {
    let error = Error::data(message)
        .hint(finding.next_step.clone())
        .hint("`trackrecord check` lists everything; nothing was published");
    match &finding.place {
        Some(place) => error.at(place.clone()),
        None => error,
    }
}

/// Whether the trades are the demo's, whatever its configuration has been changed to.
fn is_demo(record: &Record, config: &Config) -> bool {
    config.site.status == Status::Demo
        || record.executions.iter().any(|fill| fill.exec_id.as_str().starts_with(crate::demo::EXEC_ID))
}

/// Refuses pages that still have places to be filled in, and what a repository or GitHub would not take.
///
/// # Errors
/// As said.
pub fn files(files: &Files) -> Result<()> {
    for (path, content) in files {
        if content.len() as u64 > LARGEST_FILE {
            return Err(Error::refused(format!(
                "the file has {}, and GitHub takes none above 100 MB",
                size(content.len() as u64)
            ))
            .at(Place::file(format!("public/{path}")))
            .hint("make it smaller, or put it elsewhere and link to it"));
        }
        if path.ends_with(".html") && has_open_place(content) {
            return Err(Error::data("the page still says `[Fill in`")
                .at(Place::file(format!("public/{path}")))
                .hint("write what belongs there, or take it out, in content/, templates/ or the configuration"));
        }
        if path.contains('\n') {
            return Err(Error::data("the file's name holds a line break").at(Place::file(path)).hint("rename it"));
        }
    }
    let total: u64 = files.values().map(|content| content.len() as u64).sum();
    if total > LARGEST_SITE {
        return Err(Error::refused(format!("the site has {}, and GitHub shows none above 1 GB", size(total)))
            .hint("take large files out of static/ and content/, and link to them elsewhere"));
    }
    Ok(())
}

/// Refuses files into which the search for private values cannot look, unless their owner has or they are the program's own.
///
/// # Errors
/// The first of them, and why it cannot be searched.
pub fn unsearched(files: &Files, allowed: &[String]) -> Result<()> {
    let unsearched = scan::unsearched(files);
    let is_built_in = |path: &str| files.get(path).is_some_and(|own| embedded(path) == Some(&**own));
    let mut others = unsearched.iter().filter(|(path, _)| !allowed.contains(path) && !is_built_in(path));
    let Some((path, (part, why))) = others.next() else { return Ok(()) };
    let inside = part.strip_prefix(path.as_str()).unwrap_or_default().trim_start_matches('/');
    let what = if inside.is_empty() { (*why).to_owned() } else { format!("`{inside}` in it: {why}") };
    let more = others.count();
    let more = if more == 0 { String::new() } else { format!(" (the first of {} files)", more + 1) };
    Err(Error::refused(format!("the file cannot be searched for private values: {what}{more}"))
        .at(Place::file(format!("public/{path}")))
        .hint("publish it in a form that can be read: as text, CSV, zip, a PDF whose text can be copied, a font as TTF or WOFF")
        .hint(format!("if you know what is in it: `[publish] unsearched = [\"{path}\"]`")))
}

fn has_open_place(page: &[u8]) -> bool {
    let start = b"[fill in";
    page.windows(start.len()).any(|part| part.eq_ignore_ascii_case(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn site(path: &str, content: Vec<u8>) -> Files {
        [(path.to_owned(), content.into())].into()
    }

    #[test]
    fn a_page_with_an_open_place_is_refused_and_a_data_file_is_not_read() {
        let error = files(&site("about/index.html", b"<p>[fill IN: who]".to_vec())).unwrap_err();
        assert!(error.to_string().starts_with("public/about/index.html"), "{error}");
        assert!(files(&site("about/index.html", b"<p>to fill in [later".to_vec())).is_ok());
        assert!(files(&site("data/x.csv", b"[fill in".to_vec())).is_ok());
    }

    #[test]
    fn a_font_that_cannot_be_read_is_refused_unless_it_is_built_in_or_named() {
        let path = "fonts/site-regular.woff2";
        let own = embedded(path).unwrap().to_vec();
        assert!(unsearched(&site(path, own.clone()), &[]).is_ok());
        let error = unsearched(&site("fonts/mine.woff2", own.clone()), &[]).unwrap_err();
        assert!(error.message().contains("Brotli"), "{error}");
        assert!(unsearched(&site("fonts/mine.woff2", own), &["fonts/mine.woff2".to_owned()]).is_ok());
    }

    #[test]
    fn a_file_above_a_hundred_megabytes_is_refused() {
        let largest = usize::try_from(LARGEST_FILE).unwrap();
        assert!(files(&site("film.mp4", vec![0; largest])).is_ok());
        let error = files(&site("film.mp4", vec![0; largest + 1])).unwrap_err();
        assert!(error.message().contains("104.9 MB"), "{error}");
    }

    #[test]
    fn a_site_above_a_gigabyte_is_refused() {
        let part = crate::file_content::FileContent::from(vec![0; 100_000_000]);
        let parts =
            |count: usize| (0..count).map(|number| (format!("{number}.bin"), part.clone())).collect::<Files>();
        assert!(files(&parts(10)).is_ok());
        assert!(files(&parts(11)).unwrap_err().message().contains("1.10 GB"));
    }
}
