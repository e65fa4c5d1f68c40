//! `explain`: which calls checks cost, for which resources, and the permissions that they need.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;

use cloudcorrect::collect::plan;
use cloudcorrect::diagnostic::Diagnostic;
use cloudcorrect::recorded::RecordedFile;
use cloudcorrect::render::plan::ShownPlan;
use cloudcorrect::render::{diagnostics, json};

use super::accounts::AccountsAtHand;
use super::origin::snapshot;
use super::output::{self, Format};
use super::tree::Tree;
use super::wanted::{accounts, groups, narrow};

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  the calls are shown; nothing was called
  2  the policies have errors, or an argument is wrong";

/// Command line arguments of `explain`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// Only the group of this name, or a check of it
    #[arg(value_name = "GROUP[/CHECK]")]
    wanted: Option<String>,
    /// Files and directories with policies
    #[arg(long, value_name = "PATH", default_value = "policies")]
    policies: Vec<PathBuf>,
    /// An `Account` of the tree, whatever accounts the groups select; all that they select without it
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// A recorded inventory, for whose resources the requests are counted
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let tree = Tree::read(&arguments.policies)?;
    let reading = tree.reading();
    if reading.diagnostics.iter().any(Diagnostic::is_error) {
        not_a_path(arguments)?;
        let shown = diagnostics::text(&reading.diagnostics, &tree.sources());
        bail!("the policies have problems; nothing is explained\n{shown}");
    }
    let mut policies = Arc::unwrap_or_clone(reading.policies);
    if let Some(wanted) = &arguments.wanted {
        let is_known = policies.groups.keys().any(|name| name.as_str() == wanted);
        if !is_known {
            not_a_path(arguments)?;
        }
        let (group, check) = match wanted.split_once('/') {
            Some((group, _)) => (group, std::slice::from_ref(wanted)),
            None => (wanted.as_str(), [].as_slice()),
        };
        narrow(&mut policies, &[group.to_owned()], check)?;
    }
    let recording = arguments.inventory.as_deref().map(RecordedFile::new);
    let recorded = recording.as_ref().map(snapshot).transpose()?;
    let recorded = recorded.map(|snapshot| snapshot.account().clone());
    let named = arguments.account.as_deref();
    let mut accounts = accounts(&policies, named, recorded.as_ref())?;
    accounts.retain(|account| !groups(&policies, account, named).is_empty());
    if accounts.is_empty() {
        bail!("no group that is meant selects an account; name one with `--account`");
    }
    let at_hand = AccountsAtHand::new(recorded.zip(recording))?;
    let mut documents = Vec::new();
    for (at, account) in accounts.iter().enumerate() {
        let groups = groups(&policies, account, named);
        let requests = arguments.inventory.as_ref().map(|_| at_hand.estimate(account, &groups));
        let plan = plan(&groups, account);
        let shown = ShownPlan { account, plan: &plan, requests: requests.as_ref() };
        match arguments.format {
            Format::Json => documents.push(shown.json()),
            Format::Text if at > 0 => output::print(&format!("\n{}", shown.text()))?,
            Format::Text => output::print(&shown.text())?,
        }
    }
    if arguments.format == Format::Json {
        output::print(&json::document(&serde_json::json!({ "accounts": documents })))?;
    }
    Ok(ExitCode::from(output::CLEAN))
}

/// Refuses a path in the place of a group's name, as other commands take it.
fn not_a_path(arguments: &Arguments) -> anyhow::Result<()> {
    match &arguments.wanted {
        Some(wanted) if Path::new(wanted).exists() => {
            bail!("`{wanted}` is a path, and no group; say `--policies {wanted}`")
        }
        _ => Ok(()),
    }
}
