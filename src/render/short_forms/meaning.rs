//! What a short form stands for: something that the site shows already.

use crate::error::{Error, Result};
use crate::format::{self, Sign};
use crate::nearest::{nearest, usual_edits};
use crate::publication::within::{Bound, Whose, Within};
use crate::publication::{OrderView, Publication, WITHHELD, withheld};
use crate::record::short_form::{KINDS, Word, Written};
use crate::render::charts::{Curve, Excerpt};

/// What stands in the place of a short form.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown<'a> {
    /// A figure as the site writes it, with its anchor on the methodology page.
    Figure {
        /// `0.87`.
        text: String,
        /// `risk.sharpe`.
        id: &'static str,
    },
    /// An order.
    Trade(&'a OrderView),
    /// A chart.
    Chart(Excerpt),
}

impl Shown<'_> {
    /// It in words; nothing of a chart.
    pub fn in_words(&self) -> String {
        match self {
            Self::Figure { text, .. } => text.clone(),
            Self::Trade(order) => in_words(order),
            Self::Chart(_) => String::new(),
        }
    }
}

/// `Bought MTUM on 3 Feb 2020`.
fn in_words(order: &OrderView) -> String {
    format!("{} {} on {}", order.side_in_words(), order.symbol, format::day(order.date))
}

/// What is wrong with a short form, and at which byte of the text.
pub type Wrong = (usize, Error);

/// Names that figures have beside their ids and the last parts of these.
const OTHER_NAMES: [(&str, &str); 5] = [
    ("total_return", "returns.total"),
    ("annualized_return", "returns.annualized"),
    ("max_drawdown", "drawdown.max"),
    ("current_drawdown", "drawdown.current"),
    ("benchmark_return", "benchmark.total"),
];

const CHARTS: [(&str, Curve); 2] = [("equity", Curve::Equity), ("drawdown", Curve::Drawdown)];

/// What something in double braces stands for; `None` where it is no short form and stays as it is.
///
/// # Errors
/// A name that is not known, a figure that is not published or undefined, a part that the record does not have.
pub fn of<'a>(written: &Written, publication: &'a Publication) -> Result<Option<Shown<'a>>, Wrong> {
    let kind = written.kind;
    let Some(words) = &written.words else { return without_colon(written, publication).map(|()| None) };
    if !written.is_closed {
        if !KINDS.contains(&kind.text) {
            return Ok(None);
        }
        let error = Error::data("the short form does not end on its line").hint("close it with `}}`");
        return Err((written.range.start, error));
    }
    let Some((name, settings)) = words.split_first() else {
        return Err((kind.at, Error::data(format!("`{}:` is followed by no name", kind.text)).hint(EXAMPLE)));
    };
    match kind.text {
        "stat" => figure(*name, settings, publication).map(Some),
        "chart" => chart(*name, settings, publication).map(Some),
        "trade" => trade(*name, settings, publication).map(Some),
        unknown => {
            let error = Error::data(format!("there is no short form `{unknown}:`"));
            let next = near(unknown, KINDS).map_or_else(|| format!("there are {}", KINDS.join(", ")), did_you_mean);
            Err((kind.at, error.hint(format!("{next}; braces that are meant as such are written `\\{{{{`"))))
        }
    }
}

const EXAMPLE: &str =
    "write it as {{ stat:sharpe }}, {{ chart:equity from=2026-01 }} or {{ trade:2026-01-27-sxlk-buy }}";

/// Braces around a word are braces, unless the word is one that a short form begins with.
fn without_colon(written: &Written, publication: &Publication) -> Result<(), Wrong> {
    let word = written.kind.text;
    let is_name = names(publication).any(|(name, _)| name == word);
    if KINDS.contains(&word) || is_name {
        let error = Error::data(format!("`{word}` in double braces is no short form: it has no colon"));
        let next = if is_name { format!("write it as {{{{ stat:{word} }}}}") } else { EXAMPLE.to_owned() };
        return Err((
            written.kind.at,
            error.hint(format!("{next}; braces that are meant as such are written `\\{{{{`")),
        ));
    }
    Ok(())
}

fn near<'n>(wrong: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    nearest(wrong, names, usual_edits(wrong))
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean `{name}`?")
}

/// The ids of all figures, published or withheld.
fn ids(publication: &Publication) -> impl Iterator<Item = &'static str> + Clone {
    let shown = publication.all_figures().map(|figure| figure.id);
    shown.chain(WITHHELD.into_iter().filter(|id| withheld(id, &publication.facts).is_some()))
}

fn last_part(id: &str) -> &str {
    id.split_once('.').map_or(id, |(_, last)| last)
}

/// Every name that a figure can be called by, with its id: the id, its last part, another one.
fn names(publication: &Publication) -> impl Iterator<Item = (&'static str, &'static str)> {
    let ids = ids(publication);
    let whole = ids.clone().map(|id| (id, id));
    let short = ids.map(|id| (last_part(id), id));
    whole.chain(OTHER_NAMES).chain(short)
}

