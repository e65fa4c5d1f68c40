//! Logs: readable sentences with dotted fields, on standard error.

use std::io::IsTerminal;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::{SubscriberInitExt, TryInitError};

/// Format of the lines of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Text for people, coloured in a terminal.
    #[default]
    Text,
    /// One JSON object a line, for collectors.
    Json,
}

impl std::str::FromStr for Format {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err("write `text` or `json`"),
        }
    }
}

/// Levels of crates that say more than is meant to be heard, unless a filter names them: sqlx tells at
/// `info` what Postgres notices, such as that a table is there already; the SDK of AWS at `trace` all
/// that it sends and receives, but for what its models call a secret; pgp at `warn` what it reads of a
/// signature, which is anybody's; russh at `error` what hosts send that it does not expect.
const RESTRAINED: &str = "sqlx=warn,aws_smithy_runtime=warn,aws_sigv4=warn,hyper=warn,hyper_util=warn,h2=warn,pgp=error,russh=off";

/// Has panics told as errors of the log, in its format, and not as text of their own.
pub fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        let message = panic.payload_as_str().unwrap_or("no words");
        tracing::error!(place, "a thread panicked: {message}");
    }));
}

/// Installs the subscriber of the process. `filter` is in the syntax of `EnvFilter`, such as
/// `info,cloudcorrect::sync=debug`.
pub fn install(filter: &str, format: Format) -> Result<(), TryInitError> {
    let filter = format!("{RESTRAINED},{filter}");
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let registry = tracing_subscriber::registry().with(filter);
    let layer = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    match format {
        Format::Json => registry.with(layer.json().flatten_event(true)).try_init(),
        Format::Text => {
            let coloured = std::io::stderr().is_terminal();
            registry.with(layer.with_ansi(coloured).with_target(false)).try_init()
        }
    }
}
