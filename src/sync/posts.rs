//! Saying on GitHub what came of a commit: posts are wanted in the same transaction.

use anyhow::Context;
use chrono::{DateTime, Utc};
use sqlx::{PgConnection, PgExecutor};

use crate::assessment::{Assessment, Speaker};
use crate::db::outbox;
use crate::db::sources::{Source, SourceId};
use crate::git::CommitId;
use crate::render::links::Links;
use crate::render::post::Post;
use crate::render::{Fate, SourceLabel, lost, sync_check, unread_sync_check};

use super::plan::{Decision, SyncPlan};

/// Writer of the posts of a source.
#[derive(Debug, Clone)]
pub(super) struct PostWriter {
    source: SourceId,
    name: String,
    is_alone: bool,
    links: Links,
}

/// Branch that cannot be followed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Loss<'a> {
    pub(super) branch: &'a str,
    /// When its remote was last asked with success.
    pub(super) since: DateTime<Utc>,
    pub(super) why: &'a str,
}

impl PostWriter {
    /// Speaks for a source. `all` are the watched sources, `links` lead to the page.
    pub(super) fn new(source: &Source, all: &[Source], links: Links) -> Self {
        let is_alone = !source.shares_repository(all);
        Self { source: source.id, name: source.registration.name.clone(), is_alone, links }
    }

    /// Wants the check run of a commit of the branch: what its policies came to.
    pub(super) async fn want_for_revision(
        &self,
        connection: &mut PgConnection,
        plan: &SyncPlan,
        last_good: Option<&str>,
    ) -> anyhow::Result<()> {
        let fate = match (&plan.decision, last_good) {
            (Decision::Hold, Some(last_good)) => Fate::Held { last_good },
            _ => Fate::Judged { last_good },
        };
        let commit = plan.commit.id.to_string();
        let check = sync_check(self.label(), &commit, fate, &plan.reading, &self.links);
        self.want(connection, &check).await
    }

    /// Wants the check run of a commit of the branch of which nothing can be read.
    pub(super) async fn want_for_unread(
        &self,
        connection: &mut PgConnection,
        commit: CommitId,
        why: &str,
        last_good: Option<&str>,
    ) -> anyhow::Result<()> {
        let check = unread_sync_check(self.label(), &commit.to_string(), why, last_good);
        self.want(connection, &check).await
    }

    /// Has the check run of the commit that was looked at last say that nobody knows more.
    pub(super) async fn want_for_lost(
        &self,
        connection: &mut PgConnection,
        head: &str,
        Loss { branch, since, why }: Loss<'_>,
    ) -> anyhow::Result<()> {
        let known = outbox::find(&mut *connection, self.source, &format!("sync/{head}")).await?;
        // What another version wrote is left as it is.
        if let Some(Ok(Post::CheckRun(check))) =
            known.map(|known| serde_json::from_value(known.post))
        {
            let check = lost(check, branch, since, why);
            self.want(connection, &Post::CheckRun(check)).await?;
        }
        Ok(())
    }

    /// Has the check runs of commits say again what they said before the branch was lost.
    pub(super) async fn want_for_found(&self, connection: &mut PgConnection) -> anyhow::Result<()> {
        for doubted in outbox::doubted(&mut *connection, self.source).await? {
            if let Ok(Post::CheckRun(check)) = serde_json::from_value(doubted) {
                self.want(connection, &Post::CheckRun(check.restored())).await?;
            }
        }
        Ok(())
    }

    /// Wants the posts on a pull request. It gets no comment as long as it is none of our business: it
    /// touches no policy, and never did, and `has_more` to be said is false.
    pub(super) async fn want_for_proposal(
        &self,
        connection: &mut PgConnection,
        assessment: &Assessment,
        has_more: bool,
    ) -> anyhow::Result<()> {
        let Assessment { check, comment, concerns_policies, .. } = assessment;
        self.want(connection, check).await?;
        let Some(comment) = comment else { return Ok(()) };
        let is_wanted = *concerns_policies
            || has_more
            || outbox::find(&mut *connection, self.source, &comment.key()).await?.is_some();
        if is_wanted {
            self.want(connection, comment).await?;
        }
        Ok(())
    }

    /// `true` where the check run of a head is wanted already.
    pub(super) async fn has_answered(
        &self,
        executor: impl PgExecutor<'_>,
        head: CommitId,
    ) -> anyhow::Result<bool> {
        Ok(outbox::find(executor, self.source, &format!("policies/{head}")).await?.is_some())
    }

    /// In whose name is spoken.
    pub(super) fn speaker(&self) -> Speaker {
        let (name, links) = (self.name.clone(), self.links.clone());
        Speaker { source: self.source, name, is_alone: self.is_alone, links }
    }

    /// The way to the page.
    pub(super) fn links(&self) -> &Links {
        &self.links
    }

    fn label(&self) -> SourceLabel<'_> {
        SourceLabel { source: &self.name, is_alone: self.is_alone }
    }

    async fn want(&self, connection: &mut PgConnection, post: &Post) -> anyhow::Result<()> {
        let json = serde_json::to_value(post).context("cannot write a post as JSON")?;
        outbox::want(connection, self.source, &post.key(), &json).await?;
        Ok(())
    }
}
