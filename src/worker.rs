//! Workers: processes of this program that work beside the service, bounded in memory and time.
//!
//! What may need too much of either, or bring a process down, is asked of a worker: a question is a
//! line of JSON on its standard input, the answer one on its standard output. A worker is started when
//! it is first asked, stays warm between questions, and ends by itself when nobody has asked for a
//! while, or when whoever asks is gone. One that takes too long is killed. What is asked, and what a
//! worker keeps in memory, is none of this room's business.

mod serving;
#[cfg(test)]
mod tests;

use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, ChildStdout, Command};
use tokio::sync::{Mutex, watch};

pub use self::serving::{bound_memory, serve};

/// How long a worker may take until it can be asked.
const STARTING: Duration = Duration::from_secs(30);

/// First words of a worker.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Readiness {
    Ready,
    Unready(String),
}

/// Name that a worker has in lists of processes, whatever its file is called.
const NAME: &str = "cloudcorrect";

/// Bytes of an answer at most.
const LONGEST_ANSWER: u64 = 8 << 20;

/// Beginnings of the variables that a worker gets of ours: what connecting to Postgres reads, and where
/// certificates, programs and files are. Credentials of others are none of them. Nor is `RUST_BACKTRACE`:
/// where memory ran short, making one may never end.
const INHERITED: [&str; 6] = ["PG", "SSL_CERT_", "HOME", "PATH", "TMPDIR", "XDG_CONFIG_HOME"];

/// Program to be started as a worker.
#[derive(Debug, Clone)]
pub struct Program {
    /// File of the program.
    pub file: PathBuf,
    /// Arguments that make it a worker.
    pub arguments: Vec<OsString>,
}

impl Program {
    /// This program, as it was when it was started, also where its file was replaced meanwhile.
    pub fn this(arguments: Vec<OsString>) -> io::Result<Self> {
        let same = Path::new("/proc/self/exe");
        let file = if same.exists() { same.to_owned() } else { std::env::current_exe()? };
        Ok(Self { file, arguments })
    }
}

/// Worker that answers one question at a time.
#[derive(Debug)]
pub struct Worker {
    program: Program,
    greeting: String,
    running: Mutex<Option<Running>>,
}

