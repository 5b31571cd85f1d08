//! Keys under their earlier names: they are read for one more release, and a warning names the new ones.

use toml::{Table, Value};

use super::Config;
use super::load::{PREFIX, offset_of, read};
use crate::error::{Place, Result};
use crate::record::{Finding, FindingKind, Severity};
use crate::site_dir::SiteDir;

/// A section and a key in it.
type Key = (&'static str, &'static str);

/// Earlier and present names.
const RENAMED: &[(Key, Key)] = &[(("ibkr", "account"), ("account", "id"))];

/// The present name of a key.
pub(super) fn present_name<'a>(section: &'a str, key: &'a str) -> (&'a str, &'a str) {
    RENAMED.iter().find(|(earlier, _)| *earlier == (section, key)).map_or((section, key), |(_, present)| *present)
}

/// Whether an environment variable sets a key under its earlier name.
pub(super) fn is_earlier_variable(name: &str) -> bool {
    RENAMED.iter().any(|(earlier, _)| variable(*earlier) == name)
}

/// Moves the values of one file to the present names. A value that has the present name already counts.
pub(super) fn move_values(file: &mut Table) {
    for ((section, key), (new_section, new_key)) in RENAMED {
        let Some(Value::Table(keys)) = file.get_mut(*section) else { continue };
        let Some(value) = keys.remove(*key) else { continue };
        let new = file.entry(*new_section).or_insert_with(|| Value::Table(Table::new()));
        if let (Value::Table(new), false) = (new, value.as_str() == Some("")) {
            new.entry(*new_key).or_insert(value);
        }
    }
}

/// The same for a configuration of a single file.
pub(super) fn move_value(config: &mut Config) {
    if let Some(account) = config.ibkr.account.take()
        && config.account.id.is_empty()
    {
        config.account.id = account;
    }
}

/// A warning for each key of a site or of the environment that has its earlier name.
///
/// # Errors
/// A configuration file that cannot be opened.
pub fn renamed_keys(site: &SiteDir, environment: impl IntoIterator<Item = (String, String)>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for path in [site.config(), site.local_config()] {
        let Some(source) = read(&path)? else { continue };
        for ((section, key), (new_section, new_key)) in RENAMED {
            let Some(offset) = offset_of(&format!("{section}.{key}"), &source.text) else { continue };
            let next =
                format!("move its value to `{new_key}` under `[{new_section}]`, or delete it where it is empty");
            let finding = warning(&format!("`[{section}] {key}`"), &format!("`[{new_section}] {new_key}`"), next);
            findings.push(finding.at(Place::offset(&source.path, &source.text, offset).relative_to(site.root())));
        }
    }
    let names: Vec<String> = environment.into_iter().map(|(name, _)| name).collect();
    for (earlier, present) in RENAMED.iter().map(|(earlier, present)| (variable(*earlier), variable(*present))) {
        if names.contains(&earlier) {
            findings.push(warning(&earlier, &present, format!("set {present} instead")).at(Place::file(&earlier)));
        }
    }
    Ok(findings)
}

fn warning(earlier: &str, present: &str, next: String) -> Finding {
    let message = format!("{earlier} is {present} now; the next release will not read the earlier name");
    Finding::new(Severity::Warning, FindingKind::RenamedKey, message, next)
}

/// The environment variable that sets a key.
fn variable((section, key): Key) -> String {
    format!("{PREFIX}{section}_{key}").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    fn account(config: &str, local: &str, environment: &[(&str, &str)]) -> (String, Vec<String>) {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        std::fs::create_dir(folder.path().join("config")).unwrap();
        std::fs::write(site.config(), config).unwrap();
        std::fs::write(site.local_config(), local).unwrap();
        let environment = || environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let found = renamed_keys(&site, environment()).unwrap();
        let places = found.iter().filter_map(|finding| finding.place.as_ref()).map(ToString::to_string).collect();
        (load(&site, environment()).unwrap().account.id, places)
    }

    #[test]
    fn the_earlier_name_is_read_with_a_warning_and_the_present_one_without() {
        let read =
            |account: &str, places: &[&str]| (account.to_owned(), places.iter().map(ToString::to_string).collect());
        assert_eq!(account("", "[account]\nid = 'U1'\n", &[]), read("U1", &[]));
        assert_eq!(account("", "[ibkr]\naccount = 'U1'\n", &[]), read("U1", &["config/local.toml:2:11"]));
        let both = "[account]\nid = 'U2'\n[ibkr]\naccount = 'U1'\n";
        assert_eq!(account(both, "", &[]), read("U2", &["config/config.toml:4:11"]));
        // A file above goes over the one below, whatever name it uses; an empty value sets nothing.
        let one = |name: &str| format!("[{name} = 'U3'\n");
        let (new, old) = (one("account]\nid"), one("ibkr]\naccount"));
        assert_eq!(account(&new, "[ibkr]\naccount = 'U4'\n", &[]).0, "U4");
        assert_eq!(account(&old, "[account]\nid = 'U4'\n", &[]).0, "U4");
        assert_eq!(account(&new, "[ibkr]\naccount = ''\n", &[]).0, "U3");
        let variable = ("TRACKRECORD_IBKR_ACCOUNT", "U5");
        assert_eq!(account(&new, "", &[variable]), read("U5", &["TRACKRECORD_IBKR_ACCOUNT"]));
        assert_eq!(account(&new, "", &[("TRACKRECORD_ACCOUNT_ID", "U6"), variable]).0, "U6");
        assert_eq!(account(&new, "", &[variable, ("TRACKRECORD_ACCOUNT_ID", "U6")]).0, "U6");
    }

    #[test]
    fn a_text_alone_is_read_the_same_way() {
        let config = crate::config::parse("[ibkr]\naccount = 'U1'\n", std::path::Path::new("config.toml")).unwrap();
        assert_eq!((config.account.id.as_str(), config.ibkr.account), ("U1", None));
    }
}
