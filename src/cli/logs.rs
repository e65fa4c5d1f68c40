//! How the service and its workers log.

use cloudcorrect::telemetry;

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

    /// Arguments by which another process logs alike.
    pub(super) fn arguments(&self) -> [&str; 4] {
        let format = if self.format == telemetry::Format::Json { "json" } else { "text" };
        ["--log", &self.filter, "--log-format", format]
    }

    pub(super) fn install(&self) -> anyhow::Result<()> {
        telemetry::install(&self.filter, self.format)?;
        Ok(())
    }
}
