//! One build of a site at a time: `public/` belongs to whoever makes it or hands it on.

use std::fs::{File, TryLockError};
use std::time::{Duration, Instant};

use crate::site_dir::SiteDir;
use crate::{Error, Place, Result};

/// How long another build is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// Held while `public/` must stay as it is.
#[derive(Debug)]
pub struct Lock {
    _file: Option<File>,
}

impl Lock {
    /// Waits for other builds of the site. Where `.cache/` cannot be written there is none to wait for: nothing is held.
    ///
    /// # Errors
    /// Another one that goes on and on.
    pub fn take(site: &SiteDir) -> Result<Self> {
        Self::take_within(site, PATIENCE)
    }

    fn take_within(site: &SiteDir, patience: Duration) -> Result<Self> {
        let path = site.cache().join("lock");
        let open = || {
            std::fs::create_dir_all(site.cache())?;
            File::options().create(true).truncate(false).write(true).open(&path)
        };
        let Ok(file) = open() else { return Ok(Self { _file: None }) };
        let give_up = Instant::now() + patience;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Self { _file: Some(file) }),
                Err(TryLockError::WouldBlock) if Instant::now() < give_up => {
                    std::thread::sleep(Duration::from_millis(20));
                }
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::busy("another trackrecord is building or publishing this site")
                        .at(Place::file(site.root()))
                        .hint("wait until it is done, then run this again"));
                }
                // Some network drives have no locks.
                Err(TryLockError::Error(_)) => return Ok(Self { _file: None }),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_build_waits_for_the_first_and_gives_up_in_the_end() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        let first = Lock::take(&site).unwrap();
        let error = Lock::take_within(&site, Duration::from_millis(50)).unwrap_err();
        assert_eq!(error.kind(), crate::error::ErrorKind::Busy);
        let waiting = std::thread::spawn({
            let site = site.clone();
            move || Lock::take(&site).map(drop)
        });
        drop(first);
        waiting.join().unwrap().unwrap();
    }

    #[test]
    fn where_nothing_can_be_written_nothing_is_held() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(".cache"), "a file").unwrap();
        assert!(Lock::take(&SiteDir::new(folder.path())).is_ok());
    }
}
