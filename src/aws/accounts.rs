//! The accounts that can be reached.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Semaphore;

use super::adapter::Adapters;
use super::adapters::adapters;
use super::circuit_breaker::CircuitBreaker;
use super::limiter::CallLimiter;
use super::login::{Bases, Login};
use super::organization::{Directory, Organization};
use super::session::{Account, Session};
use super::{AccountSettings, Limits, Live};
use crate::clock::Clock;
use crate::digest::DigestKey;
use crate::fetch::CallStats;
use crate::resource::{AccountId, Cause, Failure, Region};

/// The accounts that can be reached, with their logins, which are kept and renewed.
pub struct Accounts {
    settings: BTreeMap<AccountId, AccountSettings>,
    ambient: bool,
    limits: Limits,
    clock: Clock,
    /// Places of the calls of all accounts.
    calls: Arc<Semaphore>,
    adapters: Arc<Adapters>,
    bases: Arc<Bases>,
    organization: Option<Arc<Directory>>,
    digest_key: Option<DigestKey>,
    known: Mutex<BTreeMap<AccountId, Account>>,
}

impl fmt::Debug for Accounts {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Accounts").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Accounts {
    /// The accounts that have settings. Nothing is called yet.
    pub fn new(
        settings: impl IntoIterator<Item = AccountSettings>,
        limits: Limits,
        clock: Clock,
    ) -> Self {
        Self::asking(adapters(), settings, limits, clock)
    }

    /// The accounts that have settings, asked as this table says.
    pub(super) fn asking(
        adapters: Adapters,
        settings: impl IntoIterator<Item = AccountSettings>,
        limits: Limits,
        clock: Clock,
    ) -> Self {
        let settings = settings.into_iter().map(|one| (one.account.clone(), one)).collect();
        let (bases, calls) = (Arc::new(Bases::new(limits.clone())), CallLimiter::shared(&limits));
        let (adapters, known) = (Arc::new(adapters), Mutex::default());
        Self {
            settings,
            ambient: false,
            limits,
            clock,
            calls,
            adapters,
            bases,
            organization: None,
            digest_key: None,
            known,
        }
    }

    /// Accounts without settings of their own are reached as members of an organization.
    #[must_use]
    pub fn or_members_of(mut self, organization: Organization) -> Self {
        let id = &organization.account;
        let own = self.settings.get(id).cloned();
        let settings = own.unwrap_or_else(|| AccountSettings::ambient(id.clone()));
        let lister = self.reached(&settings);
        self.organization = Some(Directory::new(organization, settings, lister));
        self
    }

    /// What may hold secrets is told by digests of this key.
    #[must_use]
    pub fn with_digest_key(mut self, key: Option<DigestKey>) -> Self {
        self.digest_key = key;
        self
    }

    /// Accounts without settings are reached with the credentials of the environment.
    #[must_use]
    pub fn or_ambient(mut self) -> Self {
        self.ambient = true;
        self
    }

    /// A source for one evaluation of the account and these of its regions. Logs in, if nobody did;
    /// where that fails, the source answers all questions with the failure and calls nothing.
    pub async fn source(&self, account: &AccountId, regions: &BTreeSet<Region>) -> Live {
        let account = match self.account(account).await {
            Ok(account) => account,
            Err(failure) => return Live::refused(failure, CallStats::default()),
        };
        match Session::open(account.clone(), regions.clone()).await {
            Ok(session) => Live::new(session, self.adapters.clone()),
            Err(failure) => Live::refused(failure, account.login.calls.take()),
        }
    }

    async fn account(&self, id: &AccountId) -> Result<Account, Failure> {
        let settings = self.settings_of(id).await?;
        if let Some(role) = &settings.role
            && role.arn.account() != id
        {
            return Err(refused(format!("the role {} is not in account {id}", role.arn)));
        }
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let account = known.entry(id.clone()).or_insert_with(|| self.reached(&settings));
        Ok(account.clone())
    }

    async fn settings_of(&self, id: &AccountId) -> Result<AccountSettings, Failure> {
        if let Some(settings) = self.settings.get(id) {
            return Ok(settings.clone());
        }
        if let Some(organization) = &self.organization {
            let member = organization.member(id).await?;
            return member.ok_or_else(|| {
                refused(format!(
                    "no setting says how to log in to account {id}, and `[organization]` does not \
                     mean it: it is no active member, or left out by units or tags"
                ))
            });
        }
        if self.ambient {
            return Ok(AccountSettings::ambient(id.clone()));
        }
        Err(refused(format!("no setting says how to log in to account {id}")))
    }

    /// An account that nobody logged in to yet.
    fn reached(&self, settings: &AccountSettings) -> Account {
        Account {
            id: settings.account.clone(),
            login: Login::new(
                settings.clone(),
                self.bases.clone(),
                self.limits.clone(),
                self.clock.clone(),
            ),
            limiter: Arc::new(CallLimiter::new(&self.limits, self.calls.clone())),
            breaker: Arc::new(CircuitBreaker::new(self.clock.clone())),
            limits: self.limits.clone(),
            clock: self.clock.clone(),
            digest_key: self.digest_key.clone(),
        }
    }
}

fn refused(message: String) -> Failure {
    Failure::new(Cause::Credentials, message)
}
