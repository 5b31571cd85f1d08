//! Resolves links: out of the site, or to a path in it.

use std::path::Path;

/// Whether a link leads outside the site: it names a scheme or a host.
pub fn is_external(link: &str) -> bool {
    let scheme = link.split(['/', '?', '#']).next().and_then(|start| start.split_once(':')).map(|(scheme, _)| scheme);
    link.starts_with("//")
        || scheme.is_some_and(|scheme| scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)))
}

/// The path a relative link leads to from a folder, or `None` where it leaves the root.
pub fn resolve(folder: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    if link.starts_with('/') {
        parts.clear();
    }
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}

/// The path of a file below `content/`, written with `/`: the root of the author's texts stands for the site's.
pub fn below_content(path: &Path) -> String {
    path.strip_prefix("content").unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// The folder of a path written with `/`, empty at the root.
pub fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_resolve_from_the_folder_of_their_page() {
        assert_eq!(resolve("months/2026-01", "../../style.css").unwrap(), "style.css");
        assert_eq!(resolve("", "a/./b.html").unwrap(), "a/b.html");
        assert_eq!(resolve("a", "/b").unwrap(), "b");
        assert_eq!(resolve("a", "../../b"), None);
    }

    #[test]
    fn what_names_a_scheme_or_host_is_outside() {
        for outside in ["https://example.org", "mailto:a@b.c", "//cdn.example.org/x", "data:image/png;base64,AA"] {
            assert!(is_external(outside), "{outside}");
        }
        for inside in ["a.html", "../a.html#x:y", "#top", "a/b:c.html"] {
            assert!(!is_external(inside), "{inside}");
        }
    }

    #[test]
    fn the_content_folder_stands_for_the_root_of_the_site() {
        assert_eq!(below_content(Path::new("content/months/2026-01.md")), "months/2026-01.md");
        assert_eq!(folder_of("months/2026-01.md"), "months");
        assert_eq!(folder_of("about.md"), "");
    }
}
