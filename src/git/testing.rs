//! Repositories and servers for the tests of this module.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use git2::{FileMode, Repository, Signature, Time};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;
use url::Url;

use super::{Allowed, CommitId, Limits, Mirror, Remote, Wanted};

#[path = "../../tests/servers/sshd.rs"]
pub(crate) mod sshd;

/// A repository to fetch from.
pub(crate) struct Origin {
    pub(crate) root: TempDir,
    repository: Repository,
}

impl Origin {
    pub(crate) fn new() -> Self {
        let root = TempDir::new().unwrap();
        let repository = Repository::init_bare(root.path().join("r.git")).unwrap();
        Self { root, repository }
    }

    /// A mirror with all of `main`.
    pub(crate) fn fetched(&self) -> Mirror {
        let mut mirror = self.mirror();
        mirror.fetch(&[Wanted::Branch("main".into())]).unwrap();
        mirror
    }

    /// A commit on `main` of a tree with one entry for each name, whatever bytes that has.
    pub(crate) fn commit_named(&self, names: &[&[u8]], mode: FileMode, id: git2::Oid) -> CommitId {
        let mut tree = self.repository.treebuilder(None).unwrap();
        for name in names {
            tree.insert(OsStr::from_bytes(name), id, mode.into()).unwrap();
        }
        let tree = self.repository.find_tree(tree.write().unwrap()).unwrap();
        self.commit_tree("refs/heads/main", None, &tree)
    }

    /// A commit on `main` on top of the last one.
    pub(crate) fn commit(&self, files: &[(&str, &str)]) -> CommitId {
        let parent = self.repository.refname_to_id("refs/heads/main").ok();
        self.commit_on("refs/heads/main", parent.map(CommitId::of), files)
    }

    /// A commit with exactly these files, to which `reference` then points.
    pub(crate) fn commit_on(
        &self,
        reference: &str,
        parent: Option<CommitId>,
        files: &[(&str, &str)],
    ) -> CommitId {
        let entries: Vec<_> =
            files.iter().map(|(path, text)| (*path, text.as_bytes(), FileMode::Blob)).collect();
        self.commit_entries(reference, parent, &entries)
    }

    /// The same with the modes of the files.
    pub(crate) fn commit_entries(
        &self,
        reference: &str,
        parent: Option<CommitId>,
        entries: &[(&str, &[u8], FileMode)],
    ) -> CommitId {
        self.commit_tree(reference, parent, &self.tree(entries))
    }

    /// A commit on `main` on top of the last one, with a message.
    pub(crate) fn commit_saying(&self, message: &str, files: &[(&str, &str)]) -> CommitId {
        let entries: Vec<_> =
            files.iter().map(|(path, text)| (*path, text.as_bytes(), FileMode::Blob)).collect();
        let (reference, tree) = ("refs/heads/main", self.tree(&entries));
        let parent = self.repository.refname_to_id(reference).ok().map(CommitId::of);
        self.commit_tree_saying((reference, parent), &tree, message)
    }

    /// A commit on `main` on top of the last one, with the signature that `sign` makes of it.
    pub(crate) fn commit_signed(
        &self,
        files: &[(&str, &str)],
        message: &str,
        sign: impl FnOnce(&[u8]) -> String,
    ) -> CommitId {
        let entries: Vec<_> =
            files.iter().map(|(path, text)| (*path, text.as_bytes(), FileMode::Blob)).collect();
        let (reference, tree) = ("refs/heads/main", self.tree(&entries));
        let parent = self.repository.refname_to_id(reference).ok();
        let parent = parent.map(|id| self.repository.find_commit(id).unwrap());
        let parents: Vec<_> = parent.iter().collect();
        let who = Signature::new("Ada", "ada@example.com", &Time::new(1_700_000_000, 0)).unwrap();
        let commit =
            self.repository.commit_create_buffer(&who, &who, message, &tree, &parents).unwrap();
        let commit = commit.as_str().unwrap();
        let id = self.repository.commit_signed(commit, &sign(commit.as_bytes()), None).unwrap();
        self.repository.reference(reference, id, true, "test").unwrap();
        CommitId::of(id)
    }

