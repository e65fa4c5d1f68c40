//! `assess` and `fetch`: the processes that work for the service, which starts them.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Context;
use cloudcorrect::app::Programs;
use cloudcorrect::worker::Program;
use cloudcorrect::{app, telemetry};

use super::logs::Logs;
use super::output;

/// Command line arguments of a worker.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    logs: Logs,
}

pub(super) fn run(
    arguments: &Arguments,
    work: impl Future<Output = anyhow::Result<()>>,
) -> anyhow::Result<ExitCode> {
    arguments.logs.install()?;
    telemetry::log_panics();
    app::run(work)??;
    Ok(ExitCode::from(output::CLEAN))
}

/// This program as each of its workers, logging as it does itself.
pub(super) fn programs(logs: &Logs) -> anyhow::Result<Programs> {
    let program = |command| {
        let arguments = [command].into_iter().chain(logs.arguments());
        Program::this(arguments.map(OsString::from).collect())
            .context("cannot tell where this program is")
    };
    Ok(Programs { assessor: program("assess")?, fetcher: program("fetch")? })
}
