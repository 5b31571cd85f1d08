//! How two rows about one thing differ.

use rust_decimal::Decimal;

/// A field in which two rows differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    /// What it is called.
    pub field: &'static str,
    /// What the row itself says.
    pub this: String,
    /// What the other one says.
    pub other: String,
    /// How much better off the account is by the row itself, in the base currency, where that is known.
    pub effect: Option<Decimal>,
}

impl Difference {
    /// A field and what both rows say of it.
    pub(super) fn new(field: &'static str, this: impl ToString, other: impl ToString) -> Self {
        Self { field, this: this.to_string(), other: other.to_string(), effect: None }
    }
}

/// The differences of two rows, compared field by field.
#[derive(Debug, Default)]
pub(super) struct Differences(Vec<Difference>);

impl Differences {
    /// Compares a field that every row has.
    pub(super) fn compare<T: PartialEq + ToString>(&mut self, field: &'static str, this: T, other: T) {
        self.add_if(this != other, field, this, other);
    }

    /// Compares a field that a row may leave open: what one of them does not say is no difference.
    pub(super) fn compare_known<T: PartialEq + ToString>(
        &mut self,
        field: &'static str,
        this: Option<T>,
        other: Option<T>,
    ) {
        if let (Some(this), Some(other)) = (this, other) {
            self.compare(field, this, other);
        }
    }

    /// Adds a field that is compared in a way of its own.
    pub(super) fn add_if(&mut self, differs: bool, field: &'static str, this: impl ToString, other: impl ToString) {
        if differs {
            self.0.push(Difference::new(field, this, other));
        }
    }

    /// Says how much better off the account is by the row itself, if the rows differ in this field.
    pub(super) fn set_effect(&mut self, field: &'static str, effect: impl FnOnce() -> Option<Decimal>) {
        if let Some(difference) = self.0.iter_mut().find(|difference| difference.field == field) {
            difference.effect = effect();
        }
    }
}

impl From<Differences> for Vec<Difference> {
    fn from(differences: Differences) -> Self {
        differences.0
    }
}
