use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::record::Side;

fn read(text: &str, import: &CsvImport) -> Result<Batch> {
    let settings = CsvSettings { import, account: None, base_currency: "USD".parse().unwrap() };
    parse(Path::new("a.csv"), text.as_bytes(), &settings)
}

fn plain(text: &str) -> Result<Batch> {
    read(text, &CsvImport::default())
}

#[test]
fn our_own_names_need_no_mapping() {
    let batch = plain("time,symbol,side,quantity,price\n2026-01-27T14:30:00Z,ABC,bot,10,1.50\n").unwrap();
    let fill = &batch.executions[0];
    assert_eq!((fill.side, fill.price), (Side::Buy, "1.50".parse().unwrap()));
    assert_eq!(fill.currency.as_str(), "USD");
    assert_eq!(fill.commission, None, "not reported is not zero");
}

#[test]
fn a_signed_quantity_tells_the_side() {
    let batch = plain("time,symbol,quantity,price\n2026-01-27T14:30:00Z,ABC,-10,1.50\n").unwrap();
    assert_eq!((batch.executions[0].side, batch.executions[0].quantity), (Side::Sell, 10.into()));
}

#[test]
fn one_account_of_several_is_read_and_the_rest_counted() {
    let text = "time,account,symbol,quantity,price\n2026-01-27T14:30:00Z,A1,ABC,1,2\n2026-01-27T14:31:00Z,A2,ABC,5,2\n\
                2026-01-27T14:32:00Z,,ABC,7,2\n";
    let import = CsvImport::default();
    let read = |account| {
        let settings = CsvSettings { import: &import, account, base_currency: "USD".parse().unwrap() };
        parse(Path::new("a.csv"), text.as_bytes(), &settings)
    };
    let batch = read(Some("A2")).unwrap();
    let fills: Vec<_> =
        batch.executions.iter().map(|fill| (fill.account.private(), fill.quantity.to_string())).collect();
    assert_eq!(fills, [("A2", "5".to_owned()), ("A2", "7".to_owned())]);
    assert_eq!(batch.skipped_rows(), 1);
    let error = read(None).unwrap_err();
    assert_eq!(error.to_string(), "a.csv:3:22: the file holds several accounts: A1, A2");
    assert!(error.next_step().unwrap_or_default().contains("--account"));
    let error = read(Some("A3")).unwrap_err();
    assert_eq!(error.to_string(), "a.csv:2:22: the file is not about account A3, but about A1, A2");
}

#[test]
fn fills_of_a_day_without_times_keep_the_order_of_the_file_and_their_names() {
    let days =
        ["2026-01-26,ABC,buy,1,5", "2026-01-27,ABC,buy,10,1", "2026-01-27,ABC,sell,10,2", "2026-01-27,ABC,buy,3,4"];
    let file = |rows: &[&str]| {
        let mut fills = plain(&format!("date,symbol,side,quantity,price\n{}\n", rows.join("\n"))).unwrap().executions;
        fills.sort_by_key(|fill| (fill.time, fill.exec_id.clone()));
        fills.into_iter().map(|fill| (fill.price.to_string(), fill.exec_id)).collect::<Vec<_>>()
    };
    let (oldest_first, newest_first) = (file(&days), file(&[days[3], days[2], days[1], days[0]]));
    let prices: Vec<&str> = oldest_first.iter().map(|(price, _)| price.as_str()).collect();
    assert_eq!(prices, ["5", "1", "2", "4"]);
    let newest: Vec<&str> = newest_first.iter().map(|(price, _)| price.as_str()).collect();
    assert_eq!(newest, prices, "the newest row stands first, and its day is read upwards");
    let mut names = [oldest_first, newest_first, file(&days[1..])];
    names.iter_mut().for_each(|fills| fills.sort());
    assert_eq!(names[0], names[1]);
    assert!(names[2].iter().all(|fill| names[0].contains(fill)), "a part of the file names its fills alike");
}

#[test]
fn what_opens_and_what_closes_stands_in_the_side_or_a_column() {
    let indicators = |text: &str| {
        let fills = plain(text).unwrap().executions;
        fills.into_iter().map(|fill| fill.open_close.unwrap_or_default()).collect::<Vec<_>>()
    };
    let sides = "date,symbol,side,quantity,price\n2026-01-26,ABC,Sell to Open,1,5\n2026-01-27,ABC,BTC,1,4\n2026-01-28,ABC,buy,1,4\n";
    assert_eq!(indicators(sides), ["O", "C", ""]);
    let column =
        "date,symbol,side,quantity,price,open_close\n2026-01-26,ABC,sell,1,5,Opening\n2026-01-27,ABC,buy,2,4,C;O\n";
    assert_eq!(indicators(column), ["O", "C;O"]);
}

