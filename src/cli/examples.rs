//! What `--help` shows of each command in use.

use clap::{Command, CommandFactory};

use super::Cli;

/// Where the environment is read, and how commands end.
const OF_THE_PROGRAM: &str = "\
Environment:
  TRACKRECORD_<SECTION>_<KEY>
          A key of the configuration, such as TRACKRECORD_FLEX_TOKEN
  TRACKRECORD_SECRETS_<ALERT>
          The address or password of an alert
  EDITOR, VISUAL
          What `annotate new --edit` opens
  NO_COLOR
          Takes the colours away

Exit codes: 0 done; 1 failed, or there is something to act on; 2 wrong usage

A first day:
  trackrecord init record && cd record
  trackrecord import flex ~/Downloads/statement.xml
  trackrecord build
  # then open public/index.html";

/// Commands by their path, and how they are used.
const EXAMPLES: &[(&str, &[&str])] = &[
    ("init", &["init record", "init record --name \"Jane Doe\" --status live --currency EUR --benchmark SPY"]),
    ("demo", &["demo", "demo ~/somewhere"]),
    ("collect", &["collect", "collect prices", "collect flex --json"]),
    ("import", &["import flex ~/Downloads/statement.xml", "import csv fills.csv --preset degiro"]),
    ("import flex", &["import flex ~/Downloads/*.xml", "import flex statement.xml --account U1234567 --yes"]),
    (
        "import csv",
        &[
            "import csv Transactions.csv --preset degiro",
            "import csv fills.csv --column quantity=Qty --column price=Fill --save",
        ],
    ),
    ("import nav", &["import nav values.csv", "import nav values.csv --column value=Equity --dates day-first"]),
    ("import seed", &["import seed ~/old-system/data"]),
    ("flow", &["flow add 2026-01-27 1000", "flow list"]),
    ("flow add", &["flow add 2026-01-27 1000", "flow add 2026-01-27 -250 GBP --rate 1.15"]),
    ("flow list", &["flow list"]),
    ("action", &["action add 2026-01-27 ABCD split 4:1", "action list"]),
    ("action add", &["action add 2026-01-27 ABCD split 4:1", "action add 2026-01-27 ABCD rename EFGH"]),
    ("action add split", &["action add 2026-01-27 ABCD split 4:1", "action add 2026-01-27 ABCD split 1:10"]),
    ("action add rename", &["action add 2026-01-27 ABCD rename EFGH"]),
    ("action add merger", &["action add 2026-01-27 ABCD merger --into EFGH --ratio 1:2 --cash 3.50 --price 40"]),
    ("action add spin-off", &["action add 2026-01-27 ABCD spin-off EFGH 1:4 --price 10 --parent-price 90"]),
    ("action add stock-dividend", &["action add 2026-01-27 ABCD stock-dividend 1:20"]),
    ("action add delisting", &["action add 2026-01-27 ABCD delisting"]),
    ("action list", &["action list"]),
    ("check", &["check", "check -v", "check --secrecy"]),
    ("doctor", &["doctor"]),
    ("resolve", &["resolve", "resolve 1 --keep 2"]),
    ("stats", &["stats", "stats --from 2026-01-01", "stats --json"]),
    ("slippage", &["slippage", "slippage --from 2026-01-01 --to 2026-03-31"]),
    ("signal", &["signal", "signal --as-of 2026-01-30"]),
    ("rebalance", &["rebalance", "rebalance --save"]),
    ("annotate", &["annotate new --symbol ABCD --side buy", "annotate complete"]),
    (
        "annotate new",
        &[
            "annotate new",
            "annotate new --symbol ABCD --side buy --thesis \"Cheap after the split.\"",
            "annotate new --from-plan",
        ],
    ),
    ("annotate complete", &["annotate complete", "annotate complete 2026-01-27-abcd --matched yes"]),
    ("annotate list", &["annotate list"]),
    ("backtest", &["backtest", "backtest --from 2015-01-01"]),
    ("build", &["build", "build --drafts", "build --no-reports", "build --base-url https://name.github.io/record/"]),
    ("publish", &["publish --dry-run", "publish --wait", "publish --remote git@github.com:name/record.git"]),
    ("verify", &["verify", "verify https://name.github.io/record/", "verify --opened opened.json"]),
    ("proof", &["proof init", "proof status"]),
    ("proof init", &["proof init"]),
    ("proof key", &["proof key", "proof key --key ~/.ssh/id_ed25519"]),
    ("proof rotate", &["proof rotate", "proof rotate --lost"]),
    ("proof renew", &["proof renew"]),
    ("proof stamp", &["proof stamp"]),
    ("proof open", &["proof open --from 2026-01-01 --to 2026-03-31 --field nav"]),
    ("proof status", &["proof status"]),
    ("watch", &["watch --open", "watch --follow"]),
    ("schedule", &["schedule list", "schedule install"]),
    ("schedule list", &["schedule list"]),
    ("schedule due", &["schedule due", "-q schedule due"]),
    ("schedule run", &["schedule run"]),
    ("schedule install", &["schedule install --print", "schedule install --system cron"]),
    ("alert", &["alert test", "alert list"]),
    ("alert test", &["alert test", "alert test phone"]),
    ("alert list", &["alert list"]),
    ("report", &["report 2026-01", "report 2026-01 --out january.pdf"]),
    ("completions", &["completions bash > ~/.local/share/bash-completion/completions/trackrecord"]),
    ("man", &["man | man -l -", "man publish > trackrecord-publish.1"]),
];

