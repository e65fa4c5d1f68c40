//! `cloudcorrect/compliance`: what the accounts do, said on the synced commit.
//!
//! The rules are those of the table "group to GitHub": under `enforce` a failure is red and so is
//! what could not be evaluated; under `audit` failures are counted in the title and never red;
//! `shadow` is not shown. Counts only: which resources fail is for those who may see the page.

use std::fmt::Write as _;

use crate::evaluation::{Counts, Outcome};
use crate::policy::{GroupName, Mode};

use super::links::Links;
use super::post::{Annotations, CheckRun, CheckState};

/// A group in force, as compliance sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupState {
    /// Its name.
    pub name: GroupName,
    /// What its outcome does.
    pub mode: Mode,
    /// Whether its evaluation is put on hold.
    pub suspended: bool,
    /// What the last run of the present definition said; `None` before the first.
    pub verdict: Option<(Outcome, Counts)>,
}

/// The commit that is synced, and who says so.
#[derive(Debug, Clone, Copy)]
pub struct Synced<'a> {
    /// The name of the source.
    pub source: &'a str,
    /// The name of the check, with the source's where several share the repository.
    pub check_name: &'a str,
    /// The commit.
    pub commit: &'a str,
}

/// The check run for a commit whose groups stand like this.
pub fn compliance(synced: Synced<'_>, groups: &[GroupState], links: &Links) -> CheckRun {
    let shown: Vec<&GroupState> =
        groups.iter().filter(|group| group.mode != Mode::Shadow && !group.suspended).collect();
    let (state, title) = conclusion(&shown);
    CheckRun {
        name: synced.check_name.to_owned().into(),
        head_sha: synced.commit.to_owned(),
        source: synced.source.to_owned(),
        key: format!("compliance/{}", synced.commit),
        state,
        title: title.into(),
        summary: summary(synced, groups, links).into(),
        text: None,
        annotations: Annotations::default(),
        details_url: links.revision(synced.source, synced.commit),
    }
}

fn conclusion(groups: &[&GroupState]) -> (CheckState, String) {
    let enforced = |wanted: fn(Outcome) -> bool| -> Vec<&GroupState> {
        let red = |group: &&&GroupState| {
            group.mode == Mode::Enforce && group.verdict.is_some_and(|(outcome, _)| wanted(outcome))
        };
        groups.iter().filter(red).copied().collect()
    };
    let failing = enforced(|outcome| outcome == Outcome::Fail);
    let unknown = enforced(|outcome| matches!(outcome, Outcome::Unknown(_)));
    let waiting = groups.iter().filter(|group| group.verdict.is_none()).count();
    match (failing.as_slice(), unknown.as_slice()) {
        ([only], _) => (CheckState::Failure, sentence(only)),
        ([_, ..], _) => {
            let count = format!("{} of {} groups fail", failing.len(), groups.len());
            (CheckState::Failure, format!("{count}: {}", names(&failing)))
        }
        _ if waiting > 0 => {
            let done = groups.len() - waiting;
            (CheckState::InProgress, format!("{done} of {} groups evaluated", groups.len()))
        }
        ([], [_, ..]) => (CheckState::Failure, format!("could not evaluate {}", names(&unknown))),
        ([], []) => (CheckState::Success, success(groups)),
    }
}

fn success(groups: &[&GroupState]) -> String {
    let audited: Vec<&&GroupState> =
        groups.iter().filter(|group| group.mode == Mode::Audit).collect();
    let counts = audited.iter().filter_map(|group| group.verdict).map(|(_, counts)| counts);
    let (mut fail, mut unknown) = (0, 0);
    for counts in counts {
        fail += counts.fail;
        unknown += counts.unknown;
    }
    let held = match groups.len() - audited.len() {
        0 => "no group is enforced".to_owned(),
        1 => "1 group holds".to_owned(),
        several => format!("all {several} groups hold"),
    };
    match (fail, unknown) {
        (0, 0) => held,
        (fail, 0) => format!("{held}; under audit {fail} fail"),
        (0, unknown) => format!("{held}; under audit {unknown} unknown"),
        (fail, unknown) => format!("{held}; under audit {fail} fail, {unknown} unknown"),
    }
}

