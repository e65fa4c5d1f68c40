//! From settings to the accounts that can be asked.

use anyhow::{Context, Result};

use crate::collect::Accounts;
use crate::config::{AccountSettings, OrganizationSettings, Settings};
use crate::recorded::RecordedFile;
use crate::resource::AccountId;

/// Recordings with the accounts that they stand in for.
type Recordings = Vec<(AccountId, RecordedFile)>;

/// Accounts for commands at a desk: recorded ones, and live ones with whatever credentials are at
/// hand.
pub fn accounts_at_hand(
    recordings: impl IntoIterator<Item = (AccountId, RecordedFile)>,
) -> Accounts {
    #[cfg(feature = "aws")]
    {
        Accounts::new(live([]).or_ambient(), recordings)
    }
    #[cfg(not(feature = "aws"))]
    {
        Accounts::new(recordings)
    }
}

/// Accounts for the service: only those that the operator's settings name.
pub fn accounts(settings: &Settings) -> Result<Accounts> {
    let mut recordings = Recordings::new();
    let mut live_accounts = Vec::new();
    for (id, account) in &settings.accounts {
        let id: AccountId = id.parse().context("cannot read the settings of an account")?;
        match &account.recorded {
            Some(file) => recordings.push((id, RecordedFile::new(file))),
            None => live_accounts.push((id, account)),
        }
    }
    reach(&live_accounts, settings.organization.as_ref(), recordings)
}

#[cfg(feature = "aws")]
fn reach(
    accounts: &[(AccountId, &AccountSettings)],
    organization: Option<&OrganizationSettings>,
    recordings: Recordings,
) -> Result<Accounts> {
    let logins = accounts.iter().map(|(id, settings)| login(id.clone(), settings));
    let logins = logins.collect::<Result<Vec<_>>>()?;
    let live = match organization {
        Some(settings) => live(logins).or_members_of(members(settings)?),
        None => live(logins),
    };
    Ok(Accounts::new(live, recordings))
}

#[cfg(feature = "aws")]
fn members(settings: &OrganizationSettings) -> Result<crate::aws::Organization> {
    let settings = settings.clone();
    Ok(crate::aws::Organization {
        account: settings
            .account
            .parse()
            .context("cannot read the settings of the organization")?,
        role_name: settings.role_name,
        external_id: settings.external_id,
        include_units: settings.include_units.into_iter().collect(),
        exclude_units: settings.exclude_units.into_iter().collect(),
        include_tags: settings.include_tags.into_iter().collect(),
        exclude_tags: settings.exclude_tags.into_iter().collect(),
        refresh: settings.refresh,
    })
}

#[cfg(not(feature = "aws"))]
fn reach(
    accounts: &[(AccountId, &AccountSettings)],
    organization: Option<&OrganizationSettings>,
    recordings: Recordings,
) -> Result<Accounts> {
    let listed = organization.map(|it| &it.account);
    if let Some(id) = accounts.first().map(|(id, _)| id.as_str()).or(listed.map(String::as_str)) {
        anyhow::bail!("this build has no adapter for live accounts, which account {id} needs");
    }
    Ok(Accounts::new(recordings))
}

#[cfg(feature = "aws")]
fn live(logins: impl IntoIterator<Item = crate::aws::AccountSettings>) -> crate::aws::Accounts {
    let (limits, clock) = (crate::aws::Limits::default(), crate::clock::Clock::System);
    crate::aws::Accounts::new(logins, limits, clock)
}

#[cfg(feature = "aws")]
fn login(id: AccountId, settings: &AccountSettings) -> Result<crate::aws::AccountSettings> {
    use crate::aws::{BaseLogin, Role};
    let role = match &settings.role_arn {
        Some(arn) => Some(Role::new(arn.parse()?, settings.external_id.clone())),
        None => None,
    };
    let step = |arn: &String| Ok(Role::new(arn.parse()?, None));
    let chain = settings.chain.iter().map(step).collect::<Result<_>>()?;
    let base = settings.profile.clone().map_or(BaseLogin::Ambient, BaseLogin::Profile);
    Ok(crate::aws::AccountSettings { account: id, base, chain, role })
}
