//! What a poll costs that finds nothing new, beside how many refs the remote has.
//!
//! `make bench FIGURES=polling`: a repository with 100 and with 100,000 branches, on this machine and
//! behind `git http-backend`. What is counted is our processor time, not the server's. Fails where many
//! refs cost more than 1.3 times what few do.

#[path = "../figures/mod.rs"]
mod figures;

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use cloudcorrect::git::{Allowed, Limits, Mirror, Remote, Wanted};
use rustix::time::{ClockId, clock_gettime};
use tempfile::TempDir;
use url::Url;

/// Numbers of branches that are compared.
const FEW: usize = 100;
const MANY: usize = 100_000;
const POLLS: usize = 51;
/// How often what a poll costs with few refs it may cost with many.
const LIMIT: f64 = 1.3;

type Outcome<T> = Result<T, Box<dyn Error>>;

fn git(directory: &Path, arguments: &[&str]) -> Outcome<String> {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
    let done = git.current_dir(directory).args(arguments).output()?;
    if !done.status.success() {
        return Err(String::from_utf8_lossy(&done.stderr).into());
    }
    Ok(String::from_utf8(done.stdout)?.trim().to_owned())
}

/// A bare repository of one commit, to which so many branches point.
fn repository(directory: &Path, branches: usize) -> Outcome<()> {
    fs::create_dir_all(directory)?;
    git(directory, &["init", "--quiet", "--bare", "."])?;
    let tree = git(directory, &["write-tree"])?;
    let commit = git(directory, &["commit-tree", "-m", "Begin", &tree])?;
    let mut refs = "# pack-refs with: peeled fully-peeled sorted \n".to_owned();
    for at in 0..branches - 1 {
        writeln!(refs, "{commit} refs/heads/branch-{at:06}")?;
    }
    writeln!(refs, "{commit} refs/heads/main")?;
    fs::write(directory.join("packed-refs"), refs)?;
    Ok(())
}

/// A server of the repositories in a directory, ended when dropped.
struct Server {
    process: Child,
    url: Url,
}

impl Server {
    fn of(directory: &Path) -> Outcome<Self> {
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../polling/server.py");
        let mut command = Command::new("python3");
        let mut process = command.arg(script).arg(directory).stdout(Stdio::piped()).spawn()?;
        let mut port = String::new();
        BufReader::new(process.stdout.take().ok_or("no output")?).read_line(&mut port)?;
        Ok(Self { process, url: format!("http://127.0.0.1:{}/", port.trim()).parse()? })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.kill().and_then(|()| self.process.wait()));
    }
}

/// Processor time of each poll of a repository that was fetched once.
fn polls(url: Url, mirror: &Path) -> Outcome<Vec<Duration>> {
    let remote = Remote::new(url, Allowed { file: true, http: true })?;
    let wanted = [Wanted::Branch("main".to_owned())];
    let poll = || -> Outcome<Duration> {
        let began = cpu();
        Mirror::open(mirror, remote.clone(), Limits::default())?.fetch(&wanted)?;
        Ok(cpu().saturating_sub(began))
    };
    // What the first one takes is another figure.
    poll()?;
    (0..POLLS).map(|_| poll()).collect()
}

fn cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u64::try_from(used.tv_sec).unwrap_or_default();
    Duration::new(seconds, u32::try_from(used.tv_nsec).unwrap_or_default())
}

fn median(samples: &[Duration]) -> Duration {
    let mut sorted = samples.to_vec();
    sorted.sort();
    sorted.get(sorted.len() / 2).copied().unwrap_or_default()
}

fn main() -> Outcome<()> {
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let directory = TempDir::new()?;
    let root = directory.path();
    for branches in [FEW, MANY] {
        repository(&root.join(format!("{branches}.git")), branches)?;
    }
    let server = Server::of(root)?;
    let local = Url::from_directory_path(root).map_err(|()| "no absolute path")?;
    let mut is_slower = false;
    for (way, base) in [("file", &local), ("http", &server.url)] {
        let mut medians = Vec::new();
        for branches in [FEW, MANY] {
            let url = base.join(&format!("{branches}.git"))?;
            let samples = polls(url, &root.join(format!("mirrors/{way}-{branches}.git")))?;
            let what = format!("a poll over {way} of a remote with {branches} refs: CPU");
            figures::tell("polling", &what, &figures::Spread::of(&samples));
            medians.push(median(&samples).as_secs_f64());
        }
        let [few, many] = medians[..] else { continue };
        let ratio = many / few;
        is_slower |= ratio > LIMIT;
        let figure = format!("{ratio:.2} times (at most {LIMIT})");
        figures::tell("polling", &format!("{MANY} refs beside {FEW} over {way}"), &figure);
    }
    if is_slower { Err("polls of many refs take longer than those of few".into()) } else { Ok(()) }
}
