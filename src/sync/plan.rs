//! Deciding what to make of a commit: a value, which [`super::apply`] carries out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::db::checks::Renaming;
use crate::db::groups::GroupUpsert;
use crate::db::policies::FileChange;
use crate::diagnostic::Location;
use crate::digest::Digest;
use crate::evaluation::new_only;
use crate::git::{Commit, CommitId};
use crate::impact::Removal;
use crate::policy::{
    Check, CheckId, FileReplaced, Group, LoadOutcome, PolicySet, RuleText, SourceFile, Waiver,
};
use crate::proposal::Policies;
use crate::render::compliance::unit;
use crate::resource::Region;

use super::checkout::Revision;
use super::guard::{Approvals, Guard, Loss};
use super::trust::{Judged, Trust};

/// Plan for a commit: what is kept of it, and whether it comes into force.
#[derive(Debug)]
pub(super) struct SyncPlan {
    pub(super) commit: Commit,
    /// Its policies, with what is wrong with them and odd about the commit.
    pub(super) policies: Arc<Policies>,
    /// Meaning of these, with what is wrong with them and odd about the commit.
    pub(super) reading: LoadOutcome,
    /// Its signer, or why it counts as signed by nobody; `None` where nobody asks.
    pub(super) signer: Option<Judged>,
    pub(super) decision: Decision,
}

/// Decision whether a commit comes into force.
#[derive(Debug, PartialEq)]
pub(super) enum Decision {
    /// It has errors, or lacks a signature that counts: what is in force stays.
    Refuse,
    /// It loses much of what is in force, which stays until somebody approves it.
    Hold,
    /// It comes into force, whole.
    Apply(Application),
}

/// Changes that bring a commit into force.
#[derive(Debug, PartialEq, Default)]
pub(super) struct Application {
    /// Files whose text differs from what is in force.
    pub(super) files: Vec<FileChange>,
    /// Groups that may be defined otherwise than those in force, all that may.
    pub(super) groups: Vec<Definition>,
    /// Checks of these that had other ids, as far as the groups say.
    pub(super) renamed: Vec<Renaming>,
    /// Groups in force that the commit no longer has.
    pub(super) retired: Vec<String>,
}

/// Definition of a group, with all that it has.
#[derive(Debug, PartialEq)]
pub(super) struct Definition {
    pub(super) group: GroupUpsert,
    /// Rules of its checks, in their order.
    pub(super) rules: Vec<RuleText>,
    /// The waivers that concern it.
    pub(super) waivers: Vec<Arc<Waiver>>,
}

/// State in force when a commit is looked at.
#[derive(Debug, Default)]
pub(super) struct CurrentState {
    /// Commit in force; `None` before the first.
    pub(super) revision: Option<CommitId>,
    pub(super) policies: InForce,
    /// Commits that were held, of those that the one looked at approves.
    pub(super) held: BTreeSet<CommitId>,
}

/// What is known of the policies in force.
#[derive(Debug)]
pub(super) enum InForce {
    /// All: this process brought them into force, and nobody another commit since.
    Known(Arc<Policies>),
    /// What is stored of them.
    Stored {
        /// Digests of the files, by path.
        files: BTreeMap<String, Digest>,
        /// Names of the groups.
        groups: BTreeSet<String>,
    },
}

impl Default for InForce {
    fn default() -> Self {
        Self::Stored { files: BTreeMap::new(), groups: BTreeSet::new() }
    }
}

impl InForce {
    /// How many groups are in force.
    fn groups(&self) -> usize {
        match self {
            Self::Known(known) => known.reading.policies.groups.len(),
            Self::Stored { groups, .. } => groups.len(),
        }
    }
}

