//! The accounts of an organization: who belongs to it is asked, and each is reached by the same role.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use aws_sdk_organizations::operation::list_accounts::ListAccountsOutput;
use aws_sdk_organizations::operation::list_accounts_for_parent::ListAccountsForParentOutput;
use aws_sdk_organizations::operation::list_organizational_units_for_parent::ListOrganizationalUnitsForParentOutput;
use aws_sdk_organizations::operation::list_roots::ListRootsOutput;
use aws_sdk_organizations::operation::list_tags_for_resource::ListTagsForResourceOutput;
use aws_sdk_organizations::types::{Account as Member, AccountState};
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;

use super::call_error::CallError;
use super::pages::{Next, Page};
use super::response::Call;
use super::session::{Account, Session};
use super::{AccountSettings, Role};
use crate::resource::{AccountId, Cause, Failure, Region};

/// Time after a failed listing in which the organization is not asked again.
const PAUSE: TimeDelta = TimeDelta::minutes(1);

/// How the accounts of an organization are found and reached.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Account that may list the others: the management account, or a delegated administrator.
    pub account: AccountId,
    /// Name of the role, path included, that each account has for the service.
    pub role_name: String,
    /// The external id that the roles' trust policies ask for.
    pub external_id: Option<SecretString>,
    /// Ids of units or roots; only accounts somewhere below one of them are meant. None stands for all.
    pub include_units: BTreeSet<String>,
    /// Ids of units below which no account is meant.
    pub exclude_units: BTreeSet<String>,
    /// Tags of which an account must have one, if there are any.
    pub include_tags: BTreeSet<AccountTag>,
    /// Tags of which an account must have none.
    pub exclude_tags: BTreeSet<AccountTag>,
    /// Age at which the listing is made anew.
    pub refresh: Duration,
}

/// Tag of an account, by key and value.
pub type AccountTag = (String, String);

/// Accounts of an organization by id, as they are reached.
type Members = Arc<BTreeMap<AccountId, AccountSettings>>;

/// An organization whose listing is kept.
#[derive(Debug)]
pub(super) struct Directory {
    organization: Organization,
    /// Login of the account that lists.
    lister: Account,
    settings: AccountSettings,
    listed: Mutex<Listed>,
    /// Held by whoever lists.
    listing: Arc<tokio::sync::Mutex<()>>,
}

#[derive(Debug, Default)]
struct Listed {
    members: Option<Members>,
    /// Last failure, where the listing that is kept is an older one, or there is none.
    failure: Option<Failure>,
    again: Option<DateTime<Utc>>,
}

impl Directory {
    /// The directory of an organization, of which nobody was asked yet.
    pub(super) fn new(
        organization: Organization,
        settings: AccountSettings,
        lister: Account,
    ) -> Arc<Self> {
        Arc::new(Self {
            organization,
            lister,
            settings,
            listed: Mutex::default(),
            listing: Arc::default(),
        })
    }

    /// Settings of a member; `None` of an account that is none, or is not meant. The listing is made
    /// anew when it is old, and the last one counts until that has come; where it fails, it stays.
    /// Whoever asks while there is none waits for it.
    pub(super) async fn member(
        self: &Arc<Self>,
        id: &AccountId,
    ) -> Result<Option<AccountSettings>, Failure> {
        if !self.is_listed() {
            let _one_at_a_time = self.listing.lock().await;
            if self.is_due() {
                Box::pin(self.refresh()).await;
            }
        } else if self.is_due()
            && let Ok(one_at_a_time) = self.listing.clone().try_lock_owned()
        {
            let directory = self.clone();
            tokio::spawn(async move {
                directory.refresh().await;
                drop(one_at_a_time);
            });
        }
        let listed = self.listed();
        match (&listed.members, &listed.failure) {
            (Some(members), failure) => match (members.get(id), failure) {
                (Some(member), _) => Ok(Some(member.clone())),
                // It may have come since.
                (None, Some(failure)) => Err(unlisted(failure)),
                (None, None) => Ok(None),
            },
            (None, Some(failure)) => Err(unlisted(failure)),
            (None, None) => Ok(None),
        }
    }

