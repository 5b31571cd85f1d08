//! A publication made by hand for the tests of the site: eight years of made-up days.

mod month_ends;
mod strategies;

use chrono::{Days, NaiveDate, TimeZone, Utc};

use crate::analysis::catalogue::{Figure, FigureGroup, Unit};
use crate::calendar::{self, YearMonth};
use crate::config::Status;
use crate::publication::*;
use crate::record::{Document, Side};
use month_ends::{month_ends, positions};
use strategies::strategies;

/// Numbers that look like chance and are the same every time (a linear congruential generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as f64 / (1u64 << 31) as f64
    }

    /// About normal, with mean 0 and standard deviation 1.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.roll()).sum::<f64>() - 6.0
    }
}

fn days() -> Vec<Day> {
    let first: NaiveDate = "2014-01-02".parse().unwrap();
    let last: NaiveDate = "2022-12-28".parse().unwrap();
    let mut dice = Dice(7);
    let (mut index, mut benchmark, mut high) = (1.0, 1.0, 1.0f64);
    let dates = first.iter_days().take_while(|date| *date <= last).filter(|date| calendar::is_weekday(*date));
    dates
        .map(|date| {
            let market = 0.0004 + 0.010 * dice.normal();
            let daily_return = 0.8 * market + 0.0001 + 0.005 * dice.normal();
            let is_first = date == first;
            if !is_first {
                index *= 1.0 + daily_return;
                benchmark *= 1.0 + market;
            }
            high = high.max(index);
            Day {
                date,
                daily_return: (!is_first).then_some(daily_return),
                index,
                drawdown: index / high - 1.0,
                benchmark_index: Some(benchmark),
                net_liquidation: None,
            }
        })
        .collect()
}

fn months(days: &[Day]) -> Vec<Month> {
    let mut before = days.first().cloned().unwrap();
    days.chunk_by(|a, b| YearMonth::of(a.date) == YearMonth::of(b.date))
        .map(|chunk| {
            let last = chunk.last().unwrap();
            let month = Month {
                month: YearMonth::of(last.date),
                value: last.index / before.index - 1.0,
                benchmark: Some(last.benchmark_index.unwrap() / before.benchmark_index.unwrap() - 1.0),
                observations: chunk.len(),
                partial: last.date.to_string() == "2022-12-28",
                max_drawdown: Some(chunk.iter().map(|day| day.drawdown).fold(0.0, f64::min)),
                orders: Some(3),
            };
            before = last.clone();
            month
        })
        .collect()
}

fn years(months: &[Month]) -> Vec<Year> {
    months
        .chunk_by(|a, b| a.month.year() == b.month.year())
        .map(|chunk| {
            let product =
                |values: &mut dyn Iterator<Item = f64>| values.map(|value| 1.0 + value).product::<f64>() - 1.0;
            let year = chunk[0].month.year();
            Year {
                year,
                months: (1..=12)
                    .map(|number| chunk.iter().find(|month| month.month.month() == number).map(|month| month.value))
                    .collect(),
                value: product(&mut chunk.iter().map(|month| month.value)),
                benchmark: Some(product(&mut chunk.iter().map(|month| month.benchmark.unwrap()))),
                max_drawdown: chunk.iter().filter_map(|month| month.max_drawdown).reduce(f64::min),
                partial: year == 2022,
            }
        })
        .collect()
}

const TICKERS: [(&str, &str); 5] = [
    ("MTUM", "US momentum"),
    ("QUAL", "US quality"),
    ("SIZE", "US size"),
    ("USMV", "US minimum volatility"),
    ("VLUE", "US value"),
];

fn orders(months: &[Month]) -> Vec<OrderView> {
    let mut dice = Dice(11);
    let mut orders: Vec<OrderView> = months
        .iter()
        .flat_map(|month| (0..3).map(move |number| (month.month, number)))
        .map(|(month, number)| {
            let (symbol, _) = TICKERS[(month.month() as usize + number) % TICKERS.len()];
            let side = if number == 0 { Side::Sell } else { Side::Buy };
            let date = month.first_day() + Days::new(4 + number as u64);
            let first_fill = Utc.from_utc_datetime(&date.and_hms_opt(14, 30 + number as u32, 0).unwrap());
            OrderView {
                slug: format!("{date}-{}-{}", symbol.to_lowercase(), side.to_string().to_lowercase()),
                date,
                first_fill,
                last_fill: first_fill + chrono::TimeDelta::minutes(2),
                fills: 1 + number,
                symbol: symbol.into(),
                side,
                price: format!("{:.2}", 60.0 + 80.0 * dice.roll()),
                currency: "USD".into(),
                weight: Some(0.02 + 0.3 * dice.roll()),
                reference_price: (number != 1).then(|| format!("{:.2}", 60.0 + 80.0 * dice.roll())),
                reference_source: (number != 1).then(|| "the plan".into()),
                slippage_bps: (number != 1).then(|| 2.0 + 4.0 * dice.normal()),
                commission_bps: Some(0.4 + dice.roll()),
                result_bps: (number == 0).then(|| 40.0 * dice.normal()),
                quantity: None,
                notional: None,
                commission: None,
                note: None,
                plan: None,
                unplanned: false,
            }
        })
        .collect();
    orders.reverse();
    for order in orders.iter_mut().step_by(7).take(10) {
        order.note = Some(note(order));
    }
    orders
}

