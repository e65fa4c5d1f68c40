//! Writing a post: what is known to be there is changed, what may be there is looked for, and only
//! what is not there is made.

use super::{Failure, Reporter};
use crate::db::outbox::{self, Claim};
use crate::github::{Error, PostedCheck, Repository};
use crate::render::post::{CheckRun, CheckState, Comment, CommitStatus};

impl Reporter {
    pub(super) async fn write_check(
        &self,
        claim: &Claim,
        repository: &Repository,
        check: &CheckRun,
    ) -> Result<i64, Failure> {
        let posted = match change_check(claim, repository, check).await? {
            Some(posted) => posted,
            None => repository.create_check(check).await?,
        };
        let id = number(posted.id)?;
        if posted.annotations < check.annotations.shown().len() {
            outbox::remember(&self.pool, claim, id).await?;
            repository.annotate(&posted, check).await?;
        }
        Ok(id)
    }

    pub(super) async fn write_comment(
        &self,
        claim: &Claim,
        repository: &Repository,
        comment: &Comment,
    ) -> Result<i64, Failure> {
        let mut looked = false;
        let mut there = known(claim)?;
        loop {
            if there.is_none() && !looked && (claim.maybe_written || claim.remote_id.is_some()) {
                looked = true;
                there = repository.find_comment(comment).await?;
            }
            let Some(id) = there else { break };
            match repository.update_comment(id, comment).await {
                Ok(()) => return number(id),
                // Somebody deleted it. An attempt before this one may have written it anew.
                Err(Error::NotFound { .. }) if !looked => there = None,
                Err(Error::NotFound { .. }) => break,
                Err(error) => return Err(error.into()),
            }
        }
        number(repository.create_comment(comment).await?)
    }

    pub(super) async fn write_status(
        &self,
        claim: &Claim,
        repository: &Repository,
        status: &CommitStatus,
    ) -> Result<i64, Failure> {
        let there = if claim.maybe_written { repository.find_status(status).await? } else { None };
        match there {
            Some(id) => number(id),
            None => number(repository.create_status(status).await?),
        }
    }
}

/// Changes the check run that is there, if there is one that can say it: annotations cannot be
/// taken back, and a completed run may refuse to go on. Before another is made in its place it is
/// looked for, since an attempt that was cut off may have made it.
async fn change_check(
    claim: &Claim,
    repository: &Repository,
    check: &CheckRun,
) -> Result<Option<PostedCheck>, Failure> {
    let known = known(claim)?;
    if let Some(id) = known
        && let Some(posted) = change(repository, check, id).await?
    {
        return Ok(Some(posted));
    }
    if known.is_none() && !claim.maybe_written {
        return Ok(None);
    }
    let found = repository.find_check(check).await?;
    let found = found.filter(|found| found.external_id == check.external_id());
    match found.filter(|found| Some(found.id) != known) {
        Some(found) => change(repository, check, found.id).await,
        None => Ok(None),
    }
}

/// Changes a check run; `None` where it is gone or did not take the change.
async fn change(
    repository: &Repository,
    check: &CheckRun,
    id: u64,
) -> Result<Option<PostedCheck>, Failure> {
    match repository.update_check(id, check).await {
        Ok(posted) => {
            let completed = check.state != CheckState::InProgress;
            let same = posted.external_id == check.external_id();
            Ok((same && posted.is_completed == completed).then_some(posted))
        }
        Err(Error::NotFound { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn known(claim: &Claim) -> Result<Option<u64>, Failure> {
    let id = claim.remote_id.map(u64::try_from).transpose();
    id.map_err(|_| Failure::Unpostable("a stored id is negative".into()))
}

fn number(id: u64) -> Result<i64, Failure> {
    i64::try_from(id).map_err(|_| Failure::Unpostable(format!("GitHub's id {id} is too large")))
}
