//! `logs/schedule.log`: what the schedule did, one JSON document a line; ten files of a megabyte.

use std::fs::File;
use std::io::Write;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::Config;
use crate::site_dir::SiteDir;

/// A file that is larger than this is put aside.
const LARGEST: u64 = 1 << 20;

/// So many files are kept, the one that is written to among them.
const FILES: usize = 10;

/// One line.
#[derive(Debug, Serialize)]
pub struct Line<'a> {
    /// When.
    pub time: DateTime<Utc>,
    /// `info`, `warning` or `error`.
    pub level: &'a str,
    /// The job.
    pub job: &'a str,
    /// When the job came.
    pub scheduled: DateTime<Utc>,
    /// The step, or `job` for all of it.
    pub step: &'a str,
    /// What happened: `begin`, or what became of it.
    pub event: &'a str,
    /// In words.
    pub detail: &'a str,
}

/// The log of a site.
#[derive(Debug)]
pub struct Log {
    folder: PathBuf,
    largest: u64,
}

impl Log {
    /// The log of a site.
    pub fn of(site: &SiteDir) -> Self {
        Self { folder: site.logs(), largest: LARGEST }
    }

    /// Adds a line. A log that cannot be written keeps nothing from being done.
    pub fn write(&self, line: &Line) {
        let Ok(mut bytes) = serde_json::to_vec(line) else { return };
        bytes.push(b'\n');
        let _ = self.append(&bytes);
    }

    fn append(&self, bytes: &[u8]) -> std::io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let path = self.path(0);
        let length = path.metadata().map_or(0, |file| file.len());
        if length > 0 && length + bytes.len() as u64 > self.largest {
            self.put_aside();
        }
        let mut options = File::options();
        options.create(true).append(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(path)?.write_all(bytes)
    }

    /// `schedule.log`, and behind it `schedule.1.log` to `schedule.9.log`, which is the oldest.
    fn path(&self, number: usize) -> PathBuf {
        let name = if number == 0 { "schedule.log".to_owned() } else { format!("schedule.{number}.log") };
        self.folder.join(name)
    }

    fn put_aside(&self) {
        for number in (0..FILES - 1).rev() {
            // A number that is not there yet leaves nothing to move.
            let _ = std::fs::rename(self.path(number), self.path(number + 1));
        }
    }
}

/// A text in one line, without the secrets of the configuration, cut where nobody reads on.
pub fn plain(text: &str, config: &Config) -> String {
    let text = config.without_secrets(text);
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > LONGEST { line.chars().take(LONGEST).chain(['…']).collect() } else { line }
}

/// So many letters of a text are kept.
const LONGEST: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn line(detail: &str) -> Line<'_> {
        let time = "2026-01-27T21:20:00Z".parse().unwrap();
        Line { time, level: "info", job: "daily", scheduled: time, step: "build", event: "done", detail }
    }

    #[test]
    fn a_line_is_one_document() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log::of(&SiteDir::new(folder.path()));
        log.write(&line("two\nlines and a \"quote\""));
        log.write(&line("more"));
        let text = std::fs::read_to_string(folder.path().join("logs/schedule.log")).unwrap();
        let documents: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(documents.len(), 2);
        assert_eq!(documents[0]["detail"], "two\nlines and a \"quote\"");
        assert_eq!(documents[1]["scheduled"], "2026-01-27T21:20:00Z");
    }

    #[test]
    fn ten_files_are_kept_and_the_oldest_goes() {
        let folder = tempfile::tempdir().unwrap();
        let log = Log { folder: folder.path().to_path_buf(), largest: 400 };
        for number in 0..100 {
            log.write(&line(&format!("number {number}")));
        }
        let names: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap).collect();
        assert_eq!(names.len(), 10);
        assert!(names.iter().all(|file| file.metadata().unwrap().len() <= 400));
        let newest = std::fs::read_to_string(log.path(0)).unwrap();
        assert!(newest.contains("number 99") && !newest.contains("number 90"), "{newest}");
        let oldest = std::fs::read_to_string(log.path(9)).unwrap();
        assert!(!oldest.contains("number 0\""), "{oldest}");
    }

    #[test]
    fn what_is_kept_is_one_line_without_secrets() {
        let mut config = Config::default();
        config.flex.token = "5551234567".into();
        assert_eq!(plain("token 5551234567\n is  wrong", &config), "token … is wrong");
        assert_eq!(plain(&"é".repeat(2000), &config).chars().count(), 1001);
    }
}
