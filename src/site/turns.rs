//! Templates of the site's own whose loops have an end: each turn of one is counted, and a page may have so many.
//!
//! The template engine knows no limit, and a loop that writes nothing makes no page too large. So a call that counts is put behind
//! the head of every loop before the engine reads it.

use std::cell::Cell;

use tera::{Kwargs, State, Tera, TeraResult};

/// No page needs so many turns: each order of forty years times every day of them are fewer.
const MOST: u32 = 20_000_000;

/// What counts a turn, as templates name it.
const NAME: &str = "_turn";

thread_local! {
    /// Turns that the page has left which this thread renders: the engine hands its functions nothing of ours.
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// Makes the call known to the engine.
pub fn register(tera: &mut Tera) {
    tera.register_function(NAME, |_: Kwargs, _: &State| -> TeraResult<&'static str> {
        let left = LEFT.get().checked_sub(1);
        LEFT.set(left.unwrap_or(0));
        left.map(|_| "").ok_or_else(|| {
            tera::Error::message(format!("the loops of one page have more than {} million turns", MOST / 1_000_000))
        })
    });
}

/// Begins a page on this thread.
pub fn begin() {
    LEFT.set(MOST);
}

/// A template whose loops count their turns.
pub fn counted(template: &str) -> String {
    let mut counted = String::with_capacity(template.len() + 64);
    let mut from = 0;
    for (end, is_trimmed) in heads(template) {
        counted.push_str(template.get(from..end).unwrap_or_default());
        counted.push_str(&call(is_trimmed));
        from = end;
    }
    counted.push_str(template.get(from..).unwrap_or_default());
    counted
}

/// The column of the template as its author wrote it: `column` of the counted one, both from 1.
pub fn written_column(template: &str, line: usize, column: usize) -> usize {
    let Some(text) = template.lines().nth(line.saturating_sub(1)) else { return column };
    let start = text.as_ptr() as usize - template.as_ptr() as usize;
    let mut written = column;
    for (end, is_trimmed) in heads(template) {
        let Some(before) = end.checked_sub(start).and_then(|end| text.get(..end)) else { continue };
        let (at, length) = (before.chars().count(), call(is_trimmed).len());
        // A fault of the call itself is one of the loop before it.
        if written > at + length {
            written -= length;
        } else {
            written = written.min(at.max(1));
        }
    }
    written
}

fn call(is_trimmed: bool) -> String {
    let end = if is_trimmed { "-}}" } else { "}}" };
    format!("{{{{{NAME}(){end}")
}

/// Where the heads of loops end, and whether what follows them is trimmed: `{% for order in orders -%}`.
fn heads(template: &str) -> Vec<(usize, bool)> {
    let mut heads = Vec::new();
    let (mut at, mut is_raw) = (0, false);
    while let Some((start, kind)) = next_mark(template, at) {
        let inside = template.get(start + 2..).unwrap_or_default();
        let length = match kind {
            b'#' => inside.find("#}").map(|end| end + 2),
            b'{' if is_raw => Some(0),
            b'{' => end_of(inside, "}}"),
            _ => end_of(inside, "%}"),
        };
        let Some(length) = length else { break };
        at = start + 2 + length;
        if kind != b'%' {
            continue;
        }
        let words = inside.get(..length).unwrap_or_default();
        let name = words.trim_start_matches('-').trim_start();
        let is =
            |word: &str| name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
        match is_raw {
            true => is_raw = !is("endraw"),
            false if is("raw") => is_raw = true,
            false if is("for") => heads.push((at, words.ends_with("-%}"))),
            false => {}
        }
    }
    heads
}

/// The next `{{`, `{%` or `{#`, and its second letter.
fn next_mark(template: &str, from: usize) -> Option<(usize, u8)> {
    let found =
        template.as_bytes().get(from..)?.windows(2).position(|two| matches!(two, [b'{', b'{' | b'%' | b'#']))?;
    Some((from + found, *template.as_bytes().get(from + found + 1)?))
}

/// How far it is to behind the end of a tag. What stands in quotes ends nothing.
fn end_of(inside: &str, mark: &str) -> Option<usize> {
    let (mut quote, mut is_escaped) = (None, false);
    for (at, letter) in inside.char_indices() {
        match quote {
            Some(_) if is_escaped => is_escaped = false,
            Some(_) if letter == '\\' => is_escaped = true,
            Some(open) if letter == open => quote = None,
            Some(_) => {}
            None if matches!(letter, '"' | '\'' | '`') => quote = Some(letter),
            None if inside.get(at..).is_some_and(|rest| rest.starts_with(mark)) => return Some(at + mark.len()),
            None => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_call_stands_behind_the_head_of_each_loop() {
        for (template, right) in [
            ("a{% for x in y %}b{% endfor %}", "a{% for x in y %}{{_turn()}}b{% endfor %}"),
            ("{%- for x in y -%} b", "{%- for x in y -%}{{_turn()-}} b"),
            ("{% for x in \"%}'\" %}b", "{% for x in \"%}'\" %}{{_turn()}}b"),
            ("{# {% for x in y %} #}{{ '{% for' }}{% format %}", "{# {% for x in y %} #}{{ '{% for' }}{% format %}"),
            (
                "{% raw %}it's {% for x in y %} {{ {% endraw %}{% for x in y %}",
                "{% raw %}it's {% for x in y %} {{ {% endraw %}{% for x in y %}{{_turn()}}",
            ),
            ("{% for x in y", "{% for x in y"),
        ] {
            assert_eq!(counted(template), right);
        }
    }

    #[test]
    fn a_template_whose_turns_are_counted_makes_the_same() {
        let mut tera = Tera::default();
        register(&mut tera);
        let template =
            "{% for a in [1, 2] -%}\n {{ a }}{% for b in ['x'] %}\n{{ b }}{% else %}none{% endfor %}\n{%- endfor %}.";
        tera.add_raw_templates([("plain", template.to_owned()), ("counted", counted(template))]).unwrap();
        let shown = |name| {
            begin();
            tera.render(name, &tera::Context::new()).unwrap()
        };
        assert_eq!(shown("plain"), shown("counted"));
    }

    #[test]
    fn columns_are_those_that_the_author_sees() {
        let template = "é\né {% for x in y %}{% for z in x %}{{ none }}";
        let counted = counted(template);
        let column = |text: &str, part: &str| {
            let line = text.lines().nth(1).unwrap();
            line[..line.find(part).unwrap()].chars().count() + 1
        };
        for part in ["{% for x", "{% for z", "{{ none"] {
            assert_eq!(written_column(template, 2, column(&counted, part)), column(template, part), "{part}");
        }
        assert_eq!(written_column(template, 1, 1), 1);
        assert_eq!(written_column(template, 9, 7), 7);
    }
}
