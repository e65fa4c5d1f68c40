//! Writing a post: what is known to be there is changed, what may be there is looked for, and only
//! what is not there is made.

use std::future::Future;

use sqlx::PgPool;

use super::Failure;
use crate::db::outbox::{self, Claim, Posted};
use crate::github::{ChecksAs, Error, PostedCheck, Repository};
use crate::render::post::{CheckRun, CheckState, Comment, Issue, IssueState, Post};

/// A post under way: every write of it goes through here, and is only made while the claim holds,
/// since a stalled attempt may wake when another has long taken over.
pub(super) struct PostWriter<'a> {
    pub(super) pool: &'a PgPool,
    pub(super) claim: &'a Claim,
    pub(super) repository: &'a Repository,
}

impl PostWriter<'_> {
    /// Makes GitHub show what is wanted; GitHub's id of it, where it is there.
    pub(super) async fn write(&self, post: &Post) -> Result<Posted, Failure> {
        match (post, self.repository.checks_as()) {
            (Post::CheckRun(check), ChecksAs::CheckRuns) => {
                self.write_check(check).await.map(Posted::from)
            }
            (Post::CheckRun(check), ChecksAs::Statuses) => {
                let id = self.write_status(check).await?;
                Ok(Posted { id: Some(id), is_status: true })
            }
            (Post::Comment(comment), _) => self.write_comment(comment).await.map(Posted::from),
            (Post::Issue(issue), _) => {
                let id = self.write_issue(issue).await?;
                Ok(Posted { id, is_status: false })
            }
        }
    }

    /// Adds a status, unless the last one says the same: it may be there without our knowing.
    async fn write_status(&self, check: &CheckRun) -> Result<i64, Failure> {
        let is_first = self.claim.remote_id.is_none() && !self.claim.maybe_written;
        if !is_first && let Some(id) = self.repository.find_status(check).await? {
            return number(id);
        }
        number(self.fenced(self.repository.create_status(check)).await?)
    }

    async fn write_check(&self, check: &CheckRun) -> Result<i64, Failure> {
        let posted = if let Some(posted) = self.change_check(check).await? {
            posted
        } else {
            self.pay().await?;
            self.fenced(self.repository.create_check(check)).await?
        };
        let id = number(posted.id)?;
        let (mut have, wanted) = (posted.annotations, check.annotations.shown().len());
        if have < wanted {
            outbox::remember(self.pool, self.claim, id).await?;
        }
        while have < wanted {
            have = self.fenced(self.repository.annotate(posted.id, check, have)).await?;
        }
        Ok(id)
    }

    async fn write_comment(&self, comment: &Comment) -> Result<i64, Failure> {
        let claim = self.claim;
        let mut looked = false;
        let mut there = known(claim)?;
        loop {
            if there.is_none() && !looked && (claim.maybe_written || claim.remote_id.is_some()) {
                looked = true;
                there = self.repository.find_comment(comment).await?;
            }
            let Some(id) = there else { break };
            match self.fenced(self.repository.update_comment(id, comment)).await {
                Ok(()) => return number(id),
                // Somebody deleted it. An attempt before this one may have written it anew. What
                // GitHub lists and does not find it will find, or no longer list, another time.
                Err(Failure::GitHub(Error::NotFound { .. })) if !looked => there = None,
                Err(error) => return Err(error),
            }
        }
        self.pay().await?;
        number(self.fenced(self.repository.create_comment(comment)).await?)
    }

    /// Changes the issue that is there. One that is deleted or was moved elsewhere is made anew, unless it is
    /// wanted closed.
    async fn write_issue(&self, issue: &Issue) -> Result<Option<i64>, Failure> {
        let claim = self.claim;
        let known = known(claim)?;
        if let Some(id) = known {
            match self.change_issue(id, issue).await {
                Err(Failure::GitHub(error)) if is_gone(&error) => {}
                changed => return changed.and(number(id).map(Some)),
            }
        }
        let is_new = known.is_none() && !claim.maybe_written;
        if !is_new && let Some(id) = self.repository.find_issue(issue).await? {
            return self.change_issue(id, issue).await.and(number(id).map(Some));
        }
        if issue.state != IssueState::Open {
            return Ok(None);
        }
        self.pay().await?;
        number(self.fenced(self.repository.create_issue(issue)).await?).map(Some)
    }

    /// Changes an issue. One that somebody closed while it said that the group fails since the same instant
    /// stays closed, and one that is closed already keeps the reason for it.
    async fn change_issue(&self, id: u64, issue: &Issue) -> Result<(), Failure> {
        let posted = self.repository.issue(id, issue).await?;
        let says_another = posted.mark.is_some_and(|mark| mark != issue.mark());
        let moves = match issue.state {
            IssueState::Open => !posted.is_open && says_another,
            IssueState::Completed | IssueState::NotPlanned => posted.is_open,
        };
        self.fenced(self.repository.update_issue(id, issue, moves)).await
    }

    /// Changes the check run that is there, if there is one that can say it: annotations cannot be
    /// taken back, and a completed run may refuse to go on. Before another is made in its place it
    /// is looked for, since an attempt that was cut off may have made it.
    async fn change_check(&self, check: &CheckRun) -> Result<Option<PostedCheck>, Failure> {
        let claim = self.claim;
        // A status is no check run, whatever its number.
        let known = known(claim)?.filter(|_| !claim.is_status);
        let mut missing = None;
        if let Some(id) = known {
            match self.change(check, id).await {
                Ok(None) => {}
                Err(Failure::GitHub(error @ Error::NotFound { .. })) => missing = Some(error),
                changed => return changed,
            }
        }
        if claim.remote_id.is_none() && !claim.maybe_written {
            return Ok(None);
        }
        let found = self.repository.find_check(check).await?;
        match (found.filter(|found| found.external_id == check.external_id()), missing) {
            (Some(found), _) if Some(found.id) != known => self.change(check, found.id).await,
            // GitHub lists it and does not find it: another time it will, or no longer list it.
            (Some(_), Some(error)) => Err(error.into()),
            _ => Ok(None),
        }
    }

    /// Changes a check run; `None` where it did not take the change.
    async fn change(&self, check: &CheckRun, id: u64) -> Result<Option<PostedCheck>, Failure> {
        let posted = self.fenced(self.repository.update_check(id, check)).await?;
        let completed = check.state != CheckState::InProgress;
        let same = posted.external_id == check.external_id();
        Ok((same && posted.is_completed == completed).then_some(posted))
    }

    /// Pays for what is created although it was known to be there: all else is paid for by the claim.
    async fn pay(&self) -> Result<(), Failure> {
        if self.claim.remote_id.is_some() {
            let mut transaction = self.pool.begin().await.map_err(crate::db::Error::from)?;
            outbox::spend(&mut transaction, self.claim).await?;
            transaction.commit().await.map_err(crate::db::Error::from)?;
        }
        Ok(())
    }

    /// Sends a write, if the claim still holds.
    async fn fenced<T>(&self, write: impl Future<Output = Result<T, Error>>) -> Result<T, Failure> {
        outbox::check(self.pool, self.claim).await?;
        Ok(write.await?)
    }
}

/// `true` where an issue is not, or no longer, in the repository.
fn is_gone(error: &Error) -> bool {
    matches!(error, Error::NotFound { .. } | Error::Rejected { status: 301, .. })
}

fn known(claim: &Claim) -> Result<Option<u64>, Failure> {
    let id = claim.remote_id.map(u64::try_from).transpose();
    id.map_err(|_| Failure::Unpostable("a stored id is negative".into()))
}

fn number(id: u64) -> Result<i64, Failure> {
    i64::try_from(id).map_err(|_| Failure::Unpostable(format!("GitHub's id {id} is too large")))
}
