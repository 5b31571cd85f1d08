//! Whether a line is a trade.

use super::fill::Reader;
use super::{preset, side_of, words};
use crate::collect::table::Line;
use crate::config::Preset;
use crate::error::Result;
use crate::record::Side;

/// What a line is.
pub enum Row {
    Trade(Option<Side>),
    Other(String),
}

impl Reader<'_> {
    /// Whether a line is a trade, by the broker's word, or by what it lacks.
    pub fn row(&self, line: Line, quantity: Option<&str>) -> Result<Row> {
        let import = self.settings.import;
        let Some(word) = self.text(line, "side") else {
            let lacks = quantity.is_none() && self.decimal(line, "price").is_ok_and(|price| price.is_none());
            if lacks {
                return Ok(Row::Other("row without quantity".to_owned()));
            }
            if self.preset() == Some(Preset::Degiro) && self.is_action_of_degiro(line) {
                return Ok(Row::Other("corporate action".to_owned()));
            }
            return Ok(Row::Trade(None));
        };
        let is = |words: &[String]| words.iter().any(|known| known.eq_ignore_ascii_case(word));
        if is(&import.other) {
            return Ok(Row::Other(preset::kind(self.preset(), word)));
        }
        let own = if is(&import.buy) {
            Some(Side::Buy)
        } else if is(&import.sell) {
            Some(Side::Sell)
        } else {
            self.preset().map_or_else(|| side_of(word), |preset| preset::side(preset, word))
        };
        if self.preset() == Some(Preset::Fidelity) && self.is_money_market(line) {
            return Ok(Row::Other("money market fund".to_owned()));
        }
        let is_other = own.is_none() && (self.preset().is_some() || quantity.is_none() || words::is_of_money(word));
        if is_other {
            return Ok(Row::Other(preset::kind(self.preset(), word)));
        }
        if own.is_none() {
            return Err(line.error(self.shape.get("side"), format!("`{word}` is neither BUY nor SELL")).hint(
                "if it means one of them, add it to `buy` or `sell` under [csv] in config/config.toml, and to `other` if \
                 it is no trade; nothing was imported",
            ));
        }
        Ok(Row::Trade(own))
    }

    /// Splits and changes of ISIN are a sale and a purchase at midnight that no one was paid for and no venue saw.
    fn is_action_of_degiro(&self, line: Line) -> bool {
        let charged = self.shape.charges.iter().any(|charge| line.text(Some(charge.column)).is_some());
        self.text(line, "time") == Some("00:00")
            && self.text(line, "venue").is_none()
            && self.order_id(line).is_none()
            && !charged
    }

    /// US funds of five letters that end in XX are cash that waits.
    fn is_money_market(&self, line: Line) -> bool {
        self.text(line, "symbol").is_some_and(|symbol| symbol.len() == 5 && symbol.ends_with("XX"))
    }
}
