//! Writes settings into `config/config.toml` and leaves every other line as it is.

use std::path::Path;

use toml_edit::{Array, DocumentMut, Item, Table, value};

use super::CsvImport;
use super::edit::edit;
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// Writes `[csv]`: what differs from the defaults, and what has been set before.
///
/// # Errors
/// A file that is no TOML, or cannot be written.
pub fn save_csv(site: &SiteDir, import: &CsvImport) -> Result<()> {
    edit(&site.config(), |document| put(document, import, &site.config()))
}

/// Writes the section into a document.
fn put(document: &mut DocumentMut, import: &CsvImport, path: &Path) -> Result<()> {
    let csv = document.entry("csv").or_insert_with(|| Item::Table(Table::new()));
    let Some(csv) = csv.as_table_mut() else {
        return Err(Error::configuration("`csv` is not a section").at(Place::file(path)).hint("write it as [csv]"));
    };
    let defaults = CsvImport::default();
    let mut set = |key: &str, item: Option<Item>| {
        if let Some(item) = item {
            csv.insert(key, item);
        }
    };
    set("preset", import.preset.map(|preset| value(preset.name())));
    set("delimiter", import.delimiter.map(|letter| value(letter.to_string())));
    set("decimal_mark", import.decimal_mark.map(|letter| value(letter.to_string())));
    set("time_zone", import.time_zone.map(|zone| value(zone.name())));
    let differs = import.time_format != defaults.time_format;
    set("time_format", differs.then(|| value(import.time_format.as_str())));
    for (key, words) in [("buy", &import.buy), ("sell", &import.sell), ("other", &import.other)] {
        let list: Array = words.iter().map(String::as_str).collect();
        set(key, (!words.is_empty()).then(|| value(list)));
    }
    if !import.columns.is_empty() {
        let columns = csv.entry("columns").or_insert_with(|| Item::Table(Table::new()));
        if let Some(columns) = columns.as_table_like_mut() {
            for (ours, theirs) in &import.columns {
                columns.insert(ours, value(theirs.as_str()));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Preset, load};

    #[test]
    fn what_is_saved_is_read_again_and_every_other_line_stays() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        std::fs::create_dir(folder.path().join("config")).unwrap();
        let before = "# mine\n[csv]\n# a word\nmultiplier = \"1\"\n\n[names]\nABC = \"Alphabet\" # soup\n";
        std::fs::write(site.config(), before).unwrap();
        let mut import = CsvImport { preset: Some(Preset::Degiro), delimiter: Some(';'), ..CsvImport::default() };
        import.columns.insert("-commission".into(), "Fee (EUR)".into());
        import.buy.push("Kjøp".into());
        save_csv(&site, &import).unwrap();
        assert_eq!(load(&site, []).unwrap().csv, import);
        let after = std::fs::read_to_string(site.config()).unwrap();
        for line in before.lines() {
            assert!(after.contains(line), "{line}: {after}");
        }
    }
}
