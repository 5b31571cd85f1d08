//! The money of a fill: in what unit its price is, what it cost and in which currency, what its currency was worth.

use rust_decimal::Decimal;

use super::columns::{Charge, Columns, CurrencyAt, Sign};
use super::named::Named;
use crate::collect::table::{Line, Table};
use crate::error::Result;
use crate::record::{Currency, Side};

/// Decimals of an exchange rate that is the reciprocal of another.
const RATE_DECIMALS: u32 = 12;

/// A quantity times its price may be this far from the amount that the file states, as a part of it.
const TOLERANCE: Decimal = Decimal::from_parts(5, 0, 0, false, 3);

/// What the columns of money say on one line.
pub struct Money<'a> {
    pub columns: &'a Columns,
    pub mark: char,
    pub base: Currency,
    /// Whether an empty cell says that nothing was charged.
    pub empty_is_none: bool,
}

impl Money<'_> {
    fn decimal(&self, line: Line, ours: &str) -> Result<Option<Decimal>> {
        line.decimal(self.columns.get(ours), self.mark)
    }

    /// The currency of the price, and how many of the units in which it is quoted make one.
    pub fn unit(&self, line: Line) -> Result<(Currency, Decimal)> {
        let reported = self.columns.currency.map(|at| at.unit(line)).transpose()?.flatten();
        Ok(reported.unwrap_or((self.base, Decimal::ONE)))
    }

    /// The currency of the account, where the file says it.
    pub fn account_currency(&self, line: Line) -> Result<Option<Currency>> {
        let reported = self.columns.account_currency.map(|at| at.unit(line)).transpose()?.flatten();
        Ok(reported.map(|(currency, _)| currency))
    }

    /// What one unit of the account's currency was worth in that of the price.
    fn rate(&self, line: Line, per_unit: Decimal) -> Result<Option<Decimal>> {
        let column = self.columns.get("exchange_rate");
        // Words such as "Not available" stand where there was none.
        if line.text(column).is_some_and(|text| text.starts_with(char::is_alphabetic)) {
            return Ok(None);
        }
        let rate = line.decimal(column, self.mark)?.filter(|rate| *rate > Decimal::ZERO);
        Ok(rate.and_then(|rate| rate.checked_div(per_unit)))
    }

    /// What one unit of the price's currency was worth in the base currency: as the file states it, or by the rate
    /// between it and the account's currency, where that is the base currency.
    pub fn fx_to_base(&self, line: Line, currency: Currency, per_unit: Decimal) -> Result<Option<Decimal>> {
        if let Some(stated) = self.decimal(line, "fx_to_base")? {
            return Ok(Some(stated));
        }
        if currency == self.base || self.account_currency(line)? != Some(self.base) {
            return Ok(None);
        }
        let rate = self.rate(line, per_unit)?;
        Ok(rate.and_then(|rate| Decimal::ONE.checked_div(rate)).map(|rate| rate.round_dp(RATE_DECIMALS).normalize()))
    }

    /// What the fill cost, all columns together, and in which currency.
    pub fn commission(
        &self,
        line: Line,
        currency: Currency,
        per_unit: Decimal,
    ) -> Result<Option<(Decimal, Currency)>> {
        let fixed = self.columns.get("commission_currency").map(CurrencyAt::Column);
        let fixed = fixed.map(|at| at.unit(line)).transpose()?.flatten().map(|(currency, _)| currency);
        let mut costs: Vec<(Decimal, Currency, &Charge)> = Vec::new();
        for charge in &self.columns.charges {
            let Some(number) = line.decimal(Some(charge.column), self.mark)? else { continue };
            let reported = charge.currency.map(|at| at.unit(line)).transpose()?.flatten();
            let (own, divisor) = reported.unwrap_or((fixed.unwrap_or(currency), Decimal::ONE));
            let cost = signed(number, charge.sign).checked_div(divisor).unwrap_or(Decimal::MAX);
            costs.push((cost, fixed.unwrap_or(own), charge));
        }
        let Some((_, first, _)) = costs.iter().find(|(cost, ..)| !cost.is_zero()).or(costs.first()) else {
            return self.none_charged(line, currency);
        };
        let (mut sum, into) = (Decimal::ZERO, *first);
        for (cost, own, charge) in &costs {
            let converted = if cost.is_zero() || *own == into {
                Some(*cost)
            } else {
                self.convert(line, *cost, *own, into, (currency, per_unit))?
            };
            let Some(converted) = converted else {
                let message = format!("the fill has costs in {into} and in {own}, and no rate between them");
                return Err(line.error(Some(charge.column), message));
            };
            sum = sum.saturating_add(converted);
        }
        Ok(Some((sum, into)))
    }

    /// A cost in another of the two currencies between which the line has a rate.
    fn convert(
        &self,
        line: Line,
        cost: Decimal,
        from: Currency,
        into: Currency,
        (currency, per_unit): (Currency, Decimal),
    ) -> Result<Option<Decimal>> {
        let (Some(rate), Some(account)) = (self.rate(line, per_unit)?, self.account_currency(line)?) else {
            return Ok(None);
        };
        let converted = if (from, into) == (currency, account) {
            cost.checked_div(rate)
        } else if (from, into) == (account, currency) {
            cost.checked_mul(rate)
        } else {
            None
        };
        Ok(converted.map(|cost| cost.round_dp(6)))
    }

    /// A broker whose form is known leaves the cell of a cost empty, or the column away, where it charged nothing. In
    /// other files nothing is known.
    fn none_charged(&self, line: Line, currency: Currency) -> Result<Option<(Decimal, Currency)>> {
        if !self.empty_is_none {
            return Ok(None);
        }
        Ok(Some((Decimal::ZERO, self.account_currency(line)?.unwrap_or(currency))))
    }

    /// What one unit of the quantity stands for, by what the instrument is called and the amount that the file states; `Err` with
    /// that amount where no multiplier makes the two agree. `None` where no amount is stated.
    pub fn multiplier(&self, line: Line, traded: &Traded, named: Named) -> Result<Option<Result<Decimal, Decimal>>> {
        let Some(amount) = self.decimal(line, "amount")?.map(|amount| amount.abs()) else { return Ok(None) };
        let Some(plain) = traded.plain().filter(|_| !amount.is_zero()) else { return Ok(None) };
        let many = |zeros: &[u32]| zeros.iter().map(|zeros| Decimal::from(10_u32.pow(*zeros))).collect::<Vec<_>>();
        let candidates = match named {
            Named::Option => many(&[2, 1, 3]),
            Named::Share => many(&[0]),
            Named::Bond => vec![Decimal::new(1, 2), Decimal::ONE],
            Named::Unknown => [many(&[0, 2]), vec![Decimal::new(1, 2)], many(&[1, 3])].concat(),
        };
        // Costs may be in another currency than the amount.
        let near = amount.saturating_mul(TOLERANCE).max(Decimal::new(2, 2)).saturating_add(traded.cost.abs());
        let off = |many: &Decimal| Some(traded.off(plain.checked_mul(*many)?, amount));
        // Of several that are near, as of a cheap option beside its commission, the nearest.
        let fitting = candidates.into_iter().filter_map(|many| Some((off(&many)?, many)));
        let fitting = fitting.filter(|(off, _)| *off <= near).min_by_key(|(off, _)| *off);
        Ok(Some(fitting.map(|(_, many)| many).ok_or(amount)))
    }
}

