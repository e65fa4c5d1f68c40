//! Overview: all groups and sources at once, and what the groups come to together.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use sqlx::PgPool;

use crate::db::outbox::listed;
pub use crate::db::outbox::listed::Unposted;
use crate::db::revisions::{self, Revision, State};
use crate::db::runs::{self, Recent};
use crate::db::sources::{self, Host, Registration, Source, SourceId};
use crate::db::{self, foreign, groups};
use crate::evaluation::Counts;
use crate::evaluation::gating::{Gated, GatedCounts, Gating, Reason};

use super::group::{GroupView, History, Segment};

/// All groups and sources of the service at once.
#[derive(Debug, Clone, PartialEq)]
pub struct Overview {
    /// Groups in force: the worst first, and what is not enforced after what is.
    pub groups: Vec<(GroupView, History)>,
    /// Sources that are watched, by name.
    pub sources: Vec<SourceView>,
    /// Groups and findings added up.
    pub totals: Totals,
}

/// Commit as it is mentioned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommitView {
    /// Id of the commit, in hexadecimal digits.
    pub id: String,
    /// First line of its message.
    pub summary: String,
}

/// What the head of a branch waits for that did not come into force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// Somebody has to approve it.
    Approval,
    /// Nobody signed it whose signature counts.
    Signature,
    /// Its problems have to be fixed.
    Fix,
}

/// Head of a branch that did not come into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaitingView {
    /// The head.
    pub commit: CommitView,
    /// What it waits for.
    pub reason: Waiting,
}

/// Source, and what was last read of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceView {
    /// Name of the source, unique in the service.
    pub name: String,
    /// Repository by its present name, or its URL.
    pub repository: String,
    /// Branch whose head is brought into force.
    pub branch: String,
    /// Directory of the policies, from the root of the repository.
    pub path: String,
    /// Commit in force; `None` before the first.
    pub revision: Option<CommitView>,
    /// Instant at which that came into force.
    pub synced_at: Option<DateTime<Utc>>,
    /// Instant at which the repository was last asked with success.
    pub checked_at: Option<DateTime<Utc>>,
    /// Head of the branch, where it did not come into force.
    pub waiting: Option<WaitingView>,
    /// Reason for which the last try failed, where that is no refusal.
    pub error: Option<String>,
    /// Changes that polling found and no webhook had announced, and when it last did; `None` where webhooks
    /// arrive, or none is sent.
    pub unannounced: Option<(u64, DateTime<Utc>)>,
    /// Number of checks under our names that somebody else posted, a hundred at most.
    pub foreign: usize,
    /// Posts that GitHub does not show as they are wanted; `None` of a source that is not on GitHub.
    pub unposted: Option<Unposted>,
}

/// Groups and findings by outcome, and what of these turns nothing red.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Totals {
    /// Groups by outcome, where that counts or is fine.
    pub groups: Counts,
    /// Groups that fail or are unknown, and why that turns nothing red.
    pub not_enforced: BTreeMap<Reason, Counts>,
    /// Groups whose present definition was not evaluated yet.
    pub pending: u64,
    /// Groups that are not evaluated, and never were.
    pub idle: u64,
    /// Findings of all groups by outcome.
    pub findings: Counts,
    /// Failures that turn nothing red.
    pub not_counted: BTreeMap<Reason, u64>,
}

impl Totals {
    /// Totals of the groups of an overview.
    pub fn of<'a>(groups: impl IntoIterator<Item = &'a GroupView>) -> Self {
        let mut totals = Self::default();
        for group in groups {
            totals.add(group.gated, group.counts);
        }
        totals
    }

    /// Adds a group with its findings.
    pub fn add(&mut self, gated: Gated, found: GatedCounts) {
        self.findings += found.counts;
        let not_counted = found.counts.fail.saturating_sub(found.failing());
        if not_counted > 0 {
            let reason = found.reason.unwrap_or(Reason::Baseline);
            *self.not_counted.entry(reason).or_default() += not_counted;
        }
        match (gated.gating, gated.outcome) {
            (Gating::Pending, _) => self.pending += 1,
            (_, None) => self.idle += 1,
            (_, Some(outcome)) => match gated.reason() {
                Some(reason) => self.not_enforced.entry(reason).or_default().add(outcome),
                None => self.groups.add(outcome),
            },
        }
    }

    /// Number of all groups, evaluated or not.
    pub fn all(&self) -> u64 {
        let groups = std::iter::once(&self.groups).chain(self.not_enforced.values());
        let evaluated: u64 = groups.map(|groups| groups.judged() + groups.not_applicable).sum();
        evaluated + self.pending + self.idle
    }

    /// Failures that turn something red.
    pub fn failing(&self) -> u64 {
        self.findings.fail.saturating_sub(self.not_counted.values().sum())
    }
}

