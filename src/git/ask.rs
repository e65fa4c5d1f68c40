//! Asking a remote where refs are, without fetching any: nearly all polls find nothing new.
//!
//! libgit2 never speaks protocol 2, so that a server lists all its refs to it, of which a repository may
//! have 100,000. We ask for those that we want by `ls-refs` (Git's `gitprotocol-v2`); of a repository on
//! this machine the refs are read in place. A server that speaks no protocol 2, or answers anything odd,
//! is left to the fetch, which says what is wrong; but a host of SSH that does not let us in is not asked
//! to a second time.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{ErrorCode, Reference, Repository};
use gix_packetline::PacketLineRef;
use gix_packetline::blocking_io::encode;
use gix_packetline::decode::{Stream, streaming};
use reqwest::header;
use reqwest::{RequestBuilder, Response};
use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, timeout_at};

use super::fetch::FetchError;
use super::http::{self, Server};
use super::passage::GateError;
use super::remote::Place;
use super::ssh::{Output, Protocol, UploadPack};
use super::{CommitId, Mirror, Wanted};
use crate::ssh::Address;

/// Bytes of what a server says that it can do; a list of refs, which one without protocol 2 sends
/// instead, may be longer and is not read.
const CAPABILITIES: usize = 64 << 10;
/// Bytes of the refs that begin as those that are asked for.
const REFS: usize = 4 << 20;

/// Refs of a remote by name.
type Refs = BTreeMap<String, CommitId>;

impl Mirror {
    /// `true` where the remote has each ref where the mirror has it, as far as it can be asked. An error
    /// is one of a repository that no fetch would read either.
    pub(super) fn is_current(
        &self,
        wanted: &[Wanted],
        deadline: Instant,
    ) -> Result<bool, FetchError> {
        let Some(there) = self.refs(wanted, deadline)? else { return Ok(false) };
        Ok(wanted.iter().all(|one| {
            let there = those_of(one, &there);
            let is_there = one.is_several() || !there.is_empty();
            is_there && self.heads(one).is_ok_and(|here| here == there)
        }))
    }
}

impl Mirror {
    /// Refs of the remote; `None` where it does not say.
    fn refs(&self, wanted: &[Wanted], deadline: Instant) -> Result<Option<Refs>, FetchError> {
        if let Some(path) = self.remote.path() {
            return in_place(&path, wanted).map(Some);
        }
        let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
            return Ok(None);
        };
        let answer = runtime.block_on(async { timeout_at(deadline, self.asked(wanted)).await });
        // Looking up a name may hang in the system, which must not hold us.
        Runtime::shutdown_background(runtime);
        match answer {
            Ok(Ok(Answer::Refs(refs))) => Ok(Some(refs)),
            Ok(Ok(Answer::OtherObjects(format))) => Err(FetchError::ObjectFormat(format)),
            Ok(Ok(Answer::NotProtocol2)) | Err(_) => Ok(None),
            Ok(Err(error)) => Err(self.blame(error)),
        }
    }

    /// An error is one of a host of SSH that did not let us in.
    async fn asked(&self, wanted: &[Wanted]) -> Result<Answer, GateError> {
        let url = match self.remote.place() {
            Place::Ssh(address) => return self.over_ssh(address, wanted).await,
            Place::File(url) | Place::Http(url) => url,
        };
        let answer = async {
            let server = Server::new(url, &self.remote).map_err(GateError::Other)?;
            over_http(&server, wanted).await
        };
        Ok(answer.await.unwrap_or(Answer::NotProtocol2))
    }

    async fn over_ssh(&self, address: &Address, wanted: &[Wanted]) -> Result<Answer, GateError> {
        let access = self.remote.access();
        let mut there = UploadPack::run(address, access, Protocol::Two).await?;
        let answer = converse(&mut there, wanted).await;
        there.leave().await;
        Ok(answer.unwrap_or(Answer::NotProtocol2))
    }
}

