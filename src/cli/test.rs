//! `test`: runs the tests of a policy tree.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;

use cloudcorrect::catalog;
use cloudcorrect::diagnostic::Diagnostic;
use cloudcorrect::evaluation::{mutate, run_tests};
use cloudcorrect::policy::coverage;
use cloudcorrect::render::diagnostics;
use cloudcorrect::render::json;
use cloudcorrect::render::test_report::TestReport;

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
    let tree = Tree::read(&arguments.paths)?;
    let reading = tree.reading();
    if reading.diagnostics.iter().any(Diagnostic::is_error) {
        let shown = diagnostics::text(&reading.diagnostics, &tree.sources());
        bail!("the policies have problems; nothing was tested\n{shown}");
    }
    let policies = &reading.policies;
    if arguments.mutate {
        output::progress("changing expressions ...");
    }
    let report = TestReport {
        results: run_tests(policies),
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
