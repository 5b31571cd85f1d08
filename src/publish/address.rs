//! Addresses of repositories: what may be shown of them, and where the pages of one appear.

use crate::render::links::decoded;

/// What stands in for what is not shown.
const HIDDEN: &str = "…";

/// Whether this is an address or a path rather than the name of a remote.
pub fn is_address(text: &str) -> bool {
    let is_path =
        text.starts_with(['/', '.', '~', '\\']) || text.get(1..3).is_some_and(|rest| rest == ":\\" || rest == ":/");
    text.contains("://") || is_path || scp_like(text).is_some()
}

/// Host and path of `git@host:path`.
fn scp_like(text: &str) -> Option<(&str, &str)> {
    let (host, path) = text.split_once(':')?;
    (!text.contains("://") && host.len() > 1 && !host.contains(['/', '\\'])).then_some((host, path))
}

/// Scheme, user with password, and the rest of an address.
fn parts(address: &str) -> Option<(&str, Option<&str>, &str)> {
    let (scheme, rest) = address.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, _) = rest.split_at(end);
    match authority.rsplit_once('@') {
        Some((user, _)) => Some((scheme, Some(user), rest.get(user.len() + 1..)?)),
        None => Some((scheme, None, rest)),
    }
}

/// The address as it may be shown: without user, password and query, but with the user of SSH, who is no secret.
pub fn shown(address: &str) -> String {
    let Some((scheme, user, rest)) = parts(address) else { return address.to_owned() };
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let user = user.filter(|_| scheme.ends_with("ssh")).and_then(|user| user.split(':').next());
    format!("{scheme}://{}{rest}", user.map(|user| format!("{user}@")).unwrap_or_default())
}

/// What of an address must appear nowhere, as it is written and as it is meant.
pub fn secrets(address: &str) -> Vec<String> {
    let Some((scheme, user, rest)) = parts(address) else { return Vec::new() };
    let query = rest.split_once('?').map(|(_, query)| query);
    let query = query.into_iter().flat_map(|query| query.split(['&', ';'])).filter_map(|pair| pair.split_once('='));
    let values = query.map(|(_, value)| value.split('#').next().unwrap_or_default());
    let user = user.map(|user| user.split_once(':').map_or((user, ""), |(user, password)| (user, password)));
    let user = user.into_iter().flat_map(|(user, password)| {
        let is_secret = !scheme.ends_with("ssh") && !PUBLIC_USERS.contains(&user);
        [password, if is_secret { user } else { "" }]
    });
    let found: Vec<&str> = user.chain(values).filter(|secret| !secret.is_empty()).collect();
    let mut secrets: Vec<String> =
        found.iter().flat_map(|secret| [(*secret).to_owned(), decoded(secret).into_owned()]).collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.dedup();
    secrets
}

/// Users that stand in addresses where the token is the password.
const PUBLIC_USERS: [&str; 6] = ["git", "oauth2", "x-access-token", "x-token-auth", "token", "user"];

/// A text without these secrets, and without whatever stands before `@` in an address.
pub fn without_passwords(text: &str, secrets: &[String]) -> String {
    // A secret of one or two letters would blot out ordinary words, and is none.
    let long = secrets.iter().filter(|secret| secret.chars().count() > 2);
    let text = long.fold(text.to_owned(), |text, secret| text.replace(secret.as_str(), HIDDEN));
    let mut safe = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("://") {
        safe.push_str(before);
        safe.push_str("://");
        let end =
            after.find(|letter: char| letter.is_whitespace() || "/?#'\"<>".contains(letter)).unwrap_or(after.len());
        rest = after;
        let at = after.get(..end).and_then(|authority| authority.rfind('@'));
        if let Some((at, is_ssh)) = at.map(|at| (at, before.ends_with("ssh"))) {
            let user = after.get(..at).unwrap_or_default();
            safe.push_str(if is_ssh && !user.contains(':') { user } else { HIDDEN });
            rest = after.get(at..).unwrap_or_default();
        }
    }
    safe + rest
}

