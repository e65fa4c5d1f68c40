//! The worker's side.

use std::io;
use std::os::fd::AsFd;
use std::time::Duration;

use anyhow::Context;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines};
use tokio::net::unix::pipe;

use super::Readiness;

/// Keeps the process from ever having more than `bytes` of memory of its own: what would need more
/// fails, which ends the process. Where the system has no such bound, nothing happens.
pub fn bound_memory(bytes: u64) -> io::Result<()> {
    // Where the machine's memory runs short, this process is the one to end. Not all systems ask.
    let _ = std::fs::write("/proc/self/oom_score_adj", "1000");
    let Rlimit { maximum, .. } = getrlimit(Resource::Data);
    let bytes = maximum.map_or(bytes, |maximum| maximum.min(bytes));
    Ok(setrlimit(Resource::Data, Rlimit { current: Some(bytes), maximum: Some(bytes) })?)
}

/// Answers questions from standard input, with what `greet` makes of the greeting, until nobody has
/// asked for the time of `idle` or whoever asks is gone; then also what is under way is left. An error
/// ends the process without an answer.
pub async fn serve<G, S, Q, A>(
    idle: Duration,
    greet: impl AsyncFnOnce(G) -> anyhow::Result<S>,
    mut answer: impl AsyncFnMut(&mut S, Q) -> anyhow::Result<A>,
) -> anyhow::Result<()>
where
    G: DeserializeOwned,
    Q: DeserializeOwned,
    A: Serialize,
{
    let (input, mut output) =
        streams().context("a worker is started by the service, not by hand")?;
    let mut lines = BufReader::new(input).lines();
    let Some(greeting) = next(&mut lines, idle).await? else { return Ok(()) };
    let begun = greet(serde_json::from_str(&greeting)?).await;
    let said = match &begun {
        Ok(_) => Readiness::Ready,
        Err(error) => Readiness::Unready(format!("{error:#}")),
    };
    output.write_all(super::line(&said)?.as_bytes()).await?;
    let Ok(mut state) = begun else { return Ok(()) };
    while let Some(question) = next(&mut lines, idle).await? {
        let answering = answer(&mut state, serde_json::from_str(&question)?);
        let answer = tokio::select! {
            answer = answering => answer?,
            // Nobody asks twice at once: this is the end.
            _ = lines.next_line() => return Ok(()),
        };
        output.write_all(super::line(&answer)?.as_bytes()).await?;
    }
    Ok(())
}

/// Standard input and output, which are pipes: reading one that is still open keeps no thread.
fn streams() -> io::Result<(pipe::Receiver, pipe::Sender)> {
    let input = io::stdin().as_fd().try_clone_to_owned()?;
    let output = io::stdout().as_fd().try_clone_to_owned()?;
    Ok((pipe::Receiver::from_owned_fd(input)?, pipe::Sender::from_owned_fd(output)?))
}

async fn next(
    lines: &mut Lines<BufReader<pipe::Receiver>>,
    idle: Duration,
) -> io::Result<Option<String>> {
    tokio::time::timeout(idle, lines.next_line()).await.unwrap_or(Ok(None))
}
