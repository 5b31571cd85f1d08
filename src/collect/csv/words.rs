//! What the rows of brokers are, in their own words.

use crate::record::Side;

/// What a word of a side says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Says {
    Side(Side),
    Opens,
    Closes,
    Both(Side, bool),
    /// How it was ordered. Any other word, such as "cancelled", may mean that there was no fill.
    Nothing,
}

fn says(word: &str) -> Option<Says> {
    const OPENS: bool = true;
    Some(match word {
        "BUY" | "B" | "BOT" | "BOUGHT" | "KAUF" | "KAUFEN" | "KOOP" | "KOPEN" | "ACHAT" | "ACHETER" | "ACQUISTO"
        | "COMPRA" | "COMPRAR" => Says::Side(Side::Buy),
        "SELL" | "S" | "SLD" | "SOLD" | "VERKAUF" | "VERKAUFEN" | "VERKOOP" | "VERKOPEN" | "VENTE" | "VENDRE"
        | "VENDITA" | "VENTA" | "VENDER" | "VENDA" => Says::Side(Side::Sell),
        "BTO" | "OPENINGSKOOP" | "ERÖFFNUNGSKAUF" => Says::Both(Side::Buy, OPENS),
        "STO" | "OPENINGSVERKOOP" | "ERÖFFNUNGSVERKAUF" => Says::Both(Side::Sell, OPENS),
        "BTC" | "SLUITINGSKOOP" | "SCHLUSSKAUF" => Says::Both(Side::Buy, !OPENS),
        "STC" | "SLUITINGSVERKOOP" | "SCHLUSSVERKAUF" => Says::Both(Side::Sell, !OPENS),
        "OPEN" | "OPENING" | "SHORT" | "ÖFFNEN" | "ÖFFNUNG" | "ERÖFFNEN" | "ERÖFFNUNG" | "OPENEN" | "OUVERTURE"
        | "OUVRIR" | "APERTURA" | "APRIRE" | "ABRIR" | "ABERTURA" => Says::Opens,
        "CLOSE" | "CLOSING" | "COVER" | "SCHLIESSEN" | "SCHLIESSUNG" | "SCHLUSS" | "GLATTSTELLEN"
        | "GLATTSTELLUNG" | "SLUITEN" | "SLUITING" | "CLÔTURE" | "CLÔTURER" | "CLOTURE" | "FERMETURE" | "FERMER"
        | "CHIUSURA" | "CHIUDERE" | "CIERRE" | "CERRAR" | "FECHAMENTO" | "FECHAR" => Says::Closes,
        "MARKET" | "LIMIT" | "STOP" | "YOU" | "TO" | "TRANSACTION" | "ZUM" | "ZUR" | "DE" | "D" | "À" | "A" | "L"
        | "POUR" | "PARA" | "PER" | "DI" | "IN" | "OM" | "TE" | "TER" => Says::Nothing,
        _ => return None,
    })
}

/// The words of a side in capitals. `ß` becomes `SS`.
fn words(text: &str) -> Vec<String> {
    let upper = text.to_uppercase();
    upper.split(|letter: char| !letter.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Bought or sold, in the words of brokers.
pub fn side_of(word: &str) -> Option<Side> {
    let mut found = None;
    for word in words(word) {
        let (Says::Side(side) | Says::Both(side, _)) = says(&word)? else { continue };
        if found.is_some_and(|known| known != side) {
            return None;
        }
        found = Some(side);
    }
    found
}

/// Whether a position was opened (`O`) or closed (`C`), where the words of a side say so: `Sell to Open`, `BTC`.
pub fn open_close_of(side: &str) -> Option<&'static str> {
    let said = words(side).into_iter().filter_map(|word| match says(&word)? {
        Says::Opens | Says::Both(_, true) => Some("O"),
        Says::Closes | Says::Both(_, false) => Some("C"),
        Says::Side(_) | Says::Nothing => None,
    });
    let said: Vec<&str> = said.collect();
    said.first().copied().filter(|first| said.iter().all(|other| other == first))
}

/// The same in a column of its own, where both may be said: `O`, `C;O`, `Opening`, `To close`.
pub fn indicator_of(cell: &str) -> Option<String> {
    let mut said: Vec<&str> = Vec::new();
    for word in words(cell) {
        let one = match word.as_str() {
            "O" | "OPENED" | "OPENS" => "O",
            "C" | "CLOSED" | "CLOSES" => "C",
            word => match says(word) {
                Some(Says::Opens) => "O",
                Some(Says::Closes) => "C",
                _ => continue,
            },
        };
        if !said.contains(&one) {
            said.push(one);
        }
    }
    said.sort_unstable();
    (!said.is_empty()).then(|| said.join(";"))
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
        for word in ["STO", "Openingsverkoop", "Verkauf zum Öffnen", "Vente à l'ouverture"] {
            assert_eq!(side_of(word), Some(Side::Sell), "{word}");
        }
        for word in ["", "Market", "buy sell", "Market buy cancelled", "Dividend", "Deposit", "BUYBACK"] {
            assert_eq!(side_of(word), None, "{word}");
        }
    }

    #[test]
    fn what_opens_and_what_closes_is_read_in_the_words_of_brokers_and_languages() {
        for word in [
            "Sell to Open",
            "BUY TO OPEN",
            "BTO",
            "sto",
            "Sell short",
            "YOU SOLD OPENING TRANSACTION",
            "Verkauf (Eröffnung)",
            "Openingskoop",
            "Achat d'ouverture",
            "Vendita apertura",
            "Venta para abrir",
        ] {
            assert_eq!(open_close_of(word), Some("O"), "{word}");
        }
        for word in [
            "Buy to Close",
            "BTC",
            "STC",
            "Buy to cover",
            "Kauf zum Schließen",
            "Kauf Glattstellung",
            "Sluitingsverkoop",
            "Achat de clôture",
            "Acquisto chiusura",
            "Compra cierre",
        ] {
            assert_eq!(open_close_of(word), Some("C"), "{word}");
        }
        for word in ["Buy", "Verkauf", "Market sell", "", "close open"] {
            assert_eq!(open_close_of(word), None, "{word}");
        }
        for (cell, wanted) in [("C;O", "C;O"), ("O", "O"), ("Closing", "C"), ("To Open", "O"), ("open, close", "C;O")]
        {
            assert_eq!(indicator_of(cell).as_deref(), Some(wanted), "{cell}");
        }
        assert_eq!(indicator_of("-"), None);
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