/// Everything at once, with a history of at most `segments` for each group.
pub async fn overview(pool: &PgPool, segments: i64) -> Result<Overview, db::Error> {
    let sources = sources::all(pool).await?;
    let mut histories = by_group(runs::recent(pool, segments).await?);
    let mut rows = Vec::new();
    let mut views = Vec::with_capacity(sources.len());
    for source in &sources {
        for group in groups::of_source(pool, source.id).await? {
            let segments = histories.remove(&(source.id, group.definition.name.clone()));
            let history = History::of(&group, segments.unwrap_or_default());
            rows.push((GroupView::of(&group, &source.registration.name), history));
        }
        views.push(source_view(pool, source).await?);
    }
    rows.sort_by_cached_key(|(group, _)| {
        (group.gated.rank(), group.reason, group.name.clone(), group.source.clone())
    });
    let totals = Totals::of(rows.iter().map(|(group, _)| group));
    Ok(Overview { groups: rows, sources: views, totals })
}

fn by_group(recent: Vec<Recent>) -> HashMap<(SourceId, String), Vec<Segment>> {
    let mut histories: HashMap<_, Vec<Segment>> = HashMap::new();
    for run in recent {
        histories.entry((run.source, run.group)).or_default().push(Segment {
            run: run.id,
            first_at: run.first_at,
            last_at: run.last_at,
            outcome: run.outcome,
        });
    }
    histories
}

/// Foreign checks that are counted.
const MOST_FOREIGN: i64 = 100;

async fn source_view(pool: &PgPool, source: &Source) -> Result<SourceView, db::Error> {
    let in_force = revision(pool, source, source.revision.as_deref()).await?;
    let head = revision(pool, source, source.head.as_deref()).await?;
    let waiting = head.filter(|head| matches!(head.record.state, State::Refused | State::Held));
    let commit = |revision: Revision| CommitView {
        id: revision.record.commit,
        summary: revision.record.summary,
    };
    let Registration { name, repository, branch, path, host } = source.registration.clone();
    let unposted = match host {
        Host::GitHub => Some(listed::count_unposted(pool, source.id).await?),
        Host::Git => None,
    };
    Ok(SourceView {
        unannounced: sources::unannounced(pool, source.id).await?,
        foreign: foreign::of_source(pool, source.id, MOST_FOREIGN).await?.len(),
        unposted,
        name,
        repository: source.repository_name.clone().unwrap_or(repository),
        branch,
        path,
        revision: in_force.map(commit),
        synced_at: source.last_synced_at,
        checked_at: source.last_checked_at,
        error: source.last_error.clone().filter(|_| waiting.is_none()),
        waiting: waiting.map(|head| WaitingView {
            reason: match head.record.state {
                State::Held => Waiting::Approval,
                _ if head.record.is_untrusted() => Waiting::Signature,
                _ => Waiting::Fix,
            },
            commit: commit(head),
        }),
    })
}

async fn revision(
    pool: &PgPool,
    source: &Source,
    commit: Option<&str>,
) -> Result<Option<Revision>, db::Error> {
    match commit {
        Some(commit) => revisions::find(pool, source.id, commit).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::Outcome;

    #[test]
    fn each_group_is_counted_once_and_each_failure_where_it_counts() {
        let mut totals = Totals::default();
        for (outcome, gating, fail, baseline) in [
            (Some(Outcome::Fail), Gating::Counts, 3, 2),
            (Some(Outcome::Fail), Gating::NotEnforced(Reason::Audit), 4, 0),
            (Some(Outcome::Pass), Gating::NotEnforced(Reason::Audit), 0, 0),
            (Some(Outcome::Fail), Gating::Pending, 5, 0),
            (None, Gating::Pending, 0, 0),
            (None, Gating::NotEnforced(Reason::Suspended), 0, 0),
            (Some(Outcome::NotApplicable), Gating::Counts, 0, 0),
        ] {
            let reason = match gating {
                Gating::NotEnforced(reason) => Some(reason),
                Gating::Counts | Gating::Pending => None,
            };
            let counts = Counts { fail, ..Counts::default() };
            totals.add(Gated { outcome, gating }, GatedCounts { counts, baseline, reason });
        }
        let groups = Counts { fail: 1, pass: 1, not_applicable: 1, ..Counts::default() };
        let audited = Counts { fail: 1, ..Counts::default() };
        assert_eq!(totals.groups, groups);
        assert_eq!(totals.not_enforced, BTreeMap::from([(Reason::Audit, audited)]));
        assert_eq!((totals.pending, totals.idle, totals.all()), (2, 1, 7));
        assert_eq!(totals.not_counted, BTreeMap::from([(Reason::Baseline, 2), (Reason::Audit, 4)]));
        assert_eq!((totals.findings.fail, totals.failing()), (12, 6));
    }
}
