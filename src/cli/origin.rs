//! Where resources to look at come from: a recorded inventory, or a live account.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{anyhow, bail};

use cloudcorrect::clock::Clock;
use cloudcorrect::fetch::FetchRequirement;
use cloudcorrect::recorded::{Recorded, RecordedFile};
use cloudcorrect::resource::Inventory;

use super::accounts::AccountsAtHand;
use super::output;
use super::tree::Tree;

/// Account id of what is evaluated in no account in particular.
const NO_ACCOUNT: &str = "000000000000";

/// The arguments that say it.
#[derive(Debug, clap::Args)]
pub(super) struct Origin {
    /// A recorded inventory to look at
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// An `Account` to look at live; the credentials at hand must belong to it
    #[arg(long, value_name = "NAME", conflicts_with = "inventory")]
    account: Option<String>,
    /// Files and directories with policies, one of which has the account
    #[arg(long, value_name = "PATH", default_value = "policies", conflicts_with = "inventory")]
    policies: Vec<PathBuf>,
}

impl Origin {
    /// `true` where a live account is asked.
    pub(super) fn is_live(&self) -> bool {
        self.account.is_some()
    }

    /// The whole recorded inventory, or what the live account answers to the requirements.
    pub(super) fn inventory(
        &self,
        requirements: &[FetchRequirement<'_>],
    ) -> anyhow::Result<Inventory> {
        if let Some(file) = &self.inventory {
            return Ok(snapshot(&RecordedFile::new(file))?.inventory().clone());
        }
        let Some(name) = &self.account else {
            bail!("say what to look at: `--inventory FILE` or `--account NAME`");
        };
        let (account, _) = Tree::read(&self.policies)?.account(name)?;
        output::progress(&format!("asking account {} ...", account.id));
        let collected = AccountsAtHand::new([])?.collect_required(&account, requirements);
        Ok(collected.inventory)
    }

    /// An inventory for what reads no resource: of the account and the instant of what is looked
    /// at, or of no account and the present where nothing is.
    pub(super) fn surroundings(&self) -> anyhow::Result<Inventory> {
        if self.inventory.is_some() || self.is_live() {
            return self.inventory(&[]);
        }
        Ok(Inventory::empty(NO_ACCOUNT.parse()?, Clock::System.now()))
    }
}

/// The inventory that a file holds; the error shows the lines that are wrong with it.
pub(super) fn snapshot(file: &RecordedFile) -> anyhow::Result<Arc<Recorded>> {
    file.snapshot().map_err(|error| anyhow!(error.report()))
}
