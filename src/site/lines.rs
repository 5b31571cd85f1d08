//! The lines that blocks come from: attributes that only `watch` asks for, and that change nothing else of a page.
//!
//! The writer of HTML takes no attributes of paragraphs, so that a mark is put right behind the tag, and goes into it when
//! all is written.

use crate::format::escape;

/// No text holds this character: Markdown has another one for it.
const MARK: char = '\0';

/// The mark of a block that starts on this line.
pub fn marked(line: usize) -> String {
    format!("{MARK}{line}{MARK}")
}

/// HTML whose blocks have their file and line as `data-line` instead of the marks.
pub fn settle(html: &str, file: &str) -> String {
    let mut settled = String::with_capacity(html.len() * 2);
    let file = escape(file);
    let mut parts = html.split(MARK);
    settled.push_str(parts.next().unwrap_or_default());
    while let (Some(line), Some(rest)) = (parts.next(), parts.next()) {
        if settled.ends_with('>') {
            settled.pop();
            settled.push_str(&format!(" data-line=\"{file}:{line}\">"));
        }
        settled.push_str(rest);
    }
    settled
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use proptest::prelude::*;

    use crate::render::markdown::PageOf;
    use crate::site::markdown::{Source, render};

    fn html(text: &str, lines: bool) -> String {
        let path = Path::new("content/a \"b.md");
        let publication = crate::publication::testing::demo();
        let source = Source { text, path, first_line: 4, page: "a/index.html", below: 1, lines, publication };
        render(&source, &PageOf::new()).unwrap().html
    }

    /// A page without the attributes.
    fn stripped(html: &str) -> String {
        let mut parts = html.split(" data-line=\"");
        let first = parts.next().unwrap().to_owned();
        parts.fold(first, |stripped, part| stripped + part.split_once('"').unwrap().1)
    }

    const BLOCKS: [&str; 12] = [
        "# Head *ing*",
        "Two\nlines of a paragraph",
        "- one\n- two\n  - three",
        "1. loose\n\n2. list\n\n   more",
        "> quoted\n> > twice",
        "```rust\ncode\n```",
        "    indented",
        "| a | b |\n|---|--:|\n| 1 | 2 |",
        "Note[^1]\n\n[^1]: at the foot",
        "<div>\nraw\n</div>",
        "- [x] done\n- [ ] not",
        "![a](p.png)\n\n---",
    ];

    #[test]
    fn blocks_say_their_line() {
        let html = html("# One\n\nTwo\nlines\n\n- a\n- b\n\n```\ncode\n```\n\n| a |\n|---|\n| 1 |\n", true);
        for block in [
            ">One</h2>",
            "<p data-line=\"a &quot;b.md:6\">Two",
            "<li data-line=\"a &quot;b.md:9\">a</li>",
            "<li data-line=\"a &quot;b.md:10\">b</li>",
            "<pre tabindex=\"0\"><code data-line=\"a &quot;b.md:12\">code",
            "<table data-line=\"a &quot;b.md:16\">",
        ] {
            assert!(html.contains(block), "{block} in {html}");
        }
        assert!(html.contains(" data-line=\"a &quot;b.md:4\">One"), "{html}");
    }

    #[test]
    fn a_mark_in_a_text_is_no_line() {
        assert!(!html("a\0 1\0b <i>\x007\0</i>", true).contains('\0'));
    }

    proptest! {
        #[test]
        fn nothing_else_is_other_than_without(blocks in proptest::collection::vec(0..BLOCKS.len(), 0..8)) {
            let text: Vec<&str> = blocks.iter().map(|block| BLOCKS[*block]).collect();
            let text = text.join("\n\n");
            prop_assert_eq!(stripped(&html(&text, true)), html(&text, false));
        }
    }
}