fn note(order: &OrderView) -> NoteView {
    NoteView {
        created_at: order.first_fill - chrono::TimeDelta::hours(20),
        before_trade: true,
        thesis: format!(
            "{} leads the twelve-month ranking again; the gap to the fourth place is four points.",
            order.symbol
        ),
        position_size_rationale: "A third of the account, as the rule says.".into(),
        exit_plan: "Out when it leaves the top three at a month's end.".into(),
        outcome: "Held two months, then replaced by value.".into(),
        matched_expectation: Some(false),
        completed_at: None,
        lesson: "The spread at the open cost more than the commission. Wait ten minutes.".into(),
        body: "## Context\n\nSee [the month](../months/2022-11.md) for the *rest*.\n".into(),
        body_line: 12,
        path: format!("content/trades/{}.md", order.slug).into(),
    }
}

fn round_trips(orders: &[OrderView]) -> Vec<RoundTripView> {
    let sold = orders.iter().filter(|order| order.side == Side::Sell);
    sold.map(|order| RoundTripView {
        symbol: order.symbol.clone(),
        direction: "long",
        opened: order.date - Days::new(60),
        closed: order.date,
        holding_days: 60,
        net_return: order.result_bps.map(|bps| bps / 3_000.0),
        result_bps: order.result_bps,
        profit: None,
    })
    .collect()
}

fn figures() -> Vec<FigureGroup> {
    let figure = |id, name, unit, value, when: Option<&str>, formula, source| Figure {
        id,
        name,
        unit,
        value,
        observations: 2_345,
        observed: "days",
        when: when.map(Into::into),
        undefined_because: value.is_none().then(|| "needs 36 months, has 12".into()),
        formula,
        source,
    };
    vec![
        FigureGroup {
            id: "returns",
            name: "Returns",
            figures: vec![
                figure("total", "Total return", Unit::Percent, Some(1.243), None, "I_T \u{2212} 1", "GIPS 2020"),
                figure(
                    "annualized",
                    "Annualized return",
                    Unit::Percent,
                    Some(0.094),
                    None,
                    "I_T^(365.25 / days) \u{2212} 1",
                    "",
                ),
                figure(
                    "ytd",
                    "Year to date",
                    Unit::Percent,
                    Some(-0.072),
                    None,
                    "product of the year's daily returns",
                    "",
                ),
                figure("best_day", "Best day", Unit::Percent, Some(0.041), Some("24 Mar 2020"), "max r", ""),
            ],
        },
        FigureGroup {
            id: "risk",
            name: "Risk",
            figures: vec![
                figure("volatility", "Volatility", Unit::Percent, Some(0.151), None, "s \u{221a}P", ""),
                figure(
                    "sharpe",
                    "Sharpe ratio",
                    Unit::Ratio,
                    Some(0.66),
                    None,
                    "mean(e) / std(e) \u{221a}P",
                    "Sharpe (1994)",
                ),
                figure(
                    "max_drawdown",
                    "Maximum drawdown",
                    Unit::Percent,
                    Some(-0.312),
                    Some("19 Feb to 23 Mar 2020"),
                    "min D_t",
                    "",
                ),
                figure(
                    "deflated_sharpe",
                    "Deflated Sharpe ratio",
                    Unit::Ratio,
                    None,
                    None,
                    "PSR with SR* of the best of N",
                    "Bailey and L\u{f3}pez de Prado (2014)",
                ),
            ],
        },
    ]
}

fn headline() -> Vec<Card> {
    let card = |id: &str, label: &str, value: &str, sign, note: &str| Card {
        id: id.into(),
        label: label.into(),
        value: value.into(),
        sign,
        note: note.into(),
    };
    vec![
        card("total", "Net return since inception", "+124.3%", 1, "n = 2,345 days"),
        card("annualized", "A year", "+9.4%", 1, "S&P 500: +11.2%"),
        card("ytd", "This year", "\u{2212}7.2%", -1, "n = 258 days"),
        card("sharpe", "Sharpe ratio", "0.66", 0, "risk-free rate 0%, n = 2,345 days"),
        card("max_drawdown", "Worst drawdown", "\u{2212}31.2%", -1, "19 Feb to 23 Mar 2020; now \u{2212}9.8%"),
    ]
}

