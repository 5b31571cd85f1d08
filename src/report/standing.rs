//! The record as it stands at the end of a report's month: what it rests on, its figures beside those of the index, its years.

use serde_json::{Value, json};

use super::month::{MonthData, headline, number, percent, period_row, plain, points, tinted, uncoloured};
use crate::calendar::YearMonth;
use crate::format::{self, Sign};
use crate::publication::{IndexFigures, Month, Period, Publication, Published, UsualPeriod, Year};

/// At most so many years before the report's are in the table of months.
const EARLIER_YEARS: usize = 11;

impl MonthData<'_> {
    /// What the record rests on: how many valuations, orders, and notes from before a trade there are so far.
    pub(super) fn proof(&self) -> Value {
        let end = self.end;
        let Publication { orders, facts, .. } = self.publication;
        let so_far = || orders.iter().filter(|order| order.date <= end.as_of);
        let noted = so_far().filter(|order| order.note.as_ref().is_some_and(|note| note.before_trade));
        let count = |number: usize| format::number(number as f64, 0, Sign::Minus);
        json!({
            "valuations": count(end.observations + 1),
            "daily": end.is_daily,
            "missing": count(end.missing_sessions),
            "orders": count(so_far().count()),
            "notes_before": count(noted.count()),
            "all_orders": facts.by_day && end.held_back_after.is_none(),
        })
    }

    /// The figures at the top: returns with the benchmark's, then risk.
    pub(super) fn performance(&self) -> Value {
        let usual = |wanted: UsualPeriod, name: &str| self.usual(wanted).map(|period| period_row(name, period));
        let own = (Some(self.month.value.get()), number(self.month.benchmark));
        let returns = [
            Some(headline(&self.month.month.in_words(), own, None)),
            usual(UsualPeriod::YearToDate, "Year to date"),
            usual(UsualPeriod::SinceInception, "Since inception"),
            usual(UsualPeriod::SinceInceptionAnnualized, "Return per year"),
        ];
        let figures = self.publication.facts.digits.figures;
        let ratio = |value: Option<f64>| plain(value.map(|value| format::number(value, figures, Sign::Minus)));
        let volatility = |value| format::percent(value, figures.min(1), Sign::Minus);
        let end = self.end;
        let facts = &self.publication.facts;
        // Where days are published, the figures are those of the index as it is drawn.
        let index = match facts.by_day && end.is_daily {
            true => {
                IndexFigures::of(self.publication.days_until(end.as_of), facts, (end.periods_a_year, end.is_daily))
            }
            false => end.index,
        };
        json!({
            "returns": returns.into_iter().flatten().map(|row| self.judged(row)).collect::<Vec<_>>(),
            "volatility": plain(number(self.end.volatility).map(volatility)),
            "sharpe": ratio(number(self.end.sharpe)),
            "max_drawdown": percent(number(self.end.max_drawdown), 1),
            "worst_fall": self.end.worst_fall.as_ref().map(|fall| json!({
                "peak": format::day(fall.peak),
                "valley": format::day(fall.valley),
                "days": fall.recovery.map(|_| format::number(fall.duration_days as f64, 0, Sign::Minus)),
            })),
            "drawdown": percent(number(self.end.drawdown), 1),
            "month_drawdown": percent(number(self.month.max_drawdown), 1),
            "lacks": self.end.lacks,
            "beta": ratio(number(self.end.beta)),
            "r_squared": ratio(number(self.end.r_squared)),
            "index": {
                "volatility": plain(index.volatility.filter(|_| self.end.volatility.is_some()).map(volatility)),
                "sharpe": ratio(index.sharpe.filter(|_| self.end.sharpe.is_some())),
                "max_drawdown": percent(index.fall, 1),
            },
        })
    }

    /// One of the usual periods that end with this month.
    fn usual(&self, wanted: UsualPeriod) -> Option<&Period> {
        self.end.periods.iter().find(|period| period.period == wanted)
    }

    /// A row with its difference to the benchmark, uncoloured where that leaves dividends out: being ahead of it is no gain.
    pub(super) fn judged(&self, mut row: Value) -> Value {
        if let Some(difference) = row.get_mut("difference").filter(|_| self.publication.facts.without_dividends) {
            uncoloured(difference);
        }
        row
    }

    /// The months of the year up to this one.
    pub(super) fn year(&self) -> Value {
        let year = self.month.month.year();
        let known = |number: u32| {
            let month = YearMonth::new(year, number).filter(|month| *month <= self.month.month)?;
            self.publication.months.iter().find(|known| known.month == month)
        };
        let so_far = self.usual(UsualPeriod::YearToDate);
        let row = |value: &dyn Fn(&Month) -> Option<f64>, total: Option<f64>| {
            let months = (1..=12).map(|number| known(number).and_then(value));
            months.map(tinted).chain([tinted(total)]).collect::<Vec<_>>()
        };
        let difference = |month: &Month| month.benchmark.map(|benchmark| month.value.get() - benchmark.get());
        let earlier = self.publication.years.iter().filter(|earlier| earlier.year < year).rev().take(EARLIER_YEARS);
        let year_row = json!({
            "year": year,
            "account": row(&|month| Some(month.value.get()), so_far.and_then(|period| number(period.value))),
            "benchmark": row(&|month| number(month.benchmark), so_far.and_then(|period| number(period.benchmark))),
            "difference": row(&difference, so_far.and_then(|period| Some(number(period.value)? - number(period.benchmark)?))),
            "deepest": points(number(self.end.year_drawdown)),
            "partial": self.is_part_of_year(),
            "earlier": earlier.map(earlier_year).collect::<Vec<_>>(),
        });
        self.judged(year_row)
    }

    /// Whether the record covers only a part of the year up to the month's end.
    fn is_part_of_year(&self) -> bool {
        let year = self.month.month.year();
        let is_whole = || self.publication.years.iter().any(|known| known.year == year && !known.partial);
        self.month.month.month() < 12 || self.end.month_goes_on || !is_whole()
    }
}

fn earlier_year(year: &Year) -> Value {
    let cells = year.months.iter().copied().chain([Some(year.value)]).map(|value| tinted(number(value)));
    json!({
        "year": year.year,
        "account": cells.collect::<Vec<_>>(),
        "benchmark": points(number(year.benchmark)),
        "deepest": points(number(year.max_drawdown)),
        "partial": year.partial,
    })
}
