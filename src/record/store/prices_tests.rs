use super::super::{Changes, crash, finish_interrupted};
use super::*;

fn folder() -> (tempfile::TempDir, SiteDir) {
    let folder = tempfile::tempdir().unwrap();
    let site = SiteDir::new(folder.path());
    (folder, site)
}

fn bar(date: &str, close: &str) -> Bar {
    Bar {
        date: date.parse().unwrap(),
        open: None,
        high: None,
        low: None,
        close: close.parse().unwrap(),
        adj_close: Some(close.parse().unwrap()),
        volume: Some(7),
        currency: "GBp".into(),
    }
}

fn aside(date: &str, close: &str) -> SuspiciousBar {
    SuspiciousBar::new(bar(date, close), "it jumps")
}

/// Commits the bars of a symbol. Returns those that gave way.
fn put(store: &mut Store, symbol: &PriceSymbol, bars: &[Bar], suspicious: &[SuspiciousBar]) -> Result<Vec<Bar>> {
    let prices = SymbolPrices { symbol: symbol.clone(), bars: bars.to_vec(), suspicious: suspicious.to_vec() };
    let done = store.commit(&Changes { prices: vec![prices], ..Changes::default() })?;
    Ok(done.prices.into_iter().flat_map(|changed| changed.replaced).collect())
}

fn raw(site: &SiteDir) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(site.raw()) else { return Vec::new() };
    let paths = entries.map(|entry| entry.unwrap().path());
    let visible = paths.filter(|path| !path.file_name().unwrap().to_string_lossy().starts_with('.'));
    visible.map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

#[test]
fn new_rows_are_added_without_keeping_the_version_before() {
    let (_folder, site) = folder();
    let symbol = PriceSymbol::new("VOD.L");
    let mut store = Store::open(&site).unwrap();
    assert!(put(&mut store, &symbol, &[bar("2026-01-26", "72.50")], &[]).unwrap().is_empty());
    let both = [bar("2026-01-26", "72.50"), bar("2026-01-27", "72.6")];
    assert!(put(&mut store, &symbol, &both, &[]).unwrap().is_empty());
    assert_eq!(stored_prices(&site, &symbol).unwrap(), both);
    let text = std::fs::read_to_string(site.prices().join("VOD.L.csv")).unwrap();
    assert_eq!(text.lines().nth(1), Some("2026-01-26,,,,72.50,72.50,7,GBp"));
    assert!(raw(&site).is_empty());
}

#[test]
fn rows_that_change_are_kept_once() {
    let (_folder, site) = folder();
    let symbol = PriceSymbol::new("VOD.L");
    let mut store = Store::open(&site).unwrap();
    let (same, before) = (bar("2026-01-23", "71"), bar("2026-01-26", "72"));
    put(&mut store, &symbol, &[same.clone(), before.clone()], &[]).unwrap();
    let after = [same, bar("2026-01-26", "36")];
    assert_eq!(put(&mut store, &symbol, &after, &[]).unwrap(), std::slice::from_ref(&before));
    assert!(put(&mut store, &symbol, &after, &[]).unwrap().is_empty());
    assert_eq!(raw(&site), [String::from_utf8(csv_bytes(&[before]).unwrap()).unwrap()]);
}

#[test]
fn a_bar_moves_between_the_files_and_leaves_no_empty_one() {
    let (_folder, site) = folder();
    let symbol = PriceSymbol::new("VOD.L");
    let mut store = Store::open(&site).unwrap();
    put(&mut store, &symbol, &[bar("2026-01-26", "72")], &[aside("2026-01-27", "7200")]).unwrap();
    assert_eq!(suspicious_prices(&site, &symbol).unwrap(), [aside("2026-01-27", "7200")]);
    let both = [bar("2026-01-26", "72"), bar("2026-01-27", "7200")];
    put(&mut store, &symbol, &both, &[]).unwrap();
    assert_eq!(stored_prices(&site, &symbol).unwrap(), both);
    assert!(!site.suspicious_prices().join("VOD.L.csv").exists());
}

#[test]
fn a_date_with_two_prices_is_refused() {
    let (_folder, site) = folder();
    let symbol = PriceSymbol::new("VOD.L");
    let path = site.prices().join("VOD.L.csv");
    let text = csv_bytes(&[bar("2026-01-26", "72"), bar("2026-01-26", "73")]).unwrap();
    super::super::write_atomically(&path, &text, false).unwrap();
    let error = stored_prices(&site, &symbol).unwrap_err();
    let expected = "data/prices/VOD.L.csv:3: 2026-01-26 stands here again with other prices than at \
                    data/prices/VOD.L.csv:2";
    assert_eq!(error.to_string(), expected);
    assert_eq!(
        stored_prices(&site, &PriceSymbol::new("../x")).unwrap_err().message(),
        "`../x` cannot name a file of prices"
    );
}

#[test]
fn a_revision_that_dies_at_any_point_is_made_as_a_whole_or_not_at_all() {
    const THIS: &str =
        "record::store::prices::tests::a_revision_that_dies_at_any_point_is_made_as_a_whole_or_not_at_all";
    let symbol = PriceSymbol::new("VOD.L");
    let put = |folder: &Path, bars: &[Bar], suspicious: &[SuspiciousBar]| {
        put(&mut Store::open(&SiteDir::new(folder)).unwrap(), &symbol, bars, suspicious).unwrap();
    };
    let before = |folder: &Path| {
        put(folder, &[bar("2026-01-23", "71"), bar("2026-01-26", "72")], &[aside("2026-01-27", "7300")]);
    };
    // One bar is revised, one is no longer believed, and one is believed after all.
    let revise = |folder: &Path| {
        put(folder, &[bar("2026-01-23", "70.5"), bar("2026-01-27", "7300")], &[aside("2026-01-26", "72")]);
    };
    if let Some(folder) = crash::folder() {
        revise(&folder);
        return;
    }
    let all = |folder: &Path| {
        let site = SiteDir::new(folder);
        finish_interrupted(&site).unwrap();
        let mut raw = raw(&site);
        raw.sort();
        (stored_prices(&site, &symbol).unwrap(), suspicious_prices(&site, &symbol).unwrap(), raw)
    };
    let undisturbed = tempfile::tempdir().unwrap();
    before(undisturbed.path());
    let untouched = all(undisturbed.path());
    revise(undisturbed.path());
    let expected = all(undisturbed.path());
    let (mut points, mut finished) = (0, 0);
    loop {
        let folder = tempfile::tempdir().unwrap();
        before(folder.path());
        if !crash::died(THIS, folder.path(), points) {
            break;
        }
        let found = all(folder.path());
        assert!(found == untouched || found == expected, "died at point {points}: {found:?}");
        finished += usize::from(found == expected);
        revise(folder.path());
        assert_eq!(all(folder.path()), expected, "died at point {points}");
        points += 1;
    }
    assert!(points >= 16 && finished >= 4, "{points} {finished}");
}
