//! The commands in the documents: the program takes each of them, and what stands in blocks of the shell is run.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};
use trackrecord::cli::Cli;
use trackrecord::{SiteDir, demo};

use crate::repository::executable;
use crate::support::fixture;
use crate::yahoo::{FakeYahoo, Reply};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Words that stand for something in a command, and what they may stand for.
const PLACEHOLDERS: [(&str, &str); 9] = [
    ("N", "1"),
    ("DATE", "2026-01-27"),
    ("AMOUNT", "100"),
    ("[CCY]", "EUR"),
    ("{date}", "2026-01-27"),
    ("{}", "2026-01-27"),
    ("{paid}", "100"),
    ("{amount}", "100"),
    ("{currency}", "EUR"),
];

/// README.md and every page of docs/, by name.
fn documents() -> Vec<(String, String)> {
    let pages = std::fs::read_dir(Path::new(ROOT).join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let mut paths: Vec<PathBuf> = pages.filter(|path| path.extension().is_some_and(|end| end == "md")).collect();
    paths.push(Path::new(ROOT).join("README.md"));
    paths.sort();
    paths.into_iter().map(|path| named(&path)).collect()
}

/// A file's name below the repository, and its text.
fn named(path: &Path) -> (String, String) {
    let name = path.strip_prefix(ROOT).unwrap().display().to_string();
    (name, std::fs::read_to_string(path).unwrap())
}

/// The blocks of the shell in a document.
fn blocks(text: &str) -> Vec<String> {
    let parts = text.split("```sh\n").skip(1);
    parts.map(|part| part.split("```").next().unwrap().to_owned()).collect()
}

/// The commands of a line of the shell, each as its words: without comments, quotes and what another program does.
fn commands(line: &str) -> Vec<Vec<String>> {
    let (mut found, mut words, mut word, mut quote) = (Vec::new(), Vec::new(), String::new(), None);
    for letter in line.chars().chain([';']) {
        match (letter, quote) {
            ('"' | '\'', None) => quote = Some(letter),
            (_, Some(open)) if letter == open => quote = None,
            ('#', None) if word.is_empty() => break,
            (' ' | ';' | '&' | '|', None) => {
                words.extend(Some(std::mem::take(&mut word)).filter(|word| !word.is_empty()));
                if letter != ' ' {
                    found.push(std::mem::take(&mut words));
                }
            }
            _ => word.push(letter),
        }
    }
    found.push(words);
    found.retain(|words: &Vec<String>| words.first().is_some_and(|word| word == "trackrecord"));
    found
}

/// What the program has against a command. `mentioned` is one in running text, which may be only the start of it.
fn refusal(words: &[String], mentioned: bool) -> Option<String> {
    let meant = |word: &String| {
        let known = PLACEHOLDERS.iter().find(|(name, _)| name == word);
        known.map_or_else(|| word.clone(), |(_, value)| (*value).to_owned())
    };
    let error = Cli::try_parse_from(words.iter().map(meant)).err()?;
    let is_start = match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => true,
        ErrorKind::MissingRequiredArgument
        | ErrorKind::MissingSubcommand
        | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => mentioned,
        _ => false,
    };
    (!is_start).then(|| format!("`{}`: {error}", words.join(" ")))
}

/// The commands in backticks: those with the program's name, and in documents those that start with a command's.
fn mentioned(text: &str, is_document: bool) -> Vec<Vec<String>> {
    let program = Cli::command();
    let is_command = |span: &str| {
        let first = span.split(' ').next().unwrap_or_default();
        is_document && program.get_subcommands().any(|command| command.get_name() == first)
    };
    let outside: String = text.split("```").step_by(2).collect();
    let outside = outside.replace("\\\n", "").replace('\n', " ");
    let spans = outside.split('`').filter_map(|span| match span {
        span if span.starts_with("trackrecord ") => Some(span.to_owned()),
        span if is_command(span) => Some(format!("trackrecord {span}")),
        _ => None,
    });
    spans.flat_map(|span| commands(&span)).collect()
}

