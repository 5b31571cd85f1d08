//! What is answered to each request: files of the site from memory, what watching needs below `/-/`, and nothing else.

use std::sync::Arc;

use http_body_util::{Either, Full};
use hyper::body::Bytes;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, Response, StatusCode};

use super::builder::Wake;
use super::events::{EventStream, stream};
use super::generation::{Generation, Reports};
use super::places::Written;
use super::server::Shared;
use super::{Notice, desk};
use crate::file_content::FileContent;
use crate::format::escape;
use crate::render::links::{decoded, encoded};

/// An answer, whole or as a stream.
pub type Answer = Response<Either<Full<Bytes>, EventStream>>;

const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// What the desk may do; pages of the site say it themselves.
const DESK_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-src 'self'; \
                           connect-src 'self'; base-uri 'none'; form-action 'none'";

/// The answer to a request.
pub async fn respond<B>(request: &Request<B>, shared: &Arc<Shared>) -> Answer {
    if !is_from_here(request.headers()) {
        return answer(
            StatusCode::FORBIDDEN,
            TEXT,
            "this site is served to this computer only: open http://127.0.0.1\n",
        );
    }
    let path = decoded(request.uri().path()).into_owned();
    let path = path.strip_prefix('/').unwrap_or(&path);
    match (request.method(), path.strip_prefix("-/")) {
        (&Method::GET | &Method::HEAD, None) => file(path, shared).await,
        (&Method::GET | &Method::HEAD, Some(own)) => match own_file(own, shared) {
            Some(answer) => answer,
            None => file(path, shared).await,
        },
        (&Method::POST, Some("open")) => open(request, shared),
        _ => answer(StatusCode::METHOD_NOT_ALLOWED, TEXT, "files can only be read\n"),
    }
}

/// Whether the request names this computer: a page of some other site, whose name was made to lead here, does not.
fn is_from_here(headers: &HeaderMap) -> bool {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|letter| letter.is_ascii_digit()) => name,
        _ => host,
    };
    ["127.0.0.1", "localhost", "[::1]"].iter().any(|own| name.eq_ignore_ascii_case(own))
}

/// Whether a request that does something comes from a page of this server.
fn is_own_page(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    text(header::ORIGIN).and_then(|origin| origin.strip_prefix("http://")) == text(header::HOST)
}

/// A file of the site.
async fn file(path: &str, shared: &Arc<Shared>) -> Answer {
    let generation = match is_report(path) {
        true => shared.generation_with_reports().await,
        false => shared.generation().await,
    };
    let Some(files) = &generation.files else {
        return answer(StatusCode::SERVICE_UNAVAILABLE, HTML, nothing_yet(&generation, &shared.session));
    };
    let index = if path.is_empty() || path.ends_with('/') { format!("{path}index.html") } else { path.to_owned() };
    if let Some(content) = files.get(&index) {
        return content_of(&index, content, StatusCode::OK, &generation, &shared.session);
    }
    if let Reports::Failed(why) = &generation.reports
        && is_report(path)
    {
        return answer(StatusCode::SERVICE_UNAVAILABLE, TEXT, format!("{why}\n"));
    }
    if files.contains_key(&format!("{path}/index.html")) {
        let mut moved = answer(StatusCode::FOUND, TEXT, "");
        if let Ok(location) = HeaderValue::from_str(&format!("/{}/", encoded(path))) {
            moved.headers_mut().insert(header::LOCATION, location);
        }
        return moved;
    }
    match files.get("404.html") {
        Some(page) => content_of(&index, page, StatusCode::NOT_FOUND, &generation, &shared.session),
        None => answer(StatusCode::NOT_FOUND, TEXT, "there is no such page\n"),
    }
}

/// Whether a file is one of the monthly reports, which come later than the pages.
fn is_report(path: &str) -> bool {
    path.starts_with("months/") && path.ends_with(".pdf")
}

fn content_of(path: &str, content: &FileContent, status: StatusCode, now: &Generation, session: &str) -> Answer {
    if status == StatusCode::NOT_FOUND || path.ends_with(".html") {
        return answer(status, HTML, with_client(content, path, now, session));
    }
    answer(status, media_type(path), Bytes::from_owner(content.clone()))
}

