//! Makes the reports of months, each from the cache where it is known.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use serde_json::{Value, json};
use typst::diag::SourceDiagnostic;
use typst::foundations::Bytes;

use super::apostrophes;
use super::cache;
use super::card::{self, Card};
use super::errors;
use super::locate;
use super::markdown::{self, Surroundings};
use super::missing_glyphs::{self, MissingGlyphs};
use super::month::{MonthData, MonthOrder};
use super::paths::MAIN;
use super::templates::Templates;
use super::typeset::{self, ReportWorld, Typeset};
use super::{COMMENTARY_LEVEL, DATA, Options, Reports, path_of};
use crate::calendar::YearMonth;
use crate::digest::sha256;
use crate::file_content::FileContent;
use crate::program;
use crate::proof::Witness;
use crate::publication::{Month, OrderView, Publication, Reads};
use crate::render::charts::print;
use crate::render::fonts::{self, Fonts};
use crate::render::short_forms;
use crate::render::tables::{self, Table};
use crate::{Error, Result};

/// One finished report.
pub(super) struct MonthlyPdf {
    month: YearMonth,
    pdf: FileContent,
    /// What it says; `None` where it was taken as the last build made it.
    data: Option<String>,
    is_new: bool,
    missing_glyphs: Option<MissingGlyphs>,
    warnings: Vec<String>,
    not_kept: Option<Error>,
    /// The texts and pictures in it.
    reads: HashSet<PathBuf>,
}

impl MonthlyPdf {
    fn found(month: YearMonth, pdf: FileContent) -> Self {
        let (warnings, reads) = (Vec::new(), HashSet::new());
        Self { month, pdf, data: None, is_new: false, missing_glyphs: None, warnings, not_kept: None, reads }
    }
}

/// A table with its rows grouped by month.
struct ByMonth {
    table: Table,
    rows: BTreeMap<YearMonth, Vec<usize>>,
}

/// The rows of one month, attached as a CSV file.
struct Attached {
    month: YearMonth,
    table: Table,
}

impl Attached {
    fn file(&self) -> Result<(String, Bytes)> {
        Ok((format!("{}-{}.csv", self.table.name, self.month), Bytes::new(self.table.csv()?)))
    }
}

impl ByMonth {
    fn new(table: Table) -> Self {
        Self { rows: table.rows_by(YearMonth::of), table }
    }

    fn of(&self, month: YearMonth) -> Table {
        self.table.picked(self.rows.get(&month).map(Vec::as_slice).unwrap_or_default())
    }
}

/// The orders first filled in each month, oldest first.
fn orders_by_month(publication: &Publication) -> BTreeMap<YearMonth, Vec<&OrderView>> {
    let mut orders: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for order in publication.orders.iter().rev() {
        orders.entry(YearMonth::of(order.date)).or_default().push(order);
    }
    orders
}

/// What all reports of a publication share.
pub(super) struct Typesetter<'a> {
    pub(super) publication: &'a Publication,
    pub(super) options: &'a Options<'a>,
    pub(super) base_url: Option<String>,
    pub(super) templates: Templates,
    pub(super) fonts: Fonts,
    /// The orders of each month, oldest first.
    orders: BTreeMap<YearMonth, Vec<&'a OrderView>>,
    by_month: OnceLock<Vec<ByMonth>>,
    /// The digest of all days up to the end of each month, from which the charts are drawn.
    days: OnceLock<BTreeMap<YearMonth, String>>,
    /// The digest of templates, fonts and program.
    pub(super) shared: String,
    /// The digest of what else every report depends on beside figures.
    pub(super) settings: String,
    /// The names of all pictures.
    pictures: String,
}

impl<'a> Typesetter<'a> {
    pub(super) fn new(publication: &'a Publication, options: &'a Options<'a>) -> Result<Self> {
        let templates = Templates::load(options.templates)?;
        let fonts = Fonts::with(options.root, options.fonts)?;
        Ok(Self {
            publication,
            options,
            base_url: publication.facts.masthead.address(options.base_url),
            orders: orders_by_month(publication),
            by_month: OnceLock::new(),
            days: OnceLock::new(),
            // The embedded fonts are part of the program.
            shared: [
                &program::identity().unwrap_or_else(|| fonts::digest().to_owned()),
                templates.digest(),
                fonts.digest(),
            ]
            .join(" "),
            fonts,
            settings: settings(publication, options),
            pictures: options.pictures.files().keys().map(|path| format!("{path}\n")).collect(),
            templates,
        })
    }

