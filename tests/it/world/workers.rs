//! The processes that work for the service, as it has them.

use std::ffi::OsString;
use std::path::PathBuf;

use cloudcorrect::app::Workers;
use cloudcorrect::assessment::{Assessors, Bounds};
use cloudcorrect::config::{GitSettings, PullRequestSettings};
use cloudcorrect::git::Fetcher;
use cloudcorrect::worker::Program;

/// Workers over the database at a URL, within the bounds of settings.
pub(crate) fn workers(
    database_url: &str,
    pull_requests: &PullRequestSettings,
    git: &GitSettings,
) -> Workers {
    let PullRequestSettings { timeout, max_memory_bytes: memory } = *pull_requests;
    let bounds = Bounds { memory, timeout };
    let assessors = Assessors::beside(program("assess"), &database_url.into(), bounds);
    let fetcher = Fetcher::beside(program("fetch"), git.max_memory_bytes);
    Workers { assessors: assessors.expect("assessors"), fetcher: fetcher.expect("a fetcher") }
}

fn program(command: &str) -> Program {
    Program {
        file: PathBuf::from(env!("CARGO_BIN_EXE_cloudcorrect")),
        arguments: [command, "--log", "warn"].map(OsString::from).to_vec(),
    }
}