#[test]
fn the_program_takes_every_command_that_a_document_or_a_message_names() {
    let (mut wrong, mut count) = (Vec::new(), 0);
    let mut look = |name: &str, words: &[String], is_mentioned: bool| {
        count += 1;
        wrong.extend(refusal(words, is_mentioned).map(|refusal| format!("{name}: {refusal}")));
    };
    let others = ["data/README.md", "CHANGELOG.md", "RELEASING.md", "config/config.example.toml"];
    let others = others.map(|name| named(&Path::new(ROOT).join(name)));
    for (name, text) in documents().into_iter().chain(others) {
        blocks(&text)
            .iter()
            .flat_map(|block| block.lines())
            .flat_map(commands)
            .for_each(|words| look(&name, &words, false));
        mentioned(&text, true).iter().for_each(|words| look(&name, words, true));
    }
    let sources =
        walkdir::WalkDir::new(Path::new(ROOT).join("src")).into_iter().map(|entry| entry.unwrap().into_path());
    for path in sources.filter(|path| path.extension().is_some_and(|end| end == "rs")) {
        let (name, text) = named(&path);
        mentioned(&text, false).iter().for_each(|words| look(&name, words, true));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(count > 200, "only {count} commands were found");
}

#[test]
fn a_command_with_a_typo_is_refused() {
    let is_taken = |line: &str, mentioned| commands(line).iter().all(|words| refusal(words, mentioned).is_none());
    for line in [
        "trackrecord check --secrecyy",
        "cd record && trackrecord biuld",
        "trackrecord import csv a.csv --preset degirro",
        "trackrecord report 2026-13; trackrecord check",
    ] {
        assert!(!is_taken(line, true), "{line}");
    }
    assert!(is_taken("trackrecord import", true) && !is_taken("trackrecord import", false));
    assert_eq!(commands("ls; FOO=1 ls | trackrecord a \"b c\" # trackrecord d"), [["trackrecord", "a", "b c"]]);
}

/// A home with the demo in `record/`, what the documents import, and programs that stand in for what they install.
struct Home {
    folder: tempfile::TempDir,
    receiver: FakeYahoo,
}

const DEGIRO: &str = "Date,Time,Product,ISIN,Reference,Venue,Quantity,Price,,Local value,,Value,,Exchange rate,Transaction costs,,Total,,Order ID\n\
    02-03-2026,17:58,QUUX INC.,US1111111111,NDQ,SOHO,-4,125.0000,USD,500.00,USD,400.00,EUR,1.2500,-0.50,EUR,399.50,EUR,11111111-0000-0000-0000-000000000001\n";

const FILLS: &str = "date,time,symbol,side,Qty,price,currency,Fee (EUR),Tax (EUR)\n2026-03-02,15:58,QUUX,BUY,4,125.00,EUR,0.50,0.10\n";

/// A job that is due, and an alert that is heard on this computer.
const SCHEDULE: &str = "\n[[job]]\nname = \"look\"\ncron = \"0 0 1 1 *\"\nzone = \"UTC\"\nrun = [\"check\"]\n\
    [[alert]]\nname = \"phone\"\nto = \"webhook\"\n";

/// Writes down how each command ended, and ends `schedule run`, which would never.
const WRAPPER: &str = "#!/usr/bin/env bash\n\
    case \" $* \" in *' schedule run '*) timeout --preserve-status -s INT 2 \"$REAL\" \"$@\";; *) \"$REAL\" \"$@\";; esac\n\
    code=$?\necho \"$code trackrecord $*\" >> \"$HOME/ended\"\nexit $code\n";

/// `cargo run -- ...` is the program, and what else it does takes too long.
const CARGO: &str = "#!/usr/bin/env bash\n[ \"$1\" = run ] || exit 0\nwhile [ \"$1\" != -- ]; do shift; done\nshift\nexec trackrecord \"$@\"\n";

/// What README.md asks its reader to do by hand.
const FILL_IN: &str = "#!/usr/bin/env bash\nset -e\nsed -z -i 's/\\[Fill in[^]]*\\]/Words./g' content/*.md\n\
    sed -i 's/^status = \"\"/status = \"live\"/; s/^symbol = \"^GSPC\"/symbol = \"\"/' config/config.toml\n";

impl Home {
    fn new() -> Self {
        let home = Self {
            folder: tempfile::tempdir().unwrap(),
            receiver: FakeYahoo::scripted(|_, _| Reply::ok("").header("Connection", "close")),
        };
        let record = home.path("record");
        demo::write(&SiteDir::new(&record)).unwrap();
        let config = std::fs::read_to_string(record.join("config/config.toml")).unwrap();
        std::fs::write(record.join("config/config.toml"), config + SCHEDULE).unwrap();
        let secret = format!("[secrets]\nphone = \"{}/\"\n", home.receiver.base_url());
        let local = record.join("config/local.toml");
        std::fs::write(&local, secret).unwrap();
        std::fs::set_permissions(local, std::fs::Permissions::from_mode(0o600)).unwrap();
        std::fs::write(record.join("Transactions.csv"), DEGIRO).unwrap();
        std::fs::write(record.join("fills.csv"), FILLS).unwrap();
        for folder in ["Downloads", "empty"] {
            std::fs::create_dir(home.path(folder)).unwrap();
        }
        std::fs::copy(fixture("flex/year.xml"), home.path("Downloads/statement.xml")).unwrap();
        let git = "#!/usr/bin/env bash\n[ \"$1\" = pull ] || exec \"$REAL_GIT\" \"$@\"\n";
        for (name, script) in [("trackrecord", WRAPPER), ("cargo", CARGO), ("fill_in", FILL_IN), ("git", git)] {
            executable(&home.path("bin").join(name), script);
        }
        home
    }

    fn path(&self, below: &str) -> PathBuf {
        self.folder.path().join(below)
    }

    /// Where a block begins: on a new computer, beside the record, or in it.
    fn beginning(&self, block: &str) -> PathBuf {
        if ["init record", "mkdir record", "demo"].iter().any(|new| block.contains(new)) {
            self.path("empty")
        } else if block.contains(" record") {
            self.path("")
        } else {
            self.path("record")
        }
    }

    /// Runs a block until a command of it fails; what was said.
    fn run(&self, block: &str) -> Result<(), String> {
        let path = std::env::var("PATH").unwrap();
        let git = std::env::split_paths(&path).map(|folder| folder.join("git")).find(|git| git.is_file()).unwrap();
        let by_hand = block.replace("# fill in", "fill_in #");
        let mut command = Command::new("bash");
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TRACKRECORD_")) {
            command.env_remove(name);
        }
        command.args(["-e", "-c", &by_hand]).current_dir(self.beginning(block));
        command.env("HOME", self.path("")).env("PATH", format!("{}:{path}", self.path("bin").display()));
        command.env("REAL", env!("CARGO_BIN_EXE_trackrecord")).env("REAL_GIT", git);
        command.env("TRACKRECORD_YAHOO_BASE_URL", self.receiver.base_url());
        let output = command.output().unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        if output.status.success() { Ok(()) } else { Err(format!("{}\n{block}\n{said}", output.status)) }
    }

    /// The commands that ended well, in order.
    fn ended(&self) -> Vec<Vec<String>> {
        let ended = std::fs::read_to_string(self.path("ended")).unwrap_or_default();
        let well = ended.lines().filter_map(|line| line.strip_prefix("0 "));
        well.map(|line| line.split(' ').map(str::to_owned).collect()).collect()
    }
}

#[test]
fn every_command_of_a_document_does_what_it_says() {
    std::thread::scope(|all| {
        for (name, text) in documents() {
            all.spawn(move || run(&name, &blocks(&text)));
        }
    });
}

/// Runs all blocks of a document.
fn run(name: &str, blocks: &[String]) {
    if blocks.is_empty() {
        return;
    }
    let home = Home::new();
    for block in blocks {
        home.run(block).unwrap_or_else(|said| panic!("{name}: {said}"));
    }
    let there: Vec<Vec<String>> = blocks.iter().flat_map(|block| block.lines()).flat_map(commands).collect();
    let ended: Vec<Vec<String>> = home.ended().into_iter().filter(|words| words[1] != "demo").collect();
    assert_eq!(ended.len(), there.len(), "{name}: {ended:?}");
    if name == "README.md" {
        assert!(home.path("empty/demo/public/index.html").exists());
        assert!(home.path("empty/pages.git/refs/heads/gh-pages").exists());
    }
}