    /// Finds a month's report in the cache, or makes it.
    pub(super) fn report(&self, month: &Month) -> Result<MonthlyPdf> {
        if !(self.options.is_wanted)() {
            return Err(Error::refused("nobody waits for the reports any more"));
        }
        let path = path_of(month.month);
        let witness = self.witness(month.month).unwrap_or_default();
        let parts = [&self.shared, &self.settings, &self.pictures, &witness];
        let same = self.options.kept.map(|kept| (kept, kept.base(parts)));
        if let Some(pdf) = same.and_then(|(kept, base)| kept.take(&path, base)) {
            return Ok(MonthlyPdf::found(month.month, pdf));
        }
        let made = self.publication.facts.masthead.locale.write(|| self.made(month))?;
        let is_plain = made.missing_glyphs.is_none() && made.warnings.is_empty() && made.not_kept.is_none();
        if let Some((kept, base)) = same.filter(|_| is_plain) {
            kept.put(&path, base, made.reads.clone(), &made.pdf);
        }
        Ok(made)
    }

    /// Finds a month's report in the cache by all that it says, or typesets it.
    fn made(&self, month: &Month) -> Result<MonthlyPdf> {
        let reads = Reads::default();
        let month_data = self.month_data(month, &reads)?;
        let (data, missing) = missing_glyphs::replace_all(self.values(&month_data), &self.fonts);
        let missing_glyphs = MissingGlyphs::of(missing, &month_data, self.options.root);
        let pictures =
            month_data.pictures().map(|(path, _)| Path::new("content").join(self.options.pictures.file(path)));
        let reads = reads.into_paths().into_iter().chain(pictures).collect();
        let attached = self.attached(month.month);
        let key = self.key(&month_data, &data, &attached);
        let cache = self.options.cache;
        if let Some(pdf) = cache.get(month.month, &key) {
            return Ok(MonthlyPdf { data: Some(data), missing_glyphs, reads, ..MonthlyPdf::found(month.month, pdf) });
        }
        let world = self.world(&month_data, &data, &attached)?;
        let Typeset { pdf, warnings } = world.typeset().map_err(|found| self.located(&world, &month_data, found))?;
        let warnings: Vec<String> = warnings.iter().map(|warning| errors::in_words(&world, warning)).collect();
        typeset::forget();
        let pdf: FileContent = pdf.into();
        // A report with warnings is not stored, so that the next build repeats the warnings.
        let kept = if warnings.is_empty() { cache.put(month.month, &key, pdf.clone()) } else { Ok(()) };
        let found = MonthlyPdf { data: Some(data), missing_glyphs, reads, ..MonthlyPdf::found(month.month, pdf) };
        Ok(MonthlyPdf { is_new: true, warnings, not_kept: kept.err(), ..found })
    }

    /// Typesets a month's report, and draws its pages.
    pub(super) fn picture(&self, month: &Month, scale: f64) -> Result<Vec<u8>> {
        self.publication.facts.masthead.locale.write(|| self.drawn(month, scale))
    }

    fn drawn(&self, month: &Month, scale: f64) -> Result<Vec<u8>> {
        let month_data = self.month_data(month, &Reads::default())?;
        let (data, _) = missing_glyphs::replace_all(self.values(&month_data), &self.fonts);
        let world = self.world(&month_data, &data, &self.attached(month.month))?;
        let picture = world.picture(scale).map_err(|found| self.located(&world, &month_data, found));
        typeset::forget();
        picture
    }

    /// What was wrong, with its place in the author's own text if it is there.
    fn located(
        &self,
        world: &ReportWorld,
        month_data: &MonthData,
        found: impl IntoIterator<Item = SourceDiagnostic>,
    ) -> Error {
        locate::error(world, month_data, &self.values(month_data), found.into_iter().collect())
    }

    /// What the template reads.
    fn values(&self, month_data: &MonthData) -> Value {
        let mut values = month_data.data(self.options.paper, self.base_url.as_deref());
        if let Some(fields) = values.as_object_mut() {
            fields.insert("fonts".into(), self.fonts.families().into());
            fields.insert("witness".into(), self.witness(month_data.month.month).into());
        }
        apostrophes::print(&mut values);
        values
    }

    /// The line of the log that a month's report carries.
    fn witness(&self, month: YearMonth) -> Option<String> {
        self.options.witnesses.get(&month).map(Witness::to_string)
    }

