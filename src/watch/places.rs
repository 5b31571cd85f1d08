//! Where a block of a page was written, and the author's editor.

use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{Error, Result};

/// A line of one of the author's texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file below the root of the site.
    pub file: PathBuf,
    /// The line, counted from 1.
    pub line: usize,
}

impl Written {
    /// Reads `months/2026-01.md:14`, which lies below `content/`, and nowhere else.
    pub fn parse(place: &str) -> Option<Self> {
        let (file, line) = place.rsplit_once(':')?;
        let file = Path::new(file);
        let is_below = file.components().all(|part| matches!(part, Component::Normal(_)));
        let line = line.parse().ok().filter(|line| *line > 0)?;
        (is_below && file.file_name().is_some()).then(|| Self { file: Path::new("content").join(file), line })
    }

    /// Opens it with a command such as `code -g {file}:{line}`.
    ///
    /// # Errors
    /// A command that cannot be run.
    pub fn open(&self, editor: &str, root: &Path) -> Result<()> {
        let words = self.words(editor, root);
        let Some((program, arguments)) = words.split_first() else { return Ok(()) };
        let mut command = Command::new(program);
        command.args(arguments).current_dir(root).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().map_err(|cause| {
            Error::configuration(format!("cannot run the editor `{program}`"))
                .because(cause)
                .hint("`[watch] editor` in config/config.toml is a command such as \"code -g {file}:{line}\"")
        })?;
        std::thread::spawn(move || child.wait());
        Ok(())
    }

    /// The words of the command. No shell reads it, but quotes hold a word together.
    fn words(&self, editor: &str, root: &Path) -> Vec<String> {
        let file = root.join(&self.file).to_string_lossy().into_owned();
        let mut words = split(editor);
        if !words.is_empty() && !editor.contains("{file}") {
            words.push("{file}".to_owned());
        }
        let filled = |word: String| word.replace("{line}", &self.line.to_string()).replace("{file}", &file);
        words.into_iter().map(filled).collect()
    }
}

fn split(command: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for letter in command.chars() {
        match (quote, letter) {
            (Some(open), letter) if letter == open => quote = None,
            (None, '"' | '\'') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None, letter) if letter.is_whitespace() => words.extend(word.take()),
            (_, letter) => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_lies_below_the_authors_texts() {
        let written = Written::parse("months/2026-01.md:14").unwrap();
        assert_eq!((written.file.as_path(), written.line), (Path::new("content/months/2026-01.md"), 14));
        for wrong in
            ["a.md", "a.md:", "a.md:0", "a.md:x", ":1", "../config/local.toml:1", "/etc/passwd:1", "a/../../b:1"]
        {
            assert_eq!(Written::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn no_shell_reads_the_command() {
        let written = Written::parse("my notes/$(x).md:3").unwrap();
        let words = |editor| written.words(editor, Path::new("/s"));
        let file = "/s/content/my notes/$(x).md";
        assert_eq!(words("code -g {file}:{line}"), ["code", "-g", &format!("{file}:3")]);
        assert_eq!(words("vi +{line}"), ["vi", "+3", file]);
        assert_eq!(words("\"/Program Files/e.exe\" '' {file}"), ["/Program Files/e.exe", "", file]);
        assert!(words("  ").is_empty());
    }
}
