//! Sets keys in the files of a configuration, and leaves everything else as its author wrote it.

use std::path::Path;

use toml_edit::{DocumentMut, Item, Value};

use crate::error::{Error, Place, Result};
use crate::record::store::write_atomically;
use crate::site_dir::SiteDir;

/// A key and what it is set to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setting {
    /// Name of the table in TOML, such as `account`.
    pub section: &'static str,
    /// Name of the key in that table.
    pub key: &'static str,
    /// The value, a text.
    pub value: String,
}

impl Setting {
    /// A setting.
    pub fn new(section: &'static str, key: &'static str, value: impl Into<String>) -> Self {
        Self { section, key, value: value.into() }
    }

    /// Whether it belongs in the file that is kept out of the repository.
    fn is_private(&self) -> bool {
        (self.section, self.key) == ("account", "id")
    }
}

/// Whether one of the files says something of a key.
pub fn is_said(site: &SiteDir, section: &str, key: &str) -> bool {
    [site.config(), site.local_config()].iter().any(|path| {
        let text = std::fs::read_to_string(path).unwrap_or_default();
        let table = text.parse::<DocumentMut>().ok();
        let item = table.as_ref().and_then(|table| table.get(section)?.get(key));
        item.is_some_and(|item| item.as_str() != Some(""))
    })
}

/// Writes settings into `config/config.toml`, and what is private into `config/local.toml`.
///
/// # Errors
/// A file that cannot be read as TOML, or cannot be written.
pub fn set(site: &SiteDir, settings: &[Setting]) -> Result<()> {
    let (private, public): (Vec<_>, Vec<_>) = settings.iter().cloned().partition(Setting::is_private);
    for (path, settings) in [(site.config(), public), (site.local_config(), private)] {
        if settings.is_empty() {
            continue;
        }
        edit(&path, |document| put(document, &settings, &path))?;
    }
    Ok(())
}

/// Changes a file of the configuration, which need not be there yet.
///
/// # Errors
/// As [`set`], and those of the change.
pub(super) fn edit(path: &Path, change: impl FnOnce(&mut DocumentMut) -> Result<()>) -> Result<()> {
    let text = super::load::read(path)?.map_or_else(String::new, |source| source.text);
    let mut document: DocumentMut = text.parse().map_err(|cause: toml_edit::TomlError| {
        // The cause itself quotes the line, which may hold a token.
        let place = cause.span().map(|span| Place::offset(path, &text, span.start));
        damaged(path).at(place.unwrap_or_else(|| Place::file(path)))
    })?;
    change(&mut document)?;
    write_atomically(path, document.to_string().as_bytes(), true)
}

fn damaged(path: &Path) -> Error {
    Error::configuration("the configuration is not TOML").at(Place::file(path)).hint("repair the file")
}

/// Sets keys where they stand, be it as an example behind a `#`, and adds those that are missing.
fn put(document: &mut DocumentMut, settings: &[Setting], path: &Path) -> Result<()> {
    for Setting { section, key, value } in settings {
        if let Some(uncommented) = uncommented(document, section, key) {
            *document = uncommented;
        }
        let table = document.entry(section).or_insert_with(toml_edit::table);
        let table = table.as_table_like_mut().ok_or_else(|| damaged(path))?;
        let mut new = Value::from(value.as_str());
        match table.get_mut(key) {
            Some(Item::Value(old)) => {
                *new.decor_mut() = old.decor().clone();
                *old = new;
            }
            _ => drop(table.insert(key, Item::Value(new))),
        }
    }
    Ok(())
}

/// The document with a key set to "" where only an example behind a `#` stood in its section.
fn uncommented(document: &DocumentMut, section: &str, key: &str) -> Option<DocumentMut> {
    if document.get(section).is_some_and(|table| table.get(key).is_some()) {
        return None;
    }
    let text = document.to_string();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let heading = format!("[{section}]");
    let begin = lines.iter().position(|line| line.trim() == heading)? + 1;
    let example = format!("# {key} = ");
    let of_section = lines.iter_mut().skip(begin).take_while(|line| !line.starts_with('['));
    let line = of_section.into_iter().find(|line| line.starts_with(&example))?;
    *line = format!("{key} = \"\"");
    (lines.join("\n") + "\n").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_set_where_it_stands_and_nothing_else_moves() {
        let text = "# mine\n[site]\ntitle = 'A'   # a name\nstatus = \"\" # said later\n\n[privacy]\n# why\nmode = 'relative'\n";
        let set = [Setting::new("site", "status", "live"), Setting::new("account", "base_currency", "EUR")];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let with = |text: &str| {
            std::fs::write(&path, text).unwrap();
            edit(&path, |document| put(document, &set, &path))?;
            Ok::<_, Error>(std::fs::read_to_string(&path).unwrap())
        };
        let written = with(text).unwrap();
        let expected = text.replace("status = \"\"", "status = \"live\"") + "\n[account]\nbase_currency = \"EUR\"\n";
        assert_eq!(written, expected);
        assert_eq!(with(&written).unwrap(), written);
        assert!(with("[site").is_err());
    }

    #[test]
    fn a_key_that_stands_there_as_an_example_is_set_in_its_place() {
        let text = "[site]\nstatus = \"\"\n# base_currency = \"not mine\"\n\n[account]\nid = \"\"\n# Its currency.\n# base_currency = \"EUR\"\n# The exchange.\n\n[privacy]\n";
        let mut document: DocumentMut = text.parse().unwrap();
        put(&mut document, &[Setting::new("account", "base_currency", "GBP")], Path::new("c")).unwrap();
        assert_eq!(document.to_string(), text.replace("# base_currency = \"EUR\"", "base_currency = \"GBP\""));
        put(&mut document, &[Setting::new("account", "base_currency", "CHF")], Path::new("c")).unwrap();
        assert_eq!(document.to_string(), text.replace("# base_currency = \"EUR\"", "base_currency = \"CHF\""));
    }

    #[test]
    fn the_number_of_the_account_goes_into_the_file_that_is_not_committed() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        std::fs::create_dir(folder.path().join("config")).unwrap();
        set(&site, &[Setting::new("account", "id", "U7654321"), Setting::new("site", "status", "live")]).unwrap();
        assert_eq!(std::fs::read_to_string(site.config()).unwrap(), "[site]\nstatus = \"live\"\n");
        assert_eq!(std::fs::read_to_string(site.local_config()).unwrap(), "[account]\nid = \"U7654321\"\n");
        assert!(is_said(&site, "account", "id") && !is_said(&site, "account", "exchange"));
    }
}
