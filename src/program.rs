//! Which program this is, for what it keeps from one run to the next.

/// The version, and which build of it: embedded templates and fonts, and while it is worked on the code, may differ under
/// one version. `None` where the program's own file cannot be looked at.
pub fn identity() -> Option<String> {
    let file = std::env::current_exe().and_then(std::fs::metadata).ok()?;
    let built = file.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(format!("{} {} {built:?}", env!("CARGO_PKG_VERSION"), file.len()))
}
