//! `health`: whether the service on this machine can work.

use std::path::PathBuf;
use std::process::ExitCode;

use cloudcorrect::app;

use super::output;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  the service answers and reaches its database
  1  it does not
  2  the settings cannot be used, or an argument is wrong";

/// Command line arguments of `health`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The settings of the service, TOML; only `listen` is read
    #[arg(long, value_name = "FILE", env = "CLOUDCORRECT_CONFIG")]
    config: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let page = app::listen_settings(arguments.config.as_deref())?.page;
    match app::runtime()?.block_on(app::ready(page)) {
        Ok(()) => {
            output::print(&format!("ready: the service on {page} reaches its database\n"))?;
            Ok(ExitCode::from(output::CLEAN))
        }
        Err(error) => {
            output::error(&error.context("not ready"));
            Ok(ExitCode::from(output::PROBLEMS))
        }
    }
}
