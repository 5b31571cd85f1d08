//! Mail, over TLS alone: on port 465 from the first byte, on any other after STARTTLS, which the server has to offer.

use std::sync::mpsc::channel;

use lettre::message::header::ContentType;
use lettre::message::{Attachment, Mailbox, MultiPart, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{SmtpTransport, Transport};

use super::message::Message;
use super::{LIMIT, Refusal};
use crate::config::{Alert, Config};
use crate::site_dir::SiteDir;

/// The port on which TLS begins with the first byte.
const WRAPPED: u16 = 465;

/// Sends a message once.
///
/// # Errors
/// Why it did not arrive.
pub fn send(alert: &Alert, config: &Config, site: &SiteDir, message: &Message) -> Result<(), Refusal> {
    let tls = tls(alert, site)?;
    let tls = if alert.port == WRAPPED { Tls::Wrapper(tls) } else { Tls::Required(tls) };
    let mut builder = SmtpTransport::builder_dangerous(&alert.server).port(alert.port).tls(tls).timeout(Some(LIMIT));
    if !alert.user.is_empty() {
        let password = config.secret(&alert.name).ok_or_else(|| super::forms::missing(&alert.name))?;
        builder = builder.credentials(Credentials::new(alert.user.clone(), password.expose().to_owned()));
    }
    let mail = mail(alert, message)?;
    let transport = builder.build();
    let (said, heard) = channel();
    std::thread::spawn(move || {
        // Whoever sent it may have given up by now.
        let _ = said.send(transport.send(&mail));
    });
    // Each answer has its own limit, and a server that gives none is also asked to say goodbye: all of it has one.
    match heard.recv_timeout(LIMIT) {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(refusal(&error, alert)),
        Err(_) => Err(Refusal::passing(format!("{}:{} gave no answer in time", alert.server, alert.port))),
    }
}

fn tls(alert: &Alert, site: &SiteDir) -> Result<TlsParameters, Refusal> {
    let mut builder = TlsParameters::builder(alert.server.clone());
    if let Some(path) = &alert.certificate {
        let wrong = |why: String| {
            Refusal::last(format!(
                "the certificate {path} cannot be used ({why}); it is a PEM file below the site's folder"
            ))
        };
        let pem = std::fs::read(site.root().join(path)).map_err(|error| wrong(error.to_string()))?;
        builder =
            builder.add_root_certificate(Certificate::from_pem(&pem).map_err(|error| wrong(error.to_string()))?);
    }
    builder.build().map_err(|error| {
        Refusal::last(format!("cannot prepare secure connections ({error}); install this system's root certificates"))
    })
}

fn mail(alert: &Alert, message: &Message) -> Result<lettre::Message, Refusal> {
    let address = |text: &str| {
        text.parse::<Mailbox>().map_err(|_| {
            Refusal::last(format!("`{text}` is not an address of mail; correct it in config/config.toml"))
        })
    };
    let mut mail = lettre::Message::builder().from(address(&alert.from)?).subject(&message.title);
    for recipient in &alert.recipients {
        mail = mail.to(address(recipient)?);
    }
    let link = message.link.as_ref().map(|link| format!("\n\n{link}")).unwrap_or_default();
    let text = SinglePart::plain(format!("{}{link}\n", message.text));
    let made = match &message.file {
        None => mail.singlepart(text),
        Some((name, content)) => {
            let kind = ContentType::parse("application/pdf").map_err(|error| Refusal::last(error.to_string()))?;
            let file = Attachment::new(name.clone()).body(content.clone(), kind);
            mail.multipart(MultiPart::mixed().singlepart(text).singlepart(file))
        }
    };
    made.map_err(|error| Refusal::last(format!("no mail can be made of it: {error}")))
}

/// What kept a mail from being taken, in words that help. The server's own words may be in it, a password never.
fn refusal(error: &lettre::transport::smtp::Error, alert: &Alert) -> Refusal {
    let mut words = error.to_string();
    let mut cause: &dyn std::error::Error = error;
    while let Some(inner) = cause.source() {
        let inner_words = inner.to_string();
        if !words.contains(&inner_words) {
            words = format!("{words}: {inner_words}");
        }
        cause = inner;
    }
    let place = format!("{}:{}", alert.server, alert.port);
    if error.is_permanent() {
        return Refusal::last(format!(
            "{place} does not take the mail ({words}); look at `user`, its password and the addresses"
        ));
    }
    if words.contains("STARTTLS") {
        return Refusal::last(format!(
            "{place} offers no STARTTLS, and nothing is sent that others can read; use the port for TLS, most often 465, or another server"
        ));
    }
    if error.is_tls() || words.contains("certificate") {
        return Refusal::last(format!(
            "{place} cannot prove who it is ({words}); correct `server`, or name its certificate in `certificate`"
        ));
    }
    Refusal::passing(format!("{place} did not take the mail ({words})"))
}
