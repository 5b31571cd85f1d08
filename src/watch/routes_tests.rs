use std::collections::BTreeSet;

use http_body_util::BodyExt;
use tokio::sync::watch;

use super::*;
use crate::site::Files;
use crate::watch::desk::Desks;

fn site() -> Files {
    let html = |text: &str| format!("<html><head></head><body>{text}</body></html>").into();
    Files::from([
        ("index.html".into(), html("front")),
        ("404.html".into(), html("nothing here")),
        ("über mich/index.html".into(), html("me")),
        ("style.css".into(), "p {}".to_owned().into()),
        ("data/daily.csv".into(), "a,b".to_owned().into()),
    ])
}

fn now(files: Option<Files>, failure: Option<&str>) -> Generation {
    let (files, failure) = (files.map(Arc::new), failure.map(str::to_owned));
    Generation { number: 3, files, changed: Some(BTreeSet::new()), failure, ..Generation::default() }
}

/// What a request is answered: the status, the headers and the text.
fn asked(generation: Generation, method: &str, path: &str, headers: &[(&str, &str)]) -> (u16, HeaderMap, String) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("content")).unwrap();
        std::fs::write(folder.path().join("content/about.md"), "one").unwrap();
        let (_sender, current) = watch::channel(Arc::new(generation));
        let (wake, _woken) = std::sync::mpsc::channel();
        let (notice, mut noticed) = tokio::sync::mpsc::unbounded_channel();
        let desks = Arc::new(Desks::default());
        let shared = Arc::new(Shared::new(current, desks, wake, notice, false, folder.path().to_path_buf()));
        let mut request = Request::builder().method(method).uri(path);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = respond(&request.body(()).unwrap(), &shared).await;
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        let text = match answer.into_body() {
            Either::Left(whole) => whole.collect().await.unwrap().to_bytes(),
            Either::Right(mut stream) => stream.frame().await.unwrap().unwrap().into_data().unwrap(),
        };
        let mut text = String::from_utf8(text.to_vec()).unwrap();
        if let Ok(Notice::Place(place)) = noticed.try_recv() {
            text += &format!("[{place}]");
        }
        (status, headers, text)
    })
}

const HERE: (&str, &str) = ("host", "127.0.0.1:1111");

fn got(path: &str) -> (u16, String) {
    let (status, _, text) = asked(now(Some(site()), None), "GET", path, &[HERE]);
    (status, text)
}

#[test]
fn pages_come_with_the_client_and_files_as_they_are() {
    let (status, text) = got("/");
    assert_eq!(status, 200);
    assert!(text.contains("data-page=\"index.html\" data-generation=\"3\""), "{text}");
    assert!(
        text.contains("data-watch></script><script") && text.ends_with("</head><body>front</body></html>"),
        "{text}"
    );
    assert_eq!(got("/style.css"), (200, "p {}".into()));
    assert_eq!(got("/data/daily.csv?x=1"), (200, "a,b".into()));
    assert!(got("/%C3%BCber%20mich/").1.contains("data-page=\"über mich/index.html\""));
    let (status, headers, _) = asked(now(Some(site()), None), "GET", "/%C3%BCber%20mich", &[HERE]);
    assert_eq!((status, headers["location"].to_str().unwrap()), (302, "/%C3%BCber%20mich/"));
}

#[test]
fn no_path_leads_out_of_the_site() {
    for path in [
        "/../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/%2e%2e/config/local.toml",
        "//etc/passwd",
        "/data/",
        "/config/config.toml",
        "/-/",
        "/-/desk/",
        "/-/desk/2026-01/../../x",
        "/-/../style.css",
        "/\\..\\x",
        "/%00",
    ] {
        let (status, text) = got(path);
        assert_eq!(status, 404, "{path}: {text}");
        assert!(text.contains("nothing here"), "{path}: {text}");
    }
}

