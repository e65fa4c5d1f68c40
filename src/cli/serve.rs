//! `serve`: the service.

use std::path::PathBuf;
use std::process::ExitCode;

use cloudcorrect::app;
use cloudcorrect::config;

use super::logs::Logs;
use super::{output, worker};

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  it was stopped
  2  it cannot go on, or the settings cannot be used";

/// Command line arguments of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES, after_long_help = format!("{STATUSES}\n\n{}", config::help()))]
pub(super) struct Arguments {
    /// The settings, TOML; without a file all settings come from variables
    #[arg(long, value_name = "FILE", env = "CLOUDCORRECT_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    logs: Logs,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let settings = app::settings(arguments.config.as_deref())?;
    arguments.logs.install()?;
    app::run(app::serve(settings, worker::programs(&arguments.logs)?))??;
    Ok(ExitCode::from(output::CLEAN))
}
