//! What tests do to the emulator and to the repositories beside what users do.

use std::io;

use crate::api;
use crate::emulator::Emulator;
use crate::faults::Fault;
use crate::model::{CheckRun, CommitStatus, Gone, Permission, UserKind, Verdict};
use crate::repository::{ActionError, RepositoryHandle};
use crate::state::Token;
use crate::webhook;

impl Emulator {
    /// Makes a user known, with a personal token of their own.
    pub fn add_user(&self, login: &str, token: &str) {
        let mut state = self.server.state();
        state.user(login, UserKind::Person);
        state.tokens.insert(token.to_owned(), Token::Personal(login.to_owned()));
    }

    /// Revokes all tokens of installations.
    pub fn revoke_tokens(&self) {
        self.server.state().tokens.retain(|_, token| matches!(token, Token::Personal(_)));
    }

    /// Sends a webhook once more, under the same id; whether there is such a one, and a receiver.
    pub fn redeliver(&self, delivery: u64) -> bool {
        webhook::deliver(&self.server, delivery)
    }

    /// Asks the App for another run of a check, as a user does by a button; whether there is one.
    pub fn rerequest(&self, check_run: u64, by: &str) -> bool {
        self.tell_of(check_run, None, by)
    }

    /// Presses a button of a check run, as a user does; whether it has such a one.
    pub fn press(&self, check_run: u64, identifier: &str, by: &str) -> bool {
        let has_button =
            |run: &CheckRun| run.actions.iter().any(|button| button["identifier"] == identifier);
        let has = self.server.state().check_runs.get(&check_run).is_some_and(has_button);
        has && self.tell_of(check_run, Some(identifier), by)
    }

    fn tell_of(&self, check_run: u64, button: Option<&str>, by: &str) -> bool {
        let run = self.server.state().check_runs.get(&check_run).cloned();
        let record = run.as_ref().and_then(|run| self.server.record(run.repository));
        let (Some(run), Some(record)) = (run, record) else { return false };
        self.server.state().user(by, UserKind::Person);
        api::tell(&self.server, &record, &run, (button, by));
        true
    }

    /// Adds a fault, which the next calls that it is about trigger.
    pub fn inject(&self, fault: Fault) {
        self.server.state().faults.add(fault);
    }

    /// Takes back all faults that nothing has triggered, and lets go of the answers that one held; how many
    /// calls were still to meet one.
    pub fn clear_faults(&self) -> usize {
        self.server.state().faults.clear()
    }
}

impl RepositoryHandle {
    /// Loses a commit that no branch leads to any more, as GitHub does in time.
    pub fn forget(&self, sha: &str) -> io::Result<()> {
        self.record.git.forget(sha)
    }

    /// Deletes a comment, as its author or a maintainer may do; whether it was there.
    pub fn delete_comment(&self, id: u64) -> bool {
        self.server.state().comments.remove(&id).is_some()
    }

    /// Closes an issue, as somebody who may write here does by a button; whether it was open.
    pub fn close_issue(&self, number: u64, by: &str) -> bool {
        let now = self.server.now();
        let mut state = self.server.state();
        state.user(by, UserKind::Person);
        let repository = state.repositories.get_mut(&self.id);
        let issue = repository.and_then(|found| found.issues.get_mut(&number));
        let Some(issue) = issue.filter(|issue| issue.open) else { return false };
        issue.open = false;
        issue.state_reason = Some("completed".to_owned());
        (issue.closed_by, issue.closed_at) = (Some(by.to_owned()), Some(now));
        true
    }

    /// Takes an issue away, as an owner may do; whether it was here.
    pub fn lose_issue(&self, number: u64, how: Gone) -> bool {
        let mut state = self.server.state();
        let repository = state.repositories.get_mut(&self.id);
        let issue = repository.and_then(|found| found.issues.get_mut(&number));
        issue.is_some_and(|issue| issue.gone.replace(how).is_none())
    }

    /// Turns issues on or off.
    pub fn set_issues(&self, on: bool) {
        let mut state = self.server.state();
        if let Some(repository) = state.repositories.get_mut(&self.id) {
            repository.has_issues = on;
        }
    }

    /// Makes pull requests the layers of a stack, from the bottom on.
    pub fn stack(&self, numbers: &[u64]) {
        let mut state = self.server.state();
        let Some(repository) = state.repositories.get_mut(&self.id) else { return };
        for number in numbers {
            if let Some(pull) = repository.pulls.get_mut(number) {
                pull.stack = numbers.to_vec();
            }
        }
    }

    /// Reviews the head of a pull request.
    pub fn review(&self, number: u64, verdict: Verdict, by: &str) -> Result<(), ActionError> {
        self.server.state().user(by, UserKind::Person);
        let submitted = api::submit_review(&self.server, &self.record, number, (verdict, by));
        submitted.map(drop).map_err(|error| ActionError::Refused(error.message))
    }

    /// Posts a status of a commit as somebody who may write here.
    pub fn post_status(&self, sha: &str, context: &str, conclusion: &str, by: &str) {
        let now = self.server.now();
        let mut state = self.server.state();
        state.user(by, UserKind::Person);
        state.add_status(CommitStatus {
            id: 0,
            repository: self.id,
            sha: sha.to_owned(),
            state: conclusion.to_owned(),
            context: context.to_owned(),
            description: None,
            target_url: None,
            creator: by.to_owned(),
            created_at: now,
        });
    }

    /// Says what a user may do here; without a word they may write.
    pub fn set_permission(&self, login: &str, permission: Permission) {
        let mut state = self.server.state();
        if let Some(repository) = state.repositories.get_mut(&self.id) {
            repository.collaborators.insert(login.to_lowercase(), permission);
        }
    }
}