/// Where GitHub shows the pages of a repository: `https://NAME.github.io/REPO/`, or without `REPO/` for one that is called
/// `NAME.github.io`.
pub fn pages_address(address: &str) -> Option<String> {
    let (host, path) = match parts(address) {
        Some((_, _, rest)) => rest.split_once('/')?,
        None => {
            let (host, path) = scp_like(address)?;
            (host.rsplit('@').next()?, path)
        }
    };
    let host = host.split(':').next()?.to_ascii_lowercase();
    // GitHub takes SSH over the port of HTTPS under a name of its own.
    if !["github.com", "www.github.com", "ssh.github.com"].contains(&host.as_str()) {
        return None;
    }
    let path = path.split(['?', '#']).next()?.trim_matches('/');
    let (name, repository) = path.strip_suffix(".git").unwrap_or(path).split_once('/')?;
    let is_name = |text: &str| {
        let is_letter = |letter: u8| letter.is_ascii_alphanumeric() || b"-_.".contains(&letter);
        !text.is_empty() && text.bytes().all(is_letter)
    };
    if !is_name(name) || !is_name(repository) {
        return None;
    }
    let home = format!("{}.github.io", name.to_ascii_lowercase());
    let is_home = repository.eq_ignore_ascii_case(&home);
    Some(if is_home { format!("https://{home}/") } else { format!("https://{home}/{repository}/") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_remotes_are_no_addresses() {
        for address in [
            "https://a/b",
            "git@github.com:n/r.git",
            "host:r",
            "/srv/x.git",
            "./x",
            "../x",
            "C:\\x",
            "C:/x",
            "file:///x",
        ] {
            assert!(is_address(address), "{address}");
        }
        for name in ["origin", "pages", "my-remote", "a/b"] {
            assert!(!is_address(name), "{name}");
        }
    }

    #[test]
    fn nothing_secret_is_shown() {
        assert_eq!(shown("https://me:pw@host/x.git?token=abc"), "https://host/x.git");
        assert_eq!(shown("https://ghp_12@github.com/n/r"), "https://github.com/n/r");
        assert_eq!(shown("ssh://git:pw@host:22/x"), "ssh://git@host:22/x");
        assert_eq!(shown("git@github.com:n/r.git"), "git@github.com:n/r.git");
        assert_eq!(shown("/srv/x@y.git"), "/srv/x@y.git");
        assert_eq!(secrets("https://me:p%40ss@host/x?private_token=abc#z"), ["p%40ss", "p@ss", "abc", "me"]);
        assert_eq!(secrets("https://x-access-token:ghs_1@github.com/n/r"), ["ghs_1"]);
        assert_eq!(secrets("ssh://git@host/x"), Vec::<String>::new());
    }

    #[test]
    fn passwords_are_taken_out_of_any_text() {
        let hidden = |text: &str| without_passwords(text, &["s3cret".into(), "a".into()]);
        assert_eq!(hidden("at 'https://u:s3cret@h/x' and s3cret"), "at 'https://…@h/x' and …");
        assert_eq!(
            hidden("remote: http://tok@h, ssh://git@h/x, ssh://git:pw@h, mail a@b"),
            "remote: http://…@h, ssh://git@h/x, ssh://…@h, mail a@b"
        );
        assert_eq!(hidden("https://h/a@b"), "https://h/a@b");
        assert_eq!(hidden("https://p@ss@h/x"), "https://…@h/x");
    }

    #[test]
    fn the_pages_of_a_repository_have_githubs_address() {
        let address = |text: &str| pages_address(text).unwrap_or_default();
        for same in [
            "https://github.com/Name/record.git",
            "https://tok@github.com/Name/record",
            "git@github.com:Name/record.git",
            "ssh://git@github.com/Name/record.git",
            "ssh://git@ssh.github.com:443/Name/record.git/",
        ] {
            assert_eq!(address(same), "https://name.github.io/record/", "{same}");
        }
        assert_eq!(address("git@github.com:Name/name.github.io.git"), "https://name.github.io/");
        for other in [
            "https://gitlab.com/n/r.git",
            "/srv/github.com/n/r",
            "https://github.com/n",
            "https://github.com.evil.org/n/r",
            "origin",
        ] {
            assert_eq!(address(other), "", "{other}");
        }
    }
}
