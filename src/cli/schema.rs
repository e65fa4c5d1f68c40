//! `schema`: the JSON Schema of a kind of document.

use std::process::ExitCode;

use crate::policy::schema;
use crate::recorded;

use super::output;

/// The kind that is no policy: what an account answered.
const INVENTORY: &str = "Inventory";

/// Arguments of `schema`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The kind, such as `Group` or `Inventory`; all policy kinds in one schema without it
    kind: Option<String>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let schema = match &arguments.kind {
        None => schema::all(),
        Some(kind) if kind == INVENTORY => recorded::json_schema(),
        Some(kind) => schema::of(kind).ok_or_else(|| {
            let kinds = schema::kinds().join("`, `");
            anyhow::anyhow!("`{kind}` is no kind; the kinds are `{kinds}` and `{INVENTORY}`")
        })?,
    };
    output::print(&format!("{}\n", serde_json::to_string_pretty(&schema)?))?;
    Ok(ExitCode::from(output::CLEAN))
}
