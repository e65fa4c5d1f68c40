//! `validate`: every problem of a policy tree.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;

use cloudcorrect::render::diagnostics;
use cloudcorrect::render::sarif::sarif;

use super::output;
use super::tree::Tree;

/// Arguments of `validate`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Files and directories with policies
    #[arg(default_value = "policies")]
    paths: Vec<PathBuf>,
    /// How problems are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// With the lines that they are about
    #[default]
    Text,
    /// A JSON array
    Json,
    /// SARIF 2.1.0, for code scanning and editors
    Sarif,
    /// Annotations of a GitHub workflow
    Github,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let tree = Tree::read(&arguments.paths)?;
    let reading = tree.governed();
    let found = &reading.diagnostics;
    let shown = match arguments.format {
        Format::Text => diagnostics::text(found, &tree.sources()),
        Format::Json => diagnostics::json(found),
        Format::Sarif => sarif(found),
        Format::Github => diagnostics::github(found),
    };
    output::print(&shown)?;
    if matches!(arguments.format, Format::Text) {
        output::print(&diagnostics::summary(&reading, tree.files.len()))?;
    }
    let broken = found.iter().any(cloudcorrect::diagnostic::Diagnostic::is_error);
    // The process ends here: giving back a large tree piece by piece takes a tenth of its time.
    std::mem::forget((tree, reading));
    Ok(ExitCode::from(if broken { output::PROBLEMS } else { output::CLEAN }))
}