/// What a group's run says: `storage: 1 of 12 fails`.
fn sentence(group: &GroupState) -> String {
    let Some((outcome, counts)) = group.verdict else {
        return format!("{}: not evaluated yet", group.name);
    };
    let judged = counts.judged();
    let words = match outcome {
        Outcome::Fail if counts.fail == 1 => format!("1 of {judged} fails"),
        Outcome::Fail => format!("{} of {judged} fail", counts.fail),
        Outcome::Unknown(cause) => format!("{} of {judged} unknown ({cause})", counts.unknown),
        Outcome::Pass if judged == 1 => "1 passes".to_owned(),
        Outcome::Pass => format!("all {judged} pass"),
        Outcome::Waived => format!("{} waived", counts.waived),
        Outcome::NotApplicable => "nothing selected".to_owned(),
    };
    format!("{}: {words}", group.name)
}

fn names(groups: &[&GroupState]) -> String {
    groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>().join(", ")
}

fn summary(synced: Synced<'_>, groups: &[GroupState], links: &Links) -> String {
    let mut text = String::from("| group | mode | outcome | fail | unknown | pass |\n");
    text.push_str("| --- | --- | --- | ---: | ---: | ---: |\n");
    for group in groups {
        let name = match links.group(synced.source, group.name.as_str()) {
            Some(link) => format!("[{}]({link})", group.name),
            None => group.name.to_string(),
        };
        let mode = if group.suspended { "suspended" } else { group.mode.as_str() };
        let _ = match group.verdict {
            _ if group.mode == Mode::Shadow => writeln!(text, "| {name} | {mode} | | | | |"),
            None => writeln!(text, "| {name} | {mode} | not evaluated yet | | | |"),
            Some((outcome, counts)) => writeln!(
                text,
                "| {name} | {mode} | {outcome} | {} | {} | {} |",
                counts.fail, counts.unknown, counts.pass
            ),
        };
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::Cause;

    fn group(name: &str, mode: Mode, verdict: Option<(Outcome, [u64; 3])>) -> GroupState {
        let verdict = verdict.map(|(outcome, [fail, unknown, pass])| {
            (outcome, Counts { fail, unknown, pass, ..Counts::default() })
        });
        let name = name.parse().expect("a name");
        GroupState { name, mode, suspended: false, verdict }
    }

    fn title(groups: &[GroupState]) -> String {
        let synced = Synced { source: "main", check_name: "cloudcorrect/compliance", commit: "c0" };
        let run = compliance(synced, groups, &Links::default());
        format!("{:?}: {}", run.state, run.title)
    }

    const FAIL: Option<(Outcome, [u64; 3])> = Some((Outcome::Fail, [2, 0, 5]));
    const PASS: Option<(Outcome, [u64; 3])> = Some((Outcome::Pass, [0, 0, 3]));
    const DENIED: Option<(Outcome, [u64; 3])> =
        Some((Outcome::Unknown(Cause::AccessDenied), [0, 1, 3]));

    #[test]
    fn outcomes_become_states_by_the_mode_of_the_group() {
        let one = |mode, verdict| title(&[group("storage", mode, verdict)]);
        assert_eq!(one(Mode::Enforce, PASS), "Success: 1 group holds");
        assert_eq!(one(Mode::Enforce, FAIL), "Failure: storage: 2 of 7 fail");
        assert_eq!(one(Mode::Enforce, DENIED), "Failure: could not evaluate storage");
        assert_eq!(one(Mode::Enforce, None), "InProgress: 0 of 1 groups evaluated");
        assert_eq!(one(Mode::Audit, FAIL), "Success: no group is enforced; under audit 2 fail");
        assert_eq!(
            one(Mode::Audit, DENIED),
            "Success: no group is enforced; under audit 1 unknown"
        );
        assert_eq!(one(Mode::Shadow, FAIL), "Success: no group is enforced");
    }

    #[test]
    fn several_groups_add_up() {
        let storage = group("storage", Mode::Enforce, FAIL);
        let network = group("network", Mode::Enforce, FAIL);
        let identity = group("identity", Mode::Enforce, DENIED);
        let waiting = group("waiting", Mode::Enforce, None);
        let both = [storage.clone(), network];
        assert_eq!(title(&both), "Failure: 2 of 2 groups fail: storage, network");
        assert_eq!(
            title(&[storage, identity.clone(), waiting.clone()]),
            "Failure: storage: 2 of 7 fail",
            "a failure is known before all is"
        );
        assert_eq!(title(&[identity, waiting]), "InProgress: 1 of 2 groups evaluated");
    }

    #[test]
    fn suspended_groups_hold_nothing_up() {
        let mut suspended = group("storage", Mode::Enforce, None);
        suspended.suspended = true;
        assert_eq!(title(&[suspended]), "Success: no group is enforced");
    }
}
