//! What the owner has configured for reaching his remote: it must hold in the temporary repository too.
//!
//! His own repository cannot be borrowed for that, because to fetch into it and to push from it writes its references.
//! Nor is its own file enough: much is configured for all repositories below a folder, by `includeIf "gitdir:..."`,
//! which does not apply to a temporary one. So every setting that holds in his repository and concerns the way to the remote
//! is asked for, and written down as far as it does not hold in the temporary repository anyway.

use super::remote::NAME;

/// A setting's name, as git lists it, and one value of it.
pub type Setting = (String, String);

/// What concerns the way to a remote, by the start of the setting's name.
const TRANSPORT: [&str; 8] =
    ["http.", "credential.", "url.", "ssh.", "protocol.", "core.sshcommand", "core.gitproxy", "core.askpass"];

/// What concerns the way to one remote alone.
const OF_REMOTE: [&str; 4] = ["proxy", "proxyauthmethod", "uploadpack", "receivepack"];

/// The settings that `git config -z --list` lists.
pub fn listed(out: &[u8]) -> Vec<Setting> {
    let text = String::from_utf8_lossy(out);
    let entries = text.split('\0').filter(|entry| !entry.is_empty());
    let parts = entries.map(|entry| entry.split_once('\n').unwrap_or((entry, "true")));
    parts.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Those of them that concern the way to this remote, which has another name in the temporary repository.
pub fn of_transport(settings: &[Setting], remote: &str) -> Vec<Setting> {
    let own = |name: &str| name.strip_prefix("remote.")?.strip_prefix(remote)?.strip_prefix('.').map(str::to_owned);
    let wanted = settings.iter().filter_map(|(name, value)| {
        let name = match own(name).filter(|key| OF_REMOTE.contains(&key.as_str())) {
            Some(key) => format!("remote.{NAME}.{key}"),
            None => TRANSPORT.iter().any(|start| name.starts_with(start)).then(|| name.clone())?,
        };
        Some((name, value.clone()))
    });
    wanted.collect()
}

/// What has to be added where `present` holds, so that all of `wanted` does.
pub fn missing(wanted: &[Setting], present: &[Setting]) -> Vec<Setting> {
    let mut missing: Vec<Setting> = Vec::new();
    let mut done: Vec<&str> = Vec::new();
    for (name, _) in wanted {
        if done.contains(&name.as_str()) {
            continue;
        }
        done.push(name);
        let (values, known) = (values_of(wanted, name), values_of(present, name));
        let added = match values.strip_prefix(known.as_slice()) {
            Some(rest) => rest,
            None => {
                // An empty value ends a list, so that nothing of it is used twice. Of other settings the last value counts.
                if is_list(name) {
                    missing.push((name.clone(), String::new()));
                }
                &values
            }
        };
        missing.extend(added.iter().map(|value| (name.clone(), (*value).to_owned())));
    }
    missing
}

fn values_of<'a>(settings: &'a [Setting], name: &str) -> Vec<&'a str> {
    settings.iter().filter(|(other, _)| other == name).map(|(_, value)| value.as_str()).collect()
}

fn is_list(name: &str) -> bool {
    (name.starts_with("credential.") && name.ends_with(".helper"))
        || (name.starts_with("http.") && name.ends_with(".extraheader"))
}

/// A line of git's configuration. In its values, quotes, backslashes and line breaks are escaped.
pub fn line(name: &str, value: &str) -> String {
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"");
    let value = escaped(value).replace('\n', "\\n").replace('\t', "\\t");
    let Some((section, key)) = name.rsplit_once('.') else { return String::new() };
    let section = match section.split_once('.') {
        Some((section, below)) => format!("[{section} \"{}\"]", escaped(below)),
        None => format!("[{section}]"),
    };
    format!("{section}\n\t{key} = \"{value}\"\n")
}

#[cfg(test)]
mod tests {
    use super::super::git::Git;
    use super::*;

    #[test]
    fn git_reads_settings_as_they_were_meant() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config");
        let values = ["https://u:p\"w\\@h/x; y#z", "  two  spaces ", "line\nline"];
        let names = ["remote.pages.url", "http.https://a.b/\"c\".extraheader", "core.sshcommand"];
        let text: String = names.iter().zip(values).map(|(name, value)| line(name, value)).collect();
        std::fs::write(&path, text).unwrap();
        for (name, value) in names.iter().zip(values) {
            let ran =
                Git::default().run(folder.path(), &["config", "-z", "--file", "config", "--get", name], b"").unwrap();
            assert_eq!(ran.out, format!("{value}\0").into_bytes(), "{name}");
        }
    }

    fn settings(pairs: &[(&str, &str)]) -> Vec<Setting> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn what_concerns_the_way_to_the_remote_is_taken_and_nothing_else() {
        let all = listed(
            b"core.sshcommand\nssh -i x\0user.name\nErin\0http.sslverify\0core.hookspath\n/x\0\
            remote.a.b.proxy\nhttp://p\0remote.other.proxy\nhttp://q\0remote.a.b.url\n/x\0",
        );
        let taken = settings(&[
            ("core.sshcommand", "ssh -i x"),
            ("http.sslverify", "true"),
            ("remote.pages.proxy", "http://p"),
        ]);
        assert_eq!(of_transport(&all, "a.b"), taken);
    }

    #[test]
    fn a_setting_that_holds_anyway_is_not_added_and_no_list_is_used_twice() {
        let wanted = settings(&[
            ("credential.helper", "store"),
            ("http.extraheader", "A: 1"),
            ("core.sshcommand", "ssh -i work"),
            ("credential.helper", "cache"),
            ("http.extraheader", "B: 2"),
        ]);
        assert_eq!(missing(&wanted, &wanted), []);
        assert_eq!(missing(&wanted, &[]).len(), 5);
        let present = settings(&[
            ("credential.helper", "store"),
            ("http.extraheader", "B: 2"),
            ("core.sshcommand", "ssh"),
            ("user.name", "Erin"),
        ]);
        let added = [
            ("credential.helper", "cache"),
            ("http.extraheader", ""),
            ("http.extraheader", "A: 1"),
            ("http.extraheader", "B: 2"),
            ("core.sshcommand", "ssh -i work"),
        ];
        assert_eq!(missing(&wanted, &present), settings(&added));
    }
}
