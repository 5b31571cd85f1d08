//! The templates: compiled into the binary, and each replaceable by the site's own file of the same name.
//!
//! An embedded template is known as `default/NAME`, so that a site's `NAME` comes first and can extend it.

use std::path::Path;

use include_dir::Dir;
use tera::{Context, Kwargs, State, Tera, TeraResult, Value};

use crate::counted::one_of;
use crate::digest::Digest;
use crate::file_content::FileContent;
use crate::render::apostrophes;
use crate::render::embedded::{TEMPLATES, embedded};
use crate::render::own_templates::OwnTemplates;
use crate::{Error, Place, Result};

use super::{markdown, turns};
use crate::format::{self, Sign};

/// The script of the page of the proof.
pub const CHECK: &str = "check.js";

/// Files that are copied as they are.
pub const ASSETS: [&str; 6] =
    ["style.css", "site.js", CHECK, "favicon.svg", "fonts/site-regular.woff2", "fonts/site-semibold.woff2"];

/// The site's own lines of style, which come after the built-in ones or those that replace them.
pub const EXTRA_STYLE: &str = "extra.css";

/// Templates and plain files, the site's own before the embedded ones.
pub struct Theme {
    tera: Tera,
    assets: Vec<(String, FileContent)>,
    own: OwnTemplates,
    digest: Digest,
}

impl Theme {
    /// The files that are copied as they are.
    pub fn assets(&self) -> impl Iterator<Item = (String, FileContent)> + '_ {
        self.assets.iter().cloned()
    }

    /// The style sheet, for the one page that carries it inside.
    pub fn style(&self) -> String {
        let style = self.assets.iter().find(|(name, _)| name == "style.css");
        style.map(|(_, content)| String::from_utf8_lossy(content).into_owned()).unwrap_or_default()
    }

    /// The digest of all templates: all that pages are made from here, but for the one that carries the style inside.
    pub(crate) fn digest(&self) -> Digest {
        self.digest
    }

    /// Renders one template.
    ///
    /// # Errors
    /// The error of the template engine with its file, line and column.
    pub fn render(&self, template: &str, context: &Context) -> Result<String> {
        turns::begin();
        let mut page = Bounded { text: Vec::new(), most: LARGEST_PAGE, is_full: false };
        let rendered = self.tera.render_to(template, context, &mut page);
        if page.is_full {
            let most = LARGEST_PAGE >> 20;
            return Err(Error::configuration(format!("more than {most} MB are made of one page"))
                .at(Place::file(self.own.place(template)))
                .hint("a loop in it, or in a template that it includes, has too many turns"));
        }
        rendered.map_err(|error| in_template(&error, &self.own, template))?;
        String::from_utf8(page.text).map_err(|_| Error::internal(format!("`{template}` has made no text")))
    }
}

/// No page is so large, in bytes: a template that makes more goes on without end.
const LARGEST_PAGE: usize = 32 << 20;

/// A page as it grows, up to a size.
struct Bounded {
    text: Vec<u8>,
    most: usize,
    is_full: bool,
}