    fn tree(&self, entries: &[(&str, &[u8], FileMode)]) -> git2::Tree<'_> {
        let mut update = git2::build::TreeUpdateBuilder::new();
        for (path, bytes, mode) in entries {
            let id = match mode {
                FileMode::Commit => git2::Oid::from_str(&"ab".repeat(20)).unwrap(),
                _ => self.repository.blob(bytes).unwrap(),
            };
            update.upsert(*path, id, *mode);
        }
        let empty = self.repository.treebuilder(None).unwrap().write().unwrap();
        let empty = self.repository.find_tree(empty).unwrap();
        let tree = update.create_updated(&self.repository, &empty).unwrap();
        self.repository.find_tree(tree).unwrap()
    }

    fn commit_tree(
        &self,
        reference: &str,
        parent: Option<CommitId>,
        tree: &git2::Tree<'_>,
    ) -> CommitId {
        self.commit_tree_saying((reference, parent), tree, "Change\n\nmore")
    }

    fn commit_tree_saying(
        &self,
        (reference, parent): (&str, Option<CommitId>),
        tree: &git2::Tree<'_>,
        message: &str,
    ) -> CommitId {
        let parents: Vec<_> = parent
            .iter()
            .map(|id| self.repository.find_commit(id.oid().unwrap()).unwrap())
            .collect();
        let who = Signature::new("Ada", "ada@example.com", &Time::new(1_700_000_000, 0)).unwrap();
        let parents: Vec<_> = parents.iter().collect();
        let id = self.repository.commit(None, &who, &who, message, tree, &parents).unwrap();
        self.repository.reference(reference, id, true, "test").unwrap();
        CommitId::of(id)
    }

    /// Moves a reference to a commit.
    pub(crate) fn point(&self, reference: &str, commit: CommitId) {
        self.repository.reference(reference, commit.oid().unwrap(), true, "test").unwrap();
    }

    pub(crate) fn delete(&self, reference: &str) {
        self.repository.find_reference(reference).unwrap().delete().unwrap();
    }

    pub(crate) fn url(&self) -> Url {
        Url::from_file_path(self.repository.path()).unwrap()
    }

    /// A mirror of it, in a directory beside it.
    pub(crate) fn mirror(&self) -> Mirror {
        self.mirror_of(self.url(), Limits::default())
    }

    pub(crate) fn mirror_of(&self, url: Url, limits: Limits) -> Mirror {
        let remote = Remote::new(url, Allowed { file: true, http: false }).unwrap();
        Mirror::open(&self.mirror_directory(), remote, limits).unwrap()
    }

    pub(crate) fn mirror_directory(&self) -> PathBuf {
        self.root.path().join("mirrors/r.git")
    }
}

/// Answer of a server to each request: gets its head and body, and writes the answer.
pub(crate) type Answer = fn(&Path, &str, &[u8], &mut dyn Stream);

/// A connection, plain or encrypted.
pub(crate) trait Stream: Read + Write {}

impl<T: Read + Write> Stream for T {}

/// Serves the repositories of a directory, one request a connection; gives the base URL.
pub(crate) fn serve(root: &Path, answer: Answer) -> Url {
    listen("http", root, move |root, mut stream| respond(root, &mut stream, answer))
}

/// Serves them as `git http-backend` does, with a certificate that it signed itself.
pub(crate) fn serve_tls(root: &Path) -> Url {
    let config = self_signed();
    listen("https", root, move |root, mut stream| {
        let mut connection = ServerConnection::new(Arc::clone(&config)).unwrap();
        // A client that does not trust the certificate leaves.
        if connection.complete_io(&mut stream).is_ok() {
            respond(root, &mut StreamOwned::new(connection, stream), backend);
        }
    })
}

fn listen(
    scheme: &str,
    root: &Path,
    handle: impl Fn(&Path, TcpStream) + Send + Sync + 'static,
) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("{scheme}://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let (root, handle) = (root.to_path_buf(), Arc::new(handle));
    thread::spawn(move || {
        for stream in listener.incoming() {
            let (root, handle) = (root.clone(), Arc::clone(&handle));
            thread::spawn(move || handle(&root, stream.unwrap()));
        }
    });
    url
}

fn respond(root: &Path, stream: &mut dyn Stream, answer: Answer) {
    let mut reader = BufReader::new(&mut *stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && reader.read_line(&mut head).unwrap_or(0) > 0 {}
    let length = header(&head, "content-length").and_then(|text| text.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    drop(reader);
    answer(root, &head, &body, stream);
}

fn self_signed() -> Arc<ServerConfig> {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key);
    Arc::new(config.unwrap())
}

pub(crate) fn header<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    head.lines()
        .filter_map(|line| line.split_once(": "))
        .find_map(|(key, value)| key.eq_ignore_ascii_case(name).then_some(value))
}

