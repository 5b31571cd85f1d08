//! Commands that ask others: a gateway, the Flex service, a chart service and a receiver of alerts, all on this computer.

use std::path::Path;

use super::seen::files;
use super::trials::write;
use super::{Files, Trial};
use crate::alerts::Receiver;
use crate::flex_service;
use crate::gateway::Gateway;
use crate::yahoo::{FakeYahoo, Listing};

/// 17:00 in New York on Friday 23 January 2026, by the gateway's clock.
const CLOSE: i64 = 1_769_205_600;

const PAPER: &str = "strategy = []\n[site]\nstatus = \"paper\"\ninception = 2026-01-02\n[account]\nbase_currency = \"USD\"\n[benchmark]\nsymbol = \"\"\n";

/// As [`files`], without the moments at which things were asked.
fn collected(root: &Path) -> Files {
    let mut found = files(root);
    for (path, content) in &mut found {
        if path.starts_with("data/snapshots/") || path.starts_with("data/coverage") {
            *content = without_moments(&String::from_utf8_lossy(content)).into_bytes();
        }
    }
    found
}

/// Without what looks like `2026-11-27T17:20:01.123Z`.
fn without_moments(text: &str) -> String {
    let stays = |word: &&str| !(word.contains('T') && word.ends_with('Z') && word.starts_with("20"));
    text.split_inclusive([',', '\n', '"']).filter(|word| stays(&word.trim_end_matches([',', '\n', '"']))).collect()
}

/// `collect` of what the gateway and the chart service know, and of what the Flex service knows.
pub fn trials() -> Vec<Trial> {
    let gateway = Gateway::normal_day().current_time(CLOSE).start();
    let closes = |symbol: &str, currency: &str, first: f64| {
        Listing::new(symbol, currency).closes("2026-01-02", (0..282).map(move |day| first + 0.05 * f64::from(day)))
    };
    let yahoo = FakeYahoo::of(vec![
        closes("AAPL", "USD", 188.0),
        closes("MSFT", "USD", 410.0),
        closes("VOD.L", "GBp", 800.0),
        closes("GBPUSD=X", "USD", 1.25),
    ]);
    let desk = format!("{PAPER}[ibkr]\nport = {}\n[yahoo]\nbase_url = \"{}\"\n", gateway.port(), yahoo.base_url());
    let service = flex_service::well();
    let flex = format!("{PAPER}[flex]\nquery_id = \"77\"\nbase_url = \"{}\"\n", service.base_url());
    let asked = Trial::seen("collect", collected, true, &["collect"], |root| {
        write(root, "config/config.toml", &desk);
    });
    let fetched = Trial::seen("collect flex", collected, true, &["collect", "flex"], |root| {
        write(root, "config/config.toml", &flex);
        secret(root, "[flex]\ntoken = \"1234567890987654321\"\n");
    });
    vec![asked.beside((gateway, yahoo)), fetched.beside(service)]
}

/// A file that its owner alone may read.
fn secret(root: &Path, text: &str) {
    write(root, "config/local.toml", text);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let path = root.join("config/local.toml");
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
}

/// `alert test`, which writes nothing.
pub fn alert() -> Trial {
    let receiver = Receiver::answering(|_| "200 OK");
    let trial = Trial::idle("alert test", &["alert", "test"], |root| {
        write(root, "config/config.toml", &format!("{PAPER}[[alert]]\nname = \"hook\"\nto = \"webhook\"\n"));
        secret(root, &format!("[secrets]\nhook = \"{}/x\"\n", receiver.address));
    });
    trial.beside(receiver)
}
