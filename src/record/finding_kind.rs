//! What kinds of findings there are, each with its fixed name and a line that explains it.

use std::fmt;

use serde::{Serialize, Serializer};

/// Makes the enum, its names and its explanations from one list, so that none can be forgotten.
macro_rules! finding_kinds {
    ($($(#[doc = $meaning:literal])+ $kind:ident = $name:literal,)+) => {
        /// What kind of finding it is. Its name is stable: scripts and alerts may rely on it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum FindingKind {
            $($(#[doc = $meaning])+ $kind,)+
        }

        impl FindingKind {
            /// Whether it says that nothing says, or contradicts, whose money the record is of. Such a record is read, and
            /// not built or published.
            pub fn is_of_status(self) -> bool {
                matches!(self, Self::StatusUnset | Self::LiveAccount | Self::PaperAccount)
            }

            /// All of them, by name.
            pub const ALL: &[Self] = &[$(Self::$kind,)+];

            /// The name on the terminal and in JSON.
            pub fn name(self) -> &'static str {
                match self {
                    $(Self::$kind => $name,)+
                }
            }

            /// What it means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!($($meaning),+).trim_ascii(),)+
                }
            }
        }
    };
}

finding_kinds! {
    /// A text of the author's may say how large the account is.
    AmountInText = "amount-in-text",
    /// The gateway answered only once where it is asked twice, so a fill may be missing.
    AskedOnce = "asked-once",
    /// A statement or snapshot is in another base currency than the configured one.
    BaseCurrency = "base-currency",
    /// The snapshot was taken before the exchange closed.
    BeforeClose = "before-close",
    /// Prices of the benchmark are missing, so the comparison is incomplete.
    Benchmark = "benchmark",
    /// The broker's own return of a period beside ours.
    BrokerReturn = "broker-return",
    /// A row takes back a fill that is not in the record.
    CancelsNothing = "cancels-nothing",
    /// A statement reports movements of cash as sums alone.
    CashSummaryOnly = "cash-summary-only",
    /// Cash of a type that is not known, so that nothing says whether it is profit.
    CashType = "cash-type",
    /// Fills whose commission is not known, or not in the base currency.
    Commission = "commission",
    /// A commission in a statement names no currency.
    CommissionCurrency = "commission-currency",
    /// A fill is so new that its commission has not been reported yet.
    CommissionPending = "commission-pending",
    /// Two stored rows or files contradict each other.
    Conflict = "conflict",
    /// Two rows of one imported file contradict each other.
    Contradiction = "contradiction",
    /// A corporate action that needs a word: its type is not known, or what became of the cost.
    CorporateAction = "corporate-action",
    /// Yahoo gives two bars for a day.
    DoubleBar = "double-bar",
    /// Something in a snapshot did not add up when it was taken.
    DoubtfulSnapshot = "doubtful-snapshot",
    /// Stored prices that contradict each other: edited, or adjusted and unadjusted ones mixed.
    EditedPrices = "edited-prices",
    /// Yahoo has no price of a day.
    EmptyBar = "empty-bar",
    /// `[site] inception` leaves nothing of the record.
    EmptyInception = "empty-inception",
    /// A statement holds no row that could be used.
    EmptyStatement = "empty-statement",
    /// Money that was entered by hand, and that the broker states too.
    EnteredTwice = "entered-twice",
    /// How an imported table was read.
    FileForm = "file-form",
    /// A text still has places to be filled in.
    FillIn = "fill-in",
    /// A branch that was published from here has finer figures than would be published now, or keeps them in its history.
    FinerPublished = "finer-published",
    /// The Flex web service gave no statement.
    FlexService = "flex-service",
    /// Something is dated after today. A text waits for its date.
    Future = "future",
    /// A comment in a text is published in the page's source.
    HtmlComment = "html-comment",
    /// Figures that must agree do not.
    Identity = "identity",
    /// `[yahoo] confirmed` names days without a bar.
    IdleConfirmation = "idle-confirmation",
    /// A value that cannot be true.
    Impossible = "impossible",
    /// What an old annotation says about the price it meant to trade at.
    IntendedEntry = "intended-entry",
    /// A Flex query leaves out what figures need.
    Lacking = "lacking",
    /// Money came or went that is large beside the account, so the day's return depends on when.
    LargeFlow = "large-flow",
    /// A picture of a page is so large that readers wait for it.
    LargePicture = "large-picture",
    /// The status says simulated, and the account holds real money.
    LiveAccount = "live-account",
    /// A text names a path of a computer.
    LocalPath = "local-path",
    /// A statement lists positions by lot only, without their sums.
    LotsOnly = "lots-only",
    /// A row stands in a file of another kind.
    Misplaced = "misplaced",
    /// Days on which the exchange was open and there is no snapshot.
    MissingDays = "missing-days",
    /// What of the changes in net value the record does not explain.
    NetValue = "net-value",
    /// An exchange of which only weekdays are known.
    NoCalendar = "no-calendar",
    /// The gateway never said that its list of fills is complete.
    NoEnd = "no-end",
    /// Without `[site] inception` only the newest statement is fetched.
    NoInception = "no-inception",
    /// The gateway did not say where instruments are listed.
    NoListings = "no-listings",
    /// A symbol has no new prices.
    NoNewPrices = "no-new-prices",
    /// An exchange rate is missing.
    NoRate = "no-rate",
    /// No return can be computed.
    NoReturn = "no-return",
    /// Snapshots of days on which the exchange was shut, which stand for the session before.
    NoSession = "no-session",
    /// Fills carry a date and no time.
    NoTime = "no-time",
    /// A ticker whose name at Yahoo is not known.
    NoYahooSymbol = "no-yahoo-symbol",
    /// Yahoo sends no adjusted prices, so dividends are missing from figures.
    NotAdjusted = "not-adjusted",
    /// What keeps the site from being built though no other finding does: that there is no day of it yet, a link, a template, something private in a page.
    NotBuilt = "not-built",
    /// A text that is no Markdown, of which no page is made.
    NotRead = "not-read",
    /// A text has no page that would show it.
    NotShown = "not-shown",
    /// A note belongs to no order, or not only to one.
    Note = "note",
    /// The fills of an order do not come to the gateway's total.
    OrderTotal = "order-total",
    /// A correction or cancellation of a trade that is in another file.
    OriginalElsewhere = "original-elsewhere",
    /// The gateway reported fills of accounts that are not published here.
    OtherAccount = "other-account",
    /// A template copied into `templates/` whose original has changed since.
    OutdatedTemplate = "outdated-template",
    /// The status says real money, and the account is simulated.
    PaperAccount = "paper-account",
    /// Positions that fills do not explain.
    Positions = "positions",
    /// A statement holds positions and not what they are worth together.
    PositionsWithoutValue = "positions-without-value",
    /// A fill outside the low and high of its day.
    PriceRange = "price-range",
    /// The price of a fill may still be revised.
    PriceRevision = "price-revision",
    /// Yahoo no longer has prices that are stored.
    PricesLost = "prices-lost",
    /// Yahoo's new prices are not believed.
    PricesRefused = "prices-refused",
    /// All prices of a symbol were fetched again, because Yahoo revised them.
    PricesReplaced = "prices-replaced",
    /// The broker's realized profit differs from ours, or ours is not known.
    RealizedProfit = "realized-profit",
    /// A picture is on another host, from which no page loads it.
    RemotePicture = "remote-picture",
    /// A key of the configuration has its earlier name.
    RenamedKey = "renamed-key",
    /// A later statement says something else than an earlier one, and counts.
    Restated = "restated",
    /// The Flex service sent a shorter period than was asked for.
    ShrunkPeriod = "shrunk-period",
    /// The slippage in an old file differs from the one of its own prices.
    SlippageDiffers = "slippage-differs",
    /// Slippage in an old file counts sales the other way round.
    SlippageSign = "slippage-sign",
    /// Cash and positions of a snapshot do not add up to its net value.
    SnapshotSum = "snapshot-sum",
    /// A symbol has had no price for days.
    StalePrices = "stale-prices",
    /// A file holds another number of statements than it says.
    StatementCount = "statement-count",
    /// Nothing says whether the record is of real money.
    StatusUnset = "status-unset",
    /// A bar that is kept out of all figures until it is confirmed.
    SuspiciousPrice = "suspicious-price",
    /// A trade's money in the statement is not its quantity times its price.
    TradeMoney = "trade-money",
    /// Fills that are equal in all but their id.
    Twins = "twins",
    /// The record holds more than one account.
    TwoAccounts = "two-accounts",
    /// A note on a ticker that nothing else here knows.
    UnknownTicker = "unknown-ticker",
    /// A file or row that cannot be read.
    Unreadable = "unreadable",
    /// The Flex service sent a statement that cannot be read.
    UnreadableStatement = "unreadable-statement",
    /// Yahoo names a dividend or split without a usable amount.
    UnusableEvent = "unusable-event",
    /// A fill of the gateway that cannot be used, and why.
    UnusableFill = "unusable-fill",
    /// A file in `templates/` of which no use is made.
    UnusedTemplate = "unused-template",
    /// A fill closes something that only a snapshot's positions show to have been held.
    WithoutOpening = "without-opening",
}

