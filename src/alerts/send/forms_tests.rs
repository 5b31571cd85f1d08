use super::*;

fn config() -> Config {
    let mut config = Config::default();
    for (name, value) in [
        ("phone", "https://example.org/topic-4711"),
        ("phone_token", "tk_secret"),
        ("bot", "123:secret"),
        ("push", "app-token"),
        ("push-user", "user-key"),
        ("hook", "https://example.org/hook"),
        ("hook-key", "key"),
    ] {
        config.secrets.insert(name.into(), value.into());
    }
    config
}

fn alert(name: &str) -> Alert {
    Alert { name: name.to_owned(), chat: "42".to_owned(), ..Alert::default() }
}

fn message(text: &str) -> Message {
    Message {
        state: State::Problem,
        rule: "failed",
        event: "failed:daily".to_owned(),
        since: "2026-01-27T21:20:00Z".parse().unwrap(),
        title: "daily has failed twice".to_owned(),
        text: text.to_owned(),
        link: Some("https://record.example.org/".to_owned()),
        file: None,
    }
}

fn body(request: &Request) -> Value {
    serde_json::from_slice(&request.body).unwrap()
}

#[test]
fn ntfy_has_a_title_and_a_priority_in_its_header() {
    let mut message = message("log in");
    message.title = "Zürich\nfailed".to_owned();
    let request = request(Service::Ntfy, &alert("phone"), &config(), &message).unwrap();
    assert_eq!(request.url.as_str(), "https://example.org/topic-4711");
    assert_eq!(request.headers["title"].as_bytes(), "Zürich failed".as_bytes());
    assert_eq!(request.headers["priority"], "4");
    assert_eq!(request.headers["authorization"], "Bearer tk_secret");
    assert_eq!(request.body, b"log in");
    let long = self::message(&"日".repeat(9000));
    let long = super::request(Service::Ntfy, &alert("phone"), &config(), &long).unwrap();
    assert!(long.body.len() <= 4096 && String::from_utf8(long.body).unwrap().ends_with("example.org/"));
}

#[test]
fn discord_and_telegram_are_sent_no_more_than_they_take_and_nobody_is_mentioned() {
    let long = message(&format!("@everyone {}", "x".repeat(9000)));
    let discord = body(&request(Service::Discord, &alert("hook"), &config(), &long).unwrap());
    let content = discord["content"].as_str().unwrap();
    assert_eq!(content.chars().count(), 2000);
    assert!(content.ends_with("… https://record.example.org/"));
    assert_eq!(discord["allowed_mentions"], json!({ "parse": [] }));
    let telegram = request(Service::Telegram, &alert("bot"), &config(), &long).unwrap();
    assert_eq!(telegram.url.as_str(), "https://api.telegram.org/bot123:secret/sendMessage");
    assert_eq!(body(&telegram)["text"].as_str().unwrap().chars().count(), 4096);
    assert_eq!(body(&telegram)["chat_id"], "42");
}

#[test]
fn slack_reads_no_markup_in_it() {
    let slack = body(&request(Service::Slack, &alert("hook"), &config(), &message("<!channel> a & b")).unwrap());
    assert!(slack["text"].as_str().unwrap().ends_with("&lt;!channel&gt; a &amp; b"), "{slack}");
}

#[test]
fn pushover_gets_both_keys() {
    let request = request(Service::Pushover, &alert("push"), &config(), &message("x")).unwrap();
    assert_eq!(request.url.as_str(), "https://api.pushover.net/1/messages.json");
    let body = body(&request);
    assert_eq!(
        (&body["token"], &body["user"], &body["priority"]),
        (&json!("app-token"), &json!("user-key"), &json!(1))
    );
}

/// `printf '%s' BODY | openssl dgst -sha256 -hmac key`; the pair of RFC 4231, test case 2.
#[test]
fn a_webhook_is_signed() {
    let request = request(Service::Webhook, &alert("hook"), &config(), &message("x")).unwrap();
    let expected = format!("sha256={}", signature(b"key", &request.body));
    assert_eq!(request.headers["x-trackrecord-signature"], expected.as_str());
    assert_eq!(
        signature(b"Jefe", b"what do ya want for nothing?"),
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    );
    let body = body(&request);
    assert_eq!((&body["schema"], &body["state"], &body["rule"]), (&json!(1), &json!("problem"), &json!("failed")));
    assert_eq!((&body["event"], &body["since"]), (&json!("failed:daily"), &json!("2026-01-27T21:20:00Z")));
}

#[test]
fn a_secret_that_is_missing_or_would_be_sent_openly_is_refused_and_not_repeated() {
    let refusal = request(Service::Discord, &alert("my-phone"), &config(), &message("x")).unwrap_err();
    assert!(refusal.words.contains("`my-phone = \"...\"`") && refusal.words.contains("TRACKRECORD_SECRETS_MY_PHONE"));
    let mut config = config();
    config.secrets.insert("open".into(), "http://example.org/secret-path".into());
    let refusal = request(Service::Slack, &alert("open"), &config, &message("x")).unwrap_err();
    assert!(refusal.words.contains("https://") && !refusal.words.contains("secret-path"), "{}", refusal.words);
}
