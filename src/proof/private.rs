//! What never leaves the owner's computer: the seed of all salts and nonces.

use std::path::Path;
use std::str::FromStr;

use crate::config::open_to_others;
use crate::error::{Error, Place, Result};
use crate::record::store::write_atomically;
use crate::site_dir::SiteDir;

/// 32 bytes from which every salt and nonce follows. Whoever has it can try values against commitments.
#[derive(Clone, PartialEq, Eq)]
pub struct Seed([u8; 32]);

impl Seed {
    /// A new one, from the system's random numbers.
    ///
    /// # Errors
    /// The system has none.
    pub fn random() -> Result<Self> {
        random().map(Self)
    }

    /// Reads the one of a site.
    ///
    /// # Errors
    /// There is none, or it is damaged: nothing can be recorded without it.
    pub fn read(site: &SiteDir) -> Result<Self> {
        let path = site.proof_seed();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(lost(&path, "is not there")),
            Err(error) => return Err(Error::io("read the seed of the proof", &path, error)),
        };
        text.trim_end().parse().map_err(|()| lost(&path, "is damaged"))
    }

    /// Keeps it, for nobody else to read.
    ///
    /// # Errors
    /// A folder that cannot be written to.
    pub fn write(&self, site: &SiteDir) -> Result<()> {
        write_atomically(&site.proof_seed(), format!("{}\n", hex::encode(self.0)).as_bytes(), true)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl FromStr for Seed {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        // As many digits as a digest has.
        let digest: crate::digest::Digest = text.parse().map_err(|_| ())?;
        digest.as_ref().try_into().map(Self).map_err(|_| ())
    }
}

/// Random bytes of the system.
///
/// # Errors
/// It has none.
pub fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    let random = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut bytes).map_err(|_| Error::internal("the system has no random numbers"))?;
    Ok(bytes)
}

fn lost(path: &Path, what: &str) -> Error {
    Error::data(format!("the seed of the proof {what}, and without it nothing can be recorded or opened"))
        .at(Place::file(path))
        .hint("restore it from a backup; docs/proof.md says what to do where there is none")
}

/// Whether others on this computer can read what is private.
pub fn is_readable_by_others(site: &SiteDir) -> bool {
    open_to_others(&site.proof_seed()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_is_kept_for_its_owner_alone_and_comes_back_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        let seed = Seed::random().unwrap();
        assert!(seed != Seed::random().unwrap());
        seed.write(&site).unwrap();
        assert!(Seed::read(&site).unwrap() == seed);
        assert!(!is_readable_by_others(&site));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
            assert_eq!(mode(&site.proof_seed()), 0o600);
            std::fs::set_permissions(site.proof_seed(), std::fs::Permissions::from_mode(0o644)).unwrap();
            assert!(is_readable_by_others(&site));
        }
    }

    #[test]
    fn a_seed_that_is_lost_or_damaged_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().unwrap();
        let site = SiteDir::new(folder.path());
        assert!(Seed::read(&site).err().unwrap().message().contains("is not there"));
        std::fs::create_dir_all(site.proof_private()).unwrap();
        std::fs::write(site.proof_seed(), "00ff\n").unwrap();
        let error = Seed::read(&site).err().unwrap();
        assert!(error.message().contains("is damaged") && error.next_step().unwrap().contains("backup"));
    }
}
