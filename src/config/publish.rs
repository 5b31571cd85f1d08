//! Where a site is published, and what can be the name of a branch or a domain.

use serde::{Deserialize, Serialize};

/// `[publish]`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Publish {
    /// The repository of the pages: an address, a folder, or the name of a remote of the site's own repository.
    pub remote: String,
    /// The branch that holds the pages.
    pub branch: String,
    /// The site's own domain. Default: the one the branch has already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cname: Option<String>,
    /// The program that publishes instead of git, with its arguments; `{public}` becomes the folder of the site.
    pub command: Vec<String>,
    /// Files of the site that may be published though they cannot be searched for private values, by their path in it.
    pub unsearched: Vec<String>,
}

impl Default for Publish {
    fn default() -> Self {
        let (command, unsearched) = (Vec::new(), Vec::new());
        Self { remote: "origin".into(), branch: "gh-pages".into(), cname: None, command, unsearched }
    }
}

impl Publish {
    /// Each key, whether its value is impossible, and why.
    pub(super) fn impossible(&self) -> [(&'static str, bool, String); 4] {
        let names_folder = |command: &[String]| command.iter().skip(1).any(|word| word.contains("{public}"));
        let lacks_folder = !self.command.is_empty() && !names_folder(&self.command);
        [
            ("publish.remote", self.remote.trim().is_empty(), "a remote has a name or an address".to_owned()),
            ("publish.branch", !is_branch_name(&self.branch), BRANCH.to_owned()),
            ("publish.cname", self.cname.as_deref().is_some_and(|name| !is_domain(name)), DOMAIN.to_owned()),
            (
                "publish.command",
                lacks_folder,
                "one of its arguments must be {public}, the folder of the site".to_owned(),
            ),
        ]
    }
}

/// What a name of a branch looks like.
pub const BRANCH: &str = "it is no name of a branch: letters, digits, `-`, `_`, `.` and `/` will do";

/// Whether git takes this as the name of a branch.
pub fn is_branch_name(name: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.ends_with(".lock");
    let is_letter = |letter: char| !letter.is_whitespace() && !letter.is_control() && !"~^:?*[\\".contains(letter);
    name.split('/').all(is_part)
        && name.chars().all(is_letter)
        && !name.starts_with('-')
        && !name.contains("..")
        && !name.contains("@{")
        && !["@", "HEAD"].contains(&name)
}

/// What a domain looks like.
const DOMAIN: &str = "it must be a domain alone, such as record.example.org, without https:// and without a path";

/// Whether this is the name of a domain, as a file CNAME holds it.
pub fn is_domain(name: &str) -> bool {
    let is_label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|letter| letter.is_ascii_alphanumeric() || letter == b'-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    name.len() <= 253 && name.contains('.') && name.split('.').all(is_label)
}

/// Whether an address holds a password or token. The user of an SSH address is neither.
pub fn has_password(address: &str) -> bool {
    let Some((scheme, rest)) = address.split_once("://") else { return false };
    let before_host = rest.split(['/', '?', '#']).next().and_then(|host| host.rsplit_once('@'));
    before_host.is_some_and(|(user, _)| !scheme.contains("ssh") || user.contains(':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_branches_are_those_git_takes() {
        for good in ["gh-pages", "main", "site/live", "v1.0", "café"] {
            assert!(is_branch_name(good), "{good}");
        }
        for bad in [
            "", "-f", "a b", "a..b", "a~1", "a^", "x:y", "*", "a//b", "/a", "a/", ".a", "a.lock", "@", "HEAD",
            "a@{1}", "a\\b", "a\n",
        ] {
            assert!(!is_branch_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_domain_is_neither_an_address_nor_a_word() {
        assert!(is_domain("record.example.org") && is_domain("example.co"));
        for bad in [
            "",
            "localhost",
            "https://example.org",
            "example.org/",
            "a_b.org",
            "-a.org",
            "a..org",
            "example.org\n",
            "ex ample.org",
        ] {
            assert!(!is_domain(bad), "{bad}");
        }
    }

    #[test]
    fn a_password_in_an_address_is_seen() {
        for secret in
            ["https://x:y@host/r.git", "https://ghp_123@github.com/n/r", "ssh://git:pw@host/r", "http://a@b"]
        {
            assert!(has_password(secret), "{secret}");
        }
        for open in ["origin", "git@github.com:n/r.git", "ssh://git@host/r", "https://host/r@x", "/srv/a@b.git"] {
            assert!(!has_password(open), "{open}");
        }
    }

    #[test]
    fn a_command_that_does_not_name_the_folder_is_refused() {
        let refused = |command: &[&str]| {
            let command = command.iter().map(|word| (*word).to_owned()).collect();
            Publish { command, ..Publish::default() }.impossible().iter().any(|(_, wrong, _)| *wrong)
        };
        assert!(!refused(&[]) && !refused(&["rclone", "sync", "{public}/", "remote:site"]));
        assert!(refused(&["rclone", "sync"]) && refused(&["{public}"]));
    }
}
