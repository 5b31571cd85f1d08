//! What the rows of brokers are, in their own words.

use crate::record::Side;

/// Bought or sold, in the words of brokers.
pub fn side_of(word: &str) -> Option<Side> {
    let upper = word.to_uppercase();
    let mut found = None;
    for word in upper.split_whitespace() {
        let side = match word {
            "BUY" | "B" | "BOT" | "BOUGHT" | "KAUF" | "KOOP" | "ACHAT" | "ACQUISTO" | "COMPRA" => Side::Buy,
            "SELL" | "S" | "SLD" | "SOLD" | "VERKAUF" | "VERKOOP" | "VENTE" | "VENDITA" | "VENTA" => Side::Sell,
            // How it was ordered. Any other word, such as "cancelled", may mean that there was no fill.
            "MARKET" | "LIMIT" | "STOP" | "YOU" | "TO" | "OPEN" | "CLOSE" | "COVER" | "SHORT" => continue,
            _ => return None,
        };
        if found.is_some_and(|known| known != side) {
            return None;
        }
        found = Some(side);
    }
    found
}

/// Whether a row is about money alone, by the words it begins with, so that no number in it is one of shares.
pub fn is_of_money(word: &str) -> bool {
    const MONEY: [&str; 34] = [
        "deposit",
        "withdrawal",
        "dividend",
        "qualified dividend",
        "non-qualified div",
        "cash dividend",
        "special dividend",
        "pr yr",
        "interest",
        "bank interest",
        "credit interest",
        "bond interest",
        "lending interest",
        "currency conversion",
        "card ",
        "cashback",
        "fee",
        "service fee",
        "adr mgmt",
        "foreign tax",
        "withholding",
        "tax",
        "transfer fee",
        "direct d",
        "wire ",
        "moneylink",
        "journal",
        "misc cash",
        "electronic funds",
        "result adjustment",
        "long term cap gain",
        "short term cap gain",
        "reinvest dividend",
        "total",
    ];
    let lower = word.to_lowercase();
    MONEY.iter().any(|money| lower.starts_with(money)) && !lower.contains("shares")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sides_are_read_in_the_words_of_brokers_and_languages() {
        for word in
            ["buy", "BOT", "Market buy", "Stop limit buy", "YOU BOUGHT", "Kauf", "Koop", "Achat", "Buy to cover"]
        {
            assert_eq!(side_of(word), Some(Side::Buy), "{word}");
        }
        for word in ["S", "Limit sell", "Verkauf", "Verkoop", "Vente", "Vendita", "Venta", "sell short"] {
            assert_eq!(side_of(word), Some(Side::Sell), "{word}");
        }
        for word in ["", "Market", "buy sell", "Market buy cancelled", "Dividend", "Deposit", "BUYBACK"] {
            assert_eq!(side_of(word), None, "{word}");
        }
    }

    #[test]
    fn rows_of_money_are_known_by_their_first_words() {
        for word in ["Deposit", "Dividend (Ordinary)", "Interest on cash", "Qualified Dividend", "Card debit"] {
            assert!(is_of_money(word), "{word}");
        }
        for word in ["Stock split open", "Spin off", "Stock Plan Activity", "Journaled Shares", "Market buy"] {
            assert!(!is_of_money(word), "{word}");
        }
    }
}
