//! Which files a site is made from.

use std::path::Path;

use super::{ALERTS, RUNS};

/// The folders a site is made from.
pub const INPUT_FOLDERS: [&str; 6] = ["config", "content", "data", "fonts", "static", "templates"];

/// Whether a site is made from the file or folder at this path below its root, as far as the name can say.
///
/// Hidden files are none of ours, but for those in `static/`, which are for the web server; `data/raw/` is only kept, and what the
/// schedule writes down of itself and what the proof keeps to itself is in no page.
pub fn is_input(path: &Path) -> bool {
    let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
    let Some((folder, below)) = parts.split_first() else { return false };
    let is_raw = folder == "data" && below.first().is_some_and(|name| ["raw", RUNS, ALERTS].contains(&name.as_ref()));
    let is_ours = |name: &str| !is_litter(name) && (folder == "static" || !name.starts_with('.'));
    let is_private = parts.iter().take(3).eq(["data", "proof", "private"].iter());
    INPUT_FOLDERS.contains(&folder.as_ref()) && !is_raw && !is_private && below.iter().all(|name| is_ours(name))
}

/// Whether an editor or a system made a file or folder of this name for itself.
pub fn is_litter(name: &str) -> bool {
    let is_of_system = [".DS_Store", "Thumbs.db", "desktop.ini", ".git"].contains(&name);
    let is_of_network_drive = ["._", ".nfs", ".fuse_hidden"].iter().any(|start| name.starts_with(start));
    let is_backup = name.ends_with('~') || (name.starts_with('#') && name.ends_with('#') && name.len() > 1);
    let is_lock = [".#", ".~", "~$"].iter().any(|start| name.starts_with(start));
    // By this name vim tries whether it can write to the folder.
    let is_trial = name == "4913";
    let is_new_version = [".goutputstream-", ".sb-"].iter().any(|start| name.starts_with(start))
        || ["___jb_tmp___", "___jb_old___"].iter().any(|end| name.ends_with(end));
    is_of_system || is_of_network_drive || is_backup || is_lock || is_trial || is_new_version || is_swap_file(name)
}

/// Whether an editor keeps what is not saved yet in a file of this name: `.about.md.swp`, and further letters where that is taken.
fn is_swap_file(name: &str) -> bool {
    let Some((start, ending)) = name.rsplit_once('.') else { return false };
    let is_of_vim =
        ending.len() == 3 && ending.starts_with("sw") && ending.bytes().all(|letter| letter.is_ascii_lowercase());
    start.starts_with('.') && (is_of_vim || ending == "kate-swp")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_editors_and_systems_leave_is_no_input() {
        let of_editors = [
            "about.md~",
            "#about.md#",
            ".#about.md",
            ".about.md.swp",
            ".about.md.swo",
            ".about.md.kate-swp",
            "4913",
            "about.md___jb_tmp___",
            "about.md___jb_old___",
            ".goutputstream-A1B2C3",
            ".~lock.a.odt#",
            "~$a.docx",
        ];
        let of_systems = [".DS_Store", "Thumbs.db", "desktop.ini", "._about.md", ".nfs000000000001", ".git/HEAD"];
        for name in of_editors.into_iter().chain(of_systems) {
            for folder in INPUT_FOLDERS {
                assert!(!is_input(&Path::new(folder).join(name)), "{folder}/{name}");
                assert!(!is_input(&Path::new(folder).join("below").join(name)), "{folder}/below/{name}");
            }
        }
    }

    #[test]
    fn hidden_files_are_inputs_in_static_alone() {
        for name in [".htaccess", ".nojekyll", ".well-known/security.txt"] {
            assert!(is_input(&Path::new("static").join(name)), "static/{name}");
            assert!(!is_input(&Path::new("content").join(name)), "content/{name}");
        }
        assert!(!is_input(Path::new("data/.lock")));
    }

    #[test]
    fn everything_else_in_the_folders_is_an_input() {
        for path in [
            "static/a.tmp",
            "static/list.swp",
            "static/#",
            "content/a.tmp",
            "content/months/2026-01.md",
            "templates",
            "config/local.toml",
            "data/prices/raw/A.csv",
            "content/raw/a.md",
            "data/flows.csv",
            "data/proof/log",
        ] {
            assert!(is_input(Path::new(path)), "{path}");
        }
        for path in [
            "",
            "public/index.html",
            ".cache/build.json",
            "notes.md",
            "data/raw",
            "data/raw/a.xml",
            "data/runs.csv",
            "data/proof/private",
            "data/proof/private/seed",
            ".git/HEAD",
        ] {
            assert!(!is_input(Path::new(path)), "{path}");
        }
    }
}
