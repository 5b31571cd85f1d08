//! Files of brokers of any size, to measure what reading them costs.

use std::fmt::Write;

use chrono::NaiveDate;

/// A Flex statement of this many trades on 250 dates, each with its own ids.
pub fn trades(count: usize) -> String {
    statement((0..count).map(trade))
}

/// A Flex statement of this many rows that add nothing: sums, trades of nothing, and the same trade again and again.
/// All of it is on one line, as some tools save it.
pub fn left_out(count: usize) -> String {
    statement((0..count).map(|number| match number % 3 {
        0 => trade(0),
        1 => trade(number).replace("<Trade ", "<Order "),
        _ => trade(number).replace("quantity=\"100\"", "quantity=\"0\""),
    }))
    .replace('\n', "")
}

/// A Flex statement of this many dividends.
pub fn dividends(count: usize) -> String {
    statement((0..count).map(|number| {
        format!(
            "<CashTransaction accountId=\"U7654321\" currency=\"USD\" type=\"Dividends\" amount=\"1.25\" \
             reportDate=\"{}\" transactionID=\"{number}\" levelOfDetail=\"DETAIL\"/>\n",
            date(number).format("%Y%m%d")
        )
    }))
}

/// A table of this many fills on 250 dates.
pub fn table(count: usize) -> String {
    let mut text = "exec_id,time,symbol,side,quantity,price,commission\n".to_owned();
    for number in 0..count {
        writeln!(text, "x{number},{}T15:30:00Z,ABCD,BUY,100,12.5,1", date(number)).unwrap();
    }
    text
}

fn statement(rows: impl Iterator<Item = String>) -> String {
    let mut text = "<FlexQueryResponse type=\"AF\"><FlexStatements count=\"1\">\n\
                    <FlexStatement accountId=\"U7654321\" fromDate=\"20240101\" toDate=\"20241231\">\n\
                    <AccountInformation accountId=\"U7654321\" currency=\"USD\"/>\n"
        .to_owned();
    text.extend(rows);
    text.push_str("</FlexStatement>\n</FlexStatements></FlexQueryResponse>\n");
    text
}

fn trade(number: usize) -> String {
    format!(
        "<Trade accountId=\"U7654321\" currency=\"USD\" assetCategory=\"STK\" symbol=\"ABCD\" conid=\"1\" \
         ibExecID=\"0001.{number:06}.01.01\" transactionID=\"{}\" ibOrderID=\"{number}\" quantity=\"100\" \
         tradePrice=\"12.5\" buySell=\"BUY\" ibCommission=\"-1\" ibCommissionCurrency=\"USD\" \
         levelOfDetail=\"EXECUTION\" dateTime=\"{};103000\"/>\n",
        1_000_000 + number,
        date(number).format("%Y%m%d"),
    )
}

fn date(number: usize) -> NaiveDate {
    let first = NaiveDate::from_ymd_opt(2024, 1, 2).unwrap();
    first + chrono::Days::new(u64::try_from(number % 250).unwrap())
}
