use super::*;
use crate::analysis::actions::Change;
use crate::analysis::holdings::Holdings;
use crate::record::Execution;
use crate::record::testing::fill;

fn ticker(name: &str) -> Ticker {
    Ticker::new(name)
}

fn dec(text: &str) -> Decimal {
    text.parse().unwrap()
}

fn ratio(text: &str) -> Ratio {
    text.parse().unwrap()
}

/// 10 SXLK bought on 27 January 2026, and this entered for the 28th.
fn entered(date: &str, symbol: &str, what: What) -> Result<Vec<CorporateAction>> {
    let entry = Entry { date: date.parse().unwrap(), symbol: ticker(symbol), what, currency: None };
    rows(&entry, &record(), None, "2026-02-01".parse().unwrap())
}

fn record() -> Record {
    let later = Execution { time: "2026-01-30T15:00:00Z".parse().unwrap(), ..bought("ZZZ") };
    Record { executions: vec![bought("SXLK"), later], ..Record::default() }
}

fn bought(symbol: &str) -> Execution {
    Execution { symbol: ticker(symbol), conid: None, ..fill(&format!("{symbol}.b.01.01")) }
}

fn refused(symbol: &str, what: What) -> String {
    entered("2026-01-28", symbol, what).unwrap_err().to_string()
}

/// What it does to the holding.
fn change(what: What) -> Change {
    let actions = entered("2026-01-28", "SXLK", what).unwrap();
    let record = Record { actions, ..record() };
    Holdings::of(&record).events().next().unwrap().change.clone()
}

#[test]
fn a_split_is_a_row_without_a_quantity_of_what_the_record_knows() {
    let split = |symbol: &str, new: &str| entered("2026-01-28", symbol, What::Split(ratio(new)));
    let [row] = &split("SXLK.L", "1:10").unwrap()[..] else { panic!() };
    let expected = (ActionKind::ReverseSplit, None, "1:10".to_owned());
    assert_eq!((row.kind.clone(), row.quantity, row.ratio.unwrap().to_string()), expected);
    assert_eq!(row.account.as_ref().unwrap().private(), "U7654321");
    assert_eq!(split("SXLK", "4:1").unwrap()[0].kind, ActionKind::ForwardSplit);
    assert!(entered("2026-02-02", "SXLK", What::Split(ratio("4:1"))).is_err());
    for (symbol, new) in [("SXL", "4:1"), ("SXLK", "2:2"), ("SXLK", "0:1")] {
        assert!(split(symbol, new).is_err(), "{symbol} {new}");
    }
}

#[test]
fn each_does_to_what_is_held_what_it_says() {
    let renamed = change(What::Rename(ticker("NEW")));
    let Change::Converted { to, quantity, ratio: one, .. } = renamed else { panic!("{renamed:?}") };
    assert!(matches!(to, crate::record::Instrument::Ticker(name, ..) if name.as_str() == "NEW"));
    assert_eq!((quantity, one), (dec("10"), dec("1")));
    let into = || Some((ticker("NEW"), ratio("1:2")));
    let stock = change(What::Merger { into: into(), cash: None, price: None });
    assert!(matches!(stock, Change::Converted { ratio, .. } if ratio == dec("0.5")), "{stock:?}");
    let cash = change(What::Merger { into: None, cash: Some(dec("42")), price: None });
    assert!(matches!(cash, Change::Closed { proceeds, .. } if proceeds == dec("420")), "{cash:?}");
    // 5 at 60 and 100 in cash.
    let mixed = change(What::Merger { into: into(), cash: Some(dec("10")), price: Some(dec("60")) });
    assert!(matches!(mixed, Change::Exchanged { cash_share, .. } if cash_share == dec("0.25")), "{mixed:?}");
    let open = change(What::Merger { into: into(), cash: Some(dec("10")), price: None });
    assert!(matches!(open, Change::CostOpen(_)), "{open:?}");
    let prices = Some((dec("40"), dec("90")));
    let spun = change(What::SpinOff { child: ticker("NEW"), ratio: ratio("1:4"), prices });
    assert!(matches!(spun, Change::SpunOff { share: Some(share), .. } if share == dec("0.1")), "{spun:?}");
    let more = change(What::StockDividend { ratio: ratio("1:10"), price: None });
    assert!(matches!(more, Change::Converted { ratio, .. } if ratio == dec("1.1")), "{more:?}");
    let chosen = change(What::StockDividend { ratio: ratio("1:10"), price: Some(dec("200")) });
    assert!(matches!(chosen, Change::Received { cost, .. } if cost == dec("200")), "{chosen:?}");
    let gone = change(What::Delisting);
    assert!(matches!(gone, Change::Closed { proceeds, .. } if proceeds.is_zero()), "{gone:?}");
}

#[test]
fn what_cannot_be_is_refused_with_the_way_on() {
    assert!(refused("SXLK", What::Merger { into: None, cash: None, price: None }).contains("shares, cash or both"));
    assert!(refused("SXLK", What::Rename(ticker("SXLK"))).contains("before and after"));
    assert!(refused("NONE", What::Delisting).contains("never held"));
    let free = What::Merger { into: None, cash: Some(Decimal::ZERO), price: None };
    assert!(refused("SXLK", free).contains("not above zero"));
    assert!(refused("SXLK", What::StockDividend { ratio: ratio("0:1"), price: None }).contains("brings nothing"));

    let entry = |currency: Option<&str>| Entry {
        date: "2026-01-28".parse().unwrap(),
        symbol: ticker("SXLK"),
        what: What::Delisting,
        currency: currency.map(|code| code.parse().unwrap()),
    };
    let mut record = record();
    record.executions.push(Execution { currency: "GBP".parse().unwrap(), ..bought("SXLK") });
    let made = |record: &Record, currency| rows(&entry(currency), record, None, "2026-02-01".parse().unwrap());
    assert!(made(&record, None).unwrap_err().to_string().contains("GBP and USD"));
    let row = made(&record, Some("GBP")).unwrap().remove(0);
    assert_eq!(row.currency.unwrap().as_str(), "GBP");
    record.actions.push(row);
    assert!(made(&record, Some("GBP")).unwrap_err().to_string().contains("already"));

    let one = |symbol: &str| Execution { conid: Some(7), ..bought(symbol) };
    let record = Record { executions: vec![one("SXLK"), one("NEW")], ..Record::default() };
    let rename = Entry { what: What::Rename(ticker("NEW")), ..entry(None) };
    let said = rows(&rename, &record, None, "2026-02-01".parse().unwrap()).unwrap_err().to_string();
    assert!(said.contains("one contract"), "{said}");
}
