//! Where resources to look at come from: a recorded inventory, or a live account.

use std::collections::BTreeMap;
use std::path::PathBuf;

use cloudcorrect::app;
use cloudcorrect::clock::Clock;
use cloudcorrect::fetch::{self, Need, Scope};
use cloudcorrect::recorded::RecordedFile;
use cloudcorrect::resource::Inventory;

use super::output;
use super::tree::Tree;

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
    /// Whether anything is to be looked at.
    pub(super) fn is_said(&self) -> bool {
        self.inventory.is_some() || self.account.is_some()
    }

    /// Whether a live account is asked.
    pub(super) fn is_live(&self) -> bool {
        self.account.is_some()
    }

    /// The recorded inventory, or what the live account answers to the needs.
    pub(super) fn inventory(&self, needs: &[Need<'_>]) -> anyhow::Result<Inventory> {
        if let Some(file) = &self.inventory {
            return Ok(RecordedFile::new(file).snapshot()?.inventory().clone());
        }
        let Some(name) = &self.account else {
            anyhow::bail!("say what to look at: `--inventory FILE` or `--account NAME`");
        };
        let account = Tree::read(&self.policies)?.account(name)?;
        output::progress(&format!("asking account {} ...", account.id));
        let inventories = app::inventories_at_hand(BTreeMap::new());
        let collecting = async {
            let source = inventories.source(&account).await;
            let scope = Scope {
                account: account.id.clone(),
                regions: account.regions.clone(),
                taken_at: Clock::System.now(),
            };
            fetch::collect(source.as_ref(), &scope, needs).await
        };
        let (inventory, _) = app::runtime()?.block_on(collecting);
        Ok(inventory)
    }
}
