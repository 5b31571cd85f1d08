use super::*;

fn settings() -> NavSettings<'static> {
    NavSettings {
        columns: BTreeMap::new(),
        delimiter: None,
        decimal_mark: None,
        order: None,
        account: None,
        base_currency: "USD".parse().unwrap(),
    }
}

fn read(text: &str) -> Result<Batch> {
    parse(Path::new("nav.csv"), text.as_bytes(), &settings())
}

/// Dates with their values, and dates with their flows.
fn rows(text: &str) -> (Vec<String>, Vec<String>) {
    let batch = read(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let values = batch.snapshots.iter().map(|row| format!("{} {}", row.date, row.net_liquidation)).collect();
    (values, batch.flows.iter().map(|flow| format!("{} {}", flow.date, flow.amount)).collect())
}

fn note(text: &str) -> String {
    read(text).unwrap().notices.last().unwrap().message.clone()
}

#[test]
fn values_and_flows_are_found_by_common_names() {
    let plain =
        (vec!["2024-01-02 1000".to_owned(), "2024-01-03 1510.5".to_owned()], vec!["2024-01-03 500".to_owned()]);
    for text in [
        "date,value,flow\n2024-01-02,1000,\n2024-01-03,1510.50,500\n",
        "Date;NAV (USD);Net deposits\n02.01.2024;1.000,00;0\n03.01.2024;1.510,50;500,00\n",
        "2024-01-02,1000,0\n2024-01-03,1510.5,500\n",
        "\u{feff}Datum\tDepotwert\tEinzahlungen\tAuszahlungen\n2.1.2024\t1000\t\t\n3.1.2024\t1510,5\t600\t100\n",
        "\"Timestamp\",\"Account value\",\"Deposits\",\"Withdrawals\"\n2024-01-03 21:00:00+00:00,\"$1,510.50\",600,-100\n\
         2024-01-02 21:00:00+00:00,\"$1,000.00\",,\nTotal,,600,-100\n",
        "My account\n\nDate,Total invested,Balance\n2024-01-02,900,1000\n2024-01-03,1400,1510.5\n",
    ] {
        assert_eq!(rows(text), plain, "{text}");
    }
}

#[test]
fn a_series_of_pandas_needs_no_names() {
    assert_eq!(rows(",0\n2024-01-02,1000.0\n2024-01-03,1001.5\n").0, ["2024-01-02 1000", "2024-01-03 1001.5"]);
    assert_eq!(rows("Date,Strategy\n2024-01-02,1\n2024-01-03,1.01\n").0[1], "2024-01-03 1.01");
}

#[test]
fn months_are_their_last_days_and_slashed_dates_what_their_sequence_proves() {
    assert_eq!(rows("month,nav\n2024-01,100\n2024-02,101\n").0, ["2024-01-31 100", "2024-02-29 101"]);
    let text = "date,nav\n12/01/2023,100\n01/02/2024,101\n02/01/2024,102\n";
    assert_eq!(rows(text).0, ["2023-12-01 100", "2024-01-02 101", "2024-02-01 102"], "only so they are in sequence");
    let error = read("date,nav\n01/02/2024,100\n02/02/2024,101\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "nav.csv:2:1: `01/02/2024` could be day or month first, and nothing in the file settles it"
    );
}

#[test]
fn what_was_found_is_said() {
    assert_eq!(
        note("Datum;Wert;Kurs\n02.01.2024;1.000,00;5\n31.01.2024;1.010,00;6\n29.02.2024;1.020,00;7\n"),
        "3 monthly values from 2024-01-02 to 2024-02-29; semicolons between columns, decimal commas, dates with the day first; \
         value: `Wert`, flows: none; not read: `Kurs`"
    );
}

#[test]
fn of_a_day_the_last_value_counts_and_without_a_time_there_is_one() {
    let text = "time,equity\n2024-01-02 10:00,100\n2024-01-02 16:00,101\n2024-01-02 12:00,99\n2024-01-03 16:00,102\n";
    assert_eq!(rows(text).0, ["2024-01-02 101", "2024-01-03 102"]);
    assert_eq!(read(text).unwrap().skipped_rows(), 2);
    let error = read("date,nav\n2024-01-02,100\n2024-01-02,101\n").unwrap_err();
    assert_eq!(error.to_string(), "nav.csv:3:12: 2024-01-02 has another value already");
    assert_eq!(read("date,nav\n2024-01-02,100\n2024-01-02,100\n").unwrap().skipped_rows(), 1);
}

#[test]
fn hours_are_compared_as_times_however_they_are_written() {
    let text =
        "time,equity\n2024-01-02 9:30,90\n2024-01-02 16:00,101\n2024-01-03 4:00 PM,102\n2024-01-03 9:30 AM,95\n";
    assert_eq!(rows(text).0, ["2024-01-02 101", "2024-01-03 102"]);
}

#[test]
fn flows_of_one_day_in_rows_of_their_own_add_up() {
    let text =
        "date,value,flow\n2026-01-05,10000,\n2026-01-06,13000,1000\n2026-01-06,13000,2000\n2026-01-06,13000,2000\n";
    let batch = read(text).unwrap();
    let flows: Vec<String> = batch.flows.iter().map(|flow| format!("{} {}", flow.date, flow.amount)).collect();
    assert_eq!(flows, ["2026-01-06 3000"]);
}

#[test]
fn what_is_no_list_of_net_values_is_refused_with_its_line() {
    for (text, expected) in [
        ("date,return\n2024-01-02,0.01\n", "no column is known as the value"),
        ("date,value\n2024-01-02,0.01\n2024-01-03,-0.02\n", "nav.csv:3:12: a net value of -0.02"),
        ("date,value\n2024-01-02,1,000\n", "nav.csv:2:14: this line has 3 cells, and 2 columns are named"),
        ("date,value\n2024-01-02,\"1,000\"\n", "could be thousands or decimals"),
        ("date,value\n2024-13-02,1\n", "nav.csv:2:1: `2024-13-02` is not a date"),
        ("date,value\n,1\n", "nav.csv:2:1: the date is empty"),
        ("date,nav,equity\n2024-01-02,1,2\n", "nav and equity could each be the value"),
        ("name,city\nA,B\n", "no column is known as the date"),
        ("date,value\n", "no row with a date and a value"),
        ("date,value\n2024-01-02,1e\n", "`1e` is not a number"),
        ("date,value,currency\n2024-01-02,1,USD\n2024-01-03,1,EUR\n", "this row is in EUR, and others are not"),
    ] {
        let error = read(text).unwrap_err();
        assert!(error.to_string().contains(expected), "{error}: {text}");
        assert!(error.next_step().is_some(), "{text}");
    }
}

#[test]
fn a_running_total_is_not_taken_for_deposits() {
    let text = "date,nav,deposits\n2024-01-02,100,100\n2024-01-03,101,100\n2024-01-04,152,150\n2024-01-05,153,150\n";
    let error = read(text).unwrap_err();
    assert!(error.to_string().contains("`deposits` looks like a running total"), "{error}");
    let columns = BTreeMap::from([("cumulative_flow".to_owned(), "deposits".to_owned())]);
    let batch = parse(Path::new("nav.csv"), text.as_bytes(), &NavSettings { columns, ..settings() }).unwrap();
    let flows: Vec<String> = batch.flows.iter().map(|flow| format!("{} {}", flow.date, flow.amount)).collect();
    assert_eq!(flows, ["2024-01-04 50"]);
}

#[test]
fn a_file_of_a_spreadsheet_may_be_utf_16_and_in_another_currency() {
    let text = "Date\tNAV EUR\r\n2024-01-02\t1000\r\n2024-01-03\t1001\r\n";
    let bytes: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let batch = parse(Path::new("nav.csv"), &bytes, &settings()).unwrap();
    assert_eq!(batch.snapshots[1].base_currency.as_str(), "EUR");
    assert_eq!(batch.notices[0].kind, FindingKind::BaseCurrency);
    assert!(parse(Path::new("nav.csv"), &bytes[..bytes.len() - 1], &settings()).is_err());
}

proptest::proptest! {
    #[test]
    fn any_lines_are_read_or_refused(text in "[0-9,.;\n\"a-z€-]{0,120}") {
        let _ = read(&text);
        let _ = read(&format!("date,nav,flow\n{text}"));
    }
}

#[test]
fn rows_above_the_names_of_the_columns_are_counted() {
    let batch = read("My account\n2026-01-28,7,USD\ndate,value,currency\n2026-01-29,104900.25,USD\n").unwrap();
    assert_eq!((batch.snapshots.len(), batch.skipped_rows()), (1, 1));
}
