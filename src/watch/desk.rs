//! The desk: a month's page beside a picture of its report, which is typeset again in the background.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::body::Bytes;
use serde::Serialize;
use tokio::sync::watch;

use crate::calendar::YearMonth;
use crate::digest::sha256;
use crate::format::escape;

/// The reports that somebody looks at.
#[derive(Debug)]
pub struct Desks {
    months: Mutex<BTreeMap<YearMonth, Desk>>,
    /// Counts the changes of all of them.
    changes: watch::Sender<u64>,
}

#[derive(Debug, Default)]
struct Desk {
    /// In so many windows.
    open: usize,
    picture: Option<Picture>,
    trouble: Option<String>,
}

/// The pages of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Picture {
    digest: String,
    png: Bytes,
}

/// What a browser is told of a report.
#[derive(Serialize)]
struct Event<'a> {
    picture: Option<&'a str>,
    trouble: &'a Option<String>,
}

/// An open window; the report is forgotten with the last one.
pub struct Opened {
    desks: Arc<Desks>,
    month: YearMonth,
}

impl Default for Desks {
    fn default() -> Self {
        Self { months: Mutex::default(), changes: watch::channel(0).0 }
    }
}

impl Desks {
    /// Notes that somebody looks at a month.
    pub fn open(self: &Arc<Self>, month: YearMonth) -> Opened {
        self.months().entry(month).or_default().open += 1;
        Opened { desks: self.clone(), month }
    }

    /// The months somebody looks at.
    pub fn wanted(&self) -> Vec<YearMonth> {
        self.months().keys().copied().collect()
    }

    /// Whether nobody looks at any.
    pub fn is_empty(&self) -> bool {
        self.months().is_empty()
    }

    /// Shows a report; where it cannot be typeset, the old picture stays, with what is wrong over it.
    pub fn put(&self, month: YearMonth, picture: Result<Vec<u8>, String>) {
        let mut months = self.months();
        let Some(desk) = months.get_mut(&month) else { return };
        match picture {
            Ok(png) => {
                let picture = Some(Picture { digest: sha256(&png, 16), png: png.into() });
                if desk.picture == picture && desk.trouble.is_none() {
                    return;
                }
                (desk.picture, desk.trouble) = (picture, None);
            }
            Err(trouble) => desk.trouble = Some(trouble),
        }
        drop(months);
        self.changes.send_modify(|count| *count += 1);
    }

    /// The changes, to wait for.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.subscribe()
    }

    /// The event that says which picture there is; `None` before the report is typeset.
    pub fn event(&self, month: YearMonth) -> Option<String> {
        let months = self.months();
        let desk = months.get(&month).filter(|desk| desk.picture.is_some() || desk.trouble.is_some())?;
        let picture = desk.picture.as_ref().map(|picture| picture.digest.as_str());
        let json = serde_json::to_string(&Event { picture, trouble: &desk.trouble }).unwrap_or_default();
        Some(format!("data: {json}\n\n"))
    }

    /// The picture of a report as PNG, by its digest.
    pub fn picture(&self, month: YearMonth, digest: &str) -> Option<Bytes> {
        let months = self.months();
        let picture = months.get(&month)?.picture.as_ref().filter(|picture| picture.digest == digest)?;
        Some(picture.png.clone())
    }

    fn months(&self) -> MutexGuard<'_, BTreeMap<YearMonth, Desk>> {
        self.months.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Opened {
    fn drop(&mut self) {
        let mut months = self.desks.months();
        if let Some(desk) = months.get_mut(&self.month) {
            desk.open = desk.open.saturating_sub(1);
            if desk.open == 0 {
                months.remove(&self.month);
            }
        }
    }
}

/// The page with the month's page and its report side by side.
pub fn page(month: YearMonth) -> String {
    let name = escape(&month.in_words());
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Desk: {name}</title>\n\
         <link rel=\"stylesheet\" href=\"/-/watch.css\">\n<script src=\"/-/desk.js\" defer></script>\n</head>\n\
         <body class=\"watch-desk\" data-month=\"{month}\">\n\
         <iframe src=\"/months/{month}/index.html\" title=\"The page of {name}\"></iframe>\n\
         <main aria-label=\"The report of {name}\"><p>The report is being typeset.</p></main>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_announced_when_it_is_another_one() {
        let month: YearMonth = "2026-01".parse().unwrap();
        let desks = Arc::new(Desks::default());
        desks.put(month, Ok(b"nobody looks".to_vec()));
        assert_eq!(desks.event(month), None);

        let opened = desks.open(month);
        let mut changes = desks.changes();
        desks.put(month, Ok(b"two".to_vec()));
        assert!(changes.has_changed().unwrap());
        changes.mark_unchanged();
        let event = desks.event(month).unwrap();
        let digest = sha256(b"two", 16);
        assert!(event.contains(&digest), "{event}");
        assert_eq!(desks.picture(month, &digest).unwrap(), "two");

        desks.put(month, Ok(b"two".to_vec()));
        assert!(!changes.has_changed().unwrap());
        desks.put(month, Err("wrong".into()));
        let event = desks.event(month).unwrap();
        assert!(event.contains(&digest) && event.contains("wrong"), "{event}");

        drop(opened);
        assert_eq!(desks.wanted(), []);
        assert_eq!(desks.picture(month, &digest), None);
    }
}
