//! The files of brokers as they come, with amounts made up.

use std::path::Path;

use super::*;
use crate::record::Execution;

fn read_as(preset: Preset, base: &str, text: &str) -> Result<Batch> {
    let import = CsvImport { preset: Some(preset), ..CsvImport::default() };
    let settings = CsvSettings { import: &import, account: None, base_currency: base.parse().unwrap() };
    parse(Path::new("a.csv"), text.as_bytes(), &settings)
}

/// Side, quantity, symbol, price, currency, commission and its currency, rate.
fn words(fill: &Execution) -> String {
    let commission = fill.commission.map(|cost| cost.normalize().to_string()).unwrap_or_default();
    let of = fill.commission_currency.map(|currency| currency.to_string()).unwrap_or_default();
    let rate = fill.fx_to_base.map(|rate| rate.round_dp(6).to_string()).unwrap_or_default();
    let Execution { side, quantity, symbol, price, currency, .. } = fill;
    let (quantity, price) = (quantity.normalize(), price.normalize());
    format!("{side} {quantity} {symbol} {price} {currency}, {commission} {of}, {rate}")
}

fn fills(batch: &Batch) -> Vec<String> {
    batch.executions.iter().map(words).collect()
}

fn left_out(batch: &Batch) -> Vec<(&str, usize)> {
    batch.skipped.iter().map(|row| (row.kind.as_str(), row.count)).collect()
}

const T212: &str = "\
Action,Time,ISIN,Ticker,Name,No. of shares,Price / share,Currency (Price / share),Exchange rate,Total (EUR),Charge amount (EUR),Notes,ID,Currency conversion fee (EUR)
Deposit,2026-02-02 09:00:00,,,,,,,,500.00,500.00,Transfer,d-1,
Market buy,2026-02-02 15:30:01,US1111111111,QQX,Quux,2.5000000000,40.00,USD,1.25000,80.12,,,E1,0.12
Limit buy,2026-02-03 10:00:00.250,GB2222222222,PPX,Pence plc,100.0000000000,250.00,GBX,80.00000,312.50,,,E2,
Stop limit sell,2026-02-04 15:00:00,US1111111111,QQX,Quux,2.5000000000,44.00,USD,1.10000,99.90,,,E3,0.10
Dividend (Ordinary),2026-02-05 10:00:00,US1111111111,QQX,Quux,2.5000000000,0.20,USD,Not available,0.40,,,,
Stock split open,2026-02-06 10:00:00,US1111111111,QQX,Quux,10.0000000000,11.00,USD,1.1,100.00,,,E4,
";

#[test]
fn trading_212_has_pence_costs_in_the_accounts_currency_and_rates_the_other_way_round() {
    let batch = read_as(Preset::Trading212, "EUR", T212).unwrap();
    // 1 / 1.25 = 0.8 EUR a dollar; 80 pence an euro are 0.8 pounds, so a pound is 1.25 EUR; 1 / 1.1 = 0.909091.
    assert_eq!(
        fills(&batch),
        [
            "BUY 2.5 QQX 40 USD, 0.12 EUR, 0.8",
            "BUY 100 PPX 2.5 GBP, 0 EUR, 1.25",
            "SELL 2.5 QQX 44 USD, 0.1 EUR, 0.909091",
        ]
    );
    assert_eq!(batch.executions[0].time.to_rfc3339(), "2026-02-02T15:30:01+00:00");
    assert_eq!(left_out(&batch), [("Deposit", 1), ("Dividend (Ordinary)", 1), ("Stock split open", 1)]);
    let warning = &batch.notices[0];
    assert_eq!(warning.kind, FindingKind::Positions);
    assert!(warning.message.contains("1 row `Stock split open`"), "{}", warning.message);
    let again = read_as(Preset::Trading212, "EUR", T212).unwrap();
    assert_eq!(again.executions, batch.executions);
}

#[test]
fn an_account_in_another_currency_than_the_record_is_said_and_its_rates_are_not_taken() {
    let batch = read_as(Preset::Trading212, "USD", T212).unwrap();
    assert_eq!(fills(&batch)[1], "BUY 100 PPX 2.5 GBP, 0 EUR, ");
    assert_eq!(batch.notices.iter().filter(|notice| notice.kind == FindingKind::BaseCurrency).count(), 1);
}

