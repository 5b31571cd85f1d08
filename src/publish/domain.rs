//! The site's own domain and the address of its pages: what is configured, else what the branch has, else what GitHub gives.

use super::remote::{Remote, Tip};
use crate::config::{Config, is_domain};
use crate::error::{Error, Place, Result};
use crate::site_dir::SiteDir;

/// The file that names the site's own domain.
pub const CNAME: &str = "CNAME";

/// The domain that the branch has already.
pub fn kept(remote: &Remote, tip: Option<&Tip>) -> Result<Option<Vec<u8>>> {
    tip.and_then(|tip| tip.files.get(CNAME)).map(|content| remote.read(content)).transpose()
}

fn name_in(cname: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(cname);
    text.lines().map(str::trim).find(|line| !line.is_empty()).map(str::to_ascii_lowercase)
}

/// The content of `CNAME`, unless the site has that file already: the configured domain, else the branch's own.
pub fn file(site: &SiteDir, config: &Config, kept: Option<&[u8]>, own: Option<&[u8]>) -> Result<Option<Vec<u8>>> {
    let wanted = config.publish.cname.as_deref().map(str::to_ascii_lowercase);
    if let Some(own) = own {
        return match &wanted {
            Some(wanted) if name_in(own).as_ref() != Some(wanted) => {
                Err(Error::configuration(format!("`[publish] cname` is {wanted}, and the file names another domain"))
                    .at(Place::file(site.static_files().join(CNAME)))
                    .hint("remove one of the two"))
            }
            _ => Ok(None),
        };
    }
    Ok(match (wanted, kept) {
        (Some(wanted), Some(kept)) if name_in(kept).as_ref() == Some(&wanted) => Some(kept.to_vec()),
        (Some(wanted), _) => Some(format!("{wanted}\n").into_bytes()),
        (None, kept) => kept.map(<[u8]>::to_vec),
    })
}

/// The address of the pages where the configuration names none: the own domain's, else the one GitHub gives them.
pub fn base_url(site: &SiteDir, config: &Config, remote: &Remote, kept: Option<&[u8]>) -> Result<Option<String>> {
    if config.site.base_url.is_some() {
        return Ok(None);
    }
    let own = site.static_files().join(CNAME);
    let own =
        own.is_file().then(|| std::fs::read(&own).map_err(|cause| Error::io("read", &own, cause))).transpose()?;
    let configured = config.publish.cname.as_ref().map(|name| name.to_ascii_lowercase());
    let domain = configured.or_else(|| name_in(own.as_deref().or(kept)?)).filter(|name| is_domain(name));
    Ok(domain.map(|name| format!("https://{name}/")).or_else(|| remote.pages_address()))
}
