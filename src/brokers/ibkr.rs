//! Interactive Brokers: ids of executions, numbers of accounts, names of exchanges.

/// Its listing exchanges: the name, the market identifier code, and the ending of Yahoo's symbols, which is empty for the
/// United States and unknown where Yahoo has none.
pub(super) const LISTINGS: &[(&str, &str, Option<&str>)] = &[
    ("AEB", "XAMS", Some(".AS")),
    ("AMEX", "XASE", Some("")),
    ("ARCA", "ARCX", Some("")),
    ("ASX", "XASX", Some(".AX")),
    ("BATS", "BATS", Some("")),
    ("BM", "XMAD", Some(".MC")),
    ("BVL", "XLIS", Some(".LS")),
    ("BVME", "XMIL", Some(".MI")),
    ("BVME.ETF", "XMIL", Some(".MI")),
    ("CBOE", "XNYS", Some("")),
    ("CPH", "XCSE", Some(".CO")),
    ("EBS", "XSWX", Some(".SW")),
    ("ENEXT.BE", "XBRU", Some(".BR")),
    ("FWB", "XFRA", Some(".F")),
    ("FWB2", "XFRA", Some(".F")),
    ("HEX", "XHEL", Some(".HE")),
    ("IBIS", "XETR", Some(".DE")),
    ("IBIS2", "XETR", Some(".DE")),
    ("IEX", "IEXG", Some("")),
    ("KSE", "XKRX", Some(".KS")),
    ("LSE", "XLON", Some(".L")),
    ("LSEETF", "XLON", Some(".L")),
    ("LSEIOB1", "XLON", Some(".IL")),
    ("MEXI", "XMEX", Some(".MX")),
    ("NASDAQ", "XNAS", Some("")),
    ("NASDAQ.GM", "XNAS", Some("")),
    ("NASDAQ.NMS", "XNAS", Some("")),
    ("NASDAQ.SCM", "XNAS", Some("")),
    ("NSE", "XNSE", Some(".NS")),
    ("NYSE", "XNYS", Some("")),
    ("NYSENAT", "XCIS", Some("")),
    ("OSE", "XOSL", Some(".OL")),
    ("OTCLNKECN", "OOTC", Some("")),
    ("PINK", "OOTC", Some("")),
    ("SBF", "XPAR", Some(".PA")),
    ("SEHK", "XHKG", Some(".HK")),
    ("SFB", "XSTO", Some(".ST")),
    ("SGX", "XSES", Some(".SI")),
    ("SWB", "XSTU", Some(".SG")),
    ("SWB2", "XSTU", Some(".SG")),
    ("TASE", "XTAE", Some(".TA")),
    ("TSE", "XTSE", Some(".TO")),
    ("TSEJ", "XTKS", Some(".T")),
    ("VENTURE", "XTSX", Some(".V")),
    ("VIRTX", "XSWX", None),
    ("VSE", "XWBO", Some(".VI")),
    ("WSE", "XWAR", Some(".WA")),
];

/// The execution that an id is a version of, and which version: `0000e0d5.69dd7411.01.02` is the first correction of
/// `0000e0d5.69dd7411.01.01`. `None` for an id of another form, whose last digits mean something else.
pub(super) fn version(id: &str) -> Option<(&str, u32)> {
    let mut parts = id.split('.');
    let is_long = |part: &str| part.len() == 8 && part.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_lowercase());
    let is_short = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
    let is_own = parts.by_ref().take(2).filter(|part| is_long(part)).count() == 2 && parts.all(is_short);
    let (fill, version) = id.rsplit_once('.').filter(|(fill, _)| is_own && fill.matches('.').count() >= 2)?;
    Some((fill, version.parse().ok()?))
}

/// Whether a number is that of a simulated account: `DU1234567`, and `U1234567` is the live one.
pub fn is_paper(account: &str) -> bool {
    let digits = account.trim_start_matches(|letter: char| letter.is_ascii_uppercase());
    account.starts_with('D') && !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether it has the form of this broker's numbers, such as `U1234567` and `DU1234567`.
pub fn is_number(account: &str) -> bool {
    let rest = account.strip_prefix('D').unwrap_or(account);
    let digits = rest.strip_prefix(['U', 'F', 'I']).unwrap_or_default();
    digits.len() >= 4 && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Whether a number is that of an account of real money.
pub fn is_live(account: &str) -> bool {
    is_number(account) && !is_paper(account)
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_of_other_brokers_say_nothing() {
        assert!(is_live("U1234567") && !is_live("DU1234567") && is_number("DU1234567"));
        for other in ["", "12345678", "D12345", "UK123456", "X1234567", "DEPOT1"] {
            assert!(!is_number(other) && !is_live(other), "{other}");
        }
    }

    use super::*;

    #[test]
    fn a_correction_is_known_by_its_last_digits_and_only_in_ids_of_this_form() {
        assert_eq!(version("0000e0d5.69dd7411.01.02"), Some(("0000e0d5.69dd7411.01", 2)));
        assert_eq!(version("0000e0d5.69dd7411.02.01.10"), Some(("0000e0d5.69dd7411.02.01", 10)));
        for other in [
            "",
            "12345",
            "12.5",
            "27.1",
            "order.27.1",
            "2026.01.27.01",
            "T20260127.00000001.01.02",
            "0000e0d5.69dd7411.02",
            "0000e0d5.69dd7411.1.2",
            "0000e0d5.69dd7411.01.2x",
            "0000e0d5.69dd7411.01.",
            "transaction:1.2.01.02",
        ] {
            assert_eq!(version(other), None, "{other}");
        }
    }

    #[test]
    fn simulated_accounts_start_with_a_d() {
        assert!(is_paper("DU1234567") && is_paper("DF1"));
        for live in ["U1234567", "F1234567", "DEMO", "D", "Depot 1", ""] {
            assert!(!is_paper(live), "{live}");
        }
    }
}