/// A page with what brings its changes, as the last of its head.
fn with_client(html: &[u8], path: &str, now: &Generation, session: &str) -> Vec<u8> {
    let client = format!(
        "<link rel=\"stylesheet\" href=\"/-/watch.css\" data-watch><script src=\"/-/idiomorph.js\" defer data-watch></script>\
         <script src=\"/-/watch.js\" defer data-watch data-page=\"{}\" data-generation=\"{}\" data-script=\"{}\" data-session=\"{session}\"></script>",
        escape(path),
        now.number,
        now.script(),
    );
    let at = memchr::memmem::find(html, b"</head>").unwrap_or(html.len());
    let (before, after) = html.split_at(at);
    [before, client.as_bytes(), after].concat()
}

/// The page to be seen before the site could be built for the first time.
fn nothing_yet(now: &Generation, session: &str) -> Vec<u8> {
    let page = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Not built yet</title>\n</head>\n\
                <body></body>\n</html>\n";
    with_client(page.as_bytes(), "", now, session)
}

/// What is not of the site.
fn own_file(path: &str, shared: &Arc<Shared>) -> Option<Answer> {
    let found = |media_type, content: &'static str| Some(answer(StatusCode::OK, media_type, content));
    match path {
        "watch.js" => found(SCRIPT, include_str!("client/watch.js")),
        "desk.js" => found(SCRIPT, include_str!("client/desk.js")),
        "idiomorph.js" => found(SCRIPT, include_str!("client/idiomorph-0.8.0.min.js")),
        "watch.css" => found("text/css; charset=utf-8", include_str!("client/watch.css")),
        "events" => {
            let (session, follow) = (shared.session.clone(), shared.follow);
            let event = move |now: &Arc<Generation>| (now.number > 0).then(|| now.event(&session, follow));
            Some(events(stream(shared.current.clone(), event, ())))
        }
        _ => desk_file(path.strip_prefix("desk/")?, shared),
    }
}

/// `2026-01`, and below it `events` and the pictures of pages.
fn desk_file(path: &str, shared: &Arc<Shared>) -> Option<Answer> {
    let (month, below) = path.split_once('/').unwrap_or((path, ""));
    let month = month.parse().ok()?;
    match below {
        "" => {
            let mut page = answer(StatusCode::OK, HTML, desk::page(month));
            page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(DESK_POLICY));
            Some(page)
        }
        "events" => {
            let desks = shared.desks.clone();
            let opened = desks.open(month);
            shared.wake(Wake::Desk);
            Some(events(stream(shared.desks.changes(), move |_| desks.event(month), opened)))
        }
        picture => {
            let picture = shared.desks.picture(month, picture.strip_suffix(".png")?)?;
            Some(answer(StatusCode::OK, "image/png", picture))
        }
    }
}

/// Says where a block was written, and opens it in the editor.
fn open<B>(request: &Request<B>, shared: &Shared) -> Answer {
    if !is_own_page(request.headers()) {
        return answer(StatusCode::FORBIDDEN, TEXT, "only a page of this server can ask for that\n");
    }
    let place = request.uri().query().and_then(|query| query.strip_prefix("place="));
    let written = place.and_then(|place| Written::parse(&decoded(place)));
    let Some(written) = written.filter(|written| shared.root.join(&written.file).is_file()) else {
        return answer(StatusCode::NOT_FOUND, TEXT, "there is no such text\n");
    };
    shared.tell(Notice::Place(format!("{}:{}", written.file.display(), written.line)));
    let editor = shared.current.borrow().editor.clone();
    if let Err(error) = written.open(&editor, &shared.root) {
        shared.tell(Notice::Trouble(error));
    }
    answer(StatusCode::NO_CONTENT, TEXT, "")
}

fn events(stream: EventStream) -> Answer {
    with_headers(Response::new(Either::Right(stream)), "text/event-stream")
}

fn answer(status: StatusCode, media_type: &'static str, content: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Either::Left(Full::new(content.into())));
    *answer.status_mut() = status;
    with_headers(answer, media_type)
}

/// Nothing is kept by the browser, and nothing is for pages of others.
fn with_headers(mut answer: Answer, media_type: &'static str) -> Answer {
    let headers = [
        (header::CONTENT_TYPE, media_type),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "SAMEORIGIN"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    ];
    for (name, value) in headers {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    answer
}

fn media_type(path: &str) -> &'static str {
    let ending = path.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    match ending.as_str() {
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => SCRIPT,
        "json" | "map" => "application/json",
        "csv" => "text/csv; charset=utf-8",
        "txt" | "md" => TEXT,
        "xml" => "application/xml",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "ico" => "image/x-icon",
        "pdf" => "application/pdf",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        "ttf" => "font/ttf",
        "otf" => "font/otf",
        "mp4" => "video/mp4",
        "webm" => "video/webm",
        "wasm" => "application/wasm",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
#[path = "routes_tests.rs"]
mod tests;
