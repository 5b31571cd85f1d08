//! Templates of the site's own whose loops have an end: each turn of one is counted, and a page may have so many.
//!
//! The template engine knows no limit, and a loop that writes nothing makes no page too large. So before the engine reads a template,
//! a call that counts is put behind the head of every loop, and around what each list is made from: `[x for x in _turns(of=xs)]`.

use std::cell::Cell;

use tera::{Kwargs, State, Tera, TeraResult, Value};

/// No page needs so many turns: a table of every day of forty years with twenty columns takes a tenth of them, and no page of the
/// theme a hundredth.
const MOST: usize = 2_000_000;

thread_local! {
    /// Turns that the page has left which this thread renders: the engine hands its functions nothing of ours.
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// Makes the calls known to the engine.
pub fn register(tera: &mut Tera) {
    tera.register_function("_turn", |_: Kwargs, _: &State| -> TeraResult<&'static str> { spend(1).map(|()| "") });
    tera.register_function("_turns", |values: Kwargs, _: &State| -> TeraResult<Value> {
        let of = values.get::<Value>("of")?.unwrap_or_else(Value::undefined);
        spend(of.len().unwrap_or(0)).map(|()| of)
    });
}

fn spend(turns: usize) -> TeraResult<()> {
    let left = LEFT.get().checked_sub(turns);
    LEFT.set(left.unwrap_or(0));
    left.map(|_| ()).ok_or_else(|| {
        tera::Error::message(format!("the loops of one page have more than {} million turns", MOST / 1_000_000))
    })
}

/// Begins a page on this thread.
pub fn begin() {
    LEFT.set(MOST);
}

/// A template whose loops count their turns.
pub fn counted(template: &str) -> String {
    let mut counted = String::with_capacity(template.len() + 64);
    let mut from = 0;
    for (at, call) in calls(template) {
        counted.push_str(template.get(from..at).unwrap_or_default());
        counted.push_str(call);
        from = at;
    }
    counted.push_str(template.get(from..).unwrap_or_default());
    counted
}

/// The column of the template as its author wrote it: `column` of the counted one, both from 1.
pub fn written_column(template: &str, line: usize, column: usize) -> usize {
    let Some(text) = template.lines().nth(line.saturating_sub(1)) else { return column };
    let start = text.as_ptr() as usize - template.as_ptr() as usize;
    let mut written = column;
    for (place, call) in calls(template) {
        let Some(before) = place.checked_sub(start).and_then(|place| text.get(..place)) else { continue };
        let (at, length) = (before.chars().count(), call.len());
        // A fault of the call itself is one of the loop before it.
        if written > at + length {
            written -= length;
        } else {
            written = written.min(at.max(1));
        }
    }
    written
}

/// Where calls are put into a template, in order: behind heads of loops, with what follows trimmed as there (`{% for x in xs -%}`), and
/// around what lists are made from.
fn calls(template: &str) -> Vec<(usize, &'static str)> {
    let mut calls = Vec::new();
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
        let words = inside.get(..length).unwrap_or_default();
        if kind != b'#' && !is_raw {
            calls.extend(sources(words).into_iter().map(|(place, call)| (start + 2 + place, call)));
        }
        if kind != b'%' {
            continue;
        }
        let name = words.trim_start_matches('-').trim_start();
        let is =
            |word: &str| name.strip_prefix(word).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric()));
        match is_raw {
            true => is_raw = !is("endraw"),
            false if is("raw") => is_raw = true,
            false if is("for") => {
                calls.push((at, if words.ends_with("-%}") { "{{_turn()-}}" } else { "{{_turn()}}" }))
            }
            false => {}
        }
    }
    calls
}

/// Where in a tag what lists are made from begins and ends: `xs.all` in `[x.name for x in xs.all if x.name]`.
fn sources(tag: &str) -> Vec<(usize, &'static str)> {
    let mut found = Vec::new();
    // How deep in brackets the lists are that have begun, and whether `in` has come.
    let (mut depth, mut lists) = (0usize, Vec::<(usize, bool)>::new());
    for (at, word) in words(tag) {
        let last = lists.last().copied();
        match word {
            "(" | "[" | "{" => depth += 1,
            "for" if depth > 0 => lists.push((depth, false)),
            "in" if matches!(last, Some((open, false)) if open == depth) => {
                lists.pop();
                lists.push((depth, true));
                found.push((at + word.len(), " _turns(of="));
            }
            "if" | "]" if matches!(last, Some((open, true)) if open == depth) => {
                lists.pop();
                found.push((at, ") "));
            }
            _ => {}
        }
        if matches!(word, ")" | "]" | "}") {
            depth = depth.saturating_sub(1);
        }
    }
    // Half a list is no call: the engine says what is wrong with it.
    if lists.is_empty() { found } else { Vec::new() }
}