    fn listed(&self) -> MutexGuard<'_, Listed> {
        self.listed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_listed(&self) -> bool {
        self.listed().members.is_some()
    }

    fn is_due(&self) -> bool {
        self.listed().again.is_none_or(|again| again <= self.lister.clock.now())
    }

    async fn refresh(&self) {
        let result = self.list().await;
        let now = self.lister.clock.now();
        let mut listed = self.listed();
        match result {
            Ok(members) => {
                tracing::info!(accounts = members.len(), "the organization is listed");
                let refresh = TimeDelta::from_std(self.organization.refresh).ok();
                let again = refresh.and_then(|age| now.checked_add_signed(age));
                let again = Some(again.unwrap_or(DateTime::<Utc>::MAX_UTC));
                *listed = Listed { members: Some(members), failure: None, again };
            }
            Err(failure) => {
                tracing::warn!(error = %failure, "the organization cannot be listed");
                listed.failure = Some(failure);
                listed.again = Some(now + PAUSE);
            }
        }
    }

    async fn list(&self) -> Result<Members, Failure> {
        let session = Session::open(self.lister.clone(), BTreeSet::new()).await?;
        let listing = Listing { session: &session, organization: &self.organization };
        let ids = listing.accounts().await.map_err(|error| error.failure)?;
        let partition = session.partition();
        let member = |id: AccountId| {
            let arn = format!("arn:{partition}:iam::{id}:role/{}", self.organization.role_name);
            let arn = arn.parse().map_err(|error| {
                Failure::new(Cause::Credentials, format!("the organization's role: {error}"))
            })?;
            let role = Role::new(arn, self.organization.external_id.clone());
            let (base, chain) = (self.settings.base.clone(), self.settings.chain.clone());
            let settings = AccountSettings { account: id.clone(), base, chain, role: Some(role) };
            Ok((id, settings))
        };
        let members: Result<BTreeMap<_, _>, Failure> = ids.into_iter().map(member).collect();
        members.map(Arc::new)
    }
}

fn unlisted(failure: &Failure) -> Failure {
    let why = format!("the organization cannot be listed: {}", failure.message);
    Failure::new(Cause::Credentials, why)
}

static ACCOUNTS: Call = Call::json("organizations:ListAccounts", &["Accounts"]);
static ROOTS: Call = Call::json("organizations:ListRoots", &["Roots"]);
static UNITS: Call =
    Call::json("organizations:ListOrganizationalUnitsForParent", &["OrganizationalUnits"]);
static OF_UNIT: Call = Call::json("organizations:ListAccountsForParent", &["Accounts"]);
static TAGS: Call = Call::json("organizations:ListTagsForResource", &["Tags"]);

/// One listing of an organization. What is read in part counts as not read.
struct Listing<'a> {
    session: &'a Session,
    organization: &'a Organization,
}

