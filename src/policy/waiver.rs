//! Waivers: failures that somebody answers for, until a day.
//!
//! Which findings a waiver turns is said here; turning them is left to `evaluation`.

mod reading;

use std::fmt;

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::account::Account;
use super::group::Group;
use super::names::{AccountName, CheckId, GroupName, WaiverName};
use crate::resource::Region;

/// How many days before its last one a waiver counts as expiring.
pub const EXPIRING_DAYS: u64 = 14;

/// Failures that somebody answers for, until a day. Kept as JSON beside the results that it turned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Waiver {
    /// Name, unique among the waivers.
    pub name: WaiverName,
    /// Failures that it waives, by group, check, account, region and resource.
    #[serde(rename = "match")]
    pub covers: Covered,
    /// Reason why these may fail.
    pub reason: String,
    /// Owner, who answers for the waiver.
    pub owner: String,
    /// The last day on which it holds, in UTC.
    pub expires: NaiveDate,
    /// Approver, if somebody agreed by name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_by: Option<String>,
    /// Ticket by which it is followed up, such as the address of an issue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
    /// The file, from the repository's root.
    pub path: String,
    /// The line of its name, from 1.
    pub line: u32,
}

/// Which failures a waiver waives: those that fit every part.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Covered {
    /// The group, if it is of one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group: Option<GroupName>,
    /// The check, if it is of one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckId>,
    /// The name or id of the account, if it is of one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub account: Option<AccountName>,
    /// The region, if it is of one only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<Region>,
    /// Globs over the id or ARN of the resource; none for all resources.
    #[serde(rename = "resource", skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
}

/// Validity of a waiver on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Validity {
    /// Its last day is over.
    Expired,
    /// It holds for at most [`EXPIRING_DAYS`] more days.
    Expiring,
    /// It holds, and will for a while.
    InForce,
}

impl Validity {
    /// The word in JSON and in the database.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Expiring => "expiring",
            Self::InForce => "in_force",
        }
    }
}

impl std::str::FromStr for Validity {
    type Err = super::UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        let allowed = "`expired`, `expiring`, `in_force`";
        let all = [Self::Expired, Self::Expiring, Self::InForce];
        let found = all.into_iter().find(|one| one.as_str() == word);
        found.ok_or_else(|| super::UnknownWord { found: word.to_owned(), allowed })
    }
}

impl Waiver {
    /// `true` where it may turn findings of a group.
    pub fn concerns(&self, group: &Group) -> bool {
        let Covered { group: name, check: id, .. } = &self.covers;
        name.as_ref().is_none_or(|name| *name == group.name)
            && id.as_ref().is_none_or(|id| group.checks.iter().any(|check| check.id == *id))
    }

    /// `true` where it holds at an instant: through its last day, in UTC.
    pub fn holds_at(&self, now: DateTime<Utc>) -> bool {
        now.date_naive() <= self.expires
    }

    /// Validity on a day, in UTC.
    pub fn validity(&self, today: NaiveDate) -> Validity {
        let soon = today.checked_add_days(Days::new(EXPIRING_DAYS)).unwrap_or(NaiveDate::MAX);
        if self.expires < today {
            Validity::Expired
        } else if self.expires <= soon {
            Validity::Expiring
        } else {
            Validity::InForce
        }
    }

    /// Digest of all it says: SHA-256 over canonical JSON. Its location does not count.
    pub fn digest(&self) -> [u8; 32] {
        let Self { name, covers, reason, owner, expires, approved_by, ticket, .. } = self;
        let said = json!([name, covers, reason, owner, expires, approved_by, ticket]);
        Sha256::digest(said.to_string()).into()
    }

    /// The first instant at which it no longer holds.
    pub fn ends_at(&self) -> DateTime<Utc> {
        let next = self.expires.succ_opt().unwrap_or(NaiveDate::MAX);
        next.and_time(NaiveTime::MIN).and_utc()
    }
}

impl Covered {
    /// `true` where an account is one of those that are meant.
    pub fn has_account(&self, account: &Account) -> bool {
        let is_named =
            |name: &AccountName| *name == account.name || name.as_str() == account.id.as_str();
        self.account.as_ref().is_none_or(is_named)
    }

    /// `true` where it leaves the resource open: then it is of findings that are about none as well.
    pub fn has_all_resources(&self) -> bool {
        self.resources.is_empty() || self.resources.iter().any(|glob| glob == "*")
    }
}

/// What is covered, in a line: `storage/versioned in prod: logs, data-*`.
impl fmt::Display for Covered {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        /// Resources named in a line.
        const MOST: usize = 3;

        match (&self.group, &self.check) {
            (Some(group), Some(check)) => write!(out, "{group}/{check}")?,
            (Some(group), None) => write!(out, "all checks of {group}")?,
            (None, Some(check)) => write!(out, "{check} in every group")?,
            (None, None) => out.write_str("nothing")?,
        }
        match (&self.account, &self.region) {
            (Some(account), Some(region)) => write!(out, " in {account}/{region}")?,
            (Some(account), None) => write!(out, " in {account}")?,
            (None, Some(region)) => write!(out, " in {region}")?,
            (None, None) => {}
        }
        let (named, others) = self.resources.split_at(self.resources.len().min(MOST));
        match (named, others.len()) {
            ([], _) => Ok(()),
            (named, 0) => write!(out, ": {}", named.join(", ")),
            (named, others) => write!(out, ": {} and {others} more", named.join(", ")),
        }
    }
}