#[test]
fn only_this_computer_is_answered() {
    let with_host = |host: &str| asked(now(Some(site()), None), "GET", "/", &[("host", host)]).0;
    for host in ["127.0.0.1:1111", "localhost:9", "localhost", "LOCALHOST", "[::1]:1111"] {
        assert_eq!(with_host(host), 200, "{host}");
    }
    for host in ["evil.example", "evil.example:1111", "127.0.0.1.evil.example", "localhost:x", "", "[::2]"] {
        assert_eq!(with_host(host), 403, "{host}");
    }
    assert_eq!(asked(now(Some(site()), None), "GET", "/", &[]).0, 403);
}

#[test]
fn an_error_is_in_the_stream_and_the_last_good_page_stays() {
    let failed = || now(Some(site()), Some("<h2>wrong</h2>"));
    assert!(asked(failed(), "GET", "/", &[HERE]).2.contains("front"));
    let (_, headers, event) = asked(failed(), "GET", "/-/events", &[HERE]);
    assert_eq!(headers["content-type"], "text/event-stream");
    assert!(event.starts_with("id: 3\ndata: ") && event.contains("\"failure\":\"<h2>wrong</h2>\""), "{event}");

    let (status, _, text) = asked(now(None, Some("x")), "GET", "/months/", &[HERE]);
    assert_eq!(status, 503);
    assert!(text.contains("/-/watch.js"), "{text}");
}

#[test]
fn a_report_that_cannot_be_typeset_is_not_waited_for() {
    let failed = || Generation { reports: Reports::Failed("no font".into()), ..now(Some(site()), None) };
    let (status, _, text) = asked(failed(), "GET", "/months/2026-01.pdf", &[HERE]);
    assert_eq!((status, text.as_str()), (503, "no font\n"));
    let mut files = site();
    files.insert("months/2026-01.pdf".into(), "before".to_owned().into());
    let before = Generation { files: Some(Arc::new(files)), ..failed() };
    assert_eq!(asked(before, "GET", "/months/2026-01.pdf", &[HERE]).2, "before");
    assert_eq!(asked(failed(), "GET", "/months/x.html", &[HERE]).0, 404);
}

#[test]
fn only_own_pages_can_ask_where_a_block_was_written() {
    let own = ("origin", "http://127.0.0.1:1111");
    let open = |place: &str, headers: &[(&str, &str)]| {
        let (status, _, text) = asked(now(Some(site()), None), "POST", &format!("/-/open?place={place}"), headers);
        (status, text)
    };
    assert_eq!(open("about.md:7", &[HERE, own]), (204, "[content/about.md:7]".into()));
    assert_eq!(open("about.md%3A7", &[HERE, own]).0, 204);
    assert_eq!(open("other.md:7", &[HERE, own]).0, 404);
    assert_eq!(open("..%2Fconfig%2Flocal.toml:1", &[HERE, own]).0, 404);
    assert_eq!(open("about.md:7", &[HERE]).0, 403);
    assert_eq!(open("about.md:7", &[HERE, ("origin", "http://evil.example")]).0, 403);
    assert_eq!(open("about.md:7", &[HERE, ("origin", "null")]).0, 403);
    assert_eq!(asked(now(Some(site()), None), "POST", "/", &[HERE, own]).0, 405);
    assert_eq!(asked(now(Some(site()), None), "DELETE", "/style.css", &[HERE, own]).0, 405);
}

#[test]
fn the_desk_shows_page_and_report() {
    let (status, headers, page) = asked(now(Some(site()), None), "GET", "/-/desk/2026-01", &[HERE]);
    assert_eq!(status, 200);
    assert!(headers["content-security-policy"].to_str().unwrap().contains("frame-src 'self'"));
    assert!(page.contains("src=\"/months/2026-01/index.html\""), "{page}");
    assert_eq!(got("/-/desk/2026-13").0, 404);
    assert_eq!(got("/-/desk/2026-01/abc.png").0, 404);
}