/// The refs that something wanted stands for, by what their names have behind its own.
fn those_of(wanted: &Wanted, refs: &Refs) -> Refs {
    let theirs = wanted.theirs();
    let behind = |(name, id): (&String, &CommitId)| {
        let behind = name.strip_prefix(&theirs)?;
        (behind.is_empty() != wanted.is_several()).then(|| (behind.to_owned(), *id))
    };
    refs.iter().filter_map(behind).collect()
}

/// Refs of a repository on this machine, with what keeps it from being fetched.
fn in_place(path: &Path, wanted: &[Wanted]) -> Result<Refs, FetchError> {
    let repository = Repository::open(path).map_err(|error| match error.code() {
        ErrorCode::Owner => FetchError::OfAnother(path.display().to_string()),
        ErrorCode::NotFound => {
            let path = path.display();
            FetchError::Remote(format!("there is no Git repository in `{path}` that we may read"))
        }
        _ => unreadable(path, error.message()),
    })?;
    if repository.is_shallow() {
        return Err(FetchError::Shallow(path.display().to_string()));
    }
    let mut refs = Refs::new();
    let mut found = |reference: Reference<'_>| {
        let commit = reference.peel_to_commit().ok();
        if let (Ok(name), Some(commit)) = (reference.name(), commit) {
            refs.insert(name.to_owned(), CommitId::of(commit.id()));
        }
    };
    for wanted in wanted {
        let name = wanted.theirs();
        if wanted.is_several() {
            let named = repository.references_glob(&format!("{name}*"));
            named.into_iter().flatten().flatten().for_each(&mut found);
        } else {
            repository.find_reference(&name).into_iter().for_each(&mut found);
        }
    }
    Ok(refs)
}

/// Why a repository cannot be opened, by what libgit2 says of it.
fn unreadable(path: &Path, message: &str) -> FetchError {
    let format = message.strip_prefix("unknown object format '");
    match format.and_then(|format| format.strip_suffix('\'')) {
        Some(format) => FetchError::ObjectFormat(name(format)),
        None if message.contains("extensions.refstorage") => {
            FetchError::Reftable(path.display().to_string())
        }
        None => FetchError::Remote(message.to_owned()),
    }
}

/// The name of a format, as far as it looks like one.
fn name(text: &str) -> String {
    text.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').take(20).collect()
}

enum Answer {
    Refs(Refs),
    /// It names objects otherwise, such as by `sha256`.
    OtherObjects(String),
    NotProtocol2,
}

async fn over_http(server: &Server, wanted: &[Wanted]) -> Result<Answer, GateError> {
    let [capabilities, upload_pack] = http::PATHS.map(|path| server.address(path));
    let told = send(server, server.client.get(capabilities)).await?;
    let Some(told) = body(told, CAPABILITIES).await? else { return Ok(Answer::NotProtocol2) };
    let has_formats = match speaks(&told) {
        Ok(has_formats) => has_formats,
        Err(answer) => return Ok(answer),
    };
    let question = question(wanted, has_formats);
    let asking = server
        .client
        .post(upload_pack)
        .header(header::CONTENT_TYPE, "application/x-git-upload-pack-request")
        .header(header::ACCEPT, "application/x-git-upload-pack-result")
        .body(question.map_err(|error| GateError::Other(error.to_string()))?);
    let listed = body(send(server, asking).await?, REFS).await?;
    Ok(listed.map_or(Answer::NotProtocol2, |listed| Answer::Refs(refs(&listed))))
}

/// Asks a program that runs; none where it says nothing that can be read.
async fn converse(there: &mut UploadPack, wanted: &[Wanted]) -> Option<Answer> {
    let told = section(&mut there.output, CAPABILITIES).await?;
    let has_formats = match speaks(&told) {
        Ok(has_formats) => has_formats,
        Err(answer) => return Some(answer),
    };
    there.input.send(&question(wanted, has_formats).ok()?).await.ok()?;
    let listed = section(&mut there.output, REFS).await?;
    Some(Answer::Refs(refs(&listed)))
}

