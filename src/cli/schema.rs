//! `schema`: the JSON Schema of a kind of document, the list of check types, the reference.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;

use cloudcorrect::catalog;
use cloudcorrect::policy::schema;
use cloudcorrect::recorded;
use cloudcorrect::render::reference;
use cloudcorrect::resource::schemas;

use super::output;

/// The kind that is no policy: what an account answered.
const INVENTORY: &str = "Inventory";

/// Word for what is no kind: the check types of the catalog, a line each.
const CHECK_TYPES: &str = "check-types";

/// Command line arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The kind, such as `Group` or `Inventory`; all policy kinds in one schema without it.
    /// `check-types` lists the check types that come with cloudcorrect
    kind: Option<String>,
    /// Write the pages of reference into this directory instead
    #[arg(long, value_name = "DIRECTORY", conflicts_with = "kind")]
    reference: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(directory) = &arguments.reference {
        write_reference(directory)?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    if arguments.kind.as_deref() == Some(CHECK_TYPES) {
        output::print(&reference::listed_check_types(catalog::types()))?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    let schema = match &arguments.kind {
        None => schema::all(),
        Some(kind) if kind == INVENTORY => recorded::json_schema(schemas()),
        Some(kind) => schema::of(kind).ok_or_else(|| {
            let kinds = schema::kinds().join("`, `");
            anyhow::anyhow!(
                "`{kind}` is no kind; the kinds are `{kinds}` and `{INVENTORY}`, and \
                 `{CHECK_TYPES}` lists the check types"
            )
        })?,
    };
    output::print(&schema::printed(&schema))?;
    Ok(ExitCode::from(output::CLEAN))
}

/// Writes each page over the one that is there.
fn write_reference(directory: &Path) -> anyhow::Result<()> {
    for page in reference::pages() {
        let path = directory.join(&page.path);
        let cannot = || format!("cannot write `{}`", path.display());
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).with_context(cannot)?;
        }
        fs::write(&path, page.text).with_context(cannot)?;
    }
    Ok(())
}
