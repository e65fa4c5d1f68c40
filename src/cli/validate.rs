//! `validate`: every problem of a policy tree.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::ValueEnum;
use url::Url;

use cloudcorrect::diagnostic::{Code, Diagnostic, meant};
use cloudcorrect::render::diagnostics;
use cloudcorrect::render::explanation::explanation;

use super::output;
use super::repository::Workspace;
use super::sarif::{self, Category};
use super::tree::Tree;
use super::words::Known;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  no error
  1  an error
  2  the policies cannot be read, or an argument is wrong";

/// Command line arguments of `validate`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// Files and directories with policies
    #[arg(default_value = "policies")]
    paths: Vec<PathBuf>,
    /// How problems are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Address of the page of diagnostics that `--format sarif` refers to, which may be a copy of
    /// docs/reference/diagnostics.md
    #[arg(long, value_name = "URL", env = "CLOUDCORRECT_DOCS_URL")]
    docs_url: Option<Url>,
    #[command(flatten)]
    category: Category,
    #[command(flatten)]
    workspace: Workspace,
    /// Say what a problem with this code means, with a wrong and a right example, and read nothing
    #[arg(long, value_name = "CODE", conflicts_with_all = ["paths", "format"])]
    #[arg(value_parser = Known(codes), hide_possible_values = true)]
    explain: Option<String>,
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

fn codes() -> Vec<&'static str> {
    Code::ALL.iter().map(|code| code.as_str()).collect()
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(name) = &arguments.explain {
        output::print(&explanation(code(name)?))?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    let tree = Tree::read(&arguments.paths)?;
    let reading = tree.governed();
    let found = &reading.diagnostics;
    let shown = match arguments.format {
        // Most trees have no problem, and then no file is looked up.
        Format::Text if found.is_empty() => String::new(),
        Format::Text => diagnostics::text(found, &tree.sources()),
        Format::Json => diagnostics::json(found),
        Format::Sarif => {
            let placed = placed(found, &arguments.workspace);
            let category = arguments.category.or("cloudcorrect/validate");
            diagnostics::sarif(&placed, category, arguments.docs_url.as_ref())
        }
        Format::Github => diagnostics::github(&placed(found, &arguments.workspace)),
    };
    match arguments.format {
        Format::Sarif => sarif::print(&shown, found.len())?,
        _ => output::print(&shown)?,
    }
    if matches!(arguments.format, Format::Text) {
        output::print(&diagnostics::summary(&reading, tree.files.len()))?;
    }
    let broken = found.iter().any(Diagnostic::is_error);
    // The process ends here: giving back a large tree piece by piece takes a tenth of its time.
    std::mem::forget((tree, reading));
    Ok(ExitCode::from(if broken { output::PROBLEMS } else { output::CLEAN }))
}

/// Problems with the names that their files have in the repository, wherever the command runs.
fn placed(found: &[Diagnostic], workspace: &Workspace) -> Vec<Diagnostic> {
    let mut placed = found.to_vec();
    for problem in &mut placed {
        problem.place.path = workspace.name_of(&problem.place.path);
    }
    placed
}

/// Code of a name; one that there is not is told with the one that may be meant and all there are.
fn code(name: &str) -> anyhow::Result<Code> {
    if let Ok(code) = name.parse() {
        return Ok(code);
    }
    let names: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    let near = meant(name, names.iter().copied()).map(|near| format!("; {near}"));
    let near = near.unwrap_or_default();
    bail!("there is no code `{name}`{near}\n\nThe codes are:\n  {}", names.join("\n  "))
}