#[test]
fn trading_212_in_its_later_form_has_a_currency_beside_each_amount() {
    let text = "\u{feff}Action,Time (UTC),ISIN,Ticker,Name,Notes,ID,No. of shares,Price / share,Currency (Price / share),\
                Exchange rate,Result,Currency (Result),Total,Currency (Total),Stamp duty reserve tax,\
                Currency (Stamp duty reserve tax),Currency conversion fee,Currency (Currency conversion fee)\r\n\
                Market buy,2026-03-02 09:00:00+00:00,GB2222222222,PPX,Pence,,E9,10,200,GBX,100.00000,,,20.15,GBP,0.10,GBP,0.05,GBP\r\n\
                Market sell,2026-03-03 09:00:00+00:00,US1111111111,QQX,Quux,,E9,1,50,USD,1.25,,,39.90,GBP,,,0.125,USD\r\n";
    let batch = read_as(Preset::Trading212, "GBP", text).unwrap();
    assert_eq!(fills(&batch), ["BUY 10 PPX 2 GBP, 0.15 GBP, ", "SELL 1 QQX 50 USD, 0.125 USD, 0.8"]);
    assert_ne!(batch.executions[0].exec_id, batch.executions[1].exec_id, "an id may repeat");
}

#[test]
fn costs_in_both_currencies_are_added_at_the_rate_of_the_row() {
    let text = "Action,Time,Ticker,No. of shares,Price / share,Currency (Price / share),Exchange rate,Total (EUR),\
                Currency conversion fee (EUR),Finra fee (USD)\n\
                Market sell,2026-03-03 09:00:00,QQX,1,50,USD,1.25,39.90,0.10,0.25\n";
    assert_eq!(fills(&read_as(Preset::Trading212, "EUR", text).unwrap()), ["SELL 1 QQX 50 USD, 0.3 EUR, 0.8"]);
    let foreign = text.replace("(USD)", "(CHF)");
    let error = read_as(Preset::Trading212, "EUR", &foreign).unwrap_err();
    assert!(error.to_string().contains("costs in EUR and in CHF, and no rate between them"), "{error}");
}

#[test]
fn degiro_has_currencies_without_a_name_behind_or_before_their_amounts() {
    let behind = "\
Date,Time,Product,ISIN,Reference,Venue,Quantity,Price,,Local value,,Value,,Exchange rate,Transaction costs,,Total,,Order ID
02-03-2026,17:58,QUUX INC.,US1111111111,NDQ,SOHO,-4,125.0000,USD,500.00,USD,400.00,EUR,1.2500,-0.50,EUR,399.50,EUR,11111111-0000-0000-0000-000000000001
";
    let before = "\
Datum,Uhrzeit,Produkt,ISIN,Börse,Anzahl,,Kurs ,,Wert in Lokalwährun,,Wert,Wechselkurs,,Gebühr,,Gesamt
02-03-2026,17:58,QUUX INC.,US1111111111,NDQ,-4,USD,125.0000,USD,500.00,EUR,400.00,1.2500,EUR,-0.50,EUR,399.50
03-03-2026,09:04,FUND,IE3333333333,XET,5,EUR,16.5340,EUR,-82.67,EUR,-82.67,,,,EUR,-82.67
";
    let batch = read_as(Preset::Degiro, "EUR", behind).unwrap();
    assert_eq!(fills(&batch), ["SELL 4 US1111111111 125 USD, 0.5 EUR, 0.8"]);
    // 17:58 in Amsterdam in winter; the third of February would be another day.
    assert_eq!(batch.executions[0].time.to_rfc3339(), "2026-03-02T16:58:00+00:00");
    assert_eq!(batch.executions[0].order_id.as_deref(), Some("11111111-0000-0000-0000-000000000001"));
    assert_eq!(
        fills(&read_as(Preset::Degiro, "EUR", before).unwrap()),
        ["SELL 4 US1111111111 125 USD, 0.5 EUR, 0.8", "BUY 5 IE3333333333 16.534 EUR, 0 EUR, "]
    );
}

