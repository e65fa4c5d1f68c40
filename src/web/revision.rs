//! A revision: what the commit is, what came of it, what is wrong with it.

use askama::Template;
use axum::extract::{Path, Query, State};
use chrono::{DateTime, Utc};

use super::Pages;
use super::badge::Badge;
use super::facts::{Fact, FactValue};
use super::links::Commit;
use super::prose::Prose;
use super::response::{NoQuery, Page, PageError, PageResult};
use super::time::RelativeTime;
use crate::diagnostic::{Code, Location, StoredDiagnostic};
use crate::signature::{Signer, Standing};
use crate::views::revision::{self, RevisionView, State as RevisionState, TouchedFile};

#[derive(Template)]
#[template(path = "revision.html")]
pub(super) struct RevisionPage {
    source: String,
    short: String,
    summary: String,
    badge: Badge,
    meaning: &'static str,
    facts: Vec<Fact>,
    problems: Vec<Problem>,
    files: Vec<TouchedFile>,
    is_waiting: bool,
}

/// A diagnostic of the revision.
#[derive(Debug)]
struct Problem {
    badge: Badge,
    place: Location,
    code: String,
    /// Meaning of the code, if this version knows it.
    meaning: Option<&'static str>,
    message: Prose,
    help: Option<Prose>,
}

impl From<StoredDiagnostic> for Problem {
    fn from(found: StoredDiagnostic) -> Self {
        let tone = if found.is_error() { "fail" } else { "unknown" };
        let meaning = found.known_code().map(Code::summary);
        let StoredDiagnostic { place, level, code, message, help, .. } = found;
        Self {
            badge: Badge::named(tone, &level.to_string()),
            place,
            code,
            meaning,
            message: Prose(message),
            help: help.map(Prose),
        }
    }
}

pub(super) async fn show(
    State(pages): State<Pages>,
    Path((source, commit)): Path<(String, String)>,
    Query(NoQuery {}): Query<NoQuery>,
) -> PageResult<RevisionPage> {
    let revision = revision::revision(&pages.pool, &source, &commit).await?;
    Ok(Page(page(revision.ok_or(PageError::NotFound)?, pages.clock.now())))
}

/// Who signed the commit, or why that does not count.
fn signature(standing: Standing) -> Vec<Fact> {
    match standing {
        Standing::SignedBy(Signer { name, key }) => {
            vec![Fact::text("Signed by", name), Fact::code("Key", key)]
        }
        Standing::Refused(why) => {
            let words = Prose(format!("None that counts: the commit {why}"));
            vec![Fact::new("Signature", FactValue::Prose(words))]
        }
    }
}

fn page(revision: RevisionView, now: DateTime<Utc>) -> RevisionPage {
    let RevisionView { source, record, has_one_in_force, knows_parent, seen_at, files } = revision;
    let is_untrusted = record.is_untrusted();
    let (tone, words, meaning) = match record.state {
        RevisionState::InForce => {
            ("pass", "in force", "Its policies are the ones that are evaluated.")
        }
        RevisionState::Superseded => {
            ("not_applicable", "superseded", "A later commit took its place.")
        }
        RevisionState::Held => (
            "fail",
            "held",
            "It loses much of what is in force, which stays until a later commit approves it.",
        ),
        RevisionState::Refused if is_untrusted && has_one_in_force => (
            "fail",
            "refused",
            "It lacks a signature that counts, so what was in force stays. Push a signed commit on top of it.",
        ),
        RevisionState::Refused if is_untrusted => (
            "fail",
            "refused",
            "It lacks a signature that counts, so no revision is in force yet. Push a signed commit on top of it.",
        ),
        RevisionState::Refused if has_one_in_force => (
            "fail",
            "refused",
            "It has errors, so the last good revision stays in force. Mend them and push again.",
        ),
        RevisionState::Refused => (
            "fail",
            "refused",
            "It has errors, so no revision is in force yet. Mend them and push again.",
        ),
    };
    let mut facts = vec![
        Fact::text("Author", &record.author),
        Fact::new("Committed", FactValue::At(RelativeTime::new(record.committed_at, now))),
        Fact::new("Seen", FactValue::At(RelativeTime::new(seen_at, now))),
        Fact::code("Commit", &record.commit),
    ];
    if let Some(parent) = &record.parent {
        facts.push(if knows_parent {
            Fact::new("Parent", FactValue::Commit(Commit::new(&source, parent)))
        } else {
            Fact::code("Parent", Commit::new(&source, parent).short)
        });
    }
    facts.extend(record.signature.into_iter().flat_map(signature));
    RevisionPage {
        short: Commit::new(&source, &record.commit).short,
        source,
        summary: record.summary,
        badge: Badge::named(tone, words),
        meaning,
        facts,
        problems: record.diagnostics.into_iter().map(Problem::from).collect(),
        files,
        is_waiting: matches!(record.state, RevisionState::Refused | RevisionState::Held),
    }
}
