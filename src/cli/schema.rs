//! `schema`: the JSON Schema of a kind of document, and what else is made from schemas: the list of
//! check types, the reference, the role that reads an account.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use cloudcorrect::catalog;
use cloudcorrect::policy::schema;
use cloudcorrect::recorded;
use cloudcorrect::render::{findings, reference};
use cloudcorrect::resource::schemas;

use super::deploy;
use super::output;
use super::words::Known;

/// The kind that is no policy: what an account answered.
const INVENTORY: &str = "Inventory";

/// What is no policy either: the results of `evaluate --format json`.
const RESULTS: &str = "Results";

/// Word for what is no kind: the check types of the catalog, a line each.
const CHECK_TYPES: &str = "check-types";

/// Word for what is no kind: the IAM policy with all that accounts are asked for.
const READER_POLICY: &str = "reader-policy";

/// Address of a service that is not known yet.
const EXAMPLE_URL: &str = "https://cloudcorrect.example.com";

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  it was written
  2  there is no such kind, or an argument is wrong";

/// Command line arguments of `schema`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The kind, such as `Group`, `Inventory` or `Results`; all policy kinds in one schema without it.
    /// `check-types` lists the check types that come with cloudcorrect, `reader-policy` is the IAM
    /// policy with all that this version asks of an account
    #[arg(value_parser = Known(kinds), hide_possible_values = true)]
    kind: Option<String>,
    /// Write the pages of reference into this directory instead
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "kind")]
    reference: Option<PathBuf>,
    /// Write what operators deploy into this directory instead: the role that reads an account, for
    /// CloudFormation and for Terraform, and the manifest of the GitHub App
    #[arg(long, value_name = "DIRECTORY", conflicts_with_all = ["kind", "reference"])]
    deploy: Option<PathBuf>,
}

fn kinds() -> Vec<&'static str> {
    let mut kinds = schema::kinds();
    kinds.extend([INVENTORY, RESULTS, CHECK_TYPES, READER_POLICY]);
    kinds
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(directory) = &arguments.reference {
        let pages = reference::pages().into_iter().map(|page| (page.path, page.text));
        write(directory, pages)?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    if let Some(directory) = &arguments.deploy {
        write(directory, deploy::files(&EXAMPLE_URL.parse()?))?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    if arguments.kind.as_deref() == Some(READER_POLICY) {
        output::print(&deploy::reader_policy())?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    if arguments.kind.as_deref() == Some(CHECK_TYPES) {
        output::print(&reference::listed_check_types(catalog::types()))?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    let schema = match &arguments.kind {
        None => schema::all(),
        Some(kind) if kind == INVENTORY => recorded::json_schema(schemas()),
        Some(kind) if kind == RESULTS => findings::schema(),
        Some(kind) => schema::of(kind).ok_or_else(|| {
            let kinds = schema::kinds().join("`, `");
            anyhow::anyhow!(
                "`{kind}` is no kind; the kinds are `{kinds}`, `{INVENTORY}` and `{RESULTS}`, and \
                 `{CHECK_TYPES}` lists the check types, `{READER_POLICY}` is the policy of the role"
            )
        })?,
    };
    output::print(&schema::printed(&schema))?;
    Ok(ExitCode::from(output::CLEAN))
}

/// Writes each file over the one that is there.
fn write(
    directory: &Path,
    files: impl Iterator<Item = (impl AsRef<Path>, String)>,
) -> anyhow::Result<()> {
    for (name, text) in files {
        let path = directory.join(name);
        let cannot = || format!("cannot write `{}`", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(cannot)?;
        }
        fs::write(&path, text).with_context(cannot)?;
    }
    Ok(())
}
