//! Daily prices.

use std::sync::Arc;

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::name::{Currency, PriceSymbol};

/// One daily bar: a row of `data/prices/SYMBOL.csv`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bar {
    /// The exchange's date.
    pub date: NaiveDate,
    /// Opening price.
    pub open: Option<Decimal>,
    /// Highest price.
    pub high: Option<Decimal>,
    /// Lowest price.
    pub low: Option<Decimal>,
    /// Closing price.
    pub close: Decimal,
    /// Closing price adjusted for splits and distributions; where it is empty, the close counts.
    pub adj_close: Option<Decimal>,
    /// Shares traded.
    pub volume: Option<u64>,
    /// The unit as the source quotes it: a currency code, or a hundredth of one (`GBp`).
    pub currency: String,
}

impl Bar {
    /// The total-return close: adjusted where the source has it.
    pub fn adjusted_close(&self) -> Decimal {
        self.adj_close.unwrap_or(self.close)
    }

    fn divided_by(mut self, divisor: Decimal) -> Self {
        for price in [&mut self.open, &mut self.high, &mut self.low, &mut self.adj_close] {
            *price = price.and_then(|value| value.checked_div(divisor));
        }
        self.close = self.close.checked_div(divisor).unwrap_or(self.close);
        self
    }
}

/// The major currency of a quote unit and how many of the unit make one: `GBp` is 100 to the pound.
///
/// # Errors
/// A unit that is neither a currency code nor one of the known hundredths.
pub fn quote_unit(unit: &str) -> Result<(Currency, Decimal), String> {
    let (code, divisor) = match unit {
        "GBp" | "GBX" => ("GBP", 100),
        "ZAc" => ("ZAR", 100),
        "ILA" => ("ILS", 100),
        other => (other, 1),
    };
    Ok((code.parse()?, Decimal::from(divisor)))
}

/// The daily prices of one symbol, ascending by date, in whole currency units.
#[derive(Debug, Clone)]
pub struct PriceSeries {
    /// Yahoo's spelling, which names the file.
    pub symbol: PriceSymbol,
    /// The currency of all prices; quotes in pence have become pounds.
    pub currency: Currency,
    /// Shared, so that a series that is cut costs nothing.
    bars: Arc<[Bar]>,
    /// How many of them are left.
    count: usize,
}

impl PartialEq for PriceSeries {
    fn eq(&self, other: &Self) -> bool {
        (&self.symbol, self.currency, self.bars()) == (&other.symbol, other.currency, other.bars())
    }
}

impl PriceSeries {
    /// A series from bars as stored. Hundredths become whole currency units, and bars are put in date order.
    ///
    /// # Errors
    /// No bar at all, an unknown unit, or bars in more than one currency.
    pub fn new(symbol: PriceSymbol, bars: Vec<Bar>) -> Result<Self, String> {
        let unit = bars.first().map(|bar| bar.currency.clone()).ok_or("it holds no prices")?;
        let (currency, _) = quote_unit(&unit)?;
        let mut converted = Vec::with_capacity(bars.len());
        for bar in bars {
            let (this, divisor) = quote_unit(&bar.currency)?;
            if this != currency {
                return Err(format!("it mixes {currency} and {this}"));
            }
            converted.push(if divisor == Decimal::ONE { bar } else { bar.divided_by(divisor) });
        }
        converted.sort_by_key(|bar| bar.date);
        Ok(Self { symbol, currency, count: converted.len(), bars: converted.into() })
    }

    /// All bars, ascending by date.
    #[inline]
    pub fn bars(&self) -> &[Bar] {
        self.bars.get(..self.count).unwrap_or_default()
    }

    /// The series without the bars after a date; `None` where none is left.
    pub fn until(&self, last: NaiveDate) -> Option<Self> {
        let count = self.bars().partition_point(|bar| bar.date <= last);
        (count > 0).then(|| Self { count, ..self.clone() })
    }

    /// The date to which prices are adjusted for splits: that of the newest stored bar, even where it is cut off.
    pub fn adjusted_until(&self) -> NaiveDate {
        self.bars.last().map_or(NaiveDate::MIN, |bar| bar.date)
    }

    /// The last bar dated on or before `date`, never a later one.
    #[inline]
    pub fn on_or_before(&self, date: NaiveDate) -> Option<&Bar> {
        let after = self.bars().partition_point(|bar| bar.date <= date);
        self.bars().get(after.checked_sub(1)?)
    }

    /// The bar of exactly this date.
    pub fn on(&self, date: NaiveDate) -> Option<&Bar> {
        self.on_or_before(date).filter(|bar| bar.date == date)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(date: &str, close: i64, unit: &str) -> Bar {
        Bar {
            date: date.parse().unwrap(),
            open: None,
            high: None,
            low: None,
            close: close.into(),
            adj_close: None,
            volume: None,
            currency: unit.into(),
        }
    }

    #[test]
    fn pence_become_pounds() {
        let series = PriceSeries::new(PriceSymbol::new("VOD.L"), vec![bar("2024-01-02", 7250, "GBp")]).unwrap();
        assert_eq!(series.currency.as_str(), "GBP");
        assert_eq!(series.bars()[0].close, Decimal::new(7250, 2));
    }

    #[test]
    fn a_look_up_never_sees_the_future() {
        let bars = vec![bar("2024-01-05", 3, "USD"), bar("2024-01-02", 1, "USD"), bar("2024-01-03", 2, "USD")];
        let series = PriceSeries::new(PriceSymbol::new("X"), bars).unwrap();
        let close = |date: &str| series.on_or_before(date.parse().unwrap()).map(|bar| bar.close);
        assert_eq!(close("2024-01-01"), None);
        assert_eq!(close("2024-01-04"), Some(2.into()));
        assert_eq!(close("2024-01-05"), Some(3.into()));
        assert!(series.on("2024-01-04".parse().unwrap()).is_none());
    }

    #[test]
    fn currencies_are_not_mixed() {
        let bars = vec![bar("2024-01-02", 1, "USD"), bar("2024-01-03", 1, "GBp")];
        assert_eq!(PriceSeries::new(PriceSymbol::new("X"), bars).unwrap_err(), "it mixes USD and GBP");
    }
}
