//! `assess`: the process that assesses pull requests for the service, which starts it.

use std::process::ExitCode;

use cloudcorrect::{app, assessment, telemetry};

use super::output;
use super::serve::Logs;

/// Command line arguments of `assess`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    logs: Logs,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    arguments.logs.install()?;
    telemetry::log_panics();
    app::run(assessment::work())??;
    Ok(ExitCode::from(output::CLEAN))
}
