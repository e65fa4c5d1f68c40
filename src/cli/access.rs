//! `accounts check`: whether accounts can be asked what the checks read.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use cloudcorrect::app;
use cloudcorrect::collect::plan;
use cloudcorrect::diagnostic::Diagnostic;
use cloudcorrect::render::access::{self, ShownAccess};
use cloudcorrect::render::{diagnostics, json};

use super::accounts::AccountsAtHand;
use super::output::{self, Format};
use super::tree::Tree;
use super::wanted::{accounts, groups};

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  all calls that could be tried are answered
  1  nobody can log in to an account, or a call is refused
  2  the policies have errors, or an argument is wrong";

/// Command line arguments of `accounts`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Try each call that the checks need, and say what lacks
    Check(Check),
}

/// Command line arguments of `accounts check`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
struct Check {
    /// An `Account` of the tree; all that groups select without it
    #[arg(value_name = "NAME")]
    account: Option<String>,
    /// Files and directories with policies
    #[arg(long, value_name = "PATH", default_value = "policies")]
    policies: Vec<PathBuf>,
    /// Settings of the service, by which it logs in; the credentials at hand without them
    #[arg(long, value_name = "FILE", env = "CLOUDCORRECT_CONFIG")]
    config: Option<PathBuf>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Command::Check(arguments) = &arguments.command;
    let tree = Tree::read(&arguments.policies)?;
    let reading = tree.reading();
    if reading.diagnostics.iter().any(Diagnostic::is_error) {
        let shown = diagnostics::text(&reading.diagnostics, &tree.sources());
        bail!("the policies have problems; nothing is asked\n{shown}");
    }
    let policies = reading.policies;
    let named = arguments.account.as_deref();
    let mut accounts = accounts(&policies, named, None)?;
    accounts.retain(|account| !groups(&policies, account, None).is_empty());
    if accounts.is_empty() {
        bail!("no group selects {}", named.map_or("an account".into(), |it| format!("`{it}`")));
    }
    let at_hand = match &arguments.config {
        Some(file) => AccountsAtHand::of(app::accounts(&app::settings(Some(file))?)?)?,
        None => AccountsAtHand::new([])?,
    };
    let mut documents = Vec::new();
    let mut lacking = Vec::new();
    for (at, account) in accounts.iter().enumerate() {
        output::progress(&format!("asking account {} ...", account.id));
        let plan = plan(&groups(&policies, account, None), account);
        let tried = at_hand.try_calls(account, &plan);
        let shown = ShownAccess { account, plan: &plan, tried: tried.as_ref() };
        if !shown.is_whole() {
            lacking.push(account.name.as_str());
        }
        match arguments.format {
            Format::Json => documents.push(shown.json()),
            Format::Text if at > 0 => output::print(&format!("\n{}", shown.text()))?,
            Format::Text => output::print(&shown.text())?,
        }
    }
    match arguments.format {
        Format::Json => {
            output::print(&json::document(&serde_json::json!({ "accounts": documents })))?;
        }
        Format::Text if accounts.len() > 1 => {
            output::print(&format!("\n{}", access::total(accounts.len(), &lacking)))?;
        }
        Format::Text => {}
    }
    Ok(ExitCode::from(if lacking.is_empty() { output::CLEAN } else { output::PROBLEMS }))
}
