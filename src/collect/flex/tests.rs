use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::record::{FindingKind, FlowKind, Side};

const ACTIVITY: &str = include_str!("../../../tests/fixtures/flex/activity.xml");
const TWO_ACCOUNTS: &str = include_str!("../../../tests/fixtures/flex/two_accounts.xml");

fn settings(account: Option<&str>) -> FlexSettings<'_> {
    FlexSettings {
        account,
        time_zone: chrono_tz::America::New_York,
        zones: None,
        cash: None,
        base_currency: Some("USD".parse().unwrap()),
    }
}

fn read(text: &str) -> Result<Batch> {
    parse(Path::new("a.xml"), text.as_bytes(), &settings(None))
}

/// A statement with one trade of these attributes beside the usual ones.
fn with_trade(attributes: &str) -> String {
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\">\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\"/><Trades>\n<Trade accountId=\"U7654321\" \
         currency=\"USD\" assetCategory=\"STK\" symbol=\"ABCD\" conid=\"1\" {attributes} />\n\
         </Trades></FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

const USUAL: &str = "ibExecID=\"a.b.01.01\" quantity=\"10\" tradePrice=\"1,234.50\" buySell=\"BUY\" ibCommission=\"-1.5\" \
                     ibCommissionCurrency=\"USD\"";

fn trade(attributes: &str) -> crate::record::Execution {
    read(&with_trade(&format!("{USUAL} {attributes}"))).unwrap().executions.remove(0)
}

#[test]
fn a_fill_has_its_time_in_utc_and_its_cost_above_zero() {
    let fill = trade("dateTime=\"20250602;103059\"");
    // Half past ten in New York in summer.
    assert_eq!(fill.time.to_rfc3339(), "2025-06-02T14:30:59+00:00");
    assert_eq!(fill.commission, Some("1.5".parse().unwrap()));
    assert_eq!(fill.price, "1234.50".parse().unwrap());
    assert_eq!((fill.side, fill.quantity), (Side::Buy, 10.into()));
}

#[test]
fn every_way_of_writing_a_time_is_read() {
    for written in [
        "20250602;103059",
        "2025-06-02;10:30:59",
        "2025-06-02;103059",
        "20250602 103059",
        "20250602 10:30:59",
        "2025-06-02, 10:30:59",
        "02-JUN-2025 10:30:59",
        "20250602;103059 EDT",
    ] {
        let fill = trade(&format!("dateTime=\"{written}\""));
        assert_eq!(fill.time.to_rfc3339(), "2025-06-02T14:30:59+00:00", "{written}");
    }
}

#[test]
fn a_time_that_never_was_is_refused() {
    // The clocks of New York sprang from 2:00 to 3:00.
    let error = read(&with_trade(&format!("{USUAL} dateTime=\"20250309;023000\""))).unwrap_err();
    assert!(error.place().is_some_and(|place| place.line == Some(2)), "{error}");
}

#[test]
fn a_cancelled_trade_is_taken_back_by_its_own_row() {
    let batch = read(ACTIVITY).unwrap();
    let cancel = batch.executions.iter().find(|fill| fill.cancels.is_some()).unwrap();
    assert_eq!(cancel.cancels.as_ref().unwrap().as_str(), "0000bbbb.22222221.01.01");
    assert!(cancel.quantity > Decimal::ZERO);
    assert_eq!(batch.executions.len(), 5);
}

#[test]
fn only_money_across_the_border_is_a_flow() {
    let batch = read(ACTIVITY).unwrap();
    assert_eq!(batch.flows.len(), 1);
    assert_eq!((batch.flows[0].kind, batch.flows[0].amount), (FlowKind::Deposit, 25000.into()));
    let income: Vec<_> = batch.income.iter().map(|row| (row.kind, row.amount)).collect();
    // The reversed dividend keeps its sign; the summary rows do not count twice.
    let expected = [(FlowKind::Dividend, 20), (FlowKind::Dividend, -5), (FlowKind::Tax, -3)];
    assert_eq!(income, expected.map(|(kind, amount)| (kind, amount.into())));
}

#[test]
fn positions_belong_to_the_day_they_are_reported_for() {
    let batch = read(ACTIVITY).unwrap();
    let with_positions: Vec<_> = batch.snapshots.iter().filter(|day| day.positions.is_some()).collect();
    assert_eq!(with_positions.len(), 1);
    assert_eq!(with_positions[0].date.to_string(), "2025-06-06");
    assert_eq!(with_positions[0].known_positions().len(), 1, "lots are not added to the summary");
    assert_eq!(with_positions[0].net_liquidation, "75165.50".parse().unwrap());
}

#[test]
fn one_of_several_accounts_can_be_chosen() {
    assert!(read(TWO_ACCOUNTS).unwrap_err().to_string().contains("several accounts"));
    let batch = parse(Path::new("a.xml"), TWO_ACCOUNTS.as_bytes(), &settings(Some("U1234567"))).unwrap();
    assert_eq!(batch.snapshots.len(), 1);
    assert_eq!(batch.snapshots[0].net_liquidation, 2000.into());
    let error = parse(Path::new("a.xml"), TWO_ACCOUNTS.as_bytes(), &settings(Some("U0000000"))).unwrap_err();
    assert!(error.to_string().contains("U1234567"), "the ones there are listed: {error}");
}

/// A statement in dollars with these rows.
fn with_rows(rows: &str) -> String {
    format!(
        "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\"><FlexStatement accountId=\"U7654321\" \
         fromDate=\"20260105\" toDate=\"20260107\" whenGenerated=\"20260107;200000\">\
         <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>{rows}\
         </FlexStatement></FlexStatements></FlexQueryResponse>"
    )
}

/// What was noticed, beside that these small statements hold no net asset value.
fn kinds(batch: &Batch) -> Vec<FindingKind> {
    batch.notices.iter().map(|notice| notice.kind).filter(|kind| *kind != FindingKind::Lacking).collect()
}

#[test]
fn what_the_query_lacks_is_said_with_the_box_to_tick() {
    let batch = read(&with_trade(&format!("{USUAL} dateTime=\"20250602;103059\""))).unwrap();
    let [only] = batch.notices.as_slice() else { panic!("{:?}", batch.notices) };
    assert_eq!(only.kind, FindingKind::Lacking);
    assert!(only.next_step.contains("`Net Asset Value (NAV) in Base`"), "{only:?}");
    assert_eq!(kinds(&read(ACTIVITY).unwrap()), []);
}

#[test]
fn a_contract_without_a_multiplier_and_without_money_is_refused() {
    let option = |more: &str| {
        let text = with_trade(&format!("{USUAL} dateTime=\"20250602;103059\" {more}"));
        read(&text.replace("assetCategory=\"STK\"", "assetCategory=\"OPT\""))
    };
    assert!(option("").unwrap_err().next_step().unwrap().contains("`multiplier`"));
    assert_eq!(option("multiplier=\"100\"").unwrap().executions[0].multiplier, 100.into());
}

#[test]
fn cash_of_an_unknown_type_is_named_until_it_is_assigned() {
    let rows = "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Cash Receipts\" amount=\"500\" \
                reportDate=\"20260107\" transactionID=\"1\" levelOfDetail=\"DETAIL\"/>";
    let batch = read(&with_rows(rows)).unwrap();
    assert_eq!(kinds(&batch), [FindingKind::CashType]);
    assert_eq!(
        (batch.income[0].kind, batch.income[0].label.as_deref()),
        (FlowKind::Unassigned, Some("Cash Receipts"))
    );
    let cash = BTreeMap::from([("Cash Receipts".to_owned(), FlowKind::Deposit)]);
    let settings = FlexSettings { cash: Some(&cash), ..settings(None) };
    let assigned = parse(Path::new("a.xml"), with_rows(rows).as_bytes(), &settings).unwrap();
    assert_eq!(kinds(&assigned), []);
    // What is stored stays as it came, so that the assignment may still change.
    assert_eq!(assigned.income, batch.income);
}

/// The multiplier of 10,000 at 95 with these attributes.
fn multiplier(attributes: &str) -> (Decimal, Vec<FindingKind>) {
    let usual = "ibExecID=\"a\" quantity=\"10000\" tradePrice=\"95\" buySell=\"BUY\" dateTime=\"20260106;103000\"";
    let text = with_trade(&format!("{usual} {attributes}")).replace("assetCategory=\"STK\" ", "");
    let batch = read(&text).unwrap();
    (batch.executions[0].multiplier, kinds(&batch))
}

#[test]
fn a_trade_is_worth_the_money_the_statement_books() {
    let is = |attributes: &str, expected: &str| {
        assert_eq!(multiplier(attributes), (expected.parse().unwrap(), vec![]), "{attributes}");
    };
    // Face value times per cent of par: 10,000 x 95 % = 9,500, known from the proceeds or from the class alone.
    is("assetCategory=\"BOND\" multiplier=\"1\" proceeds=\"-9500\"", "0.01");
    is("assetCategory=\"BOND\" multiplier=\"1\" tradeMoney=\"9500\"", "0.01");
    is("assetCategory=\"BOND\" multiplier=\"1\"", "0.01");
    is("assetCategory=\"BOND\" multiplier=\"1\" proceeds=\"-950000\"", "1");
    // Where the column is missing, the money decides.
    is("assetCategory=\"OPT\" proceeds=\"-95000000\"", "100");
    is("assetCategory=\"OPT\" multiplier=\"100\"", "100");
    is("assetCategory=\"STK\" multiplier=\"1\" proceeds=\"-950000.004\"", "1");
    let (kept, noted) = multiplier("assetCategory=\"FUND\" multiplier=\"1\" proceeds=\"-930000\"");
    assert_eq!((kept, noted), (Decimal::ONE, vec![FindingKind::TradeMoney]));
}

const SUMS: &str = "<CashTransaction accountId=\"-\" currency=\"USD\" type=\"Deposits/Withdrawals\" amount=\"50000\" \
                    reportDate=\"20260107\" levelOfDetail=\"SUMMARY\"/>";

#[test]
fn money_that_is_told_as_a_sum_alone_is_no_profit() {
    let batch = read(&with_rows(SUMS)).unwrap();
    assert_eq!((batch.flows[0].amount, batch.flows[0].kind), (50_000.into(), FlowKind::Deposit));
    assert!(batch.flows[0].is_sum());
    assert_eq!(kinds(&batch), [FindingKind::CashSummaryOnly]);
    let single = "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Deposits/Withdrawals\" \
                  amount=\"50000\" reportDate=\"20260107\" transactionID=\"1\" levelOfDetail=\"DETAIL\"/>";
    let batch = read(&with_rows(&format!("{SUMS}{single}"))).unwrap();
    assert_eq!(batch.flows.iter().map(|flow| flow.id.as_str()).collect::<Vec<_>>(), ["cash:1"]);
    assert_eq!((kinds(&batch), batch.skipped_rows()), (vec![], 1));
}

/// What a transfer of 300 shares with these attributes moves.
fn moved(attributes: &str) -> Result<Vec<Decimal>> {
    let row = format!(
        "<Transfer accountId=\"U7654321\" currency=\"USD\" assetCategory=\"STK\" symbol=\"AAA\" reportDate=\"20260106\" \
         type=\"ACATS\" transactionID=\"89\" {attributes}/>"
    );
    Ok(read(&with_rows(&row))?.flows.iter().map(|flow| flow.amount).collect())
}

#[test]
fn shares_that_come_in_count_at_their_value_whichever_column_tells_it() {
    let amount = |text: &str| vec![text.parse::<Decimal>().unwrap()];
    let shares = "quantity=\"300\" direction=\"IN\"";
    assert_eq!(moved(&format!("{shares} positionAmountInBase=\"27000\"")).unwrap(), amount("27000"));
    assert_eq!(moved(&format!("{shares} positionAmount=\"30000\"")).unwrap(), amount("30000"));
    assert_eq!(moved(&format!("{shares} transferPrice=\"100\"")).unwrap(), amount("30000"));
    let euros = "currency=\"EUR\" fxRateToBase=\"1.1\" positionAmount=\"30000\"";
    let text = format!("{shares} {euros}");
    let row = with_rows(&format!(
        "<Transfer accountId=\"U7654321\" assetCategory=\"STK\" reportDate=\"20260106\" transactionID=\"1\" {text}/>"
    ));
    assert_eq!(read(&row).unwrap().flows[0].amount, "33000.0".parse().unwrap());
    assert!(moved(shares).unwrap_err().to_string().contains("positionAmountInBase"), "never left out in silence");
    // Out is below zero already; a short position that comes in is, too.
    assert_eq!(moved("quantity=\"-300\" direction=\"OUT\" positionAmount=\"-30000\"").unwrap(), amount("-30000"));
    assert_eq!(moved("quantity=\"300\" direction=\"OUT\" positionAmount=\"30000\"").unwrap(), amount("-30000"));
    assert_eq!(moved("quantity=\"-3\" direction=\"IN\" positionAmount=\"-450\"").unwrap(), amount("-450"));
}

fn value(model: &str, total: u32) -> String {
    format!(
        "<EquitySummaryByReportDateInBase accountId=\"U7654321\" model=\"{model}\" reportDate=\"20260105\" \
         cash=\"{total}\" total=\"{total}\"/>"
    )
}

#[test]
fn the_parts_of_several_models_are_added_up_unless_the_whole_stands_beside_them() {
    let noted = |rows: &[String], several: usize| {
        let batch = read(&with_rows(&rows.concat())).unwrap();
        assert_eq!(kinds(&batch), []);
        let said = batch.notices.iter().filter(|notice| notice.message.contains("several models"));
        assert_eq!(said.count(), several);
        let stored = Rows { fills: &[], snapshots: &batch.snapshots, flows: &[], income: &[] };
        assert_eq!(Lacking::of(stored).len(), several, "what `check` says of the record");
        (batch.snapshots[0].net_liquidation, batch.snapshots[0].cash.values().copied().sum::<Decimal>())
    };
    let total = |rows: &[String]| noted(rows, 0);
    let both = (1000.into(), 1000.into());
    let (one, other, whole) = (value("Independent", 600), value("ModelA", 400), value("", 1000));
    assert_eq!(noted(&[one.clone(), other.clone()], 1), both);
    assert_eq!(total(&[whole.clone(), one.clone(), other.clone()]), both);
    assert_eq!(total(&[one.clone(), other, whole]), both);
    assert_eq!(total(&[one.clone(), one]), (600.into(), 600.into()), "a row that stands there twice");
}

#[test]
fn cash_is_that_of_each_currency_where_the_statement_reports_it_and_it_is_the_same_money() {
    let cash = |dollars: &str| {
        let row = |currency: &str, ends: &str| {
            format!(
                "<CashReportCurrency accountId=\"U7654321\" currency=\"{currency}\" fromDate=\"20260105\" toDate=\"20260105\" endingCash=\"{ends}\"/>"
            )
        };
        let rows = [row("BASE_SUMMARY", "1000"), row("USD", dollars), row("EUR", "500"), value("", 1000)].concat();
        let rates = "<ConversionRate reportDate=\"20260105\" fromCurrency=\"EUR\" toCurrency=\"USD\" rate=\"1.1\"/>";
        let batch = read(&with_rows(&(rows + rates))).unwrap();
        batch.snapshots[0].cash.iter().map(|(currency, amount)| format!("{amount} {currency}")).collect::<Vec<_>>()
    };
    assert_eq!(cash("450"), ["500 EUR", "450 USD"]);
    assert_eq!(cash("440"), ["1000 USD"], "other money");
}

#[test]
fn a_statement_cut_off_anywhere_is_refused_and_never_panics() {
    for end in (1..ACTIVITY.trim_end().len()).step_by(7) {
        let Some(cut) = ACTIVITY.get(..end) else { continue };
        let error = read(cut).unwrap_err();
        let line = error.place().and_then(|place| place.line).unwrap_or_default();
        assert!(
            (1..=cut.matches('\n').count() + 1).contains(&line) && error.next_step().is_some(),
            "cut at {end}: {error}"
        );
    }
}

proptest! {
    #[test]
    fn damaged_statements_never_panic(at in 0usize..6_000, bytes in prop::collection::vec(any::<u8>(), 1..12)) {
        let mut damaged = ACTIVITY.as_bytes().to_vec();
        let at = at.min(damaged.len() - 1);
        let end = (at + bytes.len()).min(damaged.len());
        damaged.splice(at..end, bytes);
        let _ = parse(Path::new("a.xml"), &damaged, &settings(None));
    }

    #[test]
    fn arbitrary_attributes_never_panic(quantity in ".{0,12}", price in ".{0,12}", time in "[0-9;: ,/A-Z-]{0,20}") {
        let quote = |text: &str| text.replace(['"', '<', '&'], "");
        let (quantity, price) = (quote(&quantity), quote(&price));
        let row = format!("ibExecID=\"x\" buySell=\"SELL\" quantity=\"{quantity}\" tradePrice=\"{price}\" dateTime=\"{time}\"");
        if let Ok(batch) = read(&with_trade(&row)) {
            prop_assert!(batch.executions.iter().all(|fill| fill.quantity > Decimal::ZERO));
        }
    }
}

#[test]
fn a_statement_that_would_fill_the_memory_is_refused_with_its_size() {
    let text = " ".repeat((28 << 20) + 1);
    let error = read(&text).unwrap_err();
    assert_eq!(error.message(), "the statement has 28 MB, and 28 MB is the most that is read at once");
}

#[test]
fn an_element_that_lost_its_start_or_its_end_is_named_and_no_row_goes_with_it() {
    let whole = with_trade(&format!("{USUAL} dateTime=\"20250602;103059\""));
    let trade = whole.find("<Trade ").unwrap();
    let without_start = whole.replacen("<Trade ", "Trade ", 1);
    let doubled = whole.replacen("<Trade ", "<<Trade ", 1);
    let into_the_next = whole.replacen("buySell=\"BUY\"", "buySell=\"BUY>\n<Trade", 1);
    for text in [without_start, doubled, into_the_next] {
        let error = read(&text).unwrap_err();
        assert!(error.message().contains("cut off or damaged here"), "{error}");
    }
    assert_eq!(read(&whole).unwrap().executions.len(), 1);
    // Beside elements, only space and comments.
    assert!(read(&format!("{}<!-- a note -->{}", &whole[..trade], &whole[trade..])).is_ok());
}

#[test]
fn accruals_that_no_decimal_holds_together_are_named() {
    let text = include_str!("../../../tests/fixtures/flex/forms/broker_return.xml").replacen(
        "dividendAccruals=\"",
        "dividendAccruals=\"79228162514264337593543950335\" was=\"",
        1,
    );
    let error = read(&text).unwrap_err();
    assert!(
        error.message().contains("dividendAccruals") && error.message().contains("larger than any account"),
        "{error}"
    );
}