#[test]
fn a_file_in_windows_1252_is_read_and_called_so() {
    let text = b"date;symbol;side;quantity;price\n2026-01-26;B\xfc;Kauf zum \xd6ffnen;1;5,50\n";
    let settings =
        CsvSettings { import: &CsvImport::default(), account: None, base_currency: "USD".parse().unwrap() };
    let batch = parse(Path::new("a.csv"), text, &settings).unwrap();
    assert_eq!(
        (batch.executions[0].symbol.as_str(), batch.executions[0].open_close.as_deref()),
        ("B\u{fc}", Some("O"))
    );
    let note = batch.notices.iter().find(|notice| notice.kind == FindingKind::FileForm).unwrap();
    assert!(note.message.ends_with(", Windows-1252"), "{}", note.message);
}

#[test]
fn two_equal_rows_are_two_fills_and_again_the_same_two() {
    let text = "time,symbol,side,quantity,price\n2026-01-27T14:30:00Z,ABC,B,1,2\n2026-01-27T14:30:00Z,ABC,B,1,2\n";
    let (one, two) = (plain(text).unwrap(), plain(text).unwrap());
    assert_eq!(one.executions.len(), 2);
    assert_ne!(one.executions[0].exec_id, one.executions[1].exec_id);
    assert_eq!(one, two);
}

#[test]
fn a_bad_cell_is_shown_at_its_line_and_nothing_is_read() {
    let text = "time,symbol,side,quantity,price\n2026-01-27T14:30:00Z,ABC,B,1,2\n2026-01-27T14:30:00Z,ABC,B,1,two\n";
    let error = plain(text).unwrap_err();
    assert!(error.to_string().starts_with("a.csv:3"), "{error}");
    assert!(error.next_step().is_some());
}

#[test]
fn a_missing_column_is_named() {
    let error = plain("time,symbol,side,quantity\n").unwrap_err();
    assert!(error.to_string().contains("price"), "{error}");
}

#[test]
fn a_mapping_to_no_column_names_the_nearest() {
    let mut import = CsvImport::default();
    import.columns.insert("price".into(), "Fil Price".into());
    let error = read("time,symbol,side,quantity,Fill Price\n", &import).unwrap_err();
    let words = format!("{error} {}", error.next_step().unwrap_or_default());
    assert!(words.contains("Fill Price"), "{words}");
}

#[test]
fn any_form_of_table_is_found_and_what_is_no_row_is_counted() {
    let text = "\u{feff}My trades\n\ntime;symbol;side;quantity;price;Fee (EUR)\n25.01.2026 15:30;ABC;Kauf;1.000;12,50;1,25\n\n\
                26.01.2026;ABC;Dividende;;;\nTotal;;;1.000;;1,25\nAs shown, without warranty\n";
    let mut import = CsvImport { time_zone: Some(chrono_tz::Europe::Berlin), ..CsvImport::default() };
    import.columns.insert("commission".into(), "Fee (EUR)".into());
    let batch = read(text, &import).unwrap();
    let fill = &batch.executions[0];
    assert_eq!((batch.executions.len(), batch.skipped_rows()), (1, 3));
    assert_eq!(
        (fill.quantity.normalize().to_string(), fill.price.to_string()),
        ("1000".to_owned(), "12.50".to_owned())
    );
    assert_eq!(fill.time.to_rfc3339(), "2026-01-25T14:30:00+00:00");
    assert_eq!(fill.commission_currency.unwrap().as_str(), "EUR");
    let note = batch.notices.last().unwrap();
    assert_eq!(note.message, "1 fill; semicolons between columns, decimal commas, dates with the day first");
}

#[test]
fn rows_above_the_names_of_the_columns_are_counted_and_titles_are_not() {
    let text = "Trades of 2026\n\ntime,symbol,qty\n2026-01-26T14:30:00Z,ABC,7\ntime,symbol,side,quantity,price\n\
                2026-01-27T14:30:00Z,ABC,bot,10,1.50\n";
    let batch = plain(text).unwrap();
    let [skipped] = &batch.skipped[..] else { panic!("{:?}", batch.skipped) };
    assert_eq!((batch.executions.len(), skipped.count), (1, 2));
    assert_eq!(
        (skipped.reason.as_str(), skipped.first.to_string().as_str()),
        ("it stands above the names of the columns", "a.csv:3:1")
    );
}

#[test]
fn rows_of_another_form_above_a_table_are_counted_too() {
    let text = "Trades of A, B, C, and D, 2026\n2026-01-26T14:30:00Z,ABC,bot,7,1.25\n\
                time;symbol;side;quantity;price\n2026-01-27T14:30:00Z;ABC;bot;10;1.50\n";
    let batch = plain(text).unwrap();
    assert_eq!((batch.executions.len(), batch.skipped_rows()), (1, 1));
    assert_eq!(batch.skipped[0].first.to_string(), "a.csv:2:1");
}

