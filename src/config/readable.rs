//! Whether others on this computer can read the tokens and passwords of `local.toml`.

use std::path::Path;

use toml::{Table, Value};

use super::has_password;
use crate::error::{Error, Place, Result};

/// How the names of keys end that hold something secret.
const SECRET_KEYS: [&str; 3] = ["token", "password", "secret"];

/// Refuses a file with secrets that others may read or change. The error does not repeat them.
pub(super) fn refuse_readable(path: &Path, text: &str) -> Result<()> {
    let Some(key) = toml::from_str(text).ok().and_then(|table: Table| secret(&table)) else { return Ok(()) };
    let Some(mode) = open_to_others(path) else { return Ok(()) };
    Err(Error::configuration(format!(
        "`{key}` stands in a file that others on this computer can read (mode {mode:o})"
    ))
    .at(Place::file(path))
    .hint(format!("chmod 600 {}", path.display()))
    .hint("where a disk or container has no such modes, set `[privacy] readable_secrets = true`"))
}

/// The first key that holds something secret.
fn secret(table: &Table) -> Option<String> {
    table.iter().find_map(|(key, value)| match value {
        Value::Table(inner) if key == "secrets" => {
            let is_said = |value: &Value| value.as_str().is_some_and(|text| !text.trim().is_empty());
            inner.iter().find(|(_, value)| is_said(value)).map(|(name, _)| format!("secrets.{name}"))
        }
        Value::String(text) => {
            let is_named = SECRET_KEYS.iter().any(|name| key.ends_with(name));
            ((is_named && !text.trim().is_empty()) || has_password(text)).then(|| key.clone())
        }
        Value::Table(inner) => secret(inner).map(|inner| format!("{key}.{inner}")),
        Value::Array(items) => {
            items.iter().find_map(|item| secret(item.as_table()?)).map(|inner| format!("{key}.{inner}"))
        }
        _ => None,
    })
}

/// The permissions of a file that others on this computer may read or change.
pub fn open_to_others(path: &Path) -> Option<u32> {
    mode(path).filter(|mode| mode & 0o066 != 0)
}

/// The permissions of a file; nothing where there are none.
#[cfg(unix)]
pub fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).ok().map(|metadata| metadata.permissions().mode() & 0o777)
}

/// The permissions of a file; nothing where there are none.
#[cfg(not(unix))]
pub fn mode(_: &Path) -> Option<u32> {
    None
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use crate::config::load;
    use crate::site_dir::SiteDir;

    const TOKEN: &str = "5551234567";

    fn refusal(local: &str, mode: u32, environment: &[(&str, &str)]) -> Option<String> {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        std::fs::create_dir(folder.path().join("config")).unwrap();
        std::fs::write(site.local_config(), local).unwrap();
        std::fs::set_permissions(site.local_config(), std::fs::Permissions::from_mode(mode)).unwrap();
        let environment = environment.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        load(&site, environment).err().map(|error| format!("{error} {:?}", error.next_step()))
    }

    #[test]
    fn secrets_that_others_can_read_are_refused_until_that_is_mended_or_allowed() {
        for local in [
            format!("[flex]\ntoken = \"{TOKEN}\"\n"),
            format!("flex.token = '{TOKEN}'\n"),
            format!("flex = {{ \"token\" = \"{TOKEN}\" }}\n"),
            format!("[secrets]\nphone = \"https://ntfy.sh/{TOKEN}\"\n"),
            format!("[publish]\nremote = \"https://me:{TOKEN}@host.example/r.git\"\n"),
        ] {
            for mode in [0o644, 0o640, 0o604, 0o620, 0o666] {
                let said = refusal(&local, mode, &[]).unwrap();
                assert!(said.contains("can read") && said.contains("chmod 600") && !said.contains(TOKEN), "{said}");
            }
            assert_eq!(refusal(&local, 0o600, &[]), None);
            assert_eq!(refusal(&local, 0o400, &[]), None);
            assert_eq!(refusal(&format!("privacy.readable_secrets = true\n{local}"), 0o644, &[]), None);
            assert_eq!(refusal(&local, 0o644, &[("TRACKRECORD_PRIVACY_READABLE_SECRETS", "true")]), None);
        }
        assert_eq!(refusal("[account]\nid = 'U1234567'\n[flex]\ntoken = ''\n", 0o644, &[]), None);
    }

    #[test]
    fn a_token_is_in_no_error_however_it_is_written() {
        for local in [
            "[flex]\ntoken = 5551234567\n",
            "[flex]\ntoken = 5551234567x\n",
            "[flex]\ntoken = \"5551234567\n",
            "[flex]\ntoken = ['5551234567']\n",
            "[flex]\ntoken = [5551234567]\n",
            "[flex]\ntoken = { value = '5551234567' }\n",
            "[flex]\ntoken.5551234567 = ''\n",
            "[flex]\n5551234567 = 'token'\n",
            "[flex]\n5551234567\n",
            "[flex]\ntoken 5551234567\n",
            "[flex]\ntoken: 5551234567\n",
            "[flex]\ntokn = 5551234567\n",
            "[flx]\ntoken = '5551234567'\n",
            "[flex.5551234567]\n",
            "[5551234567]\n",
            "flex = '5551234567'\n",
            "flex = 5551234567\n",
            "flex = ['5551234567']\n",
            "flex.token = 5551234567.5\n",
            "flex.token = 5551234567e2\n",
            "flex.token = +5551234567\n",
            "flex.token = 0x5551234567\n",
            "token = '5551234567'\n",
            "token = 5551234567\n",
            "flex.token = true5551234567\n",
            "[flex]\ntoken = 'a'\ntoken = '5551234567'\n",
            "[flex]\ntoken = '5551234567'\n[flex]\nquery_id = ''\n",
            "[flex]\nenabled = '5551234567'\n",
        ] {
            let said = refusal(local, 0o600, &[]);
            assert!(said.is_some(), "{local}");
            let said = said.unwrap();
            assert!(!said.contains(TOKEN), "{local}: {said}");
        }
    }
}
