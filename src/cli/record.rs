//! `record`: a live account as a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use cloudcorrect::collect::Collected;
use cloudcorrect::fetch::FetchRequirement;
use cloudcorrect::recorded;
use cloudcorrect::resource::schemas;

use super::accounts::AccountsAtHand;
use super::output;
use super::tree::Tree;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  the file is written, with all that was asked for
  1  it is written, and some lists could not be read whole
  2  nothing could be read, the file cannot be written, or an argument is wrong";

/// Command line arguments of `record`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// Files and directories with policies, one of which has the account
    #[arg(default_value = "policies")]
    paths: Vec<PathBuf>,
    /// The `Account` to record; the credentials at hand must belong to it
    #[arg(long, value_name = "NAME")]
    account: String,
    /// The file to write
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let account = Tree::read(&arguments.paths)?.account(&arguments.account)?;
    output::progress(&format!("recording account {} ...", account.id));
    let everything = FetchRequirement::all(schemas());
    let Collected { inventory, calls, .. } =
        AccountsAtHand::new([])?.collect_required(&account, &everything);
    let resources: usize =
        inventory.listings.values().map(|listing| listing.resources().len()).sum();
    let refused: Vec<String> = inventory
        .listings
        .iter()
        .filter_map(|((name, region), listing)| {
            listing.failure().map(|failure| format!("  {name} in {region}: {failure}\n"))
        })
        .collect();
    let file = arguments.output.display();
    if resources == 0 && !refused.is_empty() {
        bail!(
            "nothing of account {} could be read, so `{file}` is not written:\n{}",
            account.id,
            refused.concat()
        );
    }
    recorded::write(&inventory, &arguments.output)?;
    let requests = calls.total();
    output::print(&format!("{file}: {resources} resources with {requests} requests\n"))?;
    if !refused.is_empty() {
        let lists = refused.concat();
        output::print(&format!("{} lists could not be read whole:\n{lists}", refused.len()))?;
        return Ok(ExitCode::from(output::PROBLEMS));
    }
    Ok(ExitCode::from(output::CLEAN))
}
