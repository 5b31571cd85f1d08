//! What is said of costs, periods, method, benchmark and risk.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Answer, Questions, counted, list};
use crate::analysis::periods::UsualPeriod;
use crate::format::{Sign, percent};
use crate::publication::{Publication, Published};
use crate::record::{FlowKind, Source};

impl Questions<'_> {
    pub(super) fn costs(&self) -> Answer {
        let commissions = self.disclosed.executions.iter().filter_map(|fill| fill.commission);
        let of_kind = |kind| self.disclosed.income.iter().any(|row| row.kind == kind && !row.amount.is_zero());
        let kinds = [
            ("commissions", commissions.clone().any(|cost| !cost.is_zero())),
            ("interest", of_kind(FlowKind::Interest)),
            ("withholding tax", of_kind(FlowKind::Tax)),
            ("fees", of_kind(FlowKind::Fee)),
        ];
        let names = |wanted: bool| -> Vec<&str> {
            kinds.iter().filter(|(_, is_there)| *is_there == wanted).map(|(name, _)| *name).collect()
        };
        let listed = match (names(true), names(false)) {
            (held, missing) if held.is_empty() => format!("The record itself lists no {}.", list(&missing, "or")),
            (held, missing) if missing.is_empty() => format!("Of these the record lists {}.", list(&held, "and")),
            (held, missing) => {
                format!("Of these the record lists {}, and no {}.", list(&held, "and"), list(&missing, "or"))
            }
        };
        Answer::new("costs", "Net and gross")
            .say("Returns are net: they are computed from net values, and so are after everything that was booked to the account.")
            .say(listed)
            .say("Income tax, and whatever was paid outside the account, is not in them.")
            .stated(&self.stated.other_costs, "Costs beyond that, such as data or a management fee")
    }

    pub(super) fn periods(&self) -> Answer {
        let (years, months) = (self.publication.years.len(), self.publication.months.len());
        let period = |wanted| self.publication.period(wanted).and_then(|period| period.value).map(Published::get);
        let digits = self.facts().digits.returns;
        let total = period(UsualPeriod::SinceInception).map(|total| {
            let total = percent(total, digits, Sign::Both);
            match period(UsualPeriod::SinceInceptionAnnualized) {
                Some(rate) => {
                    format!(
                        "Since inception the account has returned {total}, {} a year.",
                        percent(rate, digits, Sign::Both)
                    )
                }
                None => format!("Since inception the account has returned {total}."),
            }
        });
        Answer::new("periods", "Periods").say_all(total).say(format!(
            "One, three and five years, {} and {} stand beside it where the record has them; none is left out.",
            counted(years, "calendar year"),
            counted(months, "month")
        ))
    }

    pub(super) fn method(&self) -> Answer {
        let facts = self.facts();
        let flows = match facts.flow_days {
            0 => "No money came in or went out.".to_owned(),
            count => format!("Money came in or went out on {}.", counted(count, "day")),
        };
        let large = match self.daily.large_flows.len() {
            0 if facts.flow_days > 0 => Some("On none of them was it more than a tenth of the account.".to_owned()),
            0 => None,
            count => Some(format!(
                "It was more than a tenth of the account on {count} of them; the performance page, under data quality, has what \
                 the return would be if it were counted at another time of the day."
            )),
        };
        Answer::new("method", "Method")
            .say(format!("Returns are time-weighted over {}, with money {}.", facts.observed, facts.flow_timing))
            .say(format!("The valuations are from {}.", list(&self.sources(), "and")))
            .say(flows)
            .say_all(large)
            .say("Money-weighted figures are called so.")
    }

    /// Where valuations come from, by kind.
    fn sources(&self) -> Vec<&'static str> {
        let kind = |source: &Source| match source {
            Source::Flex => "statements of Interactive Brokers",
            Source::Tws => "Interactive Brokers' gateway at the end of the day",
            Source::Csv => "a broker's files",
            Source::Seed => "an earlier system",
            Source::Demo => "the simulation, at closing prices",
            source if source.is_table_of_values() => "a table of net values",
            source if source.is_by_hand() => "entries by hand",
            Source::Other(_) => "another source",
        };
        let kinds: BTreeSet<&str> = self.whole.snapshots.iter().map(|snapshot| kind(&snapshot.source)).collect();
        kinds.into_iter().collect()
    }

    pub(super) fn benchmark(&self) -> Answer {
        let facts = self.facts();
        let answer = Answer::new("benchmark", "Benchmark");
        let Some(name) = &facts.the_benchmark else {
            let reason = self.daily.not_compared.as_deref().unwrap_or("none is named");
            return answer.say(format!("No benchmark is shown: {reason}."));
        };
        let dividends = if facts.without_dividends {
            "It leaves dividends out, which favours an account that receives them."
        } else {
            "Dividends count as reinvested in it."
        };
        answer
            .say(format!("The benchmark is {name}, converted into {}.", facts.base_currency))
            .say(dividends)
            .stated(&self.stated.benchmark_fit, "Why it fits")
    }

    pub(super) fn deviation(&self) -> Answer {
        let answer = Answer::new("deviation", "Three-year standard deviation");
        let figure = |id| self.publication.figure(id);
        let written = |id| figure(id)?.written(self.facts().digits);
        let Some(ours) = written("risk.three_year_deviation") else {
            let lacking = figure("risk.three_year_deviation").and_then(|figure| figure.undefined_because.clone());
            return answer.say(format!("It cannot be given yet: {}.", lacking.unwrap_or_default()));
        };
        let answer = answer.say(format!(
            "Over the newest 36 full months the standard deviation of the account's monthly returns is {ours} a year."
        ));
        match written("benchmark.three_year_deviation") {
            Some(theirs) => answer.say(format!("That of the benchmark is {theirs}.")),
            None => answer,
        }
    }

    pub(super) fn worst(&self) -> Answer {
        let Publication { months, drawdowns, facts, .. } = self.publication;
        let digits = facts.digits.returns;
        let answer = Answer::new("worst", "Worst month and deepest fall");
        let worst = months.iter().min_by(|one, other| one.value.get().total_cmp(&other.value.get()));
        let month = worst.map(|month| {
            format!(
                "The worst month was {}: {}.",
                month.month.in_words(),
                percent(month.value.get(), digits, Sign::Both)
            )
        });
        let measured = if facts.by_day { "daily valuations" } else { "month-ends" };
        let fall = match drawdowns.first() {
            Some(fall) => {
                let since = match fall.recovery {
                    Some(date) => format!("it was at the peak again on {}", self.day(date)),
                    None => "it has not been at that peak again".to_owned(),
                };
                format!(
                    "The deepest fall from a peak, measured on {measured}, was {} from {} to {}; {since}.",
                    percent(-fall.depth.get(), digits, Sign::Minus),
                    self.day(fall.peak),
                    self.day(fall.valley)
                )
            }
            None => format!("Measured on {measured}, the account has never been below an earlier peak."),
        };
        answer.say_all(month).say(fall)
    }

    fn day(&self, date: NaiveDate) -> String {
        self.disclosure.day_or_month(date)
    }
}