fn document(slug: &str, path: &str, body: &str) -> Document {
    Document {
        slug: slug.into(),
        title: slug.into(),
        draft: false,
        date: None,
        body: body.into(),
        body_line: 1,
        path: path.into(),
    }
}

/// About 2,300 days, 108 months and 320 orders.
pub fn publication() -> Publication {
    let days = days();
    let months = months(&days);
    let orders = orders(&months);
    let groups = |keys: &mut dyn Iterator<Item = String>| {
        keys.enumerate()
            .map(|(number, key)| SlippageGroup { key, orders: 2, mean_bps: (number % 7) as f64 - 2.0 })
            .collect()
    };
    let commentary = ["2022-11", "2022-10", "2022-06"].map(|month| {
        let body = "The month was **quiet** until its last week.\n\n## What did not work\n\nSelling at the open.\n";
        (month.parse().unwrap(), document(month, &format!("content/months/{month}.md"), body))
    });
    let pages = [
        ("about", "# About\n\nWhy I publish: see [how it works](methodology.md).\n"),
        ("disclosures", "Past performance is not a reliable indicator of future results.\n"),
        ("methodology", "Snapshots are taken at the close.\n"),
    ];
    Publication {
        facts: Facts {
            title: "Momentum, in public".into(),
            author: "A. Trader".into(),
            description: "A systematic portfolio of US factor funds, rebalanced monthly.".into(),
            status: Status::Demo,
            base_url: None,
            locale: "en-GB".into(),
            base_currency: "USD".into(),
            benchmark: Some("S&P 500".into()),
            inception: days.first().unwrap().date,
            as_of: days.last().unwrap().date,
            calendar_days: 3_282,
            observations: days.len() - 1,
            missing_weekdays: 81,
            market_holidays: 79,
            flow_days: 4,
            delay_days: 0,
            positions_as_of: days.last().unwrap().date,
            absolute: false,
            flow_timing: "coming in at the start of the day and leaving at its end".into(),
            risk_free: 0.0,
            periods_per_year: 252,
            order_count: orders.len(),
        },
        headline: headline(),
        figures: figures(),
        month_ends: month_ends(&days, &months),
        years: years(&months),
        periods: vec![
            Period {
                label: "1 year".into(),
                value: Some(-0.071),
                benchmark: Some(-0.19),
                annualized: false,
                undefined_because: None,
            },
            Period {
                label: "5 years".into(),
                value: Some(0.081),
                benchmark: Some(0.092),
                annualized: true,
                undefined_because: None,
            },
            Period {
                label: "10 years".into(),
                value: None,
                benchmark: None,
                annualized: true,
                undefined_because: Some("needs 10 years, has 9".into()),
            },
        ],
        drawdowns: vec![DrawdownView {
            depth: -0.312,
            peak: "2020-02-19".parse().unwrap(),
            valley: "2020-03-23".parse().unwrap(),
            recovery: None,
            duration_days: 1_043,
        }],
        rolling: days
            .iter()
            .skip(252)
            .map(|day| Rolling {
                date: day.date,
                sharpe: Some(0.5 + (day.index * 9.0).sin()),
                volatility: Some(0.15 + 0.05 * (day.index * 5.0).cos()),
                beta: None,
            })
            .collect(),
        positions: positions(),
        cash_weight: Some(0.018),
        round_trips: round_trips(&orders),
        slippage: SlippageView {
            orders: orders.len(),
            priced_orders: 216,
            mean_bps: Some(2.1),
            median_bps: Some(1.8),
            std_bps: Some(4.2),
            notional_weighted_bps: Some(1.9),
            commissions_bps: Some(0.8),
            implementation_shortfall_bps: None,
            outlier_bps: 10.0,
            outliers: orders
                .iter()
                .filter(|order| order.slippage_bps.is_some_and(|bps| bps.abs() > 10.0))
                .map(|order| order.slug.clone())
                .collect(),
            by_symbol: groups(&mut TICKERS.iter().map(|(symbol, _)| (*symbol).to_string())),
            by_month: groups(&mut months.iter().map(|month| month.month.to_string())),
        },
        data_quality: vec!["2 weekdays have no snapshot though the market was open: 9 and 10 Aug 2018.".into()],
        commentary: commentary.into(),
        pages: pages
            .map(|(slug, body)| (slug.to_string(), document(slug, &format!("content/{slug}.md"), body)))
            .into(),
        days,
        strategies: strategies(&months),
        months,
        orders,
    }
}