impl Listing<'_> {
    /// Ids of the accounts that are meant.
    async fn accounts(&self) -> Result<Vec<AccountId>, CallError> {
        let Organization { include_units, exclude_units, .. } = self.organization;
        let all = if include_units.is_empty() && exclude_units.is_empty() {
            self.of_all().await?
        } else {
            self.below_units().await?
        };
        let mut meant = Vec::new();
        for id in all {
            if self.has_meant_tags(&id).await? {
                meant.push(id);
            }
        }
        Ok(meant)
    }

    async fn of_all(&self) -> Result<Vec<AccountId>, CallError> {
        let client = self.session.clients.organizations();
        let request = |token| client.list_accounts().set_next_token(token).send();
        let page = |output: &ListAccountsOutput| Page {
            items: active(output.accounts()),
            next: Next::token(output.next_token()),
        };
        self.session.pages(&ACCOUNTS, &Region::global(), request, page).await.whole()
    }

    /// Accounts by the units that they are in, from the roots down to what is excluded.
    async fn below_units(&self) -> Result<Vec<AccountId>, CallError> {
        let Organization { include_units, exclude_units, .. } = self.organization;
        let client = self.session.clients.organizations();
        let request = |token| client.list_roots().set_next_token(token).send();
        let page = |output: &ListRootsOutput| Page {
            items: output.roots().iter().filter_map(|root| root.id().map(str::to_owned)).collect(),
            next: Next::token(output.next_token()),
        };
        let roots = self.session.pages(&ROOTS, &Region::global(), request, page).await.whole()?;
        let mut found = Vec::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<(String, bool)> = roots.into_iter().map(|id| (id, false)).collect();
        while let Some((unit, is_below_meant)) = open.pop() {
            if !seen.insert(unit.clone()) || exclude_units.contains(&unit) {
                continue;
            }
            let is_meant =
                is_below_meant || include_units.is_empty() || include_units.contains(&unit);
            if is_meant {
                found.extend(self.of_unit(&unit).await?);
            }
            open.extend(self.units(&unit).await?.into_iter().map(|below| (below, is_meant)));
        }
        let named = include_units.iter().chain(exclude_units);
        let unknown: Vec<&str> =
            named.filter(|unit| !seen.contains(*unit)).map(String::as_str).collect();
        if !unknown.is_empty() {
            let units = unknown.join(", ");
            tracing::warn!(
                units,
                "`[organization]` names units that are nowhere, or below one that it leaves out"
            );
        }
        Ok(found)
    }

    async fn units(&self, parent: &str) -> Result<Vec<String>, CallError> {
        let client = self.session.clients.organizations();
        let request = |token| {
            let call = client.list_organizational_units_for_parent().parent_id(parent);
            call.set_next_token(token).send()
        };
        let page = |output: &ListOrganizationalUnitsForParentOutput| {
            let ids = output.organizational_units().iter().filter_map(|unit| unit.id());
            let items = ids.map(str::to_owned).collect();
            Page { items, next: Next::token(output.next_token()) }
        };
        self.session.pages(&UNITS, &Region::global(), request, page).await.whole()
    }

    async fn of_unit(&self, unit: &str) -> Result<Vec<AccountId>, CallError> {
        let client = self.session.clients.organizations();
        let request = |token| {
            let call = client.list_accounts_for_parent().parent_id(unit);
            call.set_next_token(token).send()
        };
        let page = |output: &ListAccountsForParentOutput| Page {
            items: active(output.accounts()),
            next: Next::token(output.next_token()),
        };
        self.session.pages(&OF_UNIT, &Region::global(), request, page).await.whole()
    }

    async fn has_meant_tags(&self, id: &AccountId) -> Result<bool, CallError> {
        let Organization { include_tags, exclude_tags, .. } = self.organization;
        if include_tags.is_empty() && exclude_tags.is_empty() {
            return Ok(true);
        }
        let client = self.session.clients.organizations();
        let request = |token| {
            let call = client.list_tags_for_resource().resource_id(id.as_str());
            call.set_next_token(token).send()
        };
        let page = |output: &ListTagsForResourceOutput| {
            let tags = output.tags().iter();
            let items = tags.map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
            Page { items, next: Next::token(output.next_token()) }
        };
        let tags = self.session.pages(&TAGS, &Region::global(), request, page).await;
        let tags = match tags.whole() {
            Ok(tags) => tags,
            // Nobody knows an account that has just left. It is none to log in to.
            Err(error) if error.code.as_deref() == Some("TargetNotFoundException") => {
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let has_one = |of: &BTreeSet<AccountTag>| tags.iter().any(|tag| of.contains(tag));
        Ok((include_tags.is_empty() || has_one(include_tags)) && !has_one(exclude_tags))
    }
}

/// Accounts that can be asked. One whose state is not said is asked, too: it must not vanish.
fn active(members: &[Member]) -> Vec<AccountId> {
    let is_active =
        |member: &&Member| member.state().is_none_or(|state| matches!(state, AccountState::Active));
    let ids = members.iter().filter(is_active).filter_map(Member::id);
    ids.filter_map(|id| id.parse().ok()).collect()
}