#[test]
fn two_columns_of_one_name_go_by_their_numbers() {
    let text = "time,symbol,quantity,price,Money,Money\n2026-01-27T14:30:00Z,ABC,10,1.5,15,0.5\n";
    let mut import = CsvImport::default();
    import.columns.insert("commission".into(), "Money".into());
    let error = read(text, &import).unwrap_err();
    assert!(error.to_string().contains("several columns are called `Money`"), "{error}");
    import.columns.insert("commission".into(), "#6".into());
    assert_eq!(read(text, &import).unwrap().executions[0].commission.unwrap().to_string(), "0.5");
}

#[test]
fn an_unknown_word_is_refused_until_it_is_told_what_it_means() {
    let text = "time,symbol,side,quantity,price\n2026-01-27T14:30:00Z,ABC,Kjøp,10,1.5\n2026-01-27T14:31:00Z,ABC,Dividend,10,0.5\n";
    assert!(plain(text).unwrap_err().next_step().unwrap().contains("`buy` or `sell`"));
    let import = CsvImport { buy: vec!["kjøp".into(), "Kjøp".into()], ..CsvImport::default() };
    let batch = read(text, &import).unwrap();
    assert_eq!((batch.executions.len(), batch.skipped_rows()), (1, 1));
}

#[test]
fn the_sign_of_a_commission_is_the_mappings_affair() {
    let row = "time,symbol,side,quantity,price,Fee\n2026-01-27T14:30:00Z,ABC,B,1,2,-0.5\n";
    let cost = |ours: &str| {
        let mut import = CsvImport::default();
        import.columns.insert(ours.into(), "Fee".into());
        read(row, &import).unwrap().executions[0].commission.unwrap().to_string()
    };
    assert_eq!(
        (cost("commission"), cost("-commission"), cost("+commission")),
        ("0.5".into(), "0.5".into(), "-0.5".into())
    );
}

/// What may stand in a cell of this column, and now and then something else.
fn cell(column: &str) -> BoxedStrategy<String> {
    let usual = match column {
        "time" => "2026-0[1-9]-[12][0-9]T[01][0-9]:[0-5][0-9]:00Z",
        "symbol" => "[A-Z]{1,4}(\\.[A-Z])?",
        "side" => "(BUY|SELL|bot|S)",
        "quantity" | "conid" => "[1-9][0-9]{0,5}",
        "currency" | "commission_currency" => "(USD|EUR|GBP)",
        "account" | "asset_class" | "exchange" | "exec_id" | "order_id" | "perm_id" | "order_ref" => "[a-z0-9]{0,6}",
        _ => "[1-9][0-9]{0,3}(\\.[0-9]{1,4})?",
    };
    prop_oneof![30 => usual, 1 => "[0-9,.\n\";a-zé:TZ+-]{0,12}"].boxed()
}

/// A table with every column that is needed and some of the others, in any order, and how many rows it has.
fn table() -> impl Strategy<Value = (String, usize)> {
    let needed = ["time", "symbol", "quantity", "price"];
    let other: Vec<&str> = COLUMNS.into_iter().filter(|name| *name != "date" && !needed.contains(name)).collect();
    let header = proptest::sample::subsequence(other, 0..6)
        .prop_map(move |chosen| [needed.to_vec(), chosen].concat())
        .prop_shuffle();
    let rows = header.prop_flat_map(|header| {
        let row: Vec<_> = header.iter().map(|column| cell(column)).collect();
        (Just(header), proptest::collection::vec(row, 0..5))
    });
    rows.prop_map(|(header, rows)| {
        let mut writer = ::csv::Writer::from_writer(Vec::new());
        writer.write_record(&header).unwrap();
        rows.iter().for_each(|row| writer.write_record(row).unwrap());
        (String::from_utf8(writer.into_inner().unwrap()).unwrap(), rows.len())
    })
}

#[test]
fn a_row_is_read_or_counted_or_refused_with_its_line() {
    let (mut fills, mut refused) = (std::cell::Cell::new(0), std::cell::Cell::new(0));
    let mut runner = proptest::test_runner::TestRunner::default();
    let outcome = runner.run(&table(), |(text, rows)| {
        match plain(&text) {
            Ok(batch) => {
                prop_assert_eq!(batch.executions.len() + batch.skipped_rows(), rows);
                fills.set(fills.get() + batch.executions.len());
            }
            Err(error) => {
                let line = error.place().and_then(|place| place.line).unwrap_or_default();
                prop_assert!(line > 1, "{}", error);
                refused.set(refused.get() + 1);
            }
        }
        Ok(())
    });
    outcome.unwrap();
    // The tables are such that cells are read at all.
    assert!(*fills.get_mut() > 100 && *refused.get_mut() > 10, "{fills:?} fills, {refused:?} tables refused");
}

proptest! {
    #[test]
    fn arbitrary_lines_below_a_good_header_never_panic(text in "[0-9,.\n\";a-zé:TZ+-]{0,80}") {
        let _ = plain(&format!("time,symbol,side,quantity,price\n{text}"));
    }
}