impl SyncPlan {
    /// Decides what to make of a commit. All or nothing: one error refuses it.
    pub(super) fn decide(
        revision: Revision,
        current: &CurrentState,
        guard: Guard,
        trust: &Trust,
    ) -> Self {
        let Revision { commit, follows, policies, place, approved, signed } = revision;
        let policies = Arc::new(policies);
        let mut reading = policies.reading.clone();
        // GitHub shows annotations at files only, so what is odd about the whole stands at the
        // start of the first one.
        let place = Location::file(policies.tree.first_path().unwrap_or_else(|| place.into()));
        let signer = trust.signer(&commit, signed.as_ref());
        // What is in force stays, whoever is asked for since.
        if current.revision != Some(commit.id) {
            reading.diagnostics.extend(trust.objection(signer.as_ref(), &place));
        }
        if !reading.is_clean() {
            return Self { commit, policies, reading, signer, decision: Decision::Refuse };
        }
        let application = application(&policies, &current.policies);
        let loss = Loss {
            dropped: current.revision.filter(|_| !follows),
            removal: Removal { removed: application.retired.len(), of: current.policies.groups() },
        };
        let set = &*policies.reading.policies;
        let approvals = Approvals { given: &approved, held: &current.held, trust };
        let verdict = guard.judge((&commit, set), &loss, &approvals, &place);
        reading.diagnostics.extend(verdict.diagnostics);
        let decision = if verdict.is_held { Decision::Hold } else { Decision::Apply(application) };
        Self { commit, policies, reading, signer, decision }
    }
}

fn application(policies: &Policies, current: &InForce) -> Application {
    let set = &*policies.reading.policies;
    let (files, groups, retired) = match current {
        InForce::Known(known) => {
            let was = &*known.reading.policies;
            let replaced = was.groups.replaced(&set.groups).into_iter();
            let retired = replaced.filter(|(_, [_, group])| group.is_none()).map(|(name, _)| name);
            (
                policies.tree.replaced(&known.tree).into_iter().map(changed).collect(),
                affected(was, set),
                retired.map(ToString::to_string).collect(),
            )
        }
        InForce::Stored { files, groups } => {
            let retired = groups.iter().filter(|name| !set.groups.contains_key(name.as_str()));
            (
                changed_files(files, &policies.tree.files()),
                set.groups().collect(),
                retired.cloned().collect(),
            )
        }
    };
    let renamed = groups.iter().flat_map(|group| renamings(group)).collect();
    let groups = groups.into_iter().map(|group| Definition::of(group, set)).collect();
    Application { files, groups, renamed, retired }
}

/// Groups of a revision whose definition may be another one than in the revision before.
fn affected<'a>(was: &'a PolicySet, is: &'a PolicySet) -> Vec<&'a Group> {
    let accounts = was.accounts.differing(&is.accounts);
    let accounts: Vec<_> = accounts.into_iter().flat_map(|(_, sides)| sides).flatten().collect();
    let waivers = was.waivers.differing(&is.waivers);
    let waivers: Vec<_> = waivers.into_iter().flat_map(|(_, sides)| sides).flatten().collect();
    if accounts.is_empty() && waivers.is_empty() {
        let replaced = was.groups.replaced(&is.groups);
        return replaced.into_iter().filter_map(|(_, [_, group])| group).collect();
    }
    let is_replaced = |group: &Arc<Group>| {
        !was.groups.get(&group.name).is_some_and(|known| Arc::ptr_eq(known, group))
    };
    let is_affected = |group: &&Arc<Group>| {
        is_replaced(group)
            || accounts.iter().any(|account| group.accounts.selects(account))
            || waivers.iter().any(|waiver| waiver.concerns(group))
    };
    is.groups.values().filter(is_affected).map(AsRef::as_ref).collect()
}

/// Changes of files, by the digests of what is in force.
fn changed_files(old: &BTreeMap<String, Digest>, new: &[SourceFile]) -> Vec<FileChange> {
    let is_new = |file: &&SourceFile| old.get(&*file.path) != Some(&Digest::of(&file.bytes));
    let changed_now = new.iter().filter(is_new);
    let mut changes: Vec<_> =
        changed_now.map(|file| changed((Arc::clone(&file.path), Some(file.clone())))).collect();
    let paths: BTreeSet<&str> = new.iter().map(|file| &*file.path).collect();
    let gone = old.keys().filter(|path| !paths.contains(path.as_str()));
    changes.extend(gone.map(|path| FileChange { path: path.clone(), body: None }));
    changes
}

