//! The signatures of time stamps, checked by `openssl`.

use std::path::Path;
use std::process::Command;

use chrono::{DateTime, Utc};

use super::super::signing::temporary;
use super::super::stamps::files;
use super::token::Token;
use crate::error::Result;

/// What `openssl` says to the signature of a time stamp.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// It holds today.
    Holds,
    /// It held when it was made; its certificates have expired since.
    Held,
    /// It does not, and why.
    Fails(String),
    /// There is no `openssl`.
    NotThere,
}

/// The certificates that vouch for authorities.
pub struct Vouching {
    /// How many files there are.
    pub count: usize,
    /// All of them in one, as openssl takes them.
    together: tempfile::NamedTempFile,
}

impl Vouching {
    /// Those in a folder `tsa/`; `None` where there is none.
    ///
    /// # Errors
    /// A file that cannot be read, or a temporary one that cannot be written.
    pub fn read(folder: &Path) -> Result<Option<Self>> {
        let certificates = files(folder, |name| name.ends_with(".pem"))?;
        if certificates.is_empty() {
            return Ok(None);
        }
        let together: Vec<u8> =
            certificates.iter().flat_map(|(_, bytes)| bytes.iter().chain(b"\n")).copied().collect();
        Ok(Some(Self { count: certificates.len(), together: temporary(&together)? }))
    }

    /// What openssl says to the token in a file.
    pub fn say(&self, file: &Path, token: &Token) -> Said {
        let now = asked(file, token, self.together.path(), None);
        let Said::Fails(_) = &now else { return now };
        match asked(file, token, self.together.path(), Some(token.time)) {
            Said::Holds => Said::Held,
            _ => now,
        }
    }

    /// The same to an answer that is in no file yet.
    ///
    /// # Errors
    /// A temporary file that cannot be written.
    pub fn say_of_answer(&self, bytes: &[u8], token: &Token) -> Result<Said> {
        Ok(self.say(temporary(bytes)?.path(), token))
    }
}

fn asked(file: &Path, token: &Token, certificates: &Path, at: Option<DateTime<Utc>>) -> Said {
    let mut command = Command::new("openssl");
    command.args(["ts", "-verify", "-digest", &token.imprint.to_string(), "-in"]).arg(file);
    command.arg("-CAfile").arg(certificates);
    if let Some(at) = at {
        command.args(["-attime", &at.timestamp().to_string()]);
    }
    match command.output() {
        Ok(output) if output.status.success() => Said::Holds,
        Ok(output) => Said::Fails(reason(&String::from_utf8_lossy(&output.stderr))),
        Err(_) => Said::NotThere,
    }
}

/// The reason that openssl names last: `40D7:error:1780:time stamp routines:check:message imprint mismatch:file.c:508:`, and more after that.
fn reason(words: &str) -> String {
    let last = words.lines().rfind(|line| line.contains(":error:")).unwrap_or(words).trim();
    let parts: Vec<&str> = last.split(':').collect();
    match (parts.get(5), parts.get(9)) {
        (Some(reason), Some(more)) if !more.is_empty() => format!("{reason}, {}", more.trim()),
        (Some(reason), _) => (*reason).to_owned(),
        (None, _) => last.chars().take(200).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reason_is_told_without_places_in_the_source() {
        let imprint = "Using configuration from x\n40D7:error:17800067:time stamp routines:ts_check_imprints:message imprint mismatch:../crypto/ts/ts_rsp_verify.c:508:\n";
        assert_eq!(reason(imprint), "message imprint mismatch");
        let issuer = "4047:error:17800064:time stamp routines:ts_verify_cert:certificate verify error:../crypto/ts/ts_rsp_verify.c:188:Verify error:unable to get local issuer certificate\n";
        assert_eq!(reason(issuer), "certificate verify error, unable to get local issuer certificate");
        assert_eq!(reason("usage"), "usage");
    }
}
