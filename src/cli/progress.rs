//! How far a collection is, what it waits for and how long it has: bars on a terminal, plain lines elsewhere.

use std::io::IsTerminal;
use std::sync::Mutex;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

use super::plain::is_plain;
use super::terminal::Terminal;
use crate::collect::progress::Progress;

/// Shows progress on standard error.
pub struct Shown<'a> {
    terminal: &'a Terminal,
    bars: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl<'a> Shown<'a> {
    /// Progress bars if standard error is a terminal and output is not quiet.
    pub fn new(terminal: &'a Terminal) -> Self {
        let bars = std::io::stderr().is_terminal() && !terminal.is_quiet();
        Self { terminal, bars, bar: Mutex::new(None) }
    }

    fn with_bar(&self, act: impl FnOnce(&mut Option<ProgressBar>)) {
        // A thread that panicked while drawing leaves nothing behind that could be wrong.
        act(&mut self.bar.lock().unwrap_or_else(std::sync::PoisonError::into_inner));
    }
}

impl Progress for Shown<'_> {
    fn begin(&self, stage: &str, steps: usize) {
        if !self.bars {
            self.terminal.detail(format!("{stage} ..."));
            return;
        }
        self.end();
        let form = if steps > 0 {
            "{prefix:<12} {bar:30} {pos}/{len} {elapsed:>4} {msg}"
        } else {
            "{prefix:<12} {spinner} {elapsed:>4} {msg}"
        };
        let style = ProgressStyle::with_template(form).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::new(u64::try_from(steps).unwrap_or_default());
        bar.set_style(if is_plain() {
            style.progress_chars("=> ").tick_chars("|/-\\ ")
        } else {
            style.progress_chars("━╸ ")
        });
        bar.set_prefix(stage.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        self.with_bar(|shown| *shown = Some(bar));
    }

    fn wait_for(&self, what: &str) {
        if self.bars {
            self.with_bar(|shown| {
                if let Some(bar) = shown {
                    bar.set_message(format!("waiting for {what}"));
                }
            });
        } else {
            self.terminal.detail(format!("waiting for {what}"));
        }
    }

    fn step(&self, what: &str) {
        if self.bars {
            self.with_bar(|shown| {
                if let Some(bar) = shown {
                    bar.set_message(what.to_owned());
                    bar.inc(1);
                }
            });
        } else {
            self.terminal.detail(what);
        }
    }

    fn say(&self, words: &str) {
        self.with_bar(|shown| match shown {
            Some(bar) => bar.suspend(|| self.terminal.say(words)),
            None => self.terminal.say(words),
        });
    }

    fn end(&self) {
        self.with_bar(|shown| {
            if let Some(bar) = shown.take() {
                bar.finish_and_clear();
            }
        });
    }
}