fn changed((path, file): FileReplaced) -> FileChange {
    FileChange { path: path.to_string(), body: file.map(|file| file.bytes) }
}

impl Definition {
    fn of(group: &Group, policies: &PolicySet) -> Self {
        Self {
            rules: group.checks.iter().map(|check| check.rule_text()).collect(),
            waivers: policies.waivers_of(group).map(Arc::clone).collect(),
            group: upsert(policies, group),
        }
    }
}

fn upsert(policies: &PolicySet, group: &Group) -> GroupUpsert {
    GroupUpsert {
        name: group.name.to_string(),
        digest: definition(policies, group),
        mode: group.mode,
        new_only: new_only(group),
        suspended: group.suspend,
        schedule: group.schedule.clone(),
        owner: group.owner.clone(),
        description: group.description.clone(),
        unit: unit(group),
    }
}

fn renamings(group: &Group) -> Vec<Renaming> {
    let renaming = |check: &Check, from: &CheckId| Renaming {
        group: group.name.to_string(),
        from: from.to_string(),
        to: check.id.to_string(),
    };
    let checks = group.checks.iter();
    checks.flat_map(|check| check.formerly.iter().map(|from| renaming(check, from))).collect()
}

/// The digest of all that a group's results depend on: what it says, the accounts that it selects as
/// they describe themselves, and the waivers that concern it.
fn definition(policies: &PolicySet, group: &Group) -> Digest {
    let mut text = group.digest().to_vec();
    for account in policies.accounts_of(group) {
        let regions = account.regions.iter().map(Region::as_str);
        let parts = [account.name.as_str(), account.id.as_str()].into_iter().chain(regions);
        // None of these contains a line break.
        text.extend(parts.flat_map(|part| [part, "\n"]).flat_map(str::bytes));
        text.push(b'\n');
    }
    policies.waivers_of(group).for_each(|waiver| text.extend(waiver.digest()));
    Digest::of(&text)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{account, commit, group};
    use super::*;
    use crate::diagnostic::Diagnostic;
    use crate::git::PolicyTree;

    fn policies(files: &[(&str, String)]) -> Policies {
        let files: Vec<_> =
            files.iter().map(|(path, text)| SourceFile::new(*path, text.as_bytes())).collect();
        let reading = PolicySet::read(&files);
        let mut policies = Policies::default();
        policies.reading = reading;
        policies.tree = PolicyTree::of_files(&files);
        policies
    }

    fn revision(files: &[(&str, String)]) -> Revision {
        let (commit, policies) = (commit(2), policies(files));
        let place = "policies".to_owned();
        let approved = Vec::new();
        Revision { commit, follows: true, policies, place, approved, signed: None }
    }

    /// The same state, once as it is stored and once as the process knows it.
    fn current(files: &[(&str, String)], groups: &[&str]) -> [CurrentState; 2] {
        let digests = files
            .iter()
            .map(|(path, text)| ((*path).to_owned(), Digest::of(text.as_bytes())))
            .collect();
        let groups = groups.iter().map(|&name| name.to_owned()).collect();
        let stored = InForce::Stored { files: digests, groups };
        let known = InForce::Known(Arc::new(policies(files)));
        [stored, known].map(|policies| {
            let (revision, held) = (Some(commit(1).id), BTreeSet::new());
            CurrentState { revision, policies, held }
        })
    }

    fn decide(revision: Revision, current: &CurrentState) -> SyncPlan {
        SyncPlan::decide(revision, current, Guard::default(), &Trust::default())
    }

    fn application(plan: SyncPlan) -> Application {
        match plan.decision {
            Decision::Apply(application) => application,
            Decision::Refuse | Decision::Hold => panic!("{:?}", plan.reading.diagnostics),
        }
    }

    fn digests(application: &Application) -> BTreeMap<&str, Digest> {
        let groups = application.groups.iter().map(|definition| &definition.group);
        groups.map(|group| (group.name.as_str(), group.digest)).collect()
    }

    #[test]
    fn only_what_differs_is_written() {
        let old = [
            ("a.yaml", account("prod", "env: prod")),
            ("b.yaml", group("storage", "15m")),
            ("c.yaml", group("network", "15m")),
            ("d.yaml", String::from("# nothing")),
        ];
        let new = [
            ("a.yaml", account("prod", "env: prod")),
            ("b.yaml", group("storage", "5m")),
            ("d.yaml", String::from("# nothing")),
            ("e.yaml", group("users", "15m")),
        ];
        for state in &current(&old, &["storage", "network"]) {
            let mut plan = application(decide(revision(&new), state));
            plan.files.sort_by(|one, other| one.path.cmp(&other.path));
            let files: Vec<_> = plan
                .files
                .iter()
                .map(|change| (change.path.as_str(), change.body.is_some()))
                .collect();
            assert_eq!(files, [("b.yaml", true), ("c.yaml", false), ("e.yaml", true)]);
            assert_eq!(plan.retired, ["network"]);
            let names: Vec<_> = digests(&plan).into_keys().collect();
            assert_eq!(names, ["storage", "users"]);
        }
    }

    #[test]
    fn one_error_refuses_all_of_it() {
        let files = [
            ("a.yaml", account("prod", "env: prod")),
            ("b.yaml", group("storage", "15m")),
            ("c.yaml", group("network", "15m").replace("assert", "asert")),
        ];
        let plan = decide(revision(&files), &current(&[], &["storage"])[0]);
        assert_eq!(plan.decision, Decision::Refuse);
        assert!(plan.reading.diagnostics.iter().any(Diagnostic::is_error));
    }

    #[test]
    fn a_definition_is_all_that_its_results_depend_on() {
        let at = |account: String, group: String| {
            let files = [("a.yaml", account), ("b.yaml", group)];
            let plan = application(decide(revision(&files), &CurrentState::default()));
            digests(&plan)["storage"]
        };
        let prod = || account("prod", "env: prod");
        let base = at(prod(), group("storage", "15m"));
        assert_eq!(at(prod(), format!("# moved\n{}", group("storage", "15m"))), base);
        assert_eq!(at(account("prod", "env: prod, x: y"), group("storage", "15m")), base);
        for other in [
            at(prod(), group("storage", "5m")),
            at(account("production", "env: prod"), group("storage", "15m")),
            at(prod().replace("us-east-1", "eu-west-1"), group("storage", "15m")),
            at(prod().replace("123456789012", "123456789013"), group("storage", "15m")),
            at(
                format!("{}---\n{}", prod(), account("more", "env: prod").replace("12\"", "13\"")),
                group("storage", "15m"),
            ),
        ] {
            assert_ne!(other, base);
        }
    }

    #[test]
    fn what_loses_much_is_held() {
        let files = [("a.yaml", account("prod", "env: prod")), ("b.yaml", group("storage", "15m"))];
        let held = |follows: bool, groups: &[&str]| {
            let revision = Revision { follows, ..revision(&files) };
            let plan = decide(revision, &current(&[], groups)[0]);
            let messages = plan.reading.diagnostics.iter().map(ToString::to_string);
            let messages = messages.collect::<Vec<_>>().join("\n");
            assert_eq!(plan.decision == Decision::Hold, !messages.is_empty());
            messages
        };
        assert_eq!(held(true, &["storage", "network"]), "", "a half is not most");
        insta::assert_snapshot!(held(true, &["storage", "network", "users"]), @"a.yaml:1:1: error: 2 of 3 groups are removed; history is kept");
        insta::assert_snapshot!(held(false, &["network"]), @"
        a.yaml:1:1: error: the branch was rewritten: commit `0101010101010101010101010101010101010101`, which was in force, is no longer part of it
        a.yaml:1:1: error: the only group is removed; history is kept
        ");
    }

    #[test]
    fn the_first_revision_rewrites_nothing() {
        let files = [("a.yaml", account("prod", "env: prod"))];
        let plan = decide(revision(&files), &CurrentState::default());
        assert_eq!(plan.reading.diagnostics, []);
        assert_eq!(application(plan).files.len(), 1);
    }
}