/// The names and brackets of a tag, each with its place; nothing of what stands in quotes, and no member such as `order.for`.
fn words(tag: &str) -> Vec<(usize, &str)> {
    let (mut words, mut at) = (Vec::new(), 0);
    while let Some(rest) = tag.get(at..).filter(|rest| !rest.is_empty()) {
        let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
        let first = rest.chars().next().unwrap_or_default();
        let length = match first {
            '"' | '\'' | '`' => 1 + end_of_quote(rest.get(1..).unwrap_or_default(), first),
            _ if is_name(first) => rest.find(|letter| !is_name(letter)).unwrap_or(rest.len()),
            _ => first.len_utf8(),
        };
        let is_member = tag.get(..at).is_some_and(|before| before.ends_with('.'));
        if (is_name(first) && !is_member) || matches!(first, '(' | '[' | '{' | ')' | ']' | '}') {
            words.push((at, rest.get(..length).unwrap_or_default()));
        }
        at += length;
    }
    words
}

/// How far it is to behind the quote that ends a text.
fn end_of_quote(text: &str, quote: char) -> usize {
    let mut is_escaped = false;
    for (at, letter) in text.char_indices() {
        match letter {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            _ if letter == quote => return at + letter.len_utf8(),
            _ => {}
        }
    }
    text.len()
}

/// The next `{{`, `{%` or `{#`, and its second letter.
fn next_mark(template: &str, from: usize) -> Option<(usize, u8)> {
    let found =
        template.as_bytes().get(from..)?.windows(2).position(|two| matches!(two, [b'{', b'{' | b'%' | b'#']))?;
    Some((from + found, *template.as_bytes().get(from + found + 1)?))
}

/// How far it is to behind the end of a tag. What stands in quotes ends nothing.
fn end_of(inside: &str, mark: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(letter) = inside.get(at..)?.chars().next() {
        if inside.get(at..)?.starts_with(mark) {
            return Some(at + mark.len());
        }
        at += letter.len_utf8();
        if matches!(letter, '"' | '\'' | '`') {
            at += end_of_quote(inside.get(at..)?, letter);
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
            ("{{ [x for x in y.all] }}", "{{ [x for x in _turns(of= y.all) ] }}"),
            ("{{ [x.for for k, x in m if x] }}", "{{ [x.for for k, x in _turns(of= m ) if x] }}"),
            (
                "{% for z in [[a for a in b[0]] for c in [']', d]] %}",
                "{% for z in [[a for a in _turns(of= b[0]) ] for c in _turns(of= [']', d]) ] %}{{_turn()}}",
            ),
            (
                "{{ 'x for x in y' }}{{ x in y }}{{ [x for x in y }}",
                "{{ 'x for x in y' }}{{ x in y }}{{ [x for x in y }}",
            ),
        ] {
            assert_eq!(counted(template), right);
        }
    }

    #[test]
    fn a_template_whose_turns_are_counted_makes_the_same() {
        let mut tera = Tera::default();
        register(&mut tera);
        let template = "{% for a in [1, 2] -%}\n {{ a }}{% for b in ['x'] %}\n{{ b }}{% else %}none{% endfor %}\n{%- endfor %}.\
             {{ [x * 2 for x in [1, 2, 3] | reverse if x > 1] | join }}{{ [k for k, v in {'b': 1}] | join }}{{ [1 for x in []] | length }}";
        tera.add_raw_templates([("plain", template.to_owned()), ("counted", counted(template))]).unwrap();
        let shown = |name| {
            begin();
            tera.render(name, &tera::Context::new()).unwrap()
        };
        assert_eq!(shown("plain"), shown("counted"));
    }

    #[test]
    fn columns_are_those_that_the_author_sees() {
        let template = "é\né {% for x in y %}{% for z in x %}{{ none }}{{ [w for w in z] }}";
        let counted = counted(template);
        let column = |text: &str, part: &str| {
            let line = text.lines().nth(1).unwrap();
            line[..line.find(part).unwrap()].chars().count() + 1
        };
        for part in ["{% for x", "{% for z", "{{ none", "[w for", "] }}"] {
            assert_eq!(written_column(template, 2, column(&counted, part)), column(template, part), "{part}");
        }
        assert_eq!(written_column(template, 1, 1), 1);
        assert_eq!(written_column(template, 9, 7), 7);
    }
}
