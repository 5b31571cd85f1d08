//! The site's own templates: a file of which no use is made is most often misspelt, and a copy of ours grows old when ours changes.

use std::path::{Path, PathBuf};

use super::theme::{ASSETS, EXTRA_STYLE};
use crate::digest::sha256;
use crate::nearest::nearest;
use crate::record::store::write_new;
use crate::record::{Finding, FindingKind, Severity};
use crate::render::embedded::{TEMPLATES, embedded};
use crate::render::own_templates::OwnTemplates;
use crate::{Error, Place, Result};

/// The endings of files that can mention others.
const TEXTS: [&str; 4] = ["html", "typ", "css", "js"];

/// What stands before the digest of the original in the last line of a copy.
const COPIED: &str = "copied from the original ";

/// How many digits of the original's digest a copy has.
const DIGITS: usize = 12;

/// Writes a copy of a built-in template or file to begin a replacement with. Its last line says which original it was, so
/// that [`findings`] can say when that has changed. An existing file stays as it is.
///
/// # Errors
/// No built-in file of this name, one that is there already, or one that cannot be written.
pub fn copy(name: &str, folder: &Path) -> Result<PathBuf> {
    let Some(original) = embedded(name) else {
        let known = built_in();
        let hint = match nearest(name, known.iter().map(String::as_str), 3) {
            Some(other) => format!("did you mean `{other}`?"),
            None => "docs/templates.md lists them".to_owned(),
        };
        return Err(Error::usage(format!("there is no built-in template `{name}`")).hint(hint));
    };
    let path = folder.join(name);
    let mut copy = original.to_vec();
    if let Some(mark) = mark(name, original) {
        copy.extend_from_slice(mark.as_bytes());
    }
    if write_new(&path, &copy, false)? {
        return Ok(path);
    }
    Err(Error::usage("the file is there already, and stays as it is")
        .at(Place::file(&path))
        .hint("move it aside to have the original beside it"))
}

/// The last line of a copy, as a comment of its language; none for files that are no text.
fn mark(name: &str, original: &[u8]) -> Option<String> {
    let words = format!("{COPIED}{}", sha256(original, DIGITS));
    match Path::new(name).extension()?.to_str()? {
        "html" | "xml" => Some(format!("{{# {words} #}}\n")),
        "css" => Some(format!("/* {words} */\n")),
        "js" | "typ" => Some(format!("// {words}\n")),
        "svg" => Some(format!("<!-- {words} -->\n")),
        _ => None,
    }
}

/// Whether a copy says that it was made from another original than today's.
fn is_outdated(name: &str, content: &[u8]) -> bool {
    let Some(original) = embedded(name) else { return false };
    let text = String::from_utf8_lossy(content);
    let digest = text.rfind(COPIED).and_then(|at| text.get(at + COPIED.len()..)?.get(..DIGITS));
    digest.is_some_and(|digest| digest != sha256(original, DIGITS))
}

/// What is odd about the templates in this folder.
pub fn findings(folder: &Path) -> Vec<Finding> {
    match OwnTemplates::read(folder) {
        Ok(own) => odd(&own),
        Err(error) => vec![Finding::from_error(FindingKind::Unreadable, &error)],
    }
}

/// The site's own files of which no use is made, and copies of which the original has changed since.
pub fn odd(own: &OwnTemplates) -> Vec<Finding> {
    let mut found = unused(own);
    found.extend(
        own.files().iter().filter(|(name, content)| is_outdated(name, content)).map(|(name, _)| outdated(name)),
    );
    found
}

fn outdated(name: &str) -> Finding {
    let message = "the original of this template has changed since it was copied";
    let next = format!(
        "move it aside, copy the new one with `trackrecord init --template {name}`, and make your changes in that"
    );
    Finding::new(Severity::Warning, FindingKind::OutdatedTemplate, message, next)
        .at(Place::file(Path::new("templates").join(name)))
}

