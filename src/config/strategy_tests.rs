use super::*;
use crate::config::parse;

fn config(text: &str) -> Config {
    parse(text, std::path::Path::new("config.toml")).unwrap()
}

#[test]
fn nothing_configured_is_the_nine_sectors() {
    let config = config("");
    assert_eq!(config, Config::default());
    let [strategy] = &*config.strategy else { panic!("one strategy") };
    assert_eq!(strategy.universe.len(), 9);
    assert_eq!(config.price_symbol(&Ticker::new("SXLK"), None, ""), Ok(Some(PriceSymbol::new("SXLK.L"))));
    assert_eq!(config.name_of(&Ticker::new("SXLK.L")), Some("Technology"));
}

#[test]
fn what_cannot_be_is_named_with_its_key() {
    let refusal = |keys: &str| config(&format!("[[strategy]]\n{keys}\n")).impossible_strategy().unwrap();
    assert_eq!(refusal("top_n = 0").0, "strategy.0.top_n");
    assert_eq!(refusal("skip_months = 12").0, "strategy.0.skip_months");
    assert_eq!(refusal("cash_buffer = 1.5").0, "strategy.0.cash_buffer");
    assert_eq!(refusal("universe = []").0, "strategy.0.universe");
    assert!(refusal("weights = { VTI = 0.5 }").1.contains("`VTI` is not in the universe"));
    assert!(refusal("weights = { 'SXLK.L' = 0.6, 'SXLF.L' = 0.5 }").1.contains("1.1"));
    assert!(refusal("universe = [{ symbol = 'A' }, { symbol = 'A' }]").1.contains("twice"));
    assert!(refusal("universe = [{ symbol = '../A' }]").1.contains("cannot name a file"));
    assert!(config("strategy = []\n").strategy.is_empty());
    assert_eq!(config("strategy = []\n").impossible_strategy(), None);
    assert_eq!(config("[[strategy]]\n[[strategy]]\n").impossible_strategy().unwrap().0, "strategy.1.id");
}