impl fmt::Display for FindingKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for FindingKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_and_they_are_sorted() {
        assert!(FindingKind::ALL.is_sorted_by(|one, next| one.name() < next.name()));
        for kind in FindingKind::ALL {
            assert!(kind.name().bytes().all(|letter| letter.is_ascii_lowercase() || letter == b'-'), "{kind}");
            assert!(kind.meaning().ends_with('.') && !kind.meaning().starts_with(' '), "{kind}");
        }
    }

    /// `TRACKRECORD_WRITE_DOCS=1 cargo test every_kind_is_documented` writes the page anew.
    #[test]
    fn every_kind_is_documented() {
        let mut page = String::from(
            "# Kinds of findings\n\n`check`, `collect` and `import` name what is wrong, odd or missing. Each finding has a \
             severity (`error`, `warning` or `note`) and\none of these kinds, on the terminal as `warning[missing-days]` \
             and in JSON as `kind`. The names are stable. What asks nothing\n\
             of you is listed by `check -v` alone, and without `-v` more than three of a kind are one line.\n\n| kind | what it means |\n|:--|:--|\n",
        );
        for kind in FindingKind::ALL {
            page += &format!("| `{kind}` | {} |\n", kind.meaning());
        }
        crate::testing::assert_documented("findings.md", &page);
    }
}
