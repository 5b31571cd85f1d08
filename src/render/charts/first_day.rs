//! The chart of a record on its first day.

use chrono::NaiveDate;

use crate::Result;
use crate::format;
use crate::publication::Publication;

use super::DATES;
use super::picture::{Letter, Panel, Picture};
use super::record::{Growth, RecordChart};
use super::scale::{self, Tick, x_of};

/// The date of the first valuation with its year, and the sessions after it.
fn first_dates(date: NaiveDate, sessions: &[NaiveDate]) -> Vec<Tick> {
    let mut ticks = scale::ticks(&[date], DATES);
    let next = |date: &NaiveDate| Tick { x: x_of(*date), text: format::day_of_year(*date), has_line: true };
    ticks.extend(sessions.iter().map(next));
    ticks
}

/// One valuation: a point, and the line that the first return will leave.
pub fn first_day(publication: &Publication) -> Result<RecordChart> {
    let date = publication.facts.inception;
    let sessions = &publication.next_sessions;
    let x = (x_of(date), sessions.last().map_or(x_of(date), |last| x_of(*last)).max(x_of(date) + 7.0));
    let growth = Growth { logarithmic: false, with_falls: false };
    let panel = Panel { edges: (0.0, 1.0), ..growth.panel(&Default::default()) };
    let middle = panel.place(100.0);
    let picture = Picture {
        id: "record".into(),
        kind: "first",
        title: "Growth of 100".into(),
        note: if sessions.is_empty() {
            "one valuation so far"
        } else {
            "one valuation so far, and the next sessions"
        }
        .into(),
        description: format!("The record starts with 100 on {}.", format::day(date)),
        height: "low bare",
        x,
        ticks: first_dates(date, sessions),
        letters: vec![
            Letter::new("point ours", Some(0.0), middle, ""),
            Letter::new("start ours", Some(0.0), middle, "Account <span>100</span>"),
        ],
        panels: vec![panel],
        ..Picture::default()
    };
    Ok(RecordChart::without_months(picture.html_around()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sessions_to_come_stand_under_the_first_valuation() {
        let dates = ["2022-12-02", "2022-12-05", "2022-12-06"].map(|date| date.parse().unwrap());
        let ticks = first_dates("2022-12-01".parse().unwrap(), &dates);
        let texts: Vec<_> = ticks.iter().map(|tick| tick.text.as_str()).collect();
        assert_eq!(texts, ["1 Dec 2022", "2 Dec", "5 Dec", "6 Dec"]);
        assert_eq!(ticks[2].x - ticks[1].x, 3.0, "a weekend lies between them");
    }
}
