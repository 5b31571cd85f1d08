//! The files of brokers whose form is known.
//!
//! Columns are found by name, because they come, go and are cut; currencies without a name of their own stand beside
//! their amounts.

use super::columns::{Charge, Columns, CurrencyAt, Sign};
use super::words::{open_close_of, side_of};
use crate::collect::form::named_currency;
use crate::config::Preset;
use crate::record::Side;

/// The columns of a broker's file; `None` where these are not their names.
pub fn columns(preset: Preset, headers: &[String]) -> Option<Columns> {
    match preset {
        Preset::Degiro => degiro(headers),
        Preset::Trading212 => trading212(headers),
        Preset::Schwab => schwab(headers),
        Preset::Fidelity => fidelity(headers),
    }
}

/// What is wrong with a file whose columns are not those of a broker's list of fills, and what to do.
pub fn not_its_columns(preset: Preset, headers: &[String]) -> (String, &'static str) {
    let begins = |words: &[&str]| headers.iter().any(|name| words.iter().any(|word| lower(name).starts_with(word)));
    // The balance after each row is only in the list of all movements of cash.
    if preset == Preset::Degiro && begins(&["balance", "saldo", "solde"]) && begins(&["isin", "code isin"]) {
        let message = "this is DEGIRO's Account.csv, where only a description in your language says what each row is";
        let next = "export Transactions.csv for the fills; enter deposits with `trackrecord flow add`, or bring net values and flows \
                    with `trackrecord import nav`";
        return (message.to_owned(), next);
    }
    let message = format!("no line names the columns of a file of {}", preset.title());
    (message, "export the list of transactions as CSV again, or map its columns with `--column`")
}

/// The side of a row by the broker's word; `None` for rows of other kinds.
pub fn side(preset: Preset, word: &str) -> Option<Side> {
    let upper = word.to_uppercase();
    match preset {
        Preset::Schwab if upper == "REINVEST SHARES" => Some(Side::Buy),
        Preset::Fidelity if upper.contains(" CANCEL") => None,
        Preset::Fidelity if upper.starts_with("YOU BOUGHT") || upper.starts_with("REINVESTMENT") => Some(Side::Buy),
        Preset::Fidelity if upper.starts_with("YOU SOLD") => Some(Side::Sell),
        Preset::Fidelity => None,
        _ => side_of(word),
    }
}

/// Whether a fill opened (`O`) or closed (`C`) a position, by the broker's word for its side.
pub fn open_close(preset: Option<Preset>, word: &str) -> Option<&'static str> {
    if preset != Some(Preset::Fidelity) {
        return open_close_of(word);
    }
    // The name of the instrument follows, in which any word may stand.
    let words = word.split_whitespace().take(4).collect::<Vec<_>>().join(" ").to_uppercase();
    let words = words.strip_prefix("YOU ")?.split_once(' ')?.1;
    let says = |beginnings: &[&str]| beginnings.iter().any(|beginning| words.starts_with(beginning));
    match (says(&["OPENING TRANSACTION", "SHORT SALE"]), says(&["CLOSING TRANSACTION", "SHORT COVER"])) {
        (true, false) => Some("O"),
        (false, true) => Some("C"),
        _ => None,
    }
}

/// A word for rows of this kind, to count them by.
pub fn kind(preset: Option<Preset>, word: &str) -> String {
    match preset {
        // The rest names the instrument or the other side of a payment.
        Some(Preset::Fidelity) => word.split_whitespace().take(2).collect::<Vec<_>>().join(" "),
        _ => word.chars().take(40).collect(),
    }
}

fn lower(name: &str) -> String {
    name.trim().to_lowercase()
}

/// What may be in a file of DEGIRO, with the beginnings of its names in all languages; those that begin like another one
/// stand first. Files differ in how much of a name is left, so a name may also be the beginning of one of these.
const DEGIRO: [(&str, &[&str]); 14] = [
    ("local", &["local value", "lokale waarde", "wert in lokalw", "montant devise", "valore local", "valor local"]),
    ("total", &["total", "totaal", "gesamt", "montant négocié"]),
    ("autofx", &["autofx", "frais conversion", "commissione autofx", "comisión autofx"]),
    ("rate", &["exchange rate", "wisselkoers", "wechselkurs", "taux", "tasso", "tipo de cambio"]),
    ("value", &["value", "waarde", "wert", "montant", "valore", "valor"]),
    ("quantity", &["quantity", "aantal", "anzahl", "quantité", "quantità", "número", "cantidad"]),
    ("price", &["price", "koers", "kurs", "cours", "quotazione", "precio"]),
    ("symbol", &["isin", "code isin"]),
    (
        "fee",
        &[
            "transaction",
            "transaktion",
            "transactie",
            "gebühr",
            "frais de courtage",
            "costi di",
            "commissioni",
            "costes",
        ],
    ),
    ("order_id", &["order", "id ord"]),
    ("date", &["date", "datum", "data", "fecha"]),
    ("time", &["time", "tijd", "uhr", "heure", "ora", "hora"]),
    ("listing", &["reference", "beurs", "referenzb", "börse", "place bours", "borsa di", "bolsa"]),
    ("venue", &["venue", "uitvoering", "ausführ", "lieu", "borsa", "centro"]),
];