    fn month_data(&self, month: &'a Month, reads: &Reads) -> Result<MonthData<'a>> {
        let publication = self.publication;
        let end = publication
            .month_ends
            .get(&month.month)
            .ok_or_else(|| Error::data(format!("there are no figures for the end of {}", month.month.in_words())))?;
        let document = publication.texts.commentary(month.month);
        let document = document.filter(|text| self.options.drafts || !text.is_draft()).map(|text| text.read(reads));
        let around = Surroundings {
            page_of: self.options.page_of,
            base_url: self.base_url.as_deref(),
            pictures: self.options.pictures,
            below: COMMENTARY_LEVEL,
            publication,
        };
        let commentary = document.map(|document| Ok((document, markdown::blocks(document, around)?))).transpose()?;
        let orders = self.orders.get(&month.month).into_iter().flatten().map(|order| {
            let note = order.note.as_ref().and_then(|note| publication.texts.note(&note.path, reads));
            let note = note.map(|note| short_forms::front_in_words(note, publication)).transpose()?;
            Ok(MonthOrder { order, note })
        });
        let orders = orders.collect::<Result<_>>()?;
        Ok(MonthData { publication, month, end, orders, commentary })
    }

    /// The month's rows of the site's tables, by file.
    fn attached(&self, month: YearMonth) -> Vec<Attached> {
        let tables = self.by_month.get_or_init(|| {
            let daily = self.publication.facts.by_day.then(|| tables::daily(self.publication));
            daily.into_iter().chain([tables::orders(self.publication)]).map(ByMonth::new).collect()
        });
        tables.iter().map(|table| Attached { month, table: table.of(month) }).collect()
    }

    /// The same as files, by name.
    #[cfg(test)]
    pub(super) fn attachments(&self, month: YearMonth) -> Result<BTreeMap<String, Bytes>> {
        self.attached(month).iter().map(Attached::file).collect()
    }

    /// The digest of all inputs of a report.
    fn key(&self, month_data: &MonthData, data: &str, attached: &[Attached]) -> String {
        let pictures = month_data.pictures().filter_map(|(path, _)| self.options.pictures.get(path));
        let charts = month_data.charts().map(|(_, svg)| sha256(svg.as_bytes(), 64));
        let pictures: String = pictures.map(|picture| sha256(picture, 64)).chain(charts).collect();
        let days = self.days.get_or_init(|| cache::digests_of_days(self.publication));
        let days = days.get(&month_data.month.month).map(String::as_str).unwrap_or_default();
        let attached: String = attached.iter().map(|attached| attached.table.digest().to_string()).collect();
        sha256([&self.shared, days, &pictures, &attached, data].join("\n").as_bytes(), 32)
    }

    /// The template with every file it can read.
    fn world(&self, month_data: &MonthData, data: &str, attached: &[Attached]) -> Result<ReportWorld<'_>> {
        let month = month_data.month.month;
        let record = print::record(self.publication, month_data.end)?;
        let mut alt = json!({ "record": record.alt, "record_note": record.note });
        apostrophes::print(&mut alt);
        let mut files: BTreeMap<_, _> = attached.iter().map(Attached::file).collect::<Result<_>>()?;
        files.extend([
            (DATA.to_owned(), Bytes::from_string(data.to_owned())),
            ("charts.json".to_owned(), Bytes::from_string(alt.to_string())),
            ("record.svg".to_owned(), Bytes::from_string(record.svg)),
        ]);
        files.extend(month_data.charts().map(|(file, svg)| (file.clone(), Bytes::from_string(svg.clone()))));
        for (path, place) in month_data.pictures() {
            let content = self.options.pictures.get(path).cloned().unwrap_or_default();
            self.options.pictures.check(path).map_err(|reason| {
                Error::data(format!("the picture `{path}` cannot be typeset: {reason}"))
                    .at(place.clone())
                    .hint("PNG, JPEG, GIF, WebP and SVG can be")
            })?;
            files.insert(format!("pictures/{path}"), Bytes::new(content));
        }
        Ok(ReportWorld {
            name: format!("the report of {}", month.in_words()),
            main: MAIN,
            templates: &self.templates,
            fonts: &self.fonts,
            files,
            date: month_data.date(),
            identity: format!(
                "{} {} {month}",
                self.publication.facts.masthead.title, self.publication.facts.inception
            ),
        })
    }

    pub(super) fn gathered(&self, made: Vec<Result<MonthlyPdf>>, card: Option<Card>) -> Result<Reports> {
        let mut reports = Reports::default();
        if let Some(Card { picture, data }) = card {
            reports.words.extend(data.map(|data| (format!("{}/{}", card::PATH, card::DATA), data.into())));
            reports.files.insert(card::PATH.into(), picture);
        }
        let mut missing = Vec::new();
        for made in made {
            let made = made?;
            missing.extend(made.missing_glyphs);
            let path = path_of(made.month);
            reports.typeset += usize::from(made.is_new);
            reports.warnings.extend(made.warnings);
            reports.not_kept = reports.not_kept.or(made.not_kept);
            reports.words.extend(made.data.map(|data| (format!("{path}/data.json"), data.into())));
            reports.files.insert(path, made.pdf);
        }
        reports.warnings.extend(missing_glyphs::warnings(&missing));
        let templates =
            self.templates.texts().map(|(path, text)| (format!("months/*.pdf/{path}"), text.as_bytes().into()));
        reports.words.extend(templates);
        Ok(reports)
    }
}

/// What reports depend on beside figures, templates, and the words and pictures in them.
fn settings(publication: &Publication, options: &Options) -> String {
    let Options { base_url, drafts, paper, .. } = options;
    let outline = publication.texts.outline();
    format!("{:?} {base_url:?} {drafts} {paper:?} {outline}", publication.facts.masthead)
}