#[test]
fn degiro_today_names_the_currency_in_the_header_and_puts_the_order_behind_its_column() {
    let text = "\u{feff}Datum,Tijd,Product,ISIN,Beurs,Uitvoeringsplaats,Aantal,Koers,,Lokale waarde,,Waarde EUR,Wisselkoers,AutoFX Kosten,\
                Transactiekosten en/of kosten van derden EUR,Totaal EUR,Order ID,\n\
                02-03-2026,10:00,PENCE PLC,GB2222222222,LSE,XLON,100,\"250,0000\",GBX,\"-25000,00\",GBX,\"-312,50\",\"80,0000\",\"-0,31\",\"-2,50\",\"-315,31\",,22222222-0000-0000-0000-000000000002\n\
                02-03-2026,00:00,SPLIT CO,US4444444444,NDQ,,-10,\"20,0000\",USD,\"200,00\",USD,\"160,00\",\"1,2500\",,,\"160,00\",,\n\
                02-03-2026,00:00,SPLIT CO,US5555555555,NDQ,,20,\"10,0000\",USD,\"-200,00\",USD,\"-160,00\",\"1,2500\",,,\"-160,00\",,\n";
    let batch = read_as(Preset::Degiro, "EUR", text).unwrap();
    assert_eq!(fills(&batch), ["BUY 100 GB2222222222 2.5 GBP, 2.81 EUR, 1.25"]);
    assert_eq!(batch.executions[0].order_id.as_deref(), Some("22222222-0000-0000-0000-000000000002"));
    assert_eq!(left_out(&batch), [("corporate action", 2)]);
    assert!(batch.notices.iter().any(|notice| notice.kind == FindingKind::Positions));
    assert!(batch.notices.last().unwrap().message.contains("decimal commas, dates with the day first"));
}

#[test]
fn every_language_of_degiro_is_known() {
    for header in [
        "Date,Time,Product,ISIN,Reference exchange,Venue,Quantity,Price,,Local value,,Value EUR,Exchange rate,AutoFX Fee,Transaction and/or third party fees EUR,Total EUR,Order ID,",
        "Datum,Uhrzeit,Produkt,ISIN,Referenzbörse,Ausführungsort,Anzahl,Kurs,,Wert in Lokalwährung,,Wert EUR,Wechselkurs,AutoFX-Gebühr,Transaktionsgebühren und/oder Fremdkosten,Gesamt EUR,Order-ID,",
        "Date,Heure,Produit,Code ISIN,Place boursière sectionnée,Lieu d'exécution,Quantité,Cours,,Montant devise locale,,Montant EUR,Taux de change,Frais conversion AutoFX,Frais de courtage et/ou de parties,Montant négocié EUR,ID Ordre,",
        "Data,Ora,Prodotto,ISIN,Borsa di riferimento,Borsa,Quantità,Quotazione,,Valore locale,,Valore CHF,Tasso di cambio,Commissione AutoFX,Costi di transazione e/o di terze parti CHF,Totale CHF,ID Ordine,",
        "Fecha,Hora,Producto,ISIN,Bolsa de referencia,Centro de ejecución,Número,Precio,,Valor local,,Valor EUR,Tipo de cambio,Comisión AutoFX,Costes de transacción y/o externos EUR,Total EUR,ID Orden,",
    ] {
        let text = format!(
            "{header}\n02-03-2026,15:00,QUUX,US1111111111,NDQ,XNAS,4,125.00,USD,-500.00,USD,-400.00,1.25,-1.00,-2.00,-403.00,33333333-0000-0000-0000-000000000003,\n"
        );
        let base = if header.contains("CHF") { "CHF" } else { "EUR" };
        let batch = read_as(Preset::Degiro, base, &text).unwrap_or_else(|error| panic!("{error}: {header}"));
        assert_eq!(fills(&batch), [format!("BUY 4 US1111111111 125 USD, 3 {base}, 0.8")], "{header}");
        assert!(batch.executions[0].order_id.is_some(), "{header}");
    }
}

