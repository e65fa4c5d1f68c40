//! `migrate`: the database's schema.

use std::path::PathBuf;
use std::process::ExitCode;

use cloudcorrect::app;

use super::output;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  the database has this version's schema
  2  it does not, or the settings cannot be used";

/// Command line arguments of `migrate`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The settings, TOML; only `data_dir` and `database_url` are read, and `DATABASE_URL` does as well
    #[arg(long, value_name = "FILE", env = "CLOUDCORRECT_CONFIG")]
    config: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let settings = app::database_settings(arguments.config.as_deref())?;
    let database = app::runtime()?.block_on(app::migrate(&settings))?;
    output::print(&format!("{database} has the schema of this version\n"))?;
    Ok(ExitCode::from(output::CLEAN))
}
