use super::*;
use crate::demo;
use crate::record::load;
use crate::{SiteDir, config};

fn the_demo() -> (Record, Config) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    demo::write(&site).unwrap();
    let config = config::load(&site, []).unwrap();
    (load::load(&site, &config, "2100-01-01".parse().unwrap()), config)
}

fn until(record: &Record, date: &str) -> Record {
    record.until(date.parse().unwrap())
}

/// The record with every amount so many times as large: no longer whole shares of anything.
fn scaled(record: &Record, times: rust_decimal::Decimal) -> Record {
    let mut other = record.clone();
    for fill in &mut other.executions {
        fill.quantity *= times;
        fill.commission = fill.commission.map(|charged| charged * times);
    }
    other.flows.iter_mut().for_each(|flow| flow.amount *= times);
    for snapshot in &mut other.snapshots {
        snapshot.net_liquidation *= times;
        snapshot.cash.values_mut().for_each(|cash| *cash *= times);
        for position in snapshot.positions.iter_mut().flatten() {
            position.quantity *= times;
            position.market_value *= times;
        }
    }
    other
}

#[test]
fn the_rule_decides_the_orders_of_the_demo_to_the_share() {
    let (record, config) = the_demo();
    let facts = Facts::of(&record, &config).unwrap();
    let (orders, explained) = facts.explained();
    assert_eq!(orders, 72);
    assert!(explained >= 68, "{explained} of {orders}");
    for level in LEVELS {
        let published = Published::at(level, &record, &config, &facts).unwrap();
        let all = published.parts_by_holding();
        let replay = Replay::new(&facts, published);
        assert!(replay.keeps_the_record(), "{level:?}");
        let used = replay.published.parts_by_holding();
        assert!(all > 200 && used * 50 > all * 49, "{level:?}: {used} of {all} parts of the return are looked at");
    }
}

#[test]
fn fine_numbers_find_the_demo_and_coarse_ones_do_not() {
    let (record, config) = the_demo();
    let answer = secrecy(&until(&record, "2016-06-30"), &config).unwrap();
    assert_eq!(answer.tried, Tried::Replay);
    let of = |level| *answer.levels.iter().find(|of| of.level == level).unwrap();
    let (fine, daily, coarse) = (of(PrivacyLevel::Fine), of(PrivacyLevel::Daily), of(PrivacyLevel::Coarse));
    assert!(fine.found && fine.share < 0.05, "{fine:?}");
    assert!(!coarse.found && coarse.factor > 2.0, "{coarse:?}");
    assert!(fine.share < daily.share && daily.share < coarse.share, "{daily:?}");
}

#[test]
fn an_account_whose_sizes_no_rule_decides_is_not_replayed() {
    let (record, config) = the_demo();
    let record = scaled(&until(&record, "2015-12-31"), "0.9137".parse().unwrap());
    let answer = secrecy(&record, &config).unwrap();
    assert_eq!(answer.tried, Tried::WholeShares);
    assert!(answer.explained * 2 <= answer.orders, "{answer:?}");
    assert!(answer.in_words().contains("cannot be replayed"), "{}", answer.in_words());
}

#[test]
fn a_site_of_amounts_hides_nothing() {
    let (record, mut config) = the_demo();
    config.privacy.mode = PrivacyMode::Absolute;
    assert!(secrecy(&record, &config).is_err());
}

#[test]
fn the_sentence_says_which_level_does_better() {
    let of = |level, share, factor, found| OfLevel { level, share, factor, found };
    let answer = Answer {
        level: PrivacyLevel::Daily,
        tried: Tried::Replay,
        orders: 80,
        explained: 80,
        levels: vec![of(PrivacyLevel::Daily, 0.034, 1.073, true), of(PrivacyLevel::Monthly, 0.63, 2.5, false)],
        better: Some(PrivacyLevel::Monthly),
    };
    assert_eq!(
        answer.in_words(),
        "at precision = \"daily\" a reader who knows your rule could name a range of a factor 1.07; 3.4 % of the start values \
         from half to twice fit; \"monthly\" would leave a factor 2.50 and 63 % of them"
    );
    let hidden = Answer { level: PrivacyLevel::Monthly, better: None, ..answer };
    assert!(hidden.in_words().ends_with("that does not count as found"), "{}", hidden.in_words());
}

#[test]
fn an_answer_is_kept_until_something_changes_that_matters() {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    demo::write(&site).unwrap();
    let config = config::load(&site, []).unwrap();
    let answer = Answer {
        level: PrivacyLevel::Daily,
        tried: Tried::Replay,
        orders: 1,
        explained: 1,
        levels: Vec::new(),
        better: None,
    };
    assert_eq!(kept::read(&site, &config), None);
    kept::write(&site, &config, &answer).unwrap();
    assert_eq!(kept::read(&site, &config), Some(answer));
    let mut coarser = config.clone();
    coarser.privacy.precision = PrivacyLevel::Coarse;
    assert_eq!(kept::read(&site, &coarser), None, "another level");
    let fills = site.executions_file("2022-07-01".parse().unwrap());
    let text = std::fs::read_to_string(&fills).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let rows: Vec<std::collections::BTreeMap<String, String>> = reader.deserialize().map(Result::unwrap).collect();
    let changed = |column: &str, value: &str| {
        let mut rows = rows.clone();
        rows[0].insert(column.to_owned(), value.to_owned()).unwrap();
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(rows[0].keys()).unwrap();
        rows.iter().for_each(|row| writer.write_record(row.values()).unwrap());
        std::fs::write(&fills, writer.into_inner().unwrap()).unwrap();
        kept::read(&site, &config).is_some()
    };
    assert!(changed("commission", "0.4321000"), "a commission that is named later, in another order of columns");
    assert!(changed("realized_pnl", "-12.5"), "a result that the broker names");
    assert!(!changed("quantity", "1"), "another number of shares");
    assert!(!changed("price", "1.25"), "another price");
    assert!(!changed("side", "BUY"), "the other side");
    std::fs::write(&fills, &text).unwrap();
    assert!(kept::read(&site, &config).is_some());
    std::fs::write(site.executions_file("2022-12-29".parse().unwrap()), "a fill").unwrap();
    assert_eq!(kept::read(&site, &config), None, "another order");
}

#[test]
fn quantiles_lie_between_the_nearest_two() {
    assert!((quantile(&[1.0, 2.0, 4.0], 0.75) - 3.0).abs() < 1e-12);
    assert!(quantile(&[], 0.5).abs() < 1e-12);
    let values = grid(100.0, 3);
    assert!((values[0] - 50.0).abs() < 1e-9 && (values[1] - 100.0).abs() < 1e-9 && (values[2] - 200.0).abs() < 1e-9);
}