/// Why a worker gave no answer.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// It cannot be started.
    #[error("cannot start a process of this program")]
    Start(#[source] io::Error),
    /// It cannot work, for a reason that has nothing to do with any question.
    #[error("a process of this program cannot begin its work: {0}")]
    Unready(String),
    /// It took longer than it may, and was killed.
    #[error("it took longer than {}, and was stopped", humantime::format_duration(*.0))]
    TooLong(Duration),
    /// It ended without an answer, since it needed more memory than it may or for another reason.
    #[error("its process ended without an answer ({0})")]
    Ended(ExitStatus),
    /// What it says is no answer.
    #[error("its process gave no answer that can be read")]
    Unreadable(#[source] io::Error),
}

impl Worker {
    /// A worker that is started when it is first asked, and is told `greeting` then, before any
    /// question. Neither stands in its arguments or its environment.
    pub fn new(program: Program, greeting: &impl Serialize) -> serde_json::Result<Self> {
        let greeting = line(greeting)?;
        Ok(Self { program, greeting, running: Mutex::new(None) })
    }

    /// Its answer to a question, within `longest`; the time that it waits for other questions to be
    /// answered does not count. A worker that gives none is stopped.
    pub async fn ask<A: DeserializeOwned>(
        &self,
        question: &impl Serialize,
        longest: Duration,
    ) -> Result<A, WorkerError> {
        let question = line(question).map_err(|error| WorkerError::Unreadable(error.into()))?;
        let mut slot = self.running.lock().await;
        // Whoever stops waiting leaves nothing behind: what is taken out here ends with its owner.
        // One that ended before it was asked says nothing of the question.
        let (answer, running) = match slot.take().and_then(Running::still) {
            Some(warm) => match warm.answer(&question, longest).await {
                // What it kept of other questions may be why, or it ended as it was asked.
                Err(WorkerError::Ended(_)) => {
                    self.start().await?.answer(&question, longest).await?
                }
                answered => answered?,
            },
            None => self.start().await?.answer(&question, longest).await?,
        };
        *slot = Some(running);
        Ok(answer)
    }

    async fn start(&self) -> Result<Running, WorkerError> {
        let is_inherited = |name: &OsStr| {
            let name = name.to_string_lossy();
            INHERITED.iter().any(|beginning| name.starts_with(beginning))
        };
        #[expect(clippy::disallowed_methods, reason = "what a process inherits is no setting")]
        let variables = std::env::vars_os().filter(|(name, _)| is_inherited(name));
        let mut child = Command::new(&self.program.file)
            .arg0(NAME)
            .args(&self.program.arguments)
            .env_clear()
            .envs(variables)
            // Of the gibibyte that the allocator reserves at once only what is used counts as memory then.
            .env("MIMALLOC_ARENA_EAGER_COMMIT", "0")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(WorkerError::Start)?;
        let streams = child.stdin.take().zip(child.stdout.take());
        let missing = || WorkerError::Start(io::Error::other("it has no streams"));
        let (mut input, output) = streams.ok_or_else(missing)?;
        // One that ended already says so below, by ending its output.
        let greeted = input.write_all(self.greeting.as_bytes()).await;
        let mut running = Running { ended: watched(child), input, output: BufReader::new(output) };
        let unready = |why: &str| Err(WorkerError::Unready(why.to_owned()));
        match tokio::time::timeout(STARTING, running.line()).await {
            Err(_) => unready("it takes too long"),
            Ok(Err(_)) => unready("it ended at once"),
            Ok(Ok(line)) => match serde_json::from_str(&line) {
                Ok(Readiness::Ready) => greeted.map(|()| running).map_err(WorkerError::Start),
                Ok(Readiness::Unready(why)) => unready(&why),
                Err(_) => unready("it says what is no word of ours"),
            },
        }
    }
}

/// Started process of a worker; it is killed when it is dropped.
#[derive(Debug)]
struct Running {
    ended: Ended,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

/// How a process ended, once it has; whoever drops this has it killed.
type Ended = watch::Receiver<Option<ExitStatus>>;

/// Waits for a process in a task of its own, so that none stays as a zombie that nobody asks any more.
fn watched(mut child: Child) -> Ended {
    let (tell, ended) = watch::channel(None);
    tokio::spawn(async move {
        let status = tokio::select! {
            status = child.wait() => status,
            () = tell.closed() => {
                let _ = child.start_kill();
                child.wait().await
            }
        };
        tell.send(status.ok()).ok();
    });
    ended
}

impl Running {
    /// The same, unless it has ended.
    fn still(self) -> Option<Self> {
        let has_ended = self.ended.borrow().is_some();
        (!has_ended).then_some(self)
    }

    /// Its answer, and itself for the next question.
    async fn answer<A: DeserializeOwned>(
        mut self,
        question: &str,
        longest: Duration,
    ) -> Result<(A, Self), WorkerError> {
        match tokio::time::timeout(longest, self.ask(question)).await {
            Err(_) => Err(WorkerError::TooLong(longest)),
            Ok(Err(error)) => Err(self.end(error).await),
            Ok(Ok(answer)) => match serde_json::from_str(&answer) {
                Ok(answer) => Ok((answer, self)),
                Err(error) => Err(WorkerError::Unreadable(error.into())),
            },
        }
    }

    async fn ask(&mut self, question: &str) -> io::Result<String> {
        self.input.write_all(question.as_bytes()).await?;
        self.line().await
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut answer = String::new();
        let mut bounded = (&mut self.output).take(LONGEST_ANSWER);
        bounded.read_line(&mut answer).await?;
        if answer.ends_with('\n') { Ok(answer) } else { Err(io::ErrorKind::UnexpectedEof.into()) }
    }

    /// Why there was no answer.
    async fn end(mut self, error: io::Error) -> WorkerError {
        // It has ended or does not follow the protocol; a moment tells these apart.
        let ended = self.ended.wait_for(Option::is_some);
        match tokio::time::timeout(Duration::from_secs(1), ended).await {
            Ok(Ok(status)) if let Some(status) = *status => WorkerError::Ended(status),
            _ => WorkerError::Unreadable(error),
        }
    }
}

fn line(value: &impl Serialize) -> serde_json::Result<String> {
    let mut line = serde_json::to_string(value)?;
    line.push('\n');
    Ok(line)
}
