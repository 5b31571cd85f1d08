use std::path::Path;

use super::*;

fn checked(text: &str) -> Result<()> {
    check(Text { text, path: Path::new("content/about.md"), first_line: 4 })
}

#[track_caller]
fn refused(text: &str, place: &str, message: &str) {
    let error = checked(text).expect_err(text);
    assert_eq!(error.to_string(), format!("content/about.md:{place}: {message}"), "{text}");
    assert_eq!(error.hints().len(), 1, "{text}");
}

#[test]
fn the_end_of_what_was_not_opened_is_refused() {
    for name in ["body", "html", "main", "article", "div", "section", "script", "li", "custom-element"] {
        refused(&format!("one\n\n</{name}>\n"), "6:1", &format!("`</{name}>` closes nothing that is open here"));
    }
    refused("one </DIV > two", "4:5", "`</div>` closes nothing that is open here");
    refused("<div>\n\n> </div>\n\n</div>", "6:3", "`</div>` closes nothing that is open here");
    refused("> one\n>\n> <b>x</b>\n> </p></div>", "7:7", "`</div>` closes nothing that is open here");
    refused("<title><x a='</title></div>'></x></title>", "4:22", "`</div>` closes nothing that is open here");
}

#[test]
fn what_is_left_open_is_refused() {
    for name in
        ["div", "style", "script", "textarea", "title", "template", "select", "svg", "table", "iframe", "a", "li"]
    {
        refused(&format!("one\n\n<{name}>\n\ntwo"), "6:1", &format!("`<{name}>` is never closed"));
    }
    refused("<div/>\n\none", "4:1", "`<div>` is never closed");
    refused("<div>\n<div>\n\n</div>", "4:1", "`<div>` is never closed");
    refused("<div><i><b></i></b></div>", "4:9", "`<b>` is not closed before `</i>`");
    refused("<div><b>x</div>", "4:6", "`<b>` is not closed before `</div>`");
    refused("<svg><path></svg>", "4:6", "`<path>` is not closed before `</svg>`");
    let in_its_part = "is not closed in the paragraph, item or quote that it is in";
    for text in
        ["> <div>\n\n</div>", "- <div>\n\n</div>", "# <div>\n\n</div>", "x <div> y\n\n</div>", "**<div>**</div>"]
    {
        let column = text.find('<').unwrap() + 1;
        refused(text, &format!("4:{column}"), &format!("`<div>` {in_its_part}"));
    }
    refused("| a |\n|---|\n| <b> |", "6:3", &format!("`<b>` {in_its_part}"));
    refused("<textarea><div></textarea></div>", "4:27", "`</div>` closes nothing that is open here");
}

#[test]
fn comments_and_tags_without_an_end_are_refused() {
    refused("one\n\n<!-- two\n\nthree", "6:1", "the comment `<!--` never ends");
    refused("<div><!--a </div>", "4:6", "the comment `<!--a` never ends");
    refused("<svg>\n<style><!-- </style>\n</svg>", "5:8", "the comment `<!--` never ends");
    refused("<div class=\"a>\n\n</div>", "4:1", "the tag `<div` never ends");
    refused("<div>\n</div\n\n", "5:1", "the tag `</div` never ends");
    refused("<?php\n\nx", "4:1", "the tag `<?php` never ends");
}

#[test]
fn elements_of_the_page_are_refused() {
    for name in ["html", "head", "body", "base", "frameset", "plaintext"] {
        refused(&format!("<{name} x=y>\n\none"), "4:1", &format!("a text cannot have `<{name}>`"));
    }
}

#[test]
fn whole_html_is_allowed() {
    for text in [
        "<details open>\n<summary>More</summary>\n\nSome *Markdown*.\n\n- a\n- b\n\n</details>",
        "<div class=\"a > b\" title='</div>'>\n\n<div>\n\n> x\n\n</div>\n\n# y\n\n</div>",
        "a<br>b<br/>c <img src=a.png alt=\"<div>\"> <input disabled /> <wbr></br></img>",
        "<p>one\n<p>two\n\n<p align=center>\n\n![a <b> c](p.png)\n\n</p>\n\n<p>three",
        "<ul>\n<li>a\n<li>b <b>c</b>\n</ul>\n<dl><dt>a<dd>b</dl>",
        "<table>\n<thead><tr><th>a\n<tbody>\n<tr><td>a<td>b\n<tr><td>\n\nc\n\n</table>",
        "<svg viewBox='0 0 1 1'><title>a</title><path d='M0 0'/><g><use href=\"#a\" /></g><style>a{}</style></svg>",
        "<svg><foreignObject><div>a<br></div></foreignObject><![CDATA[<div>]]></svg> <svg/>",
        "<style>\na > b { content: '<div>' }\n\n/* </div> */\n</style>\n<script>if (a</b>/.test(c)) '<!--'</script>",
        "<textarea><div></textarea> <select><option>a<option>b</select>",
        "<!-- <div> --> <!--> <!--->\n\n<!-- a\n\n</div> --!>-->\n\n<!DOCTYPE html>",
        "1 < 2 and <3, `<div>`, \\<div> and <https://example.org/> or <a@example.org>\n\n```\n</div>\n```\n\n    <div>",
        "**<b>x</b>** [<i>y</i>](a.md) <custom-element a>x</Custom-Element>",
        "A note[^1].\n\n[^1]: With <sup>1</sup> <p>more\n",
    ] {
        checked(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    }
}