/// Answers as `git http-backend` does.
pub(crate) fn backend(root: &Path, head: &str, body: &[u8], stream: &mut dyn Stream) {
    let mut words = head.split_whitespace();
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    let url = Url::parse("http://server/").unwrap().join(target).unwrap();
    let mut child = Command::new("git")
        .args(["-c", "safe.directory=*", "http-backend"])
        .env("GIT_PROJECT_ROOT", root)
        .env("GIT_HTTP_EXPORT_ALL", "1")
        .env("PATH_INFO", url.path())
        .env("QUERY_STRING", url.query().unwrap_or_default())
        .env("REQUEST_METHOD", method)
        .env("GIT_PROTOCOL", header(head, "git-protocol").unwrap_or_default())
        .env("CONTENT_TYPE", header(head, "content-type").unwrap_or_default())
        .env("CONTENT_LENGTH", body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let output = child.wait_with_output().unwrap().stdout;
    let end = output.windows(4).position(|at| at == b"\r\n\r\n").unwrap() + 4;
    let answer = String::from_utf8_lossy(&output[..end]);
    let status = header(&answer, "status").unwrap_or("200 OK");
    let length = output.len() - end;
    let head =
        format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {length}\r\n{answer}");
    // Whoever asked may have left.
    drop(stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&output[end..])));
}

/// Answers as `git http-backend` does, with a bit of each pack turned: in the byte at this place.
pub(crate) fn damaged<const AT: usize>(
    root: &Path,
    head: &str,
    body: &[u8],
    stream: &mut dyn Stream,
) {
    let mut answer = std::io::Cursor::new(Vec::new());
    backend(root, head, body, &mut answer);
    let mut answer = answer.into_inner();
    if let Some(pack) = answer.windows(4).position(|at| at == b"PACK") {
        answer[pack + AT] ^= 1;
    }
    drop(stream.write_all(&answer));
}

/// Answers as `git http-backend` does, and breaks off in the middle of each pack.
pub(crate) fn cut(root: &Path, head: &str, body: &[u8], stream: &mut dyn Stream) {
    let mut answer = std::io::Cursor::new(Vec::new());
    backend(root, head, body, &mut answer);
    let answer = answer.into_inner();
    let pack = answer.windows(4).position(|at| at == b"PACK");
    let sent = pack.map_or(answer.len(), |pack| pack + 60);
    drop(stream.write_all(&answer[..sent]));
}

/// Lets in only who knows the token.
pub(crate) fn private(root: &Path, head: &str, body: &[u8], stream: &mut dyn Stream) {
    // x-access-token:geheim
    match header(head, "authorization") {
        Some("Basic eC1hY2Nlc3MtdG9rZW46Z2VoZWlt") => backend(root, head, body, stream),
        _ => stream
            .write_all(
                b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\n\
                  Content-Length: 0\r\nConnection: close\r\n\r\n",
            )
            .unwrap(),
    }
}

/// Serves under the name `localhost`, and sends everybody else there.
pub(crate) fn elsewhere(root: &Path, head: &str, body: &[u8], stream: &mut dyn Stream) {
    let target = head.split_whitespace().nth(1).unwrap();
    let (name, port) = header(head, "host").unwrap().split_once(':').unwrap();
    if name == "localhost" {
        return backend(root, head, body, stream);
    }
    let answer = format!(
        "HTTP/1.1 302 Found\r\nLocation: http://localhost:{port}{target}\r\n\
         Content-Length: 0\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(answer.as_bytes()).unwrap();
}

/// Takes the request and says nothing, until the other side gives up.
pub(crate) fn silent(_: &Path, _: &str, _: &[u8], stream: &mut dyn Stream) {
    drop(stream.read(&mut [0]));
}

/// Begins an answer and never ends it.
pub(crate) fn endless(_: &Path, _: &str, _: &[u8], stream: &mut dyn Stream) {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/x-git-upload-pack-advertisement\r\n\
                Content-Length: 9999999999\r\n\r\n001e# service=git-upload-pack\n0000";
    let line = format!("003a{} refs/heads/x\n", "ab".repeat(20));
    let mut sent = stream.write_all(head.as_bytes());
    while sent.is_ok() {
        sent = stream.write_all(line.as_bytes());
    }
}