/// The program's commands with their examples.
pub fn command() -> Command {
    EXAMPLES.iter().fold(Cli::command().after_help(OF_THE_PROGRAM), |command, (path, examples)| {
        let lines: Vec<String> = examples.iter().map(|example| format!("  trackrecord {example}")).collect();
        let heading = if lines.len() == 1 { "Example" } else { "Examples" };
        with(command, &path.split(' ').collect::<Vec<_>>(), &format!("{heading}:\n{}", lines.join("\n")))
    })
}

/// A command with this text at the end of the help of the one below it that the path names.
fn with(command: Command, path: &[&str], text: &str) -> Command {
    match path {
        [] => command.after_help(text.to_owned()),
        [first, rest @ ..] => command.mut_subcommand(first, |inner| with(inner, rest, text)),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use clap::Parser;

    use super::*;

    /// The paths of all commands below one.
    fn paths(command: &Command, before: &str) -> Vec<String> {
        let below = command.get_subcommands().filter(|inner| inner.get_name() != "help");
        below
            .flat_map(|inner| {
                let path = format!("{before} {}", inner.get_name()).trim().to_owned();
                [vec![path.clone()], paths(inner, &path)].concat()
            })
            .collect()
    }

    #[test]
    fn every_command_has_examples_and_takes_them() {
        let all: BTreeSet<String> = paths(&Cli::command(), "").into_iter().collect();
        assert_eq!(all, EXAMPLES.iter().map(|(path, _)| (*path).to_owned()).collect());
        for (path, examples) in EXAMPLES {
            for example in *examples {
                let words = example.split([' ']).map(str::to_owned);
                let words: Vec<String> = words.take_while(|word| word != "|" && word != ">").collect();
                let words = joined(&words);
                if let Err(error) = Cli::try_parse_from([vec!["trackrecord".to_owned()], words.clone()].concat()) {
                    // Of a group the examples are those of its commands.
                    panic!("{example}: {error}");
                }
                let names: Vec<&String> =
                    words.iter().filter(|word| path.split(' ').any(|name| name == *word)).collect();
                assert_eq!(names.len(), path.split(' ').count(), "{path}: {example}");
                assert!(example.len() + "  trackrecord ".len() <= 100, "{example}");
            }
        }
    }

    /// Words with what stands in quotation marks as one.
    fn joined(words: &[String]) -> Vec<String> {
        let mut all: Vec<String> = Vec::new();
        let mut is_open = false;
        for word in words {
            match all.last_mut().filter(|_| is_open) {
                Some(last) => *last = format!("{last} {word}"),
                None => all.push(word.clone()),
            }
            is_open ^= word.matches('"').count() % 2 == 1;
        }
        all
    }

    #[test]
    fn the_help_of_a_command_ends_with_its_examples() {
        let mut command = command();
        command.build();
        let publish = command.find_subcommand_mut("publish").unwrap();
        assert!(publish.render_help().to_string().ends_with("--remote git@github.com:name/record.git\n"));
        assert!(command.render_help().to_string().contains("TRACKRECORD_FLEX_TOKEN"));
    }
}
