//! The site's own templates: files of which no use is made are most often misspelt.

use std::path::Path;

use super::theme::{ASSETS, EXTRA_STYLE};
use crate::Place;
use crate::nearest::nearest;
use crate::record::{Finding, FindingKind, Severity};
use crate::render::embedded::TEMPLATES;
use crate::render::own_templates::OwnTemplates;

/// The endings of files that can mention others.
const TEXTS: [&str; 4] = ["html", "typ", "css", "js"];

/// What is odd about the templates in this folder.
pub fn findings(folder: &Path) -> Vec<Finding> {
    match OwnTemplates::read(folder) {
        Ok(own) => unused(&own),
        Err(error) => vec![Finding::from_error(FindingKind::Unreadable, &error)],
    }
}

/// The site's own files that replace none of ours and that no other one mentions.
pub fn unused(own: &OwnTemplates) -> Vec<Finding> {
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
