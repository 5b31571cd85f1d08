//! The numbers of the forms in which data is written, so that a program says when it is too old for a folder.

use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// The form of the files of `data/`, as `data/SCHEMA` names it. A folder without that file has the first.
pub const DATA: u32 = 2;

/// What `data/SCHEMA` holds.
pub fn data_file() -> String {
    format!("{DATA}\n")
}

/// Stops at a folder that a later version has written.
///
/// # Errors
/// A number beyond [`DATA`], or something that is no number.
pub fn check(site: &SiteDir) -> Result<()> {
    let path = site.schema();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("read the file", &path, error)),
    };
    match text.trim().parse::<u32>() {
        Ok(1..=DATA) => Ok(()),
        Ok(newer) if newer > DATA => {
            Err(Error::data(format!("data/ has schema {newer}, and this version reads up to {DATA}"))
                .at(Place::file(path))
                .hint("a later version has written it: update trackrecord; nothing was changed"))
        }
        _ => Err(Error::data("it does not hold the number of a schema")
            .at(Place::file(path))
            .hint(format!("write {DATA} into it, or restore data/ from a copy"))),
    }
}

/// Whether the folder has no number yet, or that of an earlier version, whose files are read and completed.
pub fn is_older(site: &SiteDir) -> bool {
    let number = std::fs::read_to_string(site.schema()).ok().and_then(|text| text.trim().parse::<u32>().ok());
    number.is_none_or(|number| number < DATA)
}

/// The number in a JSON document. All have the first form; a missing one means it too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Schema(u32);

impl Schema {
    /// The form that this version writes.
    pub const NOW: Self = Self(1);
}

impl Default for Schema {
    fn default() -> Self {
        Self::NOW
    }
}

impl<'de> Deserialize<'de> for Schema {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u32::deserialize(deserializer)? {
            1 => Ok(Self::NOW),
            other => {
                Err(D::Error::custom(format!("it has schema {other}, and this version reads 1: update trackrecord")))
            }
        }
    }
}

/// A document behind its number: what every `--json` prints.
#[derive(Debug, Serialize)]
pub struct Document<T> {
    schema: Schema,
    #[serde(flatten)]
    body: T,
}

impl<T: Serialize> Document<T> {
    /// A document in the form that this version writes.
    pub fn new(body: T) -> Self {
        Self { schema: Schema::NOW, body }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_of_a_later_version_is_refused_and_one_without_a_number_is_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        check(&site).unwrap();
        std::fs::create_dir_all(site.data()).unwrap();
        let with = |text: &str| {
            std::fs::write(site.schema(), text).unwrap();
            check(&site)
        };
        with("1\n").unwrap();
        assert!(is_older(&site));
        with(&data_file()).unwrap();
        assert!(!is_older(&site));
        let error = with("3\n").unwrap_err();
        assert!(error.message().contains("schema 3") && error.next_step().unwrap().contains("update"), "{error}");
        for wrong in ["0", "-1", "one", ""] {
            assert!(with(wrong).unwrap_err().message().contains("number of a schema"), "{wrong:?}");
        }
    }

    #[test]
    fn a_document_begins_with_its_number_and_a_later_one_is_not_read() {
        let text = serde_json::to_string(&Document::new(std::collections::BTreeMap::from([("a", [1, 2])]))).unwrap();
        assert_eq!(text, r#"{"schema":1,"a":[1,2]}"#);
        assert_eq!(serde_json::from_str::<Schema>("1").unwrap(), Schema::NOW);
        assert!(serde_json::from_str::<Schema>("2").unwrap_err().to_string().contains("update trackrecord"));
    }
}
