//! Bare git repositories to publish to: as folders, and behind git's own HTTP backend on this computer.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A bare repository in a temporary folder.
pub struct Repository {
    folder: tempfile::TempDir,
}

/// Git as a person would call it, with a name of its own and no settings of this computer.
pub fn git(folder: &Path, arguments: &[&str]) -> String {
    let output = Command::new("git")
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=Erin", "-c", "user.email=erin@example.org", "-c", "init.defaultBranch=main"])
        .args(["-c", "protocol.file.allow=always"])
        .args(arguments)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
}

impl Repository {
    /// An empty one.
    pub fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir(repository.path()).unwrap();
        git(&repository.path(), &["init", "--quiet", "--bare"]);
        git(&repository.path(), &["config", "uploadpack.allowFilter", "true"]);
        repository
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("pages.git")
    }

    pub fn url(&self) -> String {
        format!("file://{}", self.path().display())
    }

    pub fn git(&self, arguments: &[&str]) -> String {
        git(&self.path(), arguments)
    }

    /// Commits files to a branch, on top of what it holds, as somebody else would.
    pub fn commit(&self, branch: &str, files: &[(&str, &str)], message: &str) {
        let folder = tempfile::tempdir().unwrap();
        let work = folder.path().join("work");
        git(folder.path(), &["clone", "--quiet", &self.url(), "work"]);
        let is_there = self.git(&["branch", "--list", branch]).contains(branch);
        if is_there {
            git(&work, &["checkout", "--quiet", "-B", branch, &format!("origin/{branch}")]);
        } else {
            git(&work, &["checkout", "--quiet", "--orphan", branch]);
        }
        for (path, content) in files {
            std::fs::create_dir_all(work.join(path).parent().unwrap()).unwrap();
            std::fs::write(work.join(path), content).unwrap();
        }
        git(&work, &["add", "--all", "--force"]);
        git(&work, &["commit", "--quiet", "-m", message]);
        git(&work, &["push", "--quiet", "origin", branch]);
    }

    /// The files of a branch.
    pub fn files(&self, branch: &str) -> BTreeMap<String, Vec<u8>> {
        let clone = tempfile::tempdir().unwrap();
        git(clone.path(), &["clone", "--quiet", "--branch", branch, &self.url(), "site"]);
        let root = clone.path().join("site");
        let mut files = BTreeMap::new();
        for entry in walkdir::WalkDir::new(&root).into_iter().filter_entry(|entry| entry.file_name() != ".git") {
            let entry = entry.unwrap();
            if !entry.file_type().is_dir() {
                let name = entry.path().strip_prefix(&root).unwrap().display().to_string();
                files.insert(name, std::fs::read(entry.path()).unwrap());
            }
        }
        files
    }

    /// The messages of a branch, the newest first.
    pub fn history(&self, branch: &str) -> Vec<String> {
        self.git(&["log", "--format=%s", branch]).lines().map(str::to_owned).collect()
    }

    pub fn has(&self, branch: &str) -> bool {
        !self.git(&["branch", "--list", branch]).is_empty()
    }

    /// Installs a hook.
    pub fn hook(&self, name: &str, script: &str) {
        executable(&self.path().join("hooks").join(name), script);
    }

    /// Serves the repository over HTTP to whoever sends this `Authorization`, or to everybody; the address without a log-in.
    pub fn serve(&self, authorization: Option<&str>) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let root = self.folder.path().to_path_buf();
        let authorization = authorization.map(str::to_owned);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (root, authorization) = (root.clone(), authorization.clone());
                std::thread::spawn(move || drop(converse(stream, &root, authorization.as_deref())));
            }
        });
        format!("{address}/pages.git")
    }
}

/// Writes a script that can be run.
pub fn executable(path: &Path, script: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, script).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// One request, handed to `git http-backend` as a web server would.
fn converse(mut stream: TcpStream, root: &Path, authorization: Option<&str>) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let header = |name: &str| headers.get(name).map(String::as_str).unwrap_or_default();
    if headers.contains_key("expect") {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    let body = body(&mut reader, header("content-length").parse().ok(), header("transfer-encoding") == "chunked")?;
    if authorization.is_some_and(|wanted| wanted != header("authorization")) {
        let refusal = "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"pages\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return stream.write_all(refusal.as_bytes());
    }
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let mut backend = Command::new("git")
        .arg("http-backend")
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("GIT_PROTOCOL", header("git-protocol"))
        .env("REQUEST_METHOD", method)
        .env("PATH_INFO", path)
        .env("QUERY_STRING", query)
        .env("CONTENT_TYPE", header("content-type"))
        .env("CONTENT_LENGTH", body.len().to_string())
        .env("HTTP_CONTENT_ENCODING", header("content-encoding"))
        .env("REMOTE_USER", "me")
        .env("REMOTE_ADDR", "127.0.0.1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = backend.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&body));
    let output = backend.wait_with_output()?.stdout;
    // The backend may answer before it has read everything.
    let _ = writer.join();
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0);
    let (head, content) =
        (String::from_utf8_lossy(&output[..end]).into_owned(), output.get(end + 4..).unwrap_or_default());
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK").to_owned();
    let rest: String =
        head.lines().filter(|line| !line.starts_with("Status: ")).map(|line| format!("{line}\r\n")).collect();
    let answer = format!("HTTP/1.1 {status}\r\n{rest}Content-Length: {}\r\nConnection: close\r\n\r\n", content.len());
    stream.write_all(answer.as_bytes())?;
    stream.write_all(content)
}

fn body(reader: &mut impl BufRead, length: Option<usize>, is_chunked: bool) -> std::io::Result<Vec<u8>> {
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    if !is_chunked {
        return Ok(body);
    }
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
        let mut chunk = vec![0; size + 2];
        reader.read_exact(&mut chunk)?;
        body.extend_from_slice(&chunk[..size]);
        if size == 0 {
            return Ok(body);
        }
    }
}
