//! Saying on GitHub what came of a commit: posts are wanted in the same transaction.

use anyhow::Context;
use sqlx::{PgConnection, PgExecutor};

use crate::assessment::{Assessment, Speaker};
use crate::db::outbox;
use crate::db::sources::{Source, SourceId};
use crate::git::CommitId;
use crate::policy::LoadOutcome;
use crate::render::links::Links;
use crate::render::post::Post;
use crate::render::{Effect, SourceLabel, policies_check};

use super::plan::{Decision, SyncPlan};

/// Writer of the posts of a source.
#[derive(Debug, Clone)]
pub(super) struct PostWriter {
    source: SourceId,
    name: String,
    is_alone: bool,
    links: Links,
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
        let effect = match (&plan.decision, last_good) {
            (Decision::Hold, Some(last_good)) => Effect::Held { last_good },
            _ => Effect::Synced { last_good },
        };
        self.policies(connection, plan.commit.id, effect, &plan.reading).await
    }

    /// Wants the posts on a pull request. It gets no comment as long as it is none of our business: it
    /// touches no policy, and never did.
    pub(super) async fn want_for_proposal(
        &self,
        connection: &mut PgConnection,
        assessment: &Assessment,
    ) -> anyhow::Result<()> {
        let Assessment { check, comment, concerns_policies } = assessment;
        self.want(connection, check).await?;
        let Some(comment) = comment else { return Ok(()) };
        let is_wanted = *concerns_policies
            || outbox::find(&mut *connection, self.source, &comment.key()).await?.is_some();
        if is_wanted {
            self.want(connection, comment).await?;
        }
        Ok(())
    }

    async fn policies(
        &self,
        connection: &mut PgConnection,
        commit: CommitId,
        effect: Effect<'_>,
        reading: &LoadOutcome,
    ) -> anyhow::Result<()> {
        let label = self.label();
        let check = policies_check(label, &commit.to_string(), effect, reading, &self.links);
        self.want(connection, &check).await
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
