//! The process that assesses pull requests, as the service has it.

use std::ffi::OsString;
use std::path::PathBuf;

use cloudcorrect::assessment::{Assessors, Bounds};
use cloudcorrect::config::PullRequestSettings;
use cloudcorrect::worker::Program;

/// Assessors over the database at a URL, within the bounds of settings.
pub(crate) fn assessors(database_url: &str, settings: &PullRequestSettings) -> Assessors {
    let program = Program {
        file: PathBuf::from(env!("CARGO_BIN_EXE_cloudcorrect")),
        arguments: ["assess", "--log", "warn"].map(OsString::from).to_vec(),
    };
    let PullRequestSettings { timeout, max_memory_bytes: memory } = *settings;
    let assessors = Assessors::beside(program, &database_url.into(), Bounds { memory, timeout });
    assessors.expect("assessors")
}
