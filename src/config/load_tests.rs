use super::*;

fn site(config: &str, local: &str) -> (tempfile::TempDir, SiteDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("config")).unwrap();
    std::fs::write(folder.path().join("config/config.toml"), config).unwrap();
    std::fs::write(folder.path().join("config/local.toml"), local).unwrap();
    let site = SiteDir::new(folder.path());
    (folder, site)
}

fn refusal(config: &str) -> (String, String) {
    let (folder, site) = site(config, "");
    let error = load(&site, []).unwrap_err();
    let shown = error.to_string().replace(&folder.path().display().to_string(), "");
    (shown, error.next_step().unwrap_or_default())
}

const EXAMPLE: &str = include_str!("../../config/config.example.toml");

#[test]
fn the_example_holds_the_defaults() {
    assert_eq!(parse(EXAMPLE, Path::new("config.example.toml")).unwrap(), Config::default());
}

#[test]
fn the_example_explains_every_key_and_no_other() {
    let shown = |line: &str| line.trim_start_matches("# ").split_once(" = ").map(|(key, _)| key.to_owned());
    let mut section = String::new();
    let mut explained = std::collections::BTreeSet::new();
    for line in EXAMPLE.lines() {
        if let Some(name) = line.strip_prefix('[').or_else(|| line.strip_prefix("# [[")) {
            section = name.trim_matches(['[', ']']).to_owned();
        } else if let Some(key) = shown(line).filter(|key| !key.contains(' ')) {
            explained.insert(format!("{section}.{key}"));
        }
    }
    let maps = ["csv.columns.quantity", "names.SXLK", "yahoo.symbols.EQQQ", "flex.zones.CST"];
    let strategy = Table::try_from(crate::config::Strategy::default()).unwrap();
    let optional = ["min_momentum", "share"];
    let strategy = strategy.keys().map(String::as_str).chain(optional).map(|key| format!("strategy.{key}"));
    let known = known_keys()
        .into_iter()
        .flat_map(|(section, keys)| keys.into_iter().map(move |(key, _)| format!("{section}.{key}")));
    let mut known: std::collections::BTreeSet<String> = known
        .filter(|key| !matches!(key.as_str(), "csv.columns" | "yahoo.symbols" | "flex.zones" | "flex.cash"))
        .collect();
    known.extend(maps.map(str::to_owned));
    known.extend(strategy);
    known.extend(["name", "at", "cron", "zone", "run", "deadline", "limit"].map(|key| format!("job.{key}")));
    let alert = [
        "name",
        "to",
        "rules",
        "quiet",
        "private",
        "snapshot_by",
        "reconciliation_bps",
        "drawdown",
        "server",
        "port",
        "user",
        "from",
        "recipients",
        "certificate",
        "chat",
    ];
    known.extend(alert.map(|key| format!("alert.{key}")));
    assert_eq!(explained, known);
    for (section, key) in OPTIONAL_KEYS {
        let line = EXAMPLE.lines().find(|line| line.starts_with(&format!("# {key} = "))).unwrap();
        let uncommented = format!("[{section}]\n{}\n", line.trim_start_matches("# "));
        assert_ne!(parse(&uncommented, Path::new("x")).unwrap(), Config::default(), "{line}");
    }
}

#[test]
fn nothing_set_is_the_default() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(load(&SiteDir::new(folder.path()), []).unwrap(), Config::default());
}

#[test]
fn the_environment_goes_over_local_over_config() {
    let (_folder, site) = site(
        "[site]\ntitle = 'A'\nauthor = 'B'\n[account]\nid = 'one'\n",
        "[account]\nid = 'two'\n[site]\ntitle = 'C'",
    );
    let config = load(&site, []).unwrap();
    assert_eq!((config.site.title.as_str(), config.site.author.as_str()), ("C", "B"));
    assert_eq!(config.account.id, "two");
    let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let environment = [
        variable("TRACKRECORD_ACCOUNT_ID", "12345"),
        variable("TRACKRECORD_SITE_INCEPTION", "2024-01-02"),
        variable("TRACKRECORD_ANALYSIS_RISK_FREE", "0.03"),
        variable("HOME", "/root"),
    ];
    let config = load(&site, environment).unwrap();
    assert_eq!(config.account.id, "12345");
    assert_eq!(config.site.inception.unwrap().to_string(), "2024-01-02");
    assert_eq!(config.analysis.risk_free, 0.03);
}

#[test]
fn an_unknown_key_names_the_nearest() {
    let (message, hint) = refusal("[analysis]\n\nrisk_fre = 0.1\n");
    assert_eq!(message, "/config/config.toml:3:1: there is no key `risk_fre`");
    assert_eq!(hint, "did you mean `risk_free`?");
    let (message, hint) = refusal("[analisis]\n");
    assert_eq!(message, "/config/config.toml:1:2: there is no key `analisis`");
    assert_eq!(hint, "did you mean `analysis`?");
}

#[test]
fn a_wrong_type_or_value_is_shown_where_it_stands() {
    assert!(
        refusal("[analysis]\nrisk_free = 'much'")
            .0
            .starts_with("/config/config.toml:2:13: expected a number, found text")
    );
    assert!(
        refusal("[site]\nstatus = 'real'").0.starts_with("/config/config.toml:2:10: expected \"live\", \"paper\" or")
    );
    assert!(refusal("[site]\ninception = '1/2/2024'").0.contains("is not a date"));
    let (message, _) = refusal("[analysis]\nrisk_free = 3.5");
    assert!(message.starts_with("/config/config.toml:2:13: `analysis.risk_free`: 3.5"), "{message}");
    assert!(refusal("[analysis]\nrisk_free = nan").0.contains("NaN is not a rate"));
    assert!(refusal("[site]\nbase_url = 'example.org'").0.contains("must start with https://"));
    assert!(refusal("[analysis]\ntrials = 20").0.contains("trials_sharpe_sd"));
    assert!(refusal("[site\n").0.starts_with("/config/config.toml:1:"));
    let (message, _) = refusal("[[strategy]]\nid = 'a'\n\n[[strategy]]\nid = 'b'\ntop_n = 0");
    assert!(message.starts_with("/config/config.toml:6:9: `[[strategy]] top_n`: at least one"), "{message}");
    assert!(
        refusal("\n[[strategy]]\nlookback_months = 1\n").0.starts_with("/config/config.toml:2:1: `[[strategy]] skip")
    );
    let (message, hint) = refusal("[[strategy]]\nuniverse = [{ symbl = 'X' }]");
    assert_eq!(
        (message.as_str(), hint.as_str()),
        ("/config/config.toml:2:15: there is no key `symbl`", "did you mean `symbol`?")
    );
}

#[test]
fn a_wrong_variable_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let variable = [("TRACKRECORD_ACCOUNT_IT".to_owned(), "1".to_owned())];
    let error = load(&SiteDir::new(folder.path()), variable).unwrap_err();
    assert_eq!(error.to_string(), "TRACKRECORD_ACCOUNT_IT: there is no key `it`");
}

#[test]
fn a_file_that_is_no_text_is_named_with_its_place() {
    let (_folder, site) = site("", "");
    std::fs::write(site.config(), b"[site]\n# \xe9\n").unwrap();
    let error = load(&site, []).unwrap_err();
    assert!(error.to_string().ends_with("config.toml:2:3: the file is not UTF-8 text"), "{error}");
    assert_eq!(error.next_step().as_deref(), Some("save it again as UTF-8"));
}
