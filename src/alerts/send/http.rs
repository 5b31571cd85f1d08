//! Requests to services: never followed to another address, never without an end, and never shown.

use chrono::Utc;
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use super::forms::Request;
use super::{LIMIT, Refusal};
use crate::collect::http::{Answer, Failure, builder};

/// So much of an answer is read.
const ENOUGH: usize = 64 << 10;

/// Sends a request once.
///
/// # Errors
/// No answer, or another one than yes.
pub fn post(request: Request) -> Result<(), Refusal> {
    let Request { url, headers, body } = request;
    asked(&url, |client| client.post(url.clone()).headers(headers).body(body))
}

/// Asks an address once.
///
/// # Errors
/// As [`post`].
pub fn ask(url: Url) -> Result<(), Refusal> {
    asked(&url, |client| client.get(url.clone()))
}

fn asked(url: &Url, request: impl FnOnce(&Client) -> reqwest::RequestBuilder) -> Result<(), Refusal> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Refusal::last(format!("cannot wait for sockets: {error}")))?;
    let client = client(url)?;
    let answer = runtime.block_on(answer(request(&client)));
    verdict(&answer.map_err(|failure| Refusal::passing(failure.to_string()))?)
}

fn client(url: &Url) -> Result<Client, Refusal> {
    let builder = builder(url).user_agent("trackrecord").redirect(Policy::none()).timeout(LIMIT);
    builder.build().map_err(|error| {
        Refusal::last(format!(
            "cannot prepare secure connections ({}); install this system's root certificates",
            error.without_url()
        ))
    })
}

async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, Failure> {
    let mut response = request.send().await?;
    let mut answer =
        Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: Vec::new() };
    while let Some(part) = response.chunk().await? {
        answer.body.extend_from_slice(&part);
        if answer.body.len() > ENOUGH {
            break;
        }
    }
    Ok(answer)
}

/// Whether the service has taken it.
fn verdict(answer: &Answer) -> Result<(), Refusal> {
    let said = said(answer);
    match answer.status {
        200..=299 => Ok(()),
        300..=399 => Err(Refusal::last(
            "its address leads on to another one, which is not followed; write the final address under `[secrets]`",
        )),
        429 => Err(Refusal {
            wait: answer.retry_after(Utc::now()).or_else(|| patience(&answer.body)),
            ..Refusal::passing(format!("the service was asked too often{said}"))
        }),
        401 | 403 => {
            Err(Refusal::last(format!("the service does not accept the token{said}; correct it under `[secrets]`")))
        }
        404 | 410 => {
            Err(Refusal::last(format!("the service does not know the address{said}; correct it under `[secrets]`")))
        }
        status if answer.is_temporary() => Err(Refusal {
            wait: answer.retry_after(Utc::now()),
            ..Refusal::passing(format!("the service answered {status}{said}"))
        }),
        status => Err(Refusal::last(format!("the service answered {status}{said}"))),
    }
}

/// The seconds that Discord and Telegram name in the content.
fn patience(body: &[u8]) -> Option<std::time::Duration> {
    let value: serde_json::Value = serde_json::from_slice(body).ok()?;
    let seconds = value.get("retry_after").or_else(|| value.get("parameters")?.get("retry_after"))?.as_f64()?;
    std::time::Duration::try_from_secs_f64(seconds).ok()
}

/// What a service says about a message that it does not take.
fn said(answer: &Answer) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(&answer.body).ok();
    let words = ["description", "message", "error"]
        .iter()
        .find_map(|key| Some(value.as_ref()?.get(*key)?.as_str()?.chars().take(200).collect::<String>()));
    words.map_or(String::new(), |words| format!(": {words}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(status: u16, body: &str) -> Answer {
        Answer { status, headers: reqwest::header::HeaderMap::new(), body: body.into() }
    }

    #[test]
    fn what_a_service_says_is_understood() {
        assert_eq!(verdict(&answer(204, "")), Ok(()));
        let moved = verdict(&answer(302, "")).unwrap_err();
        assert!(!moved.is_temporary && moved.words.contains("not followed"));
        let discord = verdict(&answer(429, r#"{"message":"slow down","retry_after":1.5}"#)).unwrap_err();
        assert_eq!(discord.wait, Some(std::time::Duration::from_millis(1500)));
        assert!(discord.words.ends_with(": slow down"));
        let telegram = verdict(&answer(429, r#"{"ok":false,"parameters":{"retry_after":7}}"#)).unwrap_err();
        assert_eq!(telegram.wait, Some(std::time::Duration::from_secs(7)));
        assert!(verdict(&answer(503, "")).unwrap_err().is_temporary);
        let wrong = verdict(&answer(400, r#"{"description":"chat not found"}"#)).unwrap_err();
        assert!(!wrong.is_temporary && wrong.words == "the service answered 400: chat not found");
        let huge = verdict(&answer(429, r#"{"retry_after":1e300}"#)).unwrap_err();
        assert_eq!(huge.wait, None);
    }
}
