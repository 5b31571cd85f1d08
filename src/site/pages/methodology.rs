//! How every figure is defined.

use serde::Serialize;

use super::Site;
use super::context::PageContext;
use crate::Result;
use crate::analysis::catalogue::{Figure, FigureGroup};
use crate::publication::{PublicFigure, Reads};

#[derive(Serialize)]
struct Methodology<'a> {
    figures: Vec<Definitions<'a>>,
    /// What is rounded and why.
    rounding: &'a [String],
}

/// A group of figures.
#[derive(Serialize)]
struct Definitions<'a> {
    id: &'a str,
    name: &'a str,
    figures: Vec<Definition<'a>>,
}

#[derive(Serialize)]
struct Definition<'a> {
    id: &'a str,
    name: &'a str,
    formula: &'a str,
    source: &'a str,
    undefined_because: Option<&'a str>,
}

pub fn context(site: &Site, _: &Reads) -> Result<PageContext> {
    let publication = site.publication;
    PageContext::new(&Methodology {
        figures: publication.figures.iter().map(definitions).collect(),
        rounding: &publication.rounding,
    })
}

fn definitions(group: &FigureGroup<PublicFigure>) -> Definitions<'_> {
    Definitions { id: group.id, name: group.name, figures: group.figures.iter().map(definition).collect() }
}

fn definition(figure: &Figure<PublicFigure>) -> Definition<'_> {
    Definition {
        id: figure.id,
        name: figure.name,
        formula: figure.formula,
        source: figure.source,
        undefined_because: figure.undefined_because.as_deref(),
    }
}
