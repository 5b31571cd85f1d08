//! The picture that networks and messengers show beside a link to the site: the record's sentence and its curve.

use serde_json::json;
use typst::foundations::Bytes;

use super::apostrophes;
use super::errors;
use super::missing_glyphs;
use super::paths::CARD;
use super::typeset::{self, ReportWorld};
use super::typesetter::Typesetter;
use crate::file_content::FileContent;
use crate::publication::{Publication, sentence};
use crate::render::charts::print;
use crate::{Result, format};

/// The path of the picture in the site.
pub const PATH: &str = "og.png";

/// What the template of the picture reads.
pub(super) const DATA: &str = "card.json";

/// A finished picture.
pub(super) struct Card {
    pub picture: FileContent,
    /// What it says; `None` where it was taken as the last build made it.
    pub data: Option<String>,
}

impl Typesetter<'_> {
    /// The picture for links, if the site has an address at which it could be fetched.
    ///
    /// # Errors
    /// A template of the site's own that is wrong.
    pub(super) fn card(&self) -> Result<Option<Card>> {
        self.publication.facts.masthead.locale.write(|| self.drawn_card())
    }

    fn drawn_card(&self) -> Result<Option<Card>> {
        let (Some(base_url), Some(end)) = (&self.base_url, self.publication.month_ends.values().last()) else {
            return Ok(None);
        };
        let same = self.options.kept.map(|kept| (kept, kept.base([&self.shared, &self.settings, base_url])));
        if let Some(picture) = same.and_then(|(kept, base)| kept.take(PATH, base)) {
            return Ok(Some(Card { picture, data: None }));
        }
        let Publication { facts, days, .. } = self.publication;
        let growth = print::card(days, end, facts.benchmark.as_deref())?;
        let mut data = json!({
            "title": facts.masthead.title,
            "status": facts.status,
            "sentence": sentence::of_record(self.publication),
            "address": base_url.split_once("://").map_or("", |(_, rest)| rest.trim_end_matches('/')),
            "as_of": format::day(facts.as_of),
        });
        apostrophes::print(&mut data);
        let (data, _) = missing_glyphs::replace_all(data, &self.fonts);
        let files = [(DATA, data.clone()), ("growth.svg", growth.svg)];
        let world = ReportWorld {
            name: "the picture for links".into(),
            main: CARD,
            templates: &self.templates,
            fonts: &self.fonts,
            files: files.map(|(path, text)| (path.to_owned(), Bytes::from_string(text))).into(),
            date: facts.as_of,
            identity: facts.masthead.title.clone(),
        };
        let drawn = world.picture(1.0).map_err(|found| errors::in_template(&world, &found));
        typeset::forget();
        let picture: FileContent = drawn?.into();
        if let Some((kept, base)) = same {
            kept.put(PATH, base, [], &picture);
        }
        Ok(Some(Card { picture, data: Some(data) }))
    }
}
