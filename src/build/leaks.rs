//! Where in the author's texts something private stands, for pages whose blocks say which line they come from.

use std::path::Path;

use crate::Place;
use crate::publication::scan::Leak;
use crate::site::Files;
use crate::site_dir::SiteDir;

const ATTRIBUTE: &str = " data-line=\"";

/// The line of the text that a leak comes from; `None` where it is not in a block made from Markdown.
pub fn written(leak: &Leak, files: &Files, site: &SiteDir) -> Option<Place> {
    let html = files.get(&leak.file).filter(|_| leak.file.ends_with(".html"))?;
    let (file, line) = block(std::str::from_utf8(html).ok()?, leak)?;
    let path = Path::new("content").join(file);
    let text = std::fs::read_to_string(site.root().join(&path)).unwrap_or_default();
    // The block may have more lines than its first.
    let further = text.lines().skip(line.saturating_sub(1)).position(|line| holds(line, &leak.text).is_some());
    Some(Place::line(path, line + further.unwrap_or_default()))
}

fn holds(line: &str, text: &str) -> Option<usize> {
    line.to_ascii_lowercase().find(&text.to_ascii_lowercase())
}

/// The file and the line of the innermost block around a leak.
fn block(html: &str, leak: &Leak) -> Option<(String, usize)> {
    let start = html.split_inclusive('\n').take(leak.line.checked_sub(1)?).map(str::len).sum::<usize>();
    let at = start + holds(html.get(start..)?.lines().next()?, &leak.text)?;
    let before = html.get(..at)?;
    let around = before.rmatch_indices(ATTRIBUTE).find(|(attribute, _)| is_around(html, *attribute, at));
    let (attribute, _) = around?;
    let (place, _) = html.get(attribute + ATTRIBUTE.len()..)?.split_once('"')?;
    let (file, line) = place.rsplit_once(':')?;
    Some((unescaped(file), line.parse().ok()?))
}

/// Whether the element with the attribute at an offset has not ended before another one.
fn is_around(html: &str, attribute: usize, at: usize) -> bool {
    let ends = || {
        let open = html.get(..attribute)?.rfind('<')?;
        let name = html.get(open + 1..attribute)?.split(|letter: char| !letter.is_ascii_alphanumeric()).next()?;
        let mut depth = 0;
        for (tag, _) in html.get(open..)?.match_indices('<') {
            let rest = html.get(open + tag + 1..)?;
            let (is_end, rest) = rest.strip_prefix('/').map_or((false, rest), |rest| (true, rest));
            let is_same =
                rest.strip_prefix(name).is_some_and(|rest| !rest.starts_with(|c: char| c.is_ascii_alphanumeric()));
            match (is_same, is_end) {
                (false, _) => {}
                (true, false) => depth += 1,
                (true, true) if depth == 1 => return Some(open + tag),
                (true, true) => depth -= 1,
            }
        }
        None
    };
    ends().is_some_and(|end| at < end)
}

fn unescaped(text: &str) -> String {
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .into_iter()
        .fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(html: &str) -> Option<(String, usize)> {
        let line = html.lines().position(|line| line.contains("54321")).unwrap() + 1;
        block(html, &Leak { file: "a.html".into(), line, what: "an amount", text: "54321".into() })
    }

    #[test]
    fn a_leak_is_in_the_innermost_block_around_it() {
        let list = "<ul data-line=\"a.md:3\">\n<li data-line=\"a.md:3\">one</li>\n<li data-line=\"a.md:4\">two\n<b>54321</b></li></ul>";
        assert_eq!(found(list), Some(("a.md".into(), 4)));
        let after =
            "<div data-line=\"x &quot;&amp;&quot;.md:7\"><div>in</div><p data-line=\"b.md:1\">x</p>54321</div>";
        assert_eq!(found(after), Some(("x \"&\".md".into(), 7)));
        assert_eq!(
            found("<blockquote data-line=\"a.md:9\"><b>x</b><br>54321</blockquote>"),
            Some(("a.md".into(), 9))
        );
    }

    #[test]
    fn a_leak_of_a_template_is_in_no_text() {
        assert_eq!(found("<p data-line=\"a.md:3\">one</p><p>54321</p>"), None);
        assert_eq!(found("<p>54321</p><p data-line=\"a.md:3\">one</p>"), None);
        assert_eq!(found("<hr data-line=\"a.md:3\"><p>54321</p>"), None);
    }
}