/// The site's own files that replace none of ours and that no other one mentions.
fn unused(own: &OwnTemplates) -> Vec<Finding> {
    let is_text =
        |name: &str| Path::new(name).extension().is_some_and(|ending| TEXTS.iter().any(|text| ending == *text));
    let texts: Vec<(&String, &str)> = own
        .files()
        .iter()
        .filter(|(name, _)| is_text(name))
        .filter_map(|(name, content)| Some((name, std::str::from_utf8(content).ok()?)))
        .collect();
    let known = built_in();
    let is_mentioned = |name: &str| {
        let file = Path::new(name).file_name().unwrap_or_default().to_string_lossy().into_owned();
        texts.iter().any(|(other, text)| *other != name && text.contains(&file))
    };
    let unused = own.files().keys().filter(|name| !known.contains(*name) && !is_mentioned(name));
    unused.map(|name| finding(name, &known)).collect()
}

fn finding(name: &str, known: &[String]) -> Finding {
    let next = match nearest(name, known.iter().map(String::as_str), 2) {
        Some(other) => format!("did you mean `{other}`?"),
        None => "name it like the file that it is to replace, or delete it; a file for the site itself belongs into static/".into(),
    };
    let message = "no built-in template or file has this name, and no template mentions it";
    Finding::new(Severity::Warning, FindingKind::UnusedTemplate, message, next)
        .at(Place::file(Path::new("templates").join(name)))
}

/// The names that a file can have to be used.
fn built_in() -> Vec<String> {
    let embedded = TEMPLATES.files().filter_map(|file| file.path().to_str()).map(str::to_owned);
    let assets = ASSETS.into_iter().chain([EXTRA_STYLE]).map(str::to_owned);
    embedded.chain(assets).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(files: &[(&str, &str)]) -> Vec<(String, String)> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        let found = findings(folder.path()).into_iter();
        found.map(|finding| (finding.place.unwrap().to_string(), finding.next_step)).collect()
    }

    #[test]
    fn a_misspelt_template_is_named_with_the_one_that_was_meant() {
        let found = said(&[("indx.html", "x"), ("foot.html", "x"), ("styel.css", ""), ("report.type", "")]);
        let found: Vec<_> = found.iter().map(|(place, next)| (place.as_str(), next.as_str())).collect();
        assert_eq!(
            found,
            [
                ("templates/indx.html", "did you mean `index.html`?"),
                ("templates/report.type", "did you mean `report.typ`?"),
                ("templates/styel.css", "did you mean `style.css`?"),
            ]
        );
    }

    #[test]
    fn a_copy_says_when_its_original_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["index.html", "style.css", "site.js", "report.typ", "feed.xml", "fonts/site-regular.woff2"] {
            let path = copy(name, folder.path()).unwrap();
            let copied = std::fs::read(&path).unwrap();
            assert!(copied.starts_with(embedded(name).unwrap()), "{name}");
            let refused = copy(name, folder.path()).unwrap_err().to_string();
            assert!(refused.contains("there already"), "{refused}");
        }
        assert_eq!(findings(folder.path()), [], "all are as they were copied");
        let index = folder.path().join("index.html");
        let text = std::fs::read_to_string(&index).unwrap();
        let digest = sha256(embedded("index.html").unwrap(), DIGITS);
        std::fs::write(&index, text.replace("<h1", "<h1 data-mine")).unwrap();
        assert_eq!(findings(folder.path()), [], "a change of one's own is none of the original");
        std::fs::write(&index, text.replace(&digest, "0123456789ab")).unwrap();
        let found = findings(folder.path());
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].kind, FindingKind::OutdatedTemplate);
        assert!(found[0].next_step.contains("init --template index.html"), "{found:?}");
        let unknown = copy("indx.html", folder.path()).unwrap_err().to_string();
        assert!(unknown.contains("no built-in template `indx.html`"), "{unknown}");
    }

    #[test]
    fn what_replaces_ours_or_is_mentioned_is_in_use() {
        let files = [
            ("index.html", "{% include \"parts/own.html\" %}"),
            ("parts/own.html", "x"),
            ("style.css", ""),
            ("extra.css", ""),
            ("site.js", ""),
            ("report.typ", "#image(\"logo.svg\")"),
            ("logo.svg", ""),
            (".swp", ""),
            ("foot.html~", ""),
        ];
        assert_eq!(said(&files), []);
        assert_eq!(said(&[("left.html", "left.html mentions itself")]).len(), 1);
    }
}
