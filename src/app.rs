//! The wiring: the only place where concrete adapters meet.

mod accounts;
mod failures;
mod health;
mod kept;
mod open_files;
mod service;
mod stop;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use tokio::runtime::Runtime;

pub use accounts::{accounts, accounts_at_hand};
pub use failures::{KeptRun, failures};
pub use health::ready;
pub use kept::Kept;
pub use service::{Parts, Service, Workers, keep_house};

use crate::config::{DatabaseSettings, InvalidSettings, Listen, Settings};
use crate::document::SourceFile;
use crate::render::diagnostics;
use crate::worker::Program;

/// The runtime of the process. Two threads do for a service that waits most of the time; what
/// blocks or computes has threads of its own.
pub fn runtime() -> Result<Runtime> {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    builder
        .worker_threads(2)
        .max_blocking_threads(32)
        .enable_all()
        .build()
        .context("cannot start the runtime")
}

/// Time that threads have to end once the work of the process is done. One that waits for a file
/// system that hangs never ends by itself.
const LAST_THREADS: Duration = Duration::from_secs(1);

/// Does the work of a process that runs until it is told to stop.
pub fn run<T>(work: impl Future<Output = T>) -> Result<T> {
    let runtime = runtime()?;
    let done = runtime.block_on(work);
    runtime.shutdown_timeout(LAST_THREADS);
    Ok(done)
}

/// The settings from a file and the environment; relative paths start at the file.
pub fn settings(file: Option<&Path>) -> Result<Settings> {
    let (text, base) = settings_text(file)?;
    let read = Settings::read(&text, &base, crate::config::variables());
    read.map_err(|invalid| unusable(file, invalid))
}

/// Of the settings those of the database, whatever the others are.
pub fn database_settings(file: Option<&Path>) -> Result<DatabaseSettings> {
    let (text, base) = settings_text(file)?;
    let read = DatabaseSettings::read(&text, &base, crate::config::variables());
    read.map_err(|invalid| unusable(file, invalid))
}

/// Of the settings those of the listeners, whatever the others are.
pub fn listen_settings(file: Option<&Path>) -> Result<Listen> {
    let (text, _) = settings_text(file)?;
    let read = Listen::read(&text, crate::config::variables());
    read.map_err(|invalid| unusable(file, invalid))
}

/// The problems of settings with their lines, as far as these may be shown.
fn unusable(file: Option<&Path>, invalid: InvalidSettings) -> anyhow::Error {
    let name = file.map(|file| file.display().to_string());
    let invalid = invalid.of_file(name.as_deref());
    let shown = name.iter().map(|name| SourceFile::new(name.as_str(), invalid.shown.as_bytes()));
    let shown: Vec<_> = shown.collect();
    let problems = diagnostics::text(&invalid.problems, &shown);
    let whose = match name {
        Some(name) => format!("`{name}`"),
        None => "from variables alone, without `--config`".to_owned(),
    };
    anyhow!("cannot use the settings {whose}: {}\n\n{}", invalid.summary(), problems.trim_end())
}

fn settings_text(file: Option<&Path>) -> Result<(String, PathBuf)> {
    let Some(file) = file else { return Ok((String::new(), PathBuf::from("."))) };
    let text = std::fs::read_to_string(file)
        .with_context(|| format!("cannot read the settings `{}`", file.display()))?;
    Ok((text, file.parent().unwrap_or(Path::new(".")).to_owned()))
}

/// This program as each of its workers.
#[derive(Debug, Clone)]
pub struct Programs {
    /// The one that assesses pull requests.
    pub assessor: Program,
    /// The one that fetches from Git.
    pub fetcher: Program,
}

/// Runs the service until it is told to stop.
pub async fn serve(settings: Settings, programs: Programs) -> Result<()> {
    open_files::allow_all();
    let stopping = stopping()?;
    Service::start(settings, &programs).await?.run(stopping).await
}

/// A token that the first SIGTERM or SIGINT cancels; a second one ends the process at once.
pub fn stopping() -> Result<tokio_util::sync::CancellationToken> {
    stop::signals()
}

/// Brings the database up to date; which one that is, for people.
pub async fn migrate(settings: &DatabaseSettings) -> Result<String> {
    let database = service::database(settings).await?;
    database.pool.close().await;
    service::stop_database(database.private).await?;
    Ok(match &settings.url {
        Some(_) => "the database".to_owned(),
        None => format!("the private Postgres in `{}`", settings.data_dir.display()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thread_that_never_ends_does_not_keep_the_process() {
        let (answer, hanging) = std::sync::mpsc::channel::<()>();
        let done = run(async {
            tokio::task::spawn_blocking(move || hanging.recv());
            "stopped"
        });
        assert_eq!(done.expect("a runtime"), "stopped");
        drop(answer);
    }
}
