//! What each service wants to be asked.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use sha2::Sha256;

use super::Refusal;
use super::message::{Message, State, cut};
use crate::config::{Alert, Config, Service, is_secure};

/// What is sent: where to, with which header fields, and what.
#[derive(Debug, Clone)]
pub struct Request {
    /// The address; it may be a secret.
    pub url: Url,
    /// The header fields.
    pub headers: HeaderMap,
    /// The content.
    pub body: Vec<u8>,
}

/// The request that carries a message by a service.
///
/// # Errors
/// A secret that is missing or is no address.
pub fn request(service: Service, alert: &Alert, config: &Config, message: &Message) -> Result<Request, Refusal> {
    let secret = |suffix: &str| {
        let name = format!("{}{suffix}", alert.name);
        config.secret(&name).map(|secret| secret.expose().to_owned()).ok_or_else(|| missing(&name))
    };
    let server = |usual: &str| if alert.server.is_empty() { usual.to_owned() } else { alert.server.clone() };
    match service {
        Service::Ntfy => ntfy(
            &secret("")?,
            config.secret(&format!("{}_token", alert.name)).map(crate::config::Secret::expose),
            message,
        ),
        Service::Discord => {
            let content = message.within(2000);
            json_to(&secret("")?, &json!({ "content": content, "allowed_mentions": { "parse": [] } }))
        }
        Service::Slack => {
            let escaped = |text: String| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            json_to(&secret("")?, &json!({ "text": escaped(message.within(4000)) }))
        }
        Service::Telegram => {
            let address = format!("{}/bot{}/sendMessage", server("https://api.telegram.org"), secret("")?);
            let text = message.within(4096);
            json_to(
                &address,
                &json!({ "chat_id": alert.chat.trim(), "text": text, "link_preview_options": { "is_disabled": true } }),
            )
        }
        Service::Pushover => {
            let address = format!("{}/1/messages.json", server("https://api.pushover.net"));
            let text = cut(&message.text, message.link.as_deref(), 1024);
            json_to(
                &address,
                &json!({
                    "token": secret("")?, "user": secret("_user")?, "title": cut(&message.title, None, 250), "message": text,
                    "priority": i32::from(message.state == State::Problem), "url": message.link,
                }),
            )
        }
        Service::Webhook => webhook(
            &secret("")?,
            config.secret(&format!("{}_key", alert.name)).map(crate::config::Secret::expose),
            config,
            message,
        ),
        Service::Email => Err(Refusal::last("mail goes by another way")),
    }
}

pub(super) fn missing(name: &str) -> Refusal {
    let variable = name.to_ascii_uppercase().replace('-', "_");
    Refusal::last(format!(
        "its secret is missing: write `{name} = \"...\"` under `[secrets]` in config/local.toml, or set TRACKRECORD_SECRETS_{variable}"
    ))
}

/// The address, if a secret may be sent there.
fn address(text: &str) -> Result<Url, Refusal> {
    let url = Some(text).filter(|text| is_secure(text)).and_then(|text| Url::parse(text).ok());
    url.ok_or_else(|| {
        Refusal::last(
            "its address must be whole and start with https://; correct it under `[secrets]` in config/local.toml",
        )
    })
}

fn json_to(to: &str, body: &Value) -> Result<Request, Refusal> {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    Ok(Request { url: address(to)?, headers, body: body.to_string().into_bytes() })
}

fn ntfy(to: &str, token: Option<&str>, message: &Message) -> Result<Request, Refusal> {
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| {
        // Line breaks would end the header; ntfy reads UTF-8 in it.
        let line: String = value.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect();
        if let Ok(value) = HeaderValue::from_bytes(line.as_bytes()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put("title", &cut(&message.title, None, 250));
    put("priority", if message.state == State::Problem { "4" } else { "3" });
    if let Some(link) = &message.link {
        put("click", link);
    }
    if let Some(token) = token
        && let Ok(mut value) = HeaderValue::from_str(&format!("Bearer {token}"))
    {
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    // It takes 4,096 bytes; a letter of any script has four at most.
    let mut most = 4000;
    let mut text = cut(&message.text, message.link.as_deref(), most);
    while text.len() > 4096 {
        most -= 500;
        text = cut(&message.text, message.link.as_deref(), most);
    }
    Ok(Request { url: address(to)?, headers, body: text.into_bytes() })
}

/// JSON of a documented form, signed where there is a key for it.
fn webhook(to: &str, key: Option<&str>, config: &Config, message: &Message) -> Result<Request, Refusal> {
    let body = json!({
        "schema": 1,
        "site": config.site.title,
        "state": message.state.name(),
        "rule": message.rule,
        "event": message.event,
        "since": message.since,
        "title": message.title,
        "text": message.text,
        "link": message.link,
    });
    let mut request = json_to(to, &body)?;
    if let Some(key) = key {
        let value = format!("sha256={}", signature(key.as_bytes(), &request.body));
        let value = HeaderValue::from_str(&value).map_err(|_| Refusal::last("its signature is no header"))?;
        request.headers.insert(HeaderName::from_static("x-trackrecord-signature"), value);
    }
    Ok(request)
}

/// HMAC-SHA256 of a content, in hexadecimal digits.
pub fn signature(key: &[u8], content: &[u8]) -> String {
    // HMAC takes keys of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return String::new() };
    mac.update(content);
    hex::encode(mac.finalize().into_bytes())
}

#[cfg(test)]
#[path = "forms_tests.rs"]
mod tests;