#[test]
fn schwab_has_dollars_other_rows_dates_within_dates_and_a_total() {
    let text = "\
\"Transactions  for account XXXX-1234 as of 03/05/2026\"
\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\",
\"03/04/2026 as of 03/03/2026\",\"Bank Interest\",\"\",\"BANK INT\",\"\",\"\",\"\",\"$0.80\",
\"03/04/2026 as of 03/03/2026\",\"Sell\",\"QQX\",\"QUUX\",\"2,000\",\"$12.5005\",\"$0.35\",\"$25,000.65\",
\"03/03/2026\",\"Sell to Open\",\"QQX 04/17/2026 15.00 C\",\"CALL QUUX\",\"2\",\"$1.25\",\"$1.30\",\"$248.70\",
\"03/03/2026\",\"Stock Split\",\"BBB\",\"BBB\",\"10\",\"\",\"\",\"\",
\"03/02/2026\",\"Reinvest Shares\",\"BBB\",\"BBB\",\"0.1234\",\"$56.70\",\"\",\"-$7.00\",
\"03/02/2026\",\"Buy\",\"QQX\",\"QUUX\",\"2,000\",\"$10.00\",\"\",\"-$20,000.00\",
\"Transactions Total\",\"\",\"\",\"\",\"\",\"\",\"\",\"$5,242.35\",
";
    let batch = read_as(Preset::Schwab, "USD", text).unwrap();
    assert_eq!(
        fills(&batch),
        [
            "SELL 2000 QQX 12.5005 USD, 0.35 USD, ",
            "SELL 2 QQX 04/17/2026 15.00 C 1.25 USD, 1.3 USD, ",
            "BUY 0.1234 BBB 56.7 USD, 0 USD, ",
            "BUY 2000 QQX 10 USD, 0 USD, ",
        ]
    );
    let multipliers: Vec<String> = batch.executions.iter().map(|fill| fill.multiplier.to_string()).collect();
    assert_eq!(multipliers, ["1", "100", "1", "1"], "2 x 1.25 x 100 - 1.30 is the amount of the option");
    assert_eq!(batch.executions[0].utc_date().to_string(), "2026-03-03");
    assert_eq!(left_out(&batch), [("Bank Interest", 1), ("Stock Split", 1), ("line", 1)]);
}

#[test]
fn an_option_is_one_by_its_name_however_little_it_costs() {
    let text = "\
\"Date\",\"Action\",\"Symbol\",\"Description\",\"Quantity\",\"Price\",\"Fees & Comm\",\"Amount\"
\"03/05/2026\",\"Sell to Close\",\"QQX 04/17/2026 15.00 C\",\"CALL QUUX INC $15 EXP 04/17/26\",\"1\",\"$0.01\",\"$0.66\",\"$0.34\"
\"03/04/2026\",\"Buy to Open\",\"QQX 04/17/2026 15.00 C\",\"CALL QUUX INC $15 EXP 04/17/26\",\"3\",\"$0.01\",\"$1.98\",\"-$4.98\"
\"03/03/2026\",\"Sell\",\"PNY\",\"PENNY CO\",\"100\",\"$0.02\",\"$4.95\",\"-$2.95\"
\"03/02/2026\",\"Buy\",\"912797AB1\",\"US TREASURY BILL\",\"1,000\",\"$98.50\",\"\",\"-$985.00\"
";
    let batch = read_as(Preset::Schwab, "USD", text).unwrap();
    let kinds = batch.executions.iter().map(|fill| {
        (fill.multiplier.to_string(), fill.asset_class.to_string(), fill.open_close.clone().unwrap_or_default())
    });
    let wanted = [("100", "OPT", "C"), ("100", "OPT", "O"), ("1", "STK", ""), ("0.01", "BOND", "")];
    assert_eq!(kinds.collect::<Vec<_>>(), wanted.map(|(one, two, three)| (one.into(), two.into(), three.into())));
    assert!(batch.notices.iter().all(|notice| notice.kind != FindingKind::TradeMoney));
}

const FIDELITY: &str = "\u{feff}\n\n\
Run Date,Account,Account Number,Action,Symbol,Description,Type,Price ($),Quantity,Commission ($),Fees ($),Accrued Interest ($),Amount ($),Settlement Date\n\
03/04/2026,\"Mine\",Z11111111,\"YOU SOLD QUUX INC (QQX) (Cash)\",QQX,\"QUUX\",Cash,12.5,-10,4.95,0.17,,119.88,03/05/2026\n\
03/03/2026,\"Mine\",Z11111111,\"DIVIDEND RECEIVED BBB (BBB) (Cash)\",BBB,\"BBB\",Cash,,0.000,,,,7,\n\
03/03/2026,\"Mine\",Z11111111,\"REINVESTMENT BBB (BBB) (Cash)\",BBB,\"BBB\",Cash,56.7,0.123,,,,-6.97,\n\
03/03/2026,\"Mine\",Z11111111,\"REINVESTMENT FIDELITY GOVERNMENT MONEY MARKET (SPAXX) (Cash)\",SPAXX,\"FUND\",Cash,1,4.2,,,,-4.2,\n\
03/02/2026,\"Mine\",Z11111111,\"YOU BOUGHT QUUX INC (QQX) (Cash)\",QQX,\"QUUX\",Cash,10,10,4.95,,,-104.95,Processing\n\
\n\
\"The data and information in this spreadsheet is provided to you solely for your use, and not, ever, for others\"\n\
\n\
Date downloaded 03/05/2026 11:21 am\n";

