//! Publishing, against real repositories and a live site on this computer.

mod branch;
pub mod live;
mod refusals;
mod remotes;
mod searched;
mod stopping;
mod strangers;

use crate::repository::{Repository, executable};
use crate::support::{Said, Site};

const CONFIG: &str = "[site]\nstatus = \"paper\"\ntitle = \"Test\"\n[benchmark]\nsymbol = \"\"\n";

fn snapshot(date: &str, net: &str, cash: &str, price: Option<&str>) -> String {
    let position = price.map(|price| {
        let value = price.replace('.', "") + "0";
        format!(
            r#"{{"symbol":"ABCD","conid":1,"exchange":"ARCA","currency":"USD","quantity":"1000","average_cost":"12.34","market_price":"{price}","market_value":"{value}","unrealized_pnl":null,"realized_pnl":null}}"#
        )
    });
    format!(
        r#"{{"schema":1,"date":"{date}","as_of":"{date}T21:00:00Z","account":"DU1234567","base_currency":"USD","net_liquidation":"{net}","cash":{{"USD":"{cash}"}},"fx":{{}},"positions":[{}],"source":"test"}}"#,
        position.unwrap_or_default()
    )
}

/// A record of three days and one purchase, and words about it.
fn record(config: &str) -> Site {
    let fill = "exec_id,time,account,symbol,conid,asset_class,exchange,currency,side,quantity,price,multiplier,commission,\
                commission_currency,realized_pnl,fx_to_base,order_id,perm_id,order_ref,reference_price,source,cancels\n\
                0001.5f3a1c2b.01.01,2024-05-07T15:00:00Z,DU1234567,ABCD,1,STK,ARCA,USD,BUY,1000,12.34,1,1.00,USD,,,77,88,,12.33,test,\n";
    Site::new(config)
        .file("data/snapshots/2024-05-06.json", snapshot("2024-05-06", "100000", "100000", None))
        .file("data/snapshots/2024-05-07.json", snapshot("2024-05-07", "100059", "87659", Some("12.40")))
        .file("data/snapshots/2024-05-08.json", snapshot("2024-05-08", "100159", "87659", Some("12.50")))
        .file("data/executions/2024-05-07.csv", fill)
        .file("content/about.md", "+++\ntitle = 'About'\n+++\nMe, and [the method](methodology.md).\n")
        .file("content/methodology.md", "+++\ntitle = 'Method'\n+++\nAs the figures say.\n")
}

/// A day later than [`record`] ends.
fn one_more_day(site: &Site) {
    site.put("data/snapshots/2024-05-09.json", snapshot("2024-05-09", "100109", "87659", Some("12.45")));
}

/// Publishes to a repository; it must work.
fn publish(site: &Site, to: &Repository, more: &[&str]) -> Said {
    let url = to.url();
    site.ok(&[&["publish", "--remote", &url], more].concat())
}

/// Publishes with a git before which a script runs, once for each call with this verb.
fn publish_while(site: &Site, to: &str, more: &[&str], verb: &str, script: &str) -> Said {
    let path = std::env::var("PATH").unwrap();
    let real = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let real = real.display();
    let wrapper = format!(
        "#!/bin/sh\nfor word in \"$@\"; do if [ \"$word\" = {verb} ]; then\n(\nexport GIT={real}\n{script}\n)\nfi; done\nexec {real} \"$@\"\n"
    );
    executable(&folder.path().join("git"), &wrapper);
    let mut command = site.command(&[&["publish", "--remote", to], more].concat());
    let output = command.env("PATH", format!("{}:{path}", folder.path().display())).output().unwrap();
    said(&output)
}

fn said(output: &std::process::Output) -> Said {
    let words = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Said { code: output.status.code().unwrap_or(-1), out: words(&output.stdout), err: words(&output.stderr) }
}
