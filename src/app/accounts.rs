//! From settings to the accounts that can be asked.

use anyhow::{Context, Result};

use crate::collect::Accounts;
use crate::config::{AccountSettings, Settings};
#[cfg(feature = "aws")]
use crate::config::{AwsServiceSettings, AwsSettings, OrganizationSettings};
#[cfg(feature = "aws")]
use crate::digest::DigestKey;
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
        Accounts::new(live([], &AwsSettings::default()).or_ambient(), recordings)
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
    reach(&live_accounts, settings, recordings)
}

#[cfg(feature = "aws")]
fn reach(
    accounts: &[(AccountId, &AccountSettings)],
    settings: &Settings,
    recordings: Recordings,
) -> Result<Accounts> {
    let logins = accounts.iter().map(|(id, settings)| login(id.clone(), settings));
    let logins = logins.collect::<Result<Vec<_>>>()?;
    let key = settings.inventory.digest_key.clone().map(DigestKey::new);
    let live = live(logins, &settings.aws).with_digest_key(key);
    let live = match &settings.organization {
        Some(settings) => live.or_members_of(members(settings)?),
        None => live,
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
    settings: &Settings,
    recordings: Recordings,
) -> Result<Accounts> {
    let listed = settings.organization.as_ref().map(|it| &it.account);
    if let Some(id) = accounts.first().map(|(id, _)| id.as_str()).or(listed.map(String::as_str)) {
        anyhow::bail!("this build has no adapter for live accounts, which account {id} needs");
    }
    Ok(Accounts::new(recordings))
}

#[cfg(feature = "aws")]
fn live(
    logins: impl IntoIterator<Item = crate::aws::AccountSettings>,
    settings: &AwsSettings,
) -> crate::aws::Accounts {
    crate::aws::Accounts::new(logins, limits(settings), crate::clock::Clock::System)
}

#[cfg(feature = "aws")]
fn limits(settings: &AwsSettings) -> crate::aws::Limits {
    use crate::aws::{Limits, ServiceLimits};
    let (concurrency, per_second) = (settings.concurrency, settings.calls_per_second);
    let own = |(name, own): (&String, &AwsServiceSettings)| {
        let limits = ServiceLimits {
            concurrency: own.concurrency.unwrap_or(concurrency),
            per_second: own.calls_per_second.or(per_second),
        };
        (name.as_str().into(), limits)
    };
    Limits {
        attempt_timeout: settings.attempt_timeout,
        call_timeout: settings.call_timeout,
        attempts: settings.attempts,
        calls: settings.calls,
        service: ServiceLimits { concurrency, per_second },
        services: settings.services.iter().map(own).collect(),
        ..Limits::default()
    }
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use crate::config::AWS_SERVICES;
    use crate::resource::{Schema, schemas};

    #[test]
    fn settings_know_each_service_that_is_asked_and_no_other() {
        let operations = schemas().live().flat_map(Schema::live_operations);
        let of_types = operations.filter_map(|operation| operation.as_str().split(':').next());
        // Whose credentials they are is known from logging in, which has no bounds.
        let of_types = of_types.filter(|service| *service != "sts");
        let asked: BTreeSet<&str> = of_types.chain(["organizations"]).collect();
        assert_eq!(asked, AWS_SERVICES.iter().copied().collect());
    }

    #[cfg(feature = "aws")]
    #[test]
    fn without_settings_the_limits_are_those_of_the_adapter() {
        use super::*;
        assert_eq!(limits(&AwsSettings::default()), crate::aws::Limits::default());
    }

    #[cfg(feature = "aws")]
    #[test]
    fn a_service_has_what_it_lacks_from_all() {
        use super::*;
        let settings =
            crate::config::AwsServiceSettings { concurrency: Some(2), ..Default::default() };
        let settings = AwsSettings {
            calls_per_second: std::num::NonZeroU32::new(7),
            services: [("iam".to_owned(), settings)].into(),
            ..AwsSettings::default()
        };
        let limits = limits(&settings);
        let iam = limits.services.get("iam").expect("iam has its own");
        assert_eq!((iam.concurrency, iam.per_second), (2, settings.calls_per_second));
        assert_eq!(limits.service.concurrency, 4);
    }
}
