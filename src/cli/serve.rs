//! `serve`: the service.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use cloudcorrect::app;
use cloudcorrect::config;
use cloudcorrect::telemetry;
use cloudcorrect::worker::Program;

use super::output;

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

/// Arguments that say how the service logs.
#[derive(Debug, clap::Args)]
pub(super) struct Logs {
    /// What is logged, such as `info` or `info,cloudcorrect::sync=debug`
    #[arg(long = "log", value_name = "FILTER", env = "CLOUDCORRECT_LOG", default_value = "info")]
    filter: String,
    /// How it is logged: `text` or `json`
    #[arg(
        long = "log-format",
        value_name = "FORMAT",
        env = "CLOUDCORRECT_LOG_FORMAT",
        default_value = "text"
    )]
    format: telemetry::Format,
}

impl Logs {
    /// For commands whose output is a story of its own: only what goes wrong is logged, unless
    /// more is asked for.
    pub(super) fn quiet(&self) -> anyhow::Result<()> {
        let filter = if self.filter == "info" { "warn" } else { &self.filter };
        telemetry::install(filter, self.format)?;
        Ok(())
    }

    /// This program as it assesses pull requests, logging alike.
    pub(super) fn assessor(&self) -> anyhow::Result<Program> {
        let format = if self.format == telemetry::Format::Json { "json" } else { "text" };
        let arguments = ["assess", "--log", &self.filter, "--log-format", format];
        Program::this(arguments.map(OsString::from).to_vec())
            .context("cannot tell where this program is")
    }

    pub(super) fn install(&self) -> anyhow::Result<()> {
        telemetry::install(&self.filter, self.format)?;
        Ok(())
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let settings = app::settings(arguments.config.as_deref())?;
    arguments.logs.install()?;
    app::run(app::serve(settings, arguments.logs.assessor()?))??;
    Ok(ExitCode::from(output::CLEAN))
}