/// Lines up to the one that ends them; none where there are more than there should be.
async fn section(output: &mut Output, most: usize) -> Option<Vec<u8>> {
    let mut section = Vec::new();
    while !(section.ends_with(b"0000") && is_whole(&section)) {
        section.extend(output.next().await?);
        if section.len() > most {
            return None;
        }
    }
    Some(section)
}

/// `true` of lines with one that ends them.
fn is_whole(mut section: &[u8]) -> bool {
    while let Ok(Stream::Complete { line, bytes_consumed }) = streaming(section) {
        if matches!(line, PacketLineRef::Flush) {
            return true;
        }
        section = section.get(bytes_consumed..).unwrap_or_default();
    }
    false
}

/// Whether a server that speaks protocol 2 names a format of objects; the answer of one that cannot be
/// asked.
fn speaks(told: &[u8]) -> Result<bool, Answer> {
    let lines = lines(told);
    let says = |wanted: &str| lines.iter().any(|line| line == wanted);
    let lists = lines.iter().any(|line| line.split('=').next() == Some("ls-refs"));
    if !says("version 2") || !lists {
        return Err(Answer::NotProtocol2);
    }
    let format = lines.iter().find_map(|line| line.strip_prefix("object-format="));
    match format.filter(|format| *format != "sha1") {
        Some(other) => Err(Answer::OtherObjects(name(other))),
        None => Ok(format.is_some()),
    }
}

/// Refs as a server lists them.
fn refs(listed: &[u8]) -> Refs {
    let read = |line: &String| {
        let mut words = line.split(' ');
        let id = words.next()?.parse().ok()?;
        Some((words.next()?.to_owned(), id))
    };
    lines(listed).iter().filter_map(read).collect()
}

/// The request for refs, which are asked for by how they begin. Only a server that names a format of
/// objects knows what that is.
fn question(wanted: &[Wanted], has_formats: bool) -> std::io::Result<Vec<u8>> {
    let mut text = Vec::new();
    encode::data_to_write(b"command=ls-refs\n", &mut text)?;
    if has_formats {
        encode::data_to_write(b"object-format=sha1", &mut text)?;
    }
    encode::delim_to_write(&mut text)?;
    for wanted in wanted {
        encode::data_to_write(format!("ref-prefix {}\n", wanted.theirs()).as_bytes(), &mut text)?;
    }
    encode::flush_to_write(&mut text)?;
    Ok(text)
}

async fn send(server: &Server, request: RequestBuilder) -> Result<Response, GateError> {
    let request = server.authorized(request).header("Git-Protocol", "version=2");
    let answer = request.send().await.map_err(http::other)?;
    http::check(&answer)?;
    Ok(answer)
}

/// Body of an answer; `None` where it is longer than it should be.
async fn body(mut answer: Response, most: usize) -> Result<Option<Vec<u8>>, GateError> {
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(http::other)? {
        body.extend_from_slice(&chunk);
        if body.len() > most {
            return Ok(None);
        }
    }
    Ok(Some(body))
}

