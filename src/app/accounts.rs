//! From settings to inventories.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::config::{AccountSettings, Settings};
use crate::evaluator::Inventories;
use crate::resource::AccountId;

use super::ByAccount;

/// Inventories for commands at a desk: recorded ones, and live accounts with whatever credentials
/// are at hand.
pub fn inventories_at_hand(recorded: BTreeMap<AccountId, PathBuf>) -> Inventories {
    #[cfg(feature = "aws")]
    {
        Inventories::new(live([]).or_ambient(), recorded)
    }
    #[cfg(not(feature = "aws"))]
    {
        Inventories::new(recorded)
    }
}

/// Inventories for the service: only accounts that the operator's settings name.
pub(super) fn inventories(settings: &Settings) -> Result<Inventories> {
    let mut recorded = ByAccount::new();
    let mut live_accounts = Vec::new();
    for (id, account) in &settings.accounts {
        let id: AccountId = id.parse().context("cannot read the settings of an account")?;
        match &account.recorded {
            Some(file) => drop(recorded.insert(id, file.clone())),
            None => live_accounts.push((id, account)),
        }
    }
    reach(&live_accounts, recorded)
}

#[cfg(feature = "aws")]
fn reach(
    accounts: &[(AccountId, &AccountSettings)],
    recorded: ByAccount<PathBuf>,
) -> Result<Inventories> {
    let logins = accounts.iter().map(|(id, settings)| login(id.clone(), settings));
    let logins = logins.collect::<Result<Vec<_>>>()?;
    Ok(Inventories::new(live(logins), recorded))
}

#[cfg(not(feature = "aws"))]
fn reach(
    accounts: &[(AccountId, &AccountSettings)],
    recorded: ByAccount<PathBuf>,
) -> Result<Inventories> {
    if let Some((id, _)) = accounts.first() {
        anyhow::bail!("this build has no adapter for live accounts, which account {id} needs");
    }
    Ok(Inventories::new(recorded))
}

#[cfg(feature = "aws")]
fn live(logins: impl IntoIterator<Item = crate::aws::AccountSettings>) -> crate::aws::Accounts {
    use crate::aws::{Accounts, Limits};
    Accounts::new(logins, Limits::default(), crate::clock::Clock::System)
}

#[cfg(feature = "aws")]
fn login(id: AccountId, settings: &AccountSettings) -> Result<crate::aws::AccountSettings> {
    use crate::aws::{BaseLogin, Role};
    let role = match &settings.role_arn {
        Some(arn) => Some(Role::new(arn.parse()?, settings.external_id.clone())),
        None => None,
    };
    let base = settings.profile.clone().map_or(BaseLogin::Ambient, BaseLogin::Profile);
    Ok(crate::aws::AccountSettings { account: id, base, role })
}
