//! `test`: runs the tests of a policy tree.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::bail;
use clap::ValueEnum;

use cloudcorrect::catalog;
use cloudcorrect::clock::Clock;
use cloudcorrect::diagnostic::Diagnostic;
use cloudcorrect::evaluation::{CaseResult, case_results, mutate};
use cloudcorrect::policy::{PolicySet, coverage};
use cloudcorrect::render::diagnostics;
use cloudcorrect::render::json;
use cloudcorrect::render::test_report::{TestReport, junit_of_errors};

use super::output;
use super::tree::Tree;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  all tests pass
  1  one does not, or what `--coverage` or `--mutate` asks for is missing
  2  the policies have errors, or an argument is wrong";

/// Command line arguments of `test`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// Files and directories with policies and their tests
    #[arg(default_value = "policies")]
    paths: Vec<PathBuf>,
    /// How results are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Exit with 1 where a check has no passing or no failing case
    #[arg(long)]
    coverage: bool,
    /// Change the expressions of each tested check in every known way, and tell the changes that
    /// no test notices
    #[arg(long)]
    mutate: bool,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document, for programs
    Json,
    /// The XML of `JUnit`, for CI systems
    Junit,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let in_error = |found: &[Diagnostic], otherwise: &str| match arguments.format {
        Format::Text | Format::Json => Ok(()),
        // Who reads the file is told what is wrong, and not that there is no file.
        Format::Junit => output::print(&junit_of_errors(found, otherwise)),
    };
    let tree = match Tree::read(&arguments.paths) {
        Ok(tree) => tree,
        Err(error) => {
            in_error(&[], &format!("{error:#}"))?;
            return Err(error);
        }
    };
    let reading = tree.reading();
    if reading.diagnostics.iter().any(Diagnostic::is_error) {
        in_error(&reading.diagnostics, "")?;
        let shown = diagnostics::text(&reading.diagnostics, &tree.sources());
        bail!("the policies have problems; nothing was tested\n{shown}");
    }
    let policies = &reading.policies;
    if arguments.mutate {
        output::progress("changing expressions ...");
    }
    let (results, times) = judged(policies);
    let report = TestReport {
        results,
        times,
        coverage: coverage(policies),
        mutation: arguments.mutate.then(|| mutate(policies, catalog::types())),
    };
    match arguments.format {
        Format::Text => output::print(&report.text())?,
        Format::Json => output::print(&json::document(&report.json()))?,
        Format::Junit => output::print(&report.junit(arguments.coverage))?,
    }
    let survived = report.mutation.as_ref().is_some_and(|it| !it.survivors.is_empty());
    let untested = arguments.coverage && report.untested().next().is_some();
    let is_good = report.failed() == 0 && !survived && !untested;
    Ok(ExitCode::from(if is_good { output::CLEAN } else { output::PROBLEMS }))
}

/// Results of all cases, and how long each took.
fn judged(policies: &PolicySet) -> (Vec<CaseResult<'_>>, Vec<Duration>) {
    let clock = Clock::System;
    let mut started = clock.now();
    let timed = case_results(policies).map(|result| {
        let ended = clock.now();
        let took = (ended - started).to_std().unwrap_or_default();
        started = ended;
        (result, took)
    });
    timed.unzip()
}