/// What a line says of the trade itself.
pub struct Traded {
    pub side: Side,
    pub quantity: Decimal,
    pub price: Decimal,
    pub cost: Decimal,
}

impl Traded {
    /// Quantity times price, where that is anything.
    pub fn plain(&self) -> Option<Decimal> {
        self.quantity.abs().checked_mul(self.price.abs()).filter(|plain| !plain.is_zero())
    }

    /// How far an amount is from a trade's money, before or after its costs.
    fn off(&self, money: Decimal, amount: Decimal) -> Decimal {
        let net = money.saturating_add(self.side.signed(self.cost));
        money.saturating_sub(amount).abs().min(net.abs().saturating_sub(amount).abs())
    }
}

fn signed(number: Decimal, sign: Sign) -> Decimal {
    match sign {
        Sign::Cost => number.abs(),
        Sign::Charged => number,
        Sign::Booked if number.is_zero() => number,
        Sign::Booked => -number,
    }
}

/// A price in the file's unit as one in its currency.
pub fn in_currency(price: Decimal, per_unit: Decimal) -> Decimal {
    if per_unit == Decimal::ONE { price } else { price.checked_div(per_unit).unwrap_or(Decimal::MAX).normalize() }
}

/// Fidelity writes currency, price and quantity below the names of quantity, currency and price. Whether a line is one of
/// those: a currency stands where the quantity should be.
pub fn shifted(table: &Table, columns: &Columns, line: Line) -> Option<Columns> {
    let (quantity, currency) = (columns.get("quantity")?, columns.get("currency")?);
    let price = columns.get("price")?;
    let in_a_row = currency == quantity + 1 && price == currency + 1 && price < table.headers().len();
    let is_currency = line.text(Some(quantity)).is_some_and(|text| text.parse::<Currency>().is_ok());
    if !in_a_row || !is_currency {
        return None;
    }
    let mut own = columns.clone();
    own.set("currency", Some(quantity));
    own.set("price", Some(currency));
    own.set("quantity", Some(price));
    Some(own)
}
