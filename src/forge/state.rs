//! The forge's memory, and the rules that keep it consistent.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use chrono::{DateTime, Utc};

use super::fault::Faults;
use super::model::{CheckRun, Comment, CommitStatus, PullRequest, Repository, User, UserKind};
use super::record::{ApiCall, Delivery, Violation};

/// How many calls, deliveries and violations are remembered, so that a long demo stays small.
const REMEMBERED: usize = 10_000;
/// The most statuses that one context of a commit takes, by GitHub's documentation.
const STATUSES: usize = 1000;

/// Everything that the forge knows.
#[derive(Debug, Default)]
pub(super) struct State {
    last_id: u64,
    users: BTreeMap<String, User>,
    /// Installations of the App by the login of the account; every owner of a repository has one.
    pub(super) installations: BTreeMap<String, Installation>,
    pub(super) tokens: HashMap<String, Token>,
    pub(super) repositories: BTreeMap<u64, Repository>,
    pub(super) check_runs: BTreeMap<u64, CheckRun>,
    suites: BTreeMap<(u64, String), u64>,
    pub(super) statuses: BTreeMap<u64, CommitStatus>,
    pub(super) comments: BTreeMap<u64, Comment>,
    pub(super) webhook: Option<String>,
    pub(super) deliveries: VecDeque<Delivery>,
    pub(super) calls: VecDeque<ApiCall>,
    pub(super) used: u64,
    violations: VecDeque<Violation>,
    pub(super) faults: Faults,
}

/// The App on an account.
#[derive(Debug, Clone)]
pub(super) struct Installation {
    pub(super) id: u64,
    pub(super) account: String,
    pub(super) created_at: DateTime<Utc>,
}

/// What a token stands for.
#[derive(Debug, Clone)]
pub(super) enum Token {
    /// A user's own, without end.
    Personal(String),
    /// The App's, for one installation.
    Installation(Grant),
}

/// What an installation's token allows.
#[derive(Debug, Clone)]
pub(super) struct Grant {
    pub(super) account: String,
    pub(super) permissions: BTreeMap<String, String>,
    /// The repositories it is narrowed to; none for all of the account.
    pub(super) repositories: Option<BTreeSet<u64>>,
    pub(super) expires_at: DateTime<Utc>,
}

impl State {
    /// A number that nothing had before.
    pub(super) fn next_id(&mut self) -> u64 {
        self.last_id += 1;
        self.last_id
    }

    /// The user of that login, known from now on.
    pub(super) fn user(&mut self, login: &str, kind: UserKind) -> User {
        let key = login.to_lowercase();
        if let Some(user) = self.users.get(&key) {
            return user.clone();
        }
        let user = User { id: self.next_id(), login: login.to_owned(), kind };
        self.users.insert(key, user.clone());
        user
    }

    /// The user of that login, if known.
    pub(super) fn known_user(&self, login: &str) -> Option<&User> {
        self.users.get(&login.to_lowercase())
    }

    /// The repository of that name, whatever its case.
    pub(super) fn repository(&self, owner: &str, name: &str) -> Option<&Repository> {
        self.repositories.values().find(|repository| {
            repository.facts.owner.eq_ignore_ascii_case(owner)
                && repository.facts.name.eq_ignore_ascii_case(name)
        })
    }

    /// A pull request.
    pub(super) fn pull(&self, repository: u64, number: u64) -> Option<&PullRequest> {
        self.repositories.get(&repository)?.pulls.get(&number)
    }

    /// The App's installation on the account that owns a repository.
    pub(super) fn installation(&self, owner: &str) -> Option<&Installation> {
        self.installations.get(&owner.to_lowercase())
    }

    /// The number of the suite that holds the App's check runs of a commit.
    pub(super) fn suite(&mut self, repository: u64, sha: &str) -> u64 {
        let key = (repository, sha.to_owned());
        if let Some(id) = self.suites.get(&key) {
            return *id;
        }
        let id = self.next_id();
        self.suites.insert(key, id);
        id
    }

    /// Stores a status under a new number, unless its context has enough of them.
    pub(super) fn add_status(&mut self, status: CommitStatus) -> Option<CommitStatus> {
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

    /// Remembers a call.
    pub(super) fn remember_call(&mut self, call: ApiCall) {
        self.used += 1;
        remember(&mut self.calls, call);
    }

    /// Remembers a delivery.
    pub(super) fn remember_delivery(&mut self, delivery: Delivery) {
        remember(&mut self.deliveries, delivery);
    }

    /// Remembers a violation.
    pub(super) fn remember_violation(&mut self, violation: Violation) {
        remember(&mut self.violations, violation);
    }

    /// The violations so far.
    pub(super) fn violations(&self) -> Vec<Violation> {
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
