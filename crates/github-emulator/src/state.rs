//! The emulator's memory, and the rules that keep it consistent.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, Utc};

use crate::events::{ApiCall, Delivery, Violation};
#[cfg(feature = "faults")]
use crate::faults::Faults;
use crate::model::{CheckRun, Comment, CommitStatus, PullRequest, Repository, User, UserKind};

/// How many calls, deliveries and violations are remembered, so that a long demo stays small.
const REMEMBERED: usize = 10_000;
/// The most statuses that one context of a commit takes, by GitHub's documentation.
const STATUSES: usize = 1000;

/// Everything that the emulator knows.
#[derive(Debug, Default)]
pub(crate) struct State {
    last_id: u64,
    users: BTreeMap<String, User>,
    /// Installations of the App by the login of the account; every owner of a repository has one.
    pub(crate) installations: BTreeMap<String, Installation>,
    pub(crate) tokens: HashMap<String, Token>,
    pub(crate) repositories: BTreeMap<u64, Repository>,
    pub(crate) check_runs: BTreeMap<u64, CheckRun>,
    suites: BTreeMap<(u64, String), u64>,
    pub(crate) statuses: BTreeMap<u64, CommitStatus>,
    pub(crate) comments: BTreeMap<u64, Comment>,
    pub(crate) webhook: Option<String>,
    pub(crate) deliveries: VecDeque<Delivery>,
    pub(crate) calls: VecDeque<ApiCall>,
    pub(crate) used: u64,
    violations: VecDeque<Violation>,
    #[cfg(feature = "faults")]
    pub(crate) faults: Faults,
}

/// The App on an account.
#[derive(Debug, Clone)]
pub(crate) struct Installation {
    pub(crate) id: u64,
    pub(crate) account: String,
    pub(crate) created_at: DateTime<Utc>,
}

/// Caller that a token stands for.
#[derive(Debug, Clone)]
pub(crate) enum Token {
    /// A user's own, without end.
    #[cfg(feature = "faults")]
    Personal(String),
    /// The App's, for one installation.
    Installation(Grant),
}

/// Rights that an installation's token gives.
#[derive(Debug, Clone)]
pub(crate) struct Grant {
    pub(crate) account: String,
    pub(crate) permissions: BTreeMap<String, String>,
    /// The repositories it is narrowed to; none for all of the account.
    pub(crate) repositories: Option<BTreeSet<u64>>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl State {
    /// A number that nothing had before.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The user of that login, known from now on.
    pub(crate) fn user(&mut self, login: &str, kind: UserKind) -> User {
        let key = login.to_lowercase();
        if let Some(user) = self.users.get(&key) {
            return user.clone();
        }
        let user = User { id: self.next_id(), login: login.to_owned(), kind };
        self.users.insert(key, user.clone());
        user
    }

    /// The user of that login, if known.
    pub(crate) fn known_user(&self, login: &str) -> Option<&User> {
        self.users.get(&login.to_lowercase())
    }

    /// The repository of that name, whatever its case.
    pub(crate) fn repository(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| {
            repository.record.owner.eq_ignore_ascii_case(owner)
                && repository.record.name.eq_ignore_ascii_case(name)
        })
    }

    /// The pull request of that number, if there is one.
    pub(crate) fn pull(&self, repository: u64, number: u64) -> Option<&PullRequest> {
        self.repositories.get(&repository)?.pulls.get(&number)
    }

    /// The App's installation on the account that owns a repository.
    pub(crate) fn installation(&self, owner: &str) -> Option<&Installation> {
        self.installations.get(&owner.to_lowercase())
    }

    /// The number of the suite that holds the App's check runs of a commit.
    pub(crate) fn suite(&mut self, repository: u64, sha: &str) -> u64 {
        let key = (repository, sha.to_owned());
        if let Some(id) = self.suites.get(&key) {
            return *id;
        }
        let id = self.next_id();
        self.suites.insert(key, id);
        id
    }

    /// Stores a status under a new number, unless its context has enough of them.
    pub(crate) fn add_status(&mut self, status: CommitStatus) -> Option<CommitStatus> {
        let same = |other: &&CommitStatus| {
            other.repository == status.repository
                && other.sha == status.sha
                && other.context == status.context
        };
        if self.statuses.values().filter(same).count() >= STATUSES {
            return None;
        }
        let status = CommitStatus { id: self.next_id(), ..status };
        self.statuses.insert(status.id, status.clone());
        Some(status)
    }

    /// Remembers a call that was answered.
    pub(crate) fn remember_call(&mut self, call: ApiCall) {
        self.used += 1;
        remember(&mut self.calls, call);
    }

    /// Remembers a delivery before it is sent.
    pub(crate) fn remember_delivery(&mut self, delivery: Delivery) {
        remember(&mut self.deliveries, delivery);
    }

    /// Remembers a violation of GitHub's description.
    pub(crate) fn remember_violation(&mut self, violation: Violation) {
        remember(&mut self.violations, violation);
    }

    /// The violations so far, oldest first.
    pub(crate) fn violations(&self) -> Vec<Violation> {
        self.violations.iter().cloned().collect()
    }
}

fn remember<T>(all: &mut VecDeque<T>, one: T) {
    if all.len() == REMEMBERED {
        all.pop_front();
    }
    all.push_back(one);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_statuses_of_a_context_are_enough() {
        let status = |context: &str| CommitStatus {
            id: 0,
            repository: 1,
            sha: "abc".to_owned(),
            state: "pending".to_owned(),
            context: context.to_owned(),
            description: None,
            target_url: None,
            creator: "ann".to_owned(),
            created_at: DateTime::UNIX_EPOCH,
        };
        let mut state = State::default();
        assert!((0..1000).all(|_| state.add_status(status("a")).is_some()));
        assert_eq!(state.add_status(status("a")), None);
        assert_eq!(state.add_status(status("b")).map(|status| status.id), Some(1001));
    }

    #[test]
    fn what_is_remembered_has_an_end() {
        let mut all = VecDeque::new();
        (0..=REMEMBERED).for_each(|n| remember(&mut all, n));
        assert_eq!((all.len(), all.front()), (REMEMBERED, Some(&1)));
    }
}