fn degiro(headers: &[String]) -> Option<Columns> {
    let mut places: [Option<usize>; DEGIRO.len()] = [None; DEGIRO.len()];
    for (column, name) in headers.iter().enumerate() {
        let name = lower(name);
        let begins =
            |beginning: &&str| name.starts_with(*beginning) || (name.len() > 4 && beginning.starts_with(&name));
        let role = DEGIRO
            .iter()
            .zip(&mut places)
            .find(|((_, beginnings), place)| place.is_none() && beginnings.iter().any(begins));
        if let Some((_, place)) = role.filter(|_| !name.is_empty()) {
            *place = Some(column);
        }
    }
    let at = |role: &str| DEGIRO.iter().zip(places).find(|((name, _), _)| *name == role).and_then(|(_, place)| place);
    let (quantity, price) = (at("quantity")?, at("price")?);
    let is_unnamed = |column: usize| headers.get(column).is_some_and(|name| name.trim().is_empty());
    // Before 2021 the currency stood before its amount, so that the quantity had a column without a name behind it.
    let before = is_unnamed(quantity + 1);
    let currency_of = |column: usize| {
        let named = headers.get(column).and_then(|name| named_currency(name)).map(CurrencyAt::Named);
        let beside = if before { column.checked_sub(1) } else { Some(column + 1) };
        named.or_else(|| beside.filter(|beside| is_unnamed(*beside)).map(CurrencyAt::Column))
    };
    let mut columns = Columns::default();
    for ours in ["date", "time", "symbol", "order_id"] {
        columns.set(ours, at(ours));
    }
    columns.set("quantity", Some(quantity));
    columns.set("price", Some(price));
    columns.set("exchange", at("listing"));
    columns.set("venue", at("venue"));
    columns.set("amount", at("local"));
    columns.set("exchange_rate", at("rate"));
    columns.currency = currency_of(price);
    columns.account_currency = at("total").or(at("value")).and_then(currency_of);
    let charge = |column: usize| Charge {
        column,
        currency: currency_of(column).or(columns.account_currency),
        sign: Sign::Booked,
    };
    columns.charges = [at("autofx"), at("fee")].into_iter().flatten().map(charge).collect();
    at("symbol").and(at("date")).and(at("total"))?;
    Some(columns)
}

fn named(headers: &[String], wanted: &[&str]) -> Option<usize> {
    wanted.iter().find_map(|name| headers.iter().position(|header| lower(header) == *name))
}

/// Costs of Trading 212 are in many columns, each with a currency behind its name or in a column `Currency (NAME)`.
fn trading212(headers: &[String]) -> Option<Columns> {
    let mut columns = Columns::default();
    let pairs: [(&str, &[&str]); 7] = [
        ("time", &["time", "time (utc)"]),
        ("side", &["action"]),
        ("symbol", &["ticker"]),
        ("quantity", &["no. of shares"]),
        ("price", &["price / share"]),
        ("exchange_rate", &["exchange rate"]),
        ("order_id", &["id"]),
    ];
    for (ours, names) in pairs {
        let place = named(headers, names);
        if !matches!(ours, "exchange_rate" | "order_id") {
            place?;
        }
        columns.set(ours, place);
    }
    let currency_of = |column: usize| {
        let name = headers.get(column)?;
        let named = named_currency(name).map(CurrencyAt::Named);
        let beside = format!("currency ({})", lower(name));
        named.or_else(|| headers.iter().position(|header| lower(header) == beside).map(CurrencyAt::Column))
    };
    columns.currency = columns.get("price").and_then(currency_of);
    let total = headers.iter().position(|name| lower(name) == "total" || lower(name).starts_with("total ("));
    columns.account_currency = total.and_then(currency_of);
    let is_cost = |name: &str| {
        let name = lower(name);
        let costs = ["fee", "stamp duty", "transaction tax", "levy", "commission"];
        !name.starts_with("currency (") && costs.iter().any(|cost| name.contains(cost))
    };
    columns.charges = (0..headers.len())
        .filter(|column| headers.get(*column).is_some_and(|name| is_cost(name)))
        .map(|column| Charge {
            column,
            currency: currency_of(column).or(columns.account_currency),
            sign: Sign::Charged,
        })
        .collect();
    Some(columns)
}

fn dollars() -> Option<CurrencyAt> {
    "USD".parse().ok().map(CurrencyAt::Named)
}

fn schwab(headers: &[String]) -> Option<Columns> {
    let mut columns = Columns::default();
    (columns.currency, columns.account_currency) = (dollars(), dollars());
    for (ours, name) in [("date", "date"), ("side", "action"), ("symbol", "symbol"), ("quantity", "quantity")] {
        columns.set(ours, Some(named(headers, &[name])?));
    }
    columns.set("price", Some(named(headers, &["price"])?));
    columns.set("amount", named(headers, &["amount"]));
    columns.set("description", named(headers, &["description"]));
    let charge = |column| Charge { column, currency: dollars(), sign: Sign::Cost };
    columns.charges = named(headers, &["fees & comm"]).map(charge).into_iter().collect();
    Some(columns)
}

fn fidelity(headers: &[String]) -> Option<Columns> {
    let mut columns = Columns::default();
    (columns.currency, columns.account_currency) = (dollars(), dollars());
    for (ours, name) in [("date", "run date"), ("side", "action"), ("symbol", "symbol"), ("quantity", "quantity")] {
        columns.set(ours, Some(named(headers, &[name])?));
    }
    columns.set("price", Some(named(headers, &["price ($)", "price"])?));
    columns.set("amount", named(headers, &["amount ($)", "amount"]));
    columns.set("account", named(headers, &["account number"]));
    columns.set("description", named(headers, &["description"]));
    if let Some(currency) = named(headers, &["currency"]) {
        columns.set("currency", Some(currency));
    }
    let costs = [named(headers, &["commission ($)", "commission"]), named(headers, &["fees ($)", "fees"])];
    let charge = |column| Charge { column, currency: dollars(), sign: Sign::Cost };
    columns.charges = costs.into_iter().flatten().map(charge).collect();
    Some(columns)
}
