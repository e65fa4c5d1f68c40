//! Holding a commit that loses much of what is in force, until a later one approves it.

use std::collections::BTreeSet;

use crate::config;
use crate::diagnostic::{Code, Diagnostic, Location};
use crate::git::{Approval, Commit, CommitId, Signed};
use crate::impact::{APPROVAL_TRAILER, Removal};
use crate::policy::PolicySet;
use crate::signature::Refusal;

use super::trust::{Judged, Trust};

/// Guard of a source, as the operator wants it.
#[derive(Debug, Clone, Copy)]
pub struct Guard {
    /// How many percent of the groups a commit may remove without being held.
    pub max_removed_percent: u8,
    /// Who may approve one that is held.
    pub approval: config::Approval,
}

impl Default for Guard {
    fn default() -> Self {
        let max_removed_percent = config::MAX_REMOVED_PERCENT;
        Self { max_removed_percent, approval: config::Approval::default() }
    }
}

/// Approvals of commits that were held, and what they are judged by.
#[derive(Debug)]
pub(super) struct Approvals<'a> {
    pub(super) given: &'a [Approved],
    /// Commits that were held before: only what was shown to people counts as approved.
    pub(super) held: &'a BTreeSet<CommitId>,
    pub(super) trust: &'a Trust,
}

/// Approval of a commit, with the groups that it has.
#[derive(Debug, Clone)]
pub(super) struct Approved {
    pub(super) approval: Approval,
    /// Names of the groups of the approved commit.
    pub(super) groups: BTreeSet<String>,
    /// Signature of the commit that approves, if it has one.
    pub(super) signed: Option<Signed>,
}

/// What a commit loses of what is in force.
#[derive(Debug)]
pub(super) struct Loss {
    /// Commit in force that is no longer part of the branch.
    pub(super) dropped: Option<CommitId>,
    /// Groups in force that it removes.
    pub(super) removal: Removal,
}

/// Verdict of a guard.
#[derive(Debug, PartialEq)]
pub(super) struct Verdict {
    /// `true` where the commit has to wait for an approval.
    pub(super) is_held: bool,
    /// What is lost: errors where it is held, else warnings.
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Guard {
    /// Judges a commit by what it loses and who approves it. What is told stands at `place`.
    pub(super) fn judge(
        self,
        (commit, policies): (&Commit, &PolicySet),
        loss: &Loss,
        approvals: &Approvals<'_>,
        place: &Location,
    ) -> Verdict {
        let reasons = self.reasons(loss);
        if reasons.is_empty() {
            return Verdict { is_held: false, diagnostics: Vec::new() };
        }
        let mut objections = Vec::new();
        for approved in approvals.given {
            let by = &approved.approval.by;
            let signer = approvals.trust.signer(by, approved.signed.as_ref());
            match self.objection(approved, signer.as_ref(), policies, approvals.held) {
                None => {
                    let by = by.id.short();
                    let how = match signer {
                        Some(Ok(signer)) => format!(", signed by `{}`,", signer.name),
                        _ => String::new(),
                    };
                    let warning = |(code, words)| {
                        let words = format!("{words}; commit `{by}`{how} approves it");
                        Diagnostic::warning(place.clone(), code, words)
                    };
                    let diagnostics = reasons.into_iter().map(warning).collect();
                    return Verdict { is_held: false, diagnostics };
                }
                Some(objection) => objections.push(objection),
            }
        }
        objections.dedup();
        let way_out = self.help(commit, &objections);
        let error = |(code, words)| Diagnostic::error(place.clone(), code, words).help(&way_out);
        Verdict { is_held: true, diagnostics: reasons.into_iter().map(error).collect() }
    }

    /// What of a loss is more than may be lost without a word.
    fn reasons(self, loss: &Loss) -> Vec<(Code, String)> {
        let dropped = loss.dropped.map(|dropped| {
            let words = format!(
                "the branch was rewritten: commit `{dropped}`, which was in force, is no longer part of it"
            );
            (Code::HistoryRewritten, words)
        });
        let removal = loss.removal;
        let removed = removal.exceeds(self.max_removed_percent).then(|| {
            let words = format!("{removal}; history is kept");
            (Code::MostGroupsRemoved, words)
        });
        dropped.into_iter().chain(removed).collect()
    }

    /// Why an approval does not count, if it does not.
    fn objection(
        self,
        approved: &Approved,
        signer: Option<&Judged>,
        policies: &PolicySet,
        held: &BTreeSet<CommitId>,
    ) -> Option<String> {
        let Approved { approval: Approval { by, name, of, authors }, groups, .. } = approved;
        let name: String = name.chars().take(7).collect();
        let says = format!("`{}` approves `{name}`, ", by.id.short());
        let Some(of) = of else {
            return Some(says + "which is no id of a commit before it, of seven digits or more");
        };
        if !held.contains(&of.id) {
            return Some(says + "which was not held over what is in force");
        }
        let is_own = || authors.iter().any(|author| is_same_author(author, &by.author));
        if self.approval == config::Approval::AnotherAuthor && is_own() {
            return Some(says + "which its own author may not");
        }
        if self.approval == config::Approval::AllowedSigner {
            // Where nobody is allowed, nobody signed.
            let signer = signer.cloned().unwrap_or(Err(Refusal::Unsigned));
            if let Err(refusal) = signer {
                return Some(format!("{says}and {refusal}"));
            }
        }
        let has = |name: &str| policies.groups.contains_key(name);
        let since = Removal::of(groups.iter().map(String::as_str), has);
        let is_more = since.exceeds(self.max_removed_percent);
        is_more.then(|| format!("{says}but since then {since}"))
    }

    /// What to do about a commit that is held.
    fn help(self, commit: &Commit, objections: &[String]) -> String {
        let who = match self.approval {
            config::Approval::Anybody => "push a later commit",
            config::Approval::AnotherAuthor => "have somebody else push a later commit",
            config::Approval::AllowedSigner => {
                "have an allowed signer push a later commit, signed as by `git commit -S`,"
            }
        };
        let id = commit.id;
        let mut help = format!(
            "look at what it changes; where that is meant, {who} whose message has the line \
             `{APPROVAL_TRAILER}: {id}`"
        );
        for objection in objections {
            help.push_str("; ");
            help.push_str(objection);
        }
        help
    }
}

/// Whether two authors are one, by the address that Git has of them.
fn is_same_author(one: &str, other: &str) -> bool {
    let address = |author: &str| {
        let (_, address) = author.rsplit_once('<').unwrap_or(("", author));
        address.trim_end_matches('>').to_lowercase()
    };
    address(one) == address(other)
}