/// The figure that a name means.
fn named(name: Word, publication: &Publication) -> Result<&'static str, Wrong> {
    let found: Vec<&'static str> =
        names(publication).filter(|(other, _)| *other == name.text).map(|(_, id)| id).collect();
    let wrong = |error: Error| Err((name.at, error));
    match found.as_slice() {
        [] => {
            let error = Error::data(format!("there is no figure `{}`", name.text));
            let near = near(name.text, names(publication).map(|(name, _)| name));
            wrong(error.hint(near.map_or_else(
                || "the methodology page defines each; its anchor is its name".to_owned(),
                did_you_mean,
            )))
        }
        [id] => Ok(id),
        several => {
            let error = Error::data(format!("`{}` may be {}", name.text, several.join(" or ")));
            wrong(error.hint("write one of them"))
        }
    }
}

fn figure<'a>(name: Word, settings: &[Word], publication: &'a Publication) -> Result<Shown<'a>, Wrong> {
    let id = named(name, publication)?;
    if let Some(reason) = withheld(id, &publication.facts) {
        let error = Error::data(format!("`{}` is not on this site: {reason}", name.text));
        return Err((name.at, error.hint("take it out of the text")));
    }
    let whose = match id {
        "returns.total" => Some(Whose::Account),
        "benchmark.total" => Some(Whose::Benchmark),
        _ => None,
    };
    if let Some((setting, whose)) = settings.first().zip(whose) {
        let within = part(settings, publication)?;
        let value = within.total_return(whose).map_err(|error| (setting.at, error))?;
        let text = format::percent(value, publication.facts.digits.returns, Sign::Minus);
        return Ok(Shown::Figure { text, id });
    }
    if let Some(setting) = settings.first() {
        let error =
            Error::data(format!("`{}` is of the whole record, and `{}` cannot change that", name.text, setting.text));
        return Err((setting.at, error.hint("only total_return and benchmark_return take `from` and `to`")));
    }
    match publication.figure(id).map(|figure| (figure.written(publication.facts.digits), figure)) {
        Some((Some(text), _)) => Ok(Shown::Figure { text, id }),
        Some((None, figure)) => {
            let reason = figure.undefined_because.as_deref().unwrap_or("this record does not define it");
            let error = Error::data(format!("`{}` is undefined: {reason}", name.text));
            Err((name.at, error.hint("take it out of the text until there is a value")))
        }
        None => Err((
            name.at,
            Error::data(format!("`{}` is not on this site", name.text)).hint("take it out of the text"),
        )),
    }
}

fn chart<'a>(name: Word, settings: &[Word], publication: &'a Publication) -> Result<Shown<'a>, Wrong> {
    let Some((_, curve)) = CHARTS.iter().find(|(chart, _)| *chart == name.text) else {
        let all = CHARTS.map(|(chart, _)| chart);
        let error = Error::data(format!("there is no chart `{}`", name.text));
        let next = near(name.text, all).map_or_else(|| format!("there are {}", all.join(" and ")), did_you_mean);
        return Err((name.at, error.hint(next)));
    };
    let within = part(settings, publication)?;
    let excerpt = Excerpt::of(*curve, &within, publication);
    excerpt.map(Shown::Chart).map_err(|error| (settings.first().map_or(name.at, |setting| setting.at), error))
}

fn trade<'a>(name: Word, settings: &[Word], publication: &'a Publication) -> Result<Shown<'a>, Wrong> {
    if let Some(setting) = settings.first() {
        let error = Error::data(format!("an order has no setting `{}`", setting.text));
        return Err((setting.at, error.hint("the name of its page is enough")));
    }
    let slugs = publication.orders.iter().map(|order| order.slug.as_str());
    publication.orders.iter().find(|order| order.slug == name.text).map(Shown::Trade).ok_or_else(|| {
        let error = Error::data(format!("no order on this site has the page `{}`", name.text));
        let next = match near(name.text, slugs) {
            Some(name) => did_you_mean(name),
            None => "the end of the address of its page is its name: 2026-01-27-sxlk-buy".to_owned(),
        };
        let held_back = (publication.facts.delay_days > 0)
            .then(|| format!("; orders after {} are held back", format::day(publication.facts.trades_until)));
        (name.at, error.hint(next + &held_back.unwrap_or_default()))
    })
}

/// The part of the record that settings name: `from=2026-01`, `to=2026-03`.
fn part<'a>(settings: &[Word], publication: &'a Publication) -> Result<Within<'a>, Wrong> {
    let (mut from, mut to) = (None, None);
    for setting in settings {
        let Some((key, value)) = setting.text.split_once('=') else {
            let error = Error::data(format!("`{}` is no setting", setting.text));
            return Err((setting.at, error.hint("write from=2026-01 and to=2026-03, without blanks around `=`")));
        };
        let bound = match key {
            "from" => &mut from,
            "to" => &mut to,
            _ => {
                let error = Error::data(format!("there is no setting `{key}`"));
                let next = near(key, ["from", "to"]).map_or_else(|| "there are from and to".to_owned(), did_you_mean);
                return Err((setting.at, error.hint(next)));
            }
        };
        let at = setting.at + key.len() + 1;
        let parsed: Bound = value.parse().map_err(|error| (at, error))?;
        parsed.check(&publication.facts).map_err(|error| (at, error))?;
        if bound.replace(parsed).is_some() {
            return Err((setting.at, Error::data(format!("`{key}` is there twice")).hint("take one of them out")));
        }
    }
    let at = settings.first().map_or(0, |setting| setting.at);
    Within::new(publication, from, to).map_err(|error| (at, error))
}
