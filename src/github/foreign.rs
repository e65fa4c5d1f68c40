//! Checks under our names that somebody else posted.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::error::Error;
use super::repository::Repository;
use super::request::Page;
use crate::render::{ForeignCheck, ForeignKind, OUR_NAMES};

/// Pages of a hundred that are read of a commit at most: whoever posts more may hide behind them.
const MOST_PAGES: usize = 5;

impl Repository {
    /// Checks of a commit under our names that are not ours, of each name and author the newest, in their
    /// order and at most so many. Where we may not read the ones, the others alone.
    pub async fn foreign_checks(&self, sha: &str, most: usize) -> Result<Vec<ForeignCheck>, Error> {
        let mut found = Vec::new();
        for those in [self.foreign_runs(sha).await, self.foreign_statuses(sha).await] {
            match those {
                Err(error) if error.is_refusal() => {
                    tracing::debug!(%error, "not all kinds of checks may be read");
                }
                those => found.extend(those?),
            }
        }
        found.sort();
        found.truncate(most);
        Ok(found)
    }

    async fn foreign_runs(&self, sha: &str) -> Result<Vec<ForeignCheck>, Error> {
        let ours = self.identity().app_id();
        let route = self.route(format_args!("commits/{sha}/check-runs"));
        let mut newest = BTreeMap::<(String, String), Run>::new();
        let query = [("filter", "latest")];
        let mut pages = 0;
        self.each_page::<Runs>("look for foreign check runs", &route, &query, |runs| {
            let is_foreign = |run: &Run| {
                let app = run.app.as_ref().map(|app| app.id);
                run.name.starts_with(OUR_NAMES) && (ours.is_none() || app != ours)
            };
            for run in runs.into_iter().filter(is_foreign) {
                let author = run.app.as_ref().map_or_else(nobody, |app| app.slug.clone());
                let key = (run.name.clone(), author);
                if newest.get(&key).is_none_or(|known| known.id < run.id) {
                    newest.insert(key, run);
                }
            }
            pages += 1;
            pages == MOST_PAGES
        })
        .await?;
        let check = |((name, author), run): ((String, String), Run)| ForeignCheck {
            kind: ForeignKind::CheckRun,
            name,
            author,
            state: run.conclusion.unwrap_or(run.status),
        };
        Ok(newest.into_iter().map(check).collect())
    }

    async fn foreign_statuses(&self, sha: &str) -> Result<Vec<ForeignCheck>, Error> {
        let us = self.identity().author().await?;
        let route = self.route(format_args!("commits/{sha}/statuses"));
        let mut newest = BTreeMap::<(String, String), String>::new();
        let mut pages = 0;
        // The newest come first.
        self.each_page::<Vec<Status>>("look for foreign statuses", &route, &[], |statuses| {
            for status in statuses {
                let author = status.creator.map_or_else(nobody, |creator| creator.login);
                if status.context.starts_with(OUR_NAMES) && author != us.login {
                    newest.entry((status.context, author)).or_insert(status.state);
                }
            }
            pages += 1;
            pages == MOST_PAGES
        })
        .await?;
        let check = |((name, author), state): ((String, String), String)| ForeignCheck {
            kind: ForeignKind::Status,
            name,
            author,
            state,
        };
        Ok(newest.into_iter().map(check).collect())
    }
}

/// The user whom GitHub names where there is none any more.
fn nobody() -> String {
    "ghost".to_owned()
}

#[derive(Deserialize)]
struct Run {
    id: u64,
    name: String,
    status: String,
    #[serde(default)]
    conclusion: Option<String>,
    #[serde(default)]
    app: Option<App>,
}

#[derive(Deserialize)]
struct App {
    id: u64,
    #[serde(default)]
    slug: String,
}

#[derive(Deserialize)]
struct Runs {
    check_runs: Vec<Run>,
}

impl Page for Runs {
    type Entry = Run;

    fn entries(self) -> Vec<Run> {
        self.check_runs
    }
}

#[derive(Deserialize)]
struct Status {
    #[serde(default)]
    context: String,
    state: String,
    #[serde(default)]
    creator: Option<Creator>,
}

#[derive(Deserialize)]
struct Creator {
    login: String,
}
