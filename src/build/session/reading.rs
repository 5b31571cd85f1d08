//! What a session reads again, and what it computes from it.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::NaiveDate;

use super::{Computed, Session};
use crate::Result;
use crate::build::figures::Figures;
use crate::build::{inputs, publishable, static_files};
use crate::config::{self, Config};
use crate::proof;
use crate::publication::reword;
use crate::record::{HeldRecord, Reread, schema};
use crate::render::own_templates::OwnTemplates;
use crate::render::pictures::Pictures;
use crate::site::overrides;
use crate::site::theme::{self, Theme};

impl Session {
    pub(super) fn read_config(&mut self) -> Result<Arc<Config>> {
        if let Some(config) = self.config.as_ref().filter(|_| !self.stale.config) {
            return Ok(Arc::clone(config));
        }
        let config = Arc::new(config::load(&self.site, self.environment.iter().cloned())?);
        let is_same = self.config.as_ref().is_some_and(|before| before.of_record() == config.of_record());
        self.stale.config = false;
        self.stale.data |= !is_same;
        // Which entries are published depends on how finely the site is.
        self.stale.proof = true;
        self.data = None;
        self.config = Some(Arc::clone(&config));
        Ok(config)
    }

    /// Reads what has changed of the record, and computes its figures if they can have changed.
    pub(super) fn compute(&mut self, config: &Config, today: NaiveDate) -> Result<Computed> {
        let texts = std::mem::take(&mut self.stale.texts);
        let data = match self.data.filter(|_| !self.stale.data) {
            Some(data) => data,
            None => inputs::of_data(&config.of_figures(), today, &self.inputs),
        };
        self.data = Some(data);
        let held = match self.record.take() {
            Some(mut held) if !self.stale.data => {
                if !texts.is_empty() && held.read_texts(&self.site, &texts, today) == Reread::MoreThanWords {
                    self.outline = None;
                }
                self.unsaid.iter_mut().for_each(|unsaid| unsaid.extend(texts.iter().cloned()));
                held
            }
            _ => {
                schema::check(&self.site)?;
                self.stale.data = false;
                (self.outline, self.unsaid) = (None, None);
                HeldRecord::load(&self.site, &*config.of_record(), today)
            }
        };
        let record = self.record.insert(held).record();
        publishable(record, self.settings.base_url.as_deref())?;
        let outline = *self.outline.get_or_insert_with(|| inputs::outline(record));
        let base = inputs::of_figures(data, outline);
        let computed = match self.computed.take() {
            Some(mut computed) if computed.base == base => {
                if self.unsaid.as_ref().is_none_or(|unsaid| !unsaid.is_empty()) {
                    let publication = Arc::make_mut(&mut computed.figures.publication);
                    reword(publication, record, config, self.unsaid.as_ref());
                }
                computed
            }
            _ => Computed { base, figures: Figures::of(record, config)? },
        };
        self.unsaid = Some(BTreeSet::new());
        let computed = Computed { figures: computed.figures.under(config), ..computed };
        self.computed = Some(computed.clone());
        Ok(computed)
    }

    pub(super) fn read_pictures(&mut self) -> Result<()> {
        if self.stale.pictures {
            self.pictures = Arc::new(Pictures::below(&self.site.content())?);
            self.stale.pictures = false;
        }
        Ok(())
    }

    pub(super) fn read_static_files(&mut self) -> Result<()> {
        if self.stale.static_files {
            self.static_files = Arc::new(static_files::read(&self.site)?);
            self.stale.static_files = false;
        }
        Ok(())
    }

    pub(super) fn read_proof(&mut self, config: &Config) -> Result<()> {
        if self.stale.proof {
            self.proof = proof::files_to_publish(&self.site, config)?.map(Arc::new);
            self.stale.proof = false;
        }
        Ok(())
    }

    pub(super) fn read_templates(&mut self) -> Result<()> {
        if self.stale.templates {
            self.templates = Arc::new(OwnTemplates::read(&self.site.templates())?);
            self.unused = overrides::odd(&self.templates);
            self.theme = None;
            self.stale.templates = false;
        }
        Ok(())
    }

    pub(super) fn parse_theme(&mut self) -> Result<Arc<Theme>> {
        if let Some(theme) = &self.theme {
            return Ok(Arc::clone(theme));
        }
        Ok(Arc::clone(self.theme.insert(Arc::new(theme::load(&self.templates)?))))
    }
}
