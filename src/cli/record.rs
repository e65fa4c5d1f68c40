//! `record`: a live account as a file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;

use cloudcorrect::collect::{Collected, everything};
use cloudcorrect::recorded;
use cloudcorrect::resource::{Inventory, Listing, schemas};

use super::accounts::AccountsAtHand;
use super::output;
use super::tree::Tree;
use super::wanted::groups;

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
    let (account, policies) = Tree::read(&arguments.paths)?.account(&arguments.account)?;
    output::progress(&format!("recording account {} ...", account.id));
    let everything = everything(schemas(), &groups(&policies, &account, None), &account);
    let Collected { inventory, calls, .. } =
        AccountsAtHand::new([])?.collect_required(&account, &everything);
    let resources: usize =
        inventory.listings.values().map(|listing| listing.resources().len()).sum();
    let refused = refused(&inventory);
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
    output::print(&by_segments(&inventory))?;
    if !refused.is_empty() {
        let lists = refused.concat();
        output::print(&format!("{} lists could not be read whole:\n{lists}", refused.len()))?;
        return Ok(ExitCode::from(output::PROBLEMS));
    }
    Ok(ExitCode::from(output::CLEAN))
}

/// The lists, and segments of lists, that could not be read whole, a line each.
fn refused(inventory: &Inventory) -> Vec<String> {
    let lists = inventory.listings.iter().flat_map(|((name, region), listing)| {
        if let Listing::Segments(_, segments) = listing {
            let asked = segments.asked.iter();
            let failed = asked.filter_map(|(segment, failure)| Some((segment, failure.as_ref()?)));
            return failed.map(|(one, why)| format!("  {name} `{one}`: {why}\n")).collect();
        }
        let failure = listing.failure().into_iter();
        failure.map(|why| format!("  {name} in {region}: {why}\n")).collect::<Vec<_>>()
    });
    lists.collect()
}

/// What is recorded of lists that are too long to be read whole, a line each.
fn by_segments(inventory: &Inventory) -> String {
    let live = schemas().live().filter(|schema| schema.listed_by.is_some());
    let lines = live.map(|schema| {
        let name = &schema.type_name;
        let listings = inventory.lists_of(name).map(|(_, listing)| listing);
        let asked = listings.filter_map(|listing| match listing {
            Listing::Segments(_, segments) => Some(segments.asked.keys()),
            _ => None,
        });
        let names: Vec<String> = asked.flatten().map(|segment| format!("`{segment}`")).collect();
        if names.is_empty() {
            return format!(
                "{name}: none, as no check of the account says which; an account has too many\n"
            );
        }
        format!("{name}: those that checks of the account name, {}\n", names.join(", "))
    });
    lines.collect()
}