impl std::io::Write for Bounded {
    fn write(&mut self, more: &[u8]) -> std::io::Result<usize> {
        if self.text.len() + more.len() > self.most {
            self.is_full = true;
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.text.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The embedded templates, with the site's own in front of them.
///
/// # Errors
/// A template that does not parse or names a filter or template that does not exist.
pub fn load(own: &OwnTemplates) -> Result<Theme> {
    let mut tera = Tera::default();
    tera.set_fallback_prefixes(["default/"]).map_err(|error| in_template(&error, own, ""))?;
    register(&mut tera);
    tera.set_escape_fn(|text, page| tera::escape_html(&apostrophes::printed(text), page));

    let mut templates: Vec<(String, String)> = Vec::new();
    collect_embedded(&TEMPLATES, &mut templates);
    for name in own.files().keys().filter(|name| is_template(name)) {
        templates.extend(own.text(name)?.map(|text| (name.clone(), turns::counted(text))));
    }
    let digest = Digest::of_parts(templates.iter().flat_map(|(name, text)| [name, text]));
    tera.add_raw_templates(templates).map_err(|error| in_template(&error, own, ""))?;

    let asset = |name: &&str| Ok(((*name).to_string(), asset(name, own)?));
    let assets: Vec<(String, FileContent)> = ASSETS.iter().map(asset).collect::<Result<_>>()?;
    Ok(Theme { tera, assets, own: own.clone(), digest })
}

/// Whether the template engine fills in a file: a page, the feed, or the list of orders for the script.
fn is_template(name: &str) -> bool {
    name == "orders.js" || Path::new(name).extension().is_some_and(|ending| ending == "html" || ending == "xml")
}

fn collect_embedded(folder: &Dir, templates: &mut Vec<(String, String)>) {
    for file in folder.files() {
        if let (Some(name), Some(text)) = (file.path().to_str(), file.contents_utf8())
            && is_template(name)
        {
            templates.push((format!("default/{name}"), text.to_string()));
        }
    }
    for folder in folder.dirs() {
        collect_embedded(folder, templates);
    }
}

fn asset(name: &str, own: &OwnTemplates) -> Result<FileContent> {
    let is_text = Path::new(name).extension().is_some_and(|ending| ending == "css" || ending == "js");
    if is_text {
        own.text(name)?;
    }
    let content: FileContent = match own.get(name) {
        Some(own) => own.clone(),
        None => embedded(name).ok_or_else(|| Error::internal(format!("`{name}` is missing in the program")))?.into(),
    };
    match own.text(EXTRA_STYLE)?.filter(|_| name == "style.css") {
        Some(extra) => Ok([&content, &b"\n"[..], extra.as_bytes()].concat().into()),
        None => Ok(content),
    }
}

fn in_template(error: &tera::Error, own: &OwnTemplates, template: &str) -> Error {
    use tera::ErrorKind::{CircularExtend, CircularInclude, RenderingError, SyntaxError};
    let (message, place) = match error.kind() {
        SyntaxError(report) | RenderingError(report) => {
            let span = report.span();
            let place = place(own, report.filename(), span.start_line, span.start_col + 1);
            (report.message().to_string(), Some(place))
        }
        CircularInclude { include_chain: chain, .. } | CircularExtend { inheritance_chain: chain, .. } => {
            // What leads there is no part of it.
            let circle = chain.iter().skip_while(|name| Some(*name) != chain.last()).cloned().collect::<Vec<_>>();
            (format!("a template leads to itself: {}", circle.join(" > ")), step(own, &circle))
        }
        _ => {
            let words = error.to_string();
            let place =
                reported(&words, own).or_else(|| (!template.is_empty()).then(|| Place::file(own.place(template))));
            (words, place)
        }
    };
    let error = Error::configuration(message).hint("delete the file from templates/ to get the built-in one back");
    match place {
        Some(place) => error.at(place),
        None => error,
    }
}

/// Where in the site's own templates a chain of includes or extensions has its last step that can be changed.
fn step(own: &OwnTemplates, chain: &[String]) -> Option<Place> {
    let mut pairs: Vec<(&String, &String)> = chain.iter().zip(chain.iter().cycle().skip(1)).collect();
    pairs.reverse();
    let at = |(name, next): (&String, &String)| {
        let text = own.text(name).ok().flatten()?;
        let quoted = ['"', '\'', '`'].map(|quote| format!("{quote}{next}{quote}"));
        let column = |line: &str| quoted.iter().find_map(|name| line.find(name));
        let (number, column) = text.lines().enumerate().find_map(|(number, line)| Some((number, column(line)?)))?;
        Some(Place { path: own.place(name), line: Some(number + 1), column: Some(column + 1) })
    };
    pairs.into_iter().find_map(at)
}

/// The first place in a report that is words alone, such as that of an unknown filter: ` --> foot.html:1:8`.
fn reported(words: &str, own: &OwnTemplates) -> Option<Place> {
    let at = words.lines().find_map(|line| line.trim_start().strip_prefix("--> "))?;
    let mut parts = at.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(place(own, parts.next()?, line, column))
}

/// A place in a template as its author wrote it.
fn place(own: &OwnTemplates, name: &str, line: usize, column: usize) -> Place {
    let written = own.text(name).ok().flatten().map(|text| turns::written_column(text, line, column));
    Place { path: own.place(name), line: Some(line), column: Some(written.unwrap_or(column)) }
}

/// An undefined figure: an em dash that says why, to the mouse, to a touch, and to a reader of the screen.
fn undefined(kwargs: &Kwargs) -> TeraResult<Value> {
    let reason = kwargs.get::<&str>("why")?.unwrap_or("not defined for this record");
    let (reason, dash) = (format::escape(reason), format::UNDEFINED);
    Ok(Value::safe_string(&format!(
        "<span class=\"na\" tabindex=\"-1\" title=\"{reason}\">{dash}<span class=\"why\"> {reason}</span></span>"
    )))
}

fn digits(kwargs: &Kwargs, usual: usize) -> TeraResult<usize> {
    Ok(kwargs.get::<usize>("digits")?.unwrap_or(usual))
}

fn register(tera: &mut Tera) {
    turns::register(tera);
    tera.register_filter("percent", |value: &Value, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        let sign = if kwargs.get::<bool>("signed")?.unwrap_or(true) { Sign::Both } else { Sign::Minus };
        match value.as_f64() {
            Some(value) => Ok(format::percent(value, digits(&kwargs, 2)?, sign).into()),
            None => undefined(&kwargs),
        }
    });
    tera.register_filter("share", |value: &Value, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        match value.as_f64() {
            Some(value) => Ok(format::share(value, digits(&kwargs, 0)?).into()),
            None => undefined(&kwargs),
        }
    });
    // What lies between two percentages.
    tera.register_filter("points", |value: &Value, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        match value.as_f64() {
            Some(value) => Ok(format::number(value * 100.0, digits(&kwargs, 1)?, Sign::Both).into()),
            None => undefined(&kwargs),
        }
    });
    tera.register_filter("bps", |value: &Value, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        let sign = if kwargs.get::<bool>("signed")?.unwrap_or(true) { Sign::Both } else { Sign::Minus };
        match value.as_f64() {
            Some(value) => Ok(format::basis_points(value, digits(&kwargs, 1)?, sign).into()),
            None => undefined(&kwargs),
        }
    });
    tera.register_filter("ratio", |value: &Value, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        match value.as_f64() {
            Some(value) => Ok(format::number(value, digits(&kwargs, 2)?, Sign::Minus).into()),
            None => undefined(&kwargs),
        }
    });
    tera.register_filter("count", |value: f64, _: Kwargs, _: &State| format::number(value, 0, Sign::Minus));
    // So many of what is named in the plural.
    tera.register_filter("of", |value: f64, kwargs: Kwargs, _: &State| -> TeraResult<String> {
        let many = kwargs.must_get::<&str>("many")?;
        let noun = if value == 1.0 { one_of(many) } else { many.to_owned() };
        Ok(format!("{} {noun}", format::number(value, 0, Sign::Minus)))
    });
    tera.register_filter("sign", |value: &Value, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        let shown_unit = kwargs.get::<f64>("unit")?.unwrap_or(0.0001);
        Ok(value.as_f64().map_or("flat", |value| format::sign_class(value, shown_unit)).into())
    });
    // Sort keys are rounded: more digits than on the page would disclose more than the page does.
    tera.register_filter("sort_key", |value: &Value, _: Kwargs, _: &State| -> Value {
        value.as_f64().map_or_else(|| Value::from(""), |value| format!("{value:.6}").into())
    });
    tera.register_filter("day", |value: &str, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        match value.get(..10).and_then(|date| date.parse().ok()) {
            Some(date) => Ok(format::day(date).into()),
            None => undefined(&kwargs),
        }
    });
    tera.register_filter("moment", |value: &str, kwargs: Kwargs, _: &State| -> TeraResult<Value> {
        match value.parse() {
            Ok(time) => Ok(format::moment(time).into()),
            Err(_) => undefined(&kwargs),
        }
    });
    tera.register_filter("excerpt", |value: &str, kwargs: Kwargs, _: &State| -> TeraResult<String> {
        Ok(markdown::excerpt(value, kwargs.get::<usize>("length")?.unwrap_or(160)))
    });
    tera.register_filter("month", |value: &str, _: Kwargs, _: &State| -> String {
        value.parse::<crate::calendar::YearMonth>().map_or_else(|_| value.to_string(), |month| month.in_words())
    });
    // A price or an amount, and a sentence of the program's own, with the marks of the locale.
    tera.register_filter("written", |value: &Value, _: Kwargs, _: &State| -> Value {
        value.as_str().map_or_else(|| value.clone(), |plain| format::written(plain).into())
    });
    tera.register_filter("decimals", |value: &str, _: Kwargs, _: &State| -> String { format::with_marks(value) });
    // How strong the shade of a cell of the monthly table is, from 0 to 1.
    tera.register_filter("tint", |value: &Value, _: Kwargs, _: &State| -> String {
        format!("{:.2}", value.as_f64().map_or(0.0, |value| (value.abs() / 0.12).min(1.0)))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(template: &str, value: Option<f64>) -> String {
        let mut tera = Tera::default();
        register(&mut tera);
        tera.add_raw_template("page.html", template).unwrap();
        let mut context = Context::new();
        context.insert("x", &value);
        tera.render("page.html", &context).unwrap()
    }

    #[test]
    fn an_undefined_figure_says_why() {
        assert_eq!(shown("{{ x | percent }}", Some(-0.0123)), "\u{2212}1.23%");
        assert_eq!(
            shown("{{ x | percent(why='needs \"12\"') }}", None),
            "<span class=\"na\" tabindex=\"-1\" title=\"needs &quot;12&quot;\">\u{2014}<span class=\"why\"> needs &quot;12&quot;</span></span>"
        );
        assert_eq!(shown("{{ x | sort_key }}", None), "");
        assert_eq!(shown("{{ x | sort_key }}", Some(0.123_456_789)), "0.123457");
    }

    #[test]
    fn a_sites_own_template_replaces_the_embedded_one_and_can_extend_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("foot.html"), "own foot").unwrap();
        std::fs::write(folder.path().join("site.js"), "// own").unwrap();
        let theme = load(&OwnTemplates::read(folder.path()).unwrap()).unwrap();
        assert_eq!(theme.render("foot.html", &Context::new()).unwrap(), "own foot");
        assert_eq!(theme.assets().find(|(name, _)| name == "site.js").unwrap().1[..], b"// own"[..]);
        assert!(theme.style().contains("--ink"));
    }

    #[test]
    fn lines_of_style_of_the_sites_own_come_last() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("extra.css"), ":root { --ink: teal }").unwrap();
        let loaded = || load(&OwnTemplates::read(folder.path()).unwrap());
        let style = loaded().unwrap().style();
        assert!(style.len() > 1_000 && style.ends_with("}\n\n:root { --ink: teal }"), "{style}");
        std::fs::write(folder.path().join("style.css"), "body {}").unwrap();
        assert_eq!(loaded().unwrap().style(), "body {}\n:root { --ink: teal }");
        std::fs::write(folder.path().join("extra.css"), b"/* */\n\xe9").unwrap();
        let error = loaded().err().unwrap().to_string();
        assert!(error.ends_with("extra.css:2:1: the file is not UTF-8 text"), "{error}");
    }

    #[test]
    fn a_template_that_goes_on_without_end_is_stopped_and_named() {
        let folder = tempfile::tempdir().unwrap();
        let own = |name: &str, text: &str| {
            std::fs::write(folder.path().join(name), text).unwrap();
            load(&OwnTemplates::read(folder.path()).unwrap())
        };
        let turns = "{% for a in range(end=9000) %}{% for b in range(end=9000) %}012345678901234567890123456789{% endfor %}{% endfor %}";
        let error = own("foot.html", turns).unwrap().render("foot.html", &Context::new()).unwrap_err().to_string();
        assert!(error.contains("foot.html") && error.contains("more than 32 MB"), "{error}");
        let silent =
            "a\n{% for a in range(end=9000) %}{% for b in range(end=9000) %}{% set c = b %}{% endfor %}{% endfor %}";
        let error = own("foot.html", silent).unwrap().render("foot.html", &Context::new()).unwrap_err();
        let place = error.place().unwrap();
        assert_eq!((place.line, place.column), (Some(2), Some(60)), "{error}");
        assert!(error.to_string().contains("the loops of one page have more than 2 million turns"), "{error}");
        let listed = "a\n{{ [[b for b in range(end=9000)] for a in range(end=9000)] | length }}";
        let error = own("foot.html", listed).unwrap().render("foot.html", &Context::new()).unwrap_err();
        assert!(error.to_string().contains("more than 2 million turns"), "{error}");
        assert_eq!(error.place().unwrap().line, Some(2), "{error}");
        let error = own("foot.html", "a\n {% include \"foot.html\" %}").err().unwrap();
        assert!(error.to_string().contains("a template leads to itself: foot.html > foot.html"), "{error}");
        assert_eq!(error.place().map(|place| (place.line, place.column)), Some((Some(2), Some(13))), "{error}");
        std::fs::write(folder.path().join("head.html"), "{% include \"foot.html\" %}").unwrap();
        let error = own("foot.html", "a\n\n{% include 'head.html' %}").err().unwrap();
        assert!(error.place().unwrap().line.is_some(), "{error}");
        std::fs::remove_file(folder.path().join("head.html")).unwrap();
        let error = own("foot.html", "{% extends \"foot.html\" %}").err().unwrap();
        assert_eq!(error.place().and_then(|place| place.line), Some(1), "{error}");
    }

    #[test]
    fn a_broken_template_is_named_with_its_line() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("foot.html"), "line one\n{{ x | no_such_filter }}").unwrap();
        let error = load(&OwnTemplates::read(folder.path()).unwrap()).err().unwrap();
        let text = format!("{error}");
        assert!(text.contains("no_such_filter"), "{text}");
        assert!(text.contains("foot.html"), "{text}");
    }
}