#[test]
fn fidelity_has_a_side_at_the_start_of_a_sentence_and_a_disclaimer_below() {
    let batch = read_as(Preset::Fidelity, "USD", FIDELITY).unwrap();
    assert_eq!(
        fills(&batch),
        ["SELL 10 QQX 12.5 USD, 5.12 USD, ", "BUY 0.123 BBB 56.7 USD, 0 USD, ", "BUY 10 QQX 10 USD, 4.95 USD, ",]
    );
    assert_eq!(left_out(&batch), [("DIVIDEND RECEIVED", 1), ("money market fund", 1), ("line", 2)]);
    assert_eq!(batch.executions[0].account.private(), "Z11111111");
    let two = FIDELITY.replacen("Z11111111", "Z22222222", 1);
    let error = read_as(Preset::Fidelity, "USD", &two).unwrap_err();
    assert!(error.to_string().contains("several accounts: Z11111111, Z22222222"), "{error}");
}

#[test]
fn fidelity_shifts_its_data_against_its_header() {
    let right = "Run Date,Action,Symbol,Description,Type,Exchange Quantity,Exchange Currency,Currency,Price,Quantity,Exchange Rate,Commission,Fees,Accrued Interest,Amount,Settlement Date\n";
    let wrong = right.replace("Currency,Price,Quantity", "Quantity,Currency,Price");
    let row =
        "04/02/2026,\"YOU SOLD QUUX INC (QQX) (Cash)\",QQX,QUUX,Cash,0,,USD,252.5,-3,0,,0.02,,757.48,04/06/2026\n";
    for header in [right, &wrong] {
        let batch = read_as(Preset::Fidelity, "USD", &format!("{header}{row}")).unwrap();
        assert_eq!(fills(&batch), ["SELL 3 QQX 252.5 USD, 0.02 USD, "], "{header}");
    }
}

#[test]
fn a_file_of_another_form_is_refused() {
    let error = read_as(Preset::Degiro, "EUR", T212).unwrap_err();
    assert_eq!(error.to_string(), "a.csv:1: no line names the columns of a file of DEGIRO");
    for header in [
        "Date,Time,Value date,Product,ISIN,Description,FX,Change,,Balance,,Order Id",
        "Datum,Tijd,Valutadatum,Product,ISIN,Omschrijving,FX,Mutatie,,Saldo,,Order Id",
        "Date,Heure,Date de,Produit,Code ISIN,Description,FX,Mouvements,,Solde,,ID Ordre",
    ] {
        let row = "02-01-2026,09:00,02-01-2026,,,flatex Deposit,,EUR,\"500,00\",EUR,\"500,00\",";
        let error = read_as(Preset::Degiro, "EUR", &format!("{header}\n{row}\n")).unwrap_err();
        assert!(error.to_string().contains("Account.csv"), "{error}");
    }
    let cut = &T212[..T212.len() - 30];
    assert!(read_as(Preset::Trading212, "EUR", cut).is_err(), "a file that was cut off");
}

#[test]
fn the_columns_of_a_broker_without_its_preset_name_the_preset() {
    let head = T212.lines().next().unwrap().to_owned();
    let schwab = "Date,Action,Symbol,Description,Quantity,Price,Fees & Comm,Amount";
    for (head, preset) in [(head.as_str(), "trading212"), (schwab, "schwab")] {
        let settings =
            CsvSettings { import: &CsvImport::default(), account: None, base_currency: "USD".parse().unwrap() };
        let error =
            parse(Path::new("a.csv"), format!("{head}\n1,2,3,4,5,6,7,8\n").as_bytes(), &settings).unwrap_err();
        assert!(error.to_string().contains("no column is mapped"), "{error}");
        assert!(error.next_step().unwrap_or_default().contains(&format!("add `--preset {preset}`")), "{error:?}");
    }
}
