//! What keeps the site from being made: for the page, escaped, and for the terminal.

use std::fmt::Write;
use std::path::Path;

use crate::format::escape;
use crate::{Error, Place};

/// Lines before and after the one that is wrong.
const AROUND: usize = 2;

/// Of a longer line only the beginning is shown.
const WIDTH: usize = 160;

/// A file larger than this is not read for a few of its lines.
const READ: u64 = 8 << 20;

/// An error with the lines it is about.
#[derive(Debug)]
pub struct Failure {
    /// What went wrong, with its location and hints.
    pub error: Error,
    /// The lines, where they are known and may be seen.
    pub excerpt: Option<Excerpt>,
}

/// A few lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The number of the first of them.
    first: usize,
    /// The number of the one that is wrong.
    wrong: usize,
    lines: Vec<String>,
}

impl Failure {
    /// An error in a site.
    pub fn new(error: Error, root: &Path) -> Self {
        let excerpt = error.place().and_then(|place| Excerpt::read(place, root));
        Self { error, excerpt }
    }

    /// As HTML below a heading.
    pub fn html(&self, heading: &str, root: &Path) -> String {
        let mut html = format!("<h2>{}</h2>", escape(heading));
        write_error(&mut html, &self.error, root, self.excerpt.as_ref());
        html
    }

    /// As plain text.
    pub fn words(&self, root: &Path) -> String {
        let place = self.error.place().map(|place| format!("{}: ", place.clone().relative_to(root)));
        let causes = self.error.causes().into_iter().map(|cause| format!("Caused by: {cause}"));
        let hints = self.error.hints().iter().map(|hint| format!("Next: {hint}"));
        let message = format!("{}{}", place.unwrap_or_default(), self.error.message());
        std::iter::once(message).chain(causes).chain(hints).collect::<Vec<_>>().join("\n")
    }
}

fn write_error(html: &mut String, error: &Error, root: &Path, excerpt: Option<&Excerpt>) {
    // Writing to a string does not fail.
    if let Some(place) = error.place() {
        let _ = write!(html, "<p class=\"place\">{}</p>", escape(&place.clone().relative_to(root).to_string()));
    }
    let _ = write!(html, "<p class=\"message\">{}</p>", escape(error.message()));
    if let Some(excerpt) = excerpt {
        let _ = write!(html, "<pre>{}</pre>", excerpt.html());
    }
    for cause in error.causes() {
        let _ = write!(html, "<p class=\"cause\">Caused by: {}</p>", escape(&cause));
    }
    for hint in error.hints() {
        let _ = write!(html, "<p class=\"next\">Next: {}</p>", escape(hint));
    }
    for other in error.others() {
        write_error(html, other, root, None);
    }
}

impl Excerpt {
    /// The lines around a place in the author's own files. The configuration may hold a token in the wrong file, and `data/` holds
    /// amounts: nobody else may see them, be it over a shoulder.
    fn read(place: &Place, root: &Path) -> Option<Self> {
        let path = root.join(&place.path);
        let is_public = ["content", "templates", "static"].iter().any(|folder| path.starts_with(root.join(folder)));
        let is_short = std::fs::metadata(&path).is_ok_and(|file| file.is_file() && file.len() <= READ);
        if !is_public || !is_short {
            return None;
        }
        Self::of(&std::fs::read_to_string(path).ok()?, place.line?)
    }

    fn of(text: &str, wrong: usize) -> Option<Self> {
        let first = wrong.checked_sub(1)?.saturating_sub(AROUND) + 1;
        let count = wrong + AROUND + 1 - first;
        let lines: Vec<String> = text.lines().skip(first - 1).take(count).map(shortened).collect();
        (first + lines.len() > wrong).then_some(Self { first, wrong, lines })
    }

    /// Each line with its number, and whether it is the one that is wrong.
    pub fn lines(&self) -> impl Iterator<Item = (usize, &str, bool)> {
        let numbered = (self.first..).zip(&self.lines);
        numbered.map(|(number, line)| (number, line.as_str(), number == self.wrong))
    }

    fn html(&self) -> String {
        let line = |(number, line, is_wrong): (usize, &str, bool)| {
            let tag = if is_wrong { "mark" } else { "span" };
            format!("<{tag}>{number:>5} │ {}</{tag}>\n", escape(line))
        };
        self.lines().map(line).collect()
    }
}

fn shortened(line: &str) -> String {
    match line.char_indices().nth(WIDTH) {
        Some((end, _)) => format!("{}\u{2026}", line.get(..end).unwrap_or_default()),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_the_line_and_two_on_each_side() {
        let shown = |wrong: usize| {
            let excerpt = Excerpt::of("a\nb\nc\nd\ne\nf", wrong)?;
            let lines = excerpt
                .lines()
                .map(|(number, line, wrong)| format!("{number}{line}{}", if wrong { "!" } else { "" }));
            Some(lines.collect::<Vec<_>>().join(" "))
        };
        assert_eq!(shown(1).as_deref(), Some("1a! 2b 3c"));
        assert_eq!(shown(3).as_deref(), Some("1a 2b 3c! 4d 5e"));
        assert_eq!(shown(6).as_deref(), Some("4d 5e 6f!"));
        assert_eq!(shown(7), None);
        assert_eq!(shown(0), None);
    }

    #[test]
    fn nothing_of_an_error_is_markup() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("content")).unwrap();
        std::fs::write(root.path().join("content/<i>.md"), "one\n<script>alert(1)</script>").unwrap();
        let error = Error::data("<b>wrong</b>").at(Place::line(root.path().join("content/<i>.md"), 2)).hint("<u>");
        let html = Failure::new(error.because("<em>"), root.path()).html("<s>", root.path());
        for escaped in [
            "content/&lt;i&gt;.md:2",
            "&lt;b&gt;wrong",
            "<mark>    2 │ &lt;script&gt;",
            "&lt;u&gt;",
            "&lt;em&gt;",
            "&lt;s&gt;",
        ] {
            assert!(html.contains(escaped), "{escaped} in {html}");
        }
        for raw in ["<script", "<b>", "<i>", "<u>", "<em>", "<s>"] {
            assert!(!html.contains(raw), "{raw} in {html}");
        }
    }

    #[test]
    fn lines_of_the_configuration_and_of_data_stay_on_the_disk() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["config", "data", "content"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        let files = ["config/local.toml", "config/config.toml", "data/flows.csv", "content/about.md"];
        for (file, is_shown) in files.into_iter().zip([false, false, false, true]) {
            std::fs::write(root.path().join(file), "token = secret").unwrap();
            let failure = Failure::new(Error::data("wrong").at(Place::line(file, 1)), root.path());
            assert_eq!(failure.excerpt.is_some(), is_shown, "{file}");
        }
    }
}