/// Lines of an answer without their breaks, as far as they are text; none behind what is no line.
fn lines(mut body: &[u8]) -> Vec<String> {
    let mut lines = Vec::new();
    while let Ok(Stream::Complete { line, bytes_consumed }) = streaming(body) {
        if let PacketLineRef::Data(line) = line {
            let text = String::from_utf8_lossy(line);
            lines.push(text.trim_end_matches('\n').to_owned());
        }
        body = body.get(bytes_consumed..).unwrap_or_default();
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::super::testing::{
        Answer as Served, Origin, Stream as Connection, backend, header, serve,
    };
    use super::super::{Limits, Wanted};
    use super::*;

    fn main() -> [Wanted; 1] {
        [Wanted::Branch("main".into())]
    }

    /// Serves those alone who speak protocol 2, which libgit2 does not.
    fn protocol_2_alone(root: &Path, head: &str, body: &[u8], stream: &mut dyn Connection) {
        if header(head, "git-protocol") == Some("version=2") {
            return backend(root, head, body, stream);
        }
        let refused = b"HTTP/1.1 500 Oh\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(refused).unwrap();
    }

    /// Serves as Git did before protocol 2.
    fn protocol_0(root: &Path, head: &str, body: &[u8], stream: &mut dyn Connection) {
        backend(root, &head.replace("version=2", "version=0"), body, stream);
    }

    /// Answers protocol 2 with what is none, and others as it should.
    fn nonsense(root: &Path, head: &str, body: &[u8], stream: &mut dyn Connection) {
        if header(head, "git-protocol").is_none() {
            return backend(root, head, body, stream);
        }
        let told = "000eversion 2\n000cls-refs\n0000";
        let said = if head.starts_with("GET") { told } else { "003fnot a line" };
        let length = said.len();
        let head =
            format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n");
        stream.write_all(format!("{head}{said}").as_bytes()).unwrap();
    }

    fn mirror_at(origin: &Origin, served: Served) -> Mirror {
        let url = serve(origin.root.path(), served).join("r.git").unwrap();
        origin.mirror_of(url, Limits::default())
    }

    #[test]
    fn where_nothing_is_new_nothing_is_fetched() {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        // Names that begin alike are other branches.
        origin.commit_on("refs/heads/main-2", Some(first), &[("policies/a.yaml", "b")]);
        origin.commit_on("refs/pull/7/head", Some(first), &[("policies/a.yaml", "c")]);
        let wanted = [Wanted::Branch("main".into()), Wanted::PullRequest(7)];
        mirror_at(&origin, backend).fetch(&wanted).unwrap();
        let mut mirror = mirror_at(&origin, protocol_2_alone);
        assert_eq!(mirror.fetch(&wanted), Ok(()));
        // Whatever is new is fetched, which this server does not allow.
        for reference in ["refs/heads/main", "refs/pull/7/head"] {
            let before =
                origin.commit_on(reference, Some(first), &[("policies/a.yaml", reference)]);
            let error = mirror.fetch(&wanted).unwrap_err().to_string();
            assert!(error.contains("500"), "{before}: {error}");
        }
        origin.delete("refs/heads/main");
        assert!(mirror.fetch(&wanted).is_err(), "it is gone");
    }

    #[test]
    fn servers_that_cannot_be_asked_are_fetched_from() {
        let served: [Served; 2] = [protocol_0, nonsense];
        for served in served {
            let origin = Origin::new();
            origin.commit(&[("policies/a.yaml", "a")]);
            let mut mirror = mirror_at(&origin, served);
            mirror.fetch(&main()).unwrap();
            assert_eq!(mirror.fetch(&main()), Ok(()));
            let second = origin.commit(&[("policies/a.yaml", "b")]);
            mirror.fetch(&main()).unwrap();
            assert_eq!(mirror.head(&main()[0]), Ok(Some(second)));
        }
    }

    fn git(directory: &Path, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
        let done = git.current_dir(directory).args(arguments).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }

    /// Puts another repository in the place of the one that was mirrored, and gives its errors over
    /// both ways; the mirror keeps what it has.
    fn in_its_place(make: fn(&Path)) -> [String; 2] {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        origin.mirror().fetch(&main()).unwrap();
        std::fs::rename(origin.root.path().join("r.git"), origin.root.path().join("old.git"))
            .unwrap();
        make(origin.root.path());
        let http = serve(origin.root.path(), backend).join("r.git").unwrap();
        [origin.url(), http].map(|url| {
            let mut mirror = origin.mirror_of(url, Limits::default());
            let error = mirror.fetch(&main()).unwrap_err().to_string();
            assert_eq!(mirror.head(&main()[0]), Ok(Some(first)), "{error}");
            let place = origin.root.path().to_str().unwrap();
            error.replace(place, "...")
        })
    }

    #[test]
    fn a_merge_queue_is_all_that_is_under_its_name() {
        for is_served in [false, true] {
            let origin = Origin::new();
            let first = origin.commit(&[("policies/a.yaml", "a")]);
            let on = |name: &str, text: &str| {
                origin.commit_on(name, Some(first), &[("policies/a.yaml", text)])
            };
            let wanted = [Wanted::Branch("main".into()), Wanted::MergeQueue("main".into())];
            let mut mirror = if is_served { mirror_at(&origin, backend) } else { origin.mirror() };
            let mut seen = |expected: &[CommitId]| {
                mirror.fetch(&wanted).unwrap();
                let soon = Instant::now() + std::time::Duration::from_secs(10);
                assert_eq!(mirror.is_current(&wanted, soon), Ok(true), "served: {is_served}");
                let queue: Vec<_> = mirror.merge_queue("main").unwrap().into_iter().collect();
                assert_eq!(queue, expected, "served: {is_served}");
            };
            seen(&[]);
            on("refs/heads/gh-readonly-queue/main-2/pr-1", "b");
            seen(&[]);
            let one = on("refs/heads/gh-readonly-queue/main/pr-2", "c");
            seen(&[one]);
            let other = on("refs/heads/gh-readonly-queue/main/pr-3", "d");
            let mut both = [one, other];
            both.sort();
            seen(&both);
            let bare = origin.url().to_file_path().unwrap();
            git(&bare, &["update-ref", "-d", "refs/heads/gh-readonly-queue/main/pr-2"]);
            seen(&[other]);
        }
    }

    #[test]
    fn a_repository_of_other_objects_is_refused_by_its_name_for_them() {
        let told = in_its_place(|root| {
            git(root, &["init", "-q", "--bare", "--object-format=sha256", "r.git"]);
        });
        insta::assert_snapshot!(told.join("\n"), @"
        the fetch failed: the repository names its objects by `sha256`, and only SHA-1 can be read; push the policies to a repository made with `git init --object-format=sha1`
        the fetch failed: the repository names its objects by `sha256`, and only SHA-1 can be read; push the policies to a repository made with `git init --object-format=sha1`
        ");
    }

    #[test]
    fn what_is_no_repository_leaves_the_mirror_alone() {
        let told = in_its_place(|root| std::fs::write(root.join("r.git"), "a bundle").unwrap());
        insta::assert_snapshot!(told.join("\n"), @"
        the fetch failed: there is no Git repository in `.../r.git` that we may read; see that the remote's URL is right and opens from here
        the remote answers 500 Internal Server Error, and is asked again; where that goes on, its own log says why
        ");
    }

    #[test]
    fn a_repository_that_keeps_its_refs_as_a_reftable_is_refused_on_this_machine() {
        let origin = Origin::new();
        let first = origin.commit(&[("policies/a.yaml", "a")]);
        let mut mirror = origin.mirror();
        mirror.fetch(&main()).unwrap();
        let source = origin.url().to_file_path().unwrap();
        git(&source, &["config", "core.repositoryFormatVersion", "1"]);
        git(&source, &["config", "extensions.refStorage", "reftable"]);
        let error = mirror.fetch(&main()).unwrap_err();
        assert!(matches!(error, FetchError::Reftable(_)), "{error}");
        assert_eq!(mirror.head(&main()[0]), Ok(Some(first)));
    }

    #[test]
    fn a_shallow_clone_is_refused_on_this_machine() {
        let origin = Origin::new();
        origin.commit(&[("policies/a.yaml", "a")]);
        origin.commit(&[("policies/a.yaml", "b")]);
        let source = origin.url();
        git(
            origin.root.path(),
            &["clone", "-q", "--bare", "--depth=1", "--branch=main", source.as_str(), "shallow"],
        );
        let url = url::Url::from_file_path(origin.root.path().join("shallow")).unwrap();
        let error = origin.mirror_of(url, Limits::default()).fetch(&main()).unwrap_err();
        assert!(matches!(error, FetchError::Shallow(_)), "{error}");
    }
}
