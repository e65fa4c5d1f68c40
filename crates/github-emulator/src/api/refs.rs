//! Branches and tags as refs: looked at, made, moved and removed.

use serde_json::Value;

use super::{ApiError, ApiResult, Call, Reply};
use crate::announce;

/// The ref of that name: `git/get-ref`.
pub(super) fn get(call: &Call) -> ApiResult {
    let name = format!("refs/{}", call.part("ref"));
    shape(call, &name)?.map(Reply::ok).ok_or_else(ApiError::not_found)
}

/// The refs whose names begin as asked.
pub(super) fn list(call: &Call) -> ApiResult {
    let start = format!("refs/{}", call.part("ref"));
    call.ask(|_, repository| {
        let matching = repository.refs.iter().filter(|(name, _)| name.starts_with(&start));
        let shape =
            |(name, sha): (&String, &String)| call.server.site.reference(repository, name, sha);
        Reply::ok(matching.map(shape).collect())
    })
}

/// Makes a branch or tag: `git/create-ref`.
pub(super) async fn create(call: &Call) -> ApiResult {
    let name = call.text("ref").unwrap_or_default();
    if !call.record()?.git.allows_ref(&name).await? {
        return Err(ApiError::unprocessable(&format!("{name} is not a valid ref name.")));
    }
    if shape(call, &name)?.is_some() {
        return Err(ApiError::unprocessable("Reference already exists"));
    }
    set(call, &name, Some(&sha(call).await?)).await?;
    shape(call, &name)?.map(Reply::created).ok_or_else(ApiError::not_found)
}

/// Moves a ref, only forward unless forced.
pub(super) async fn update(call: &Call) -> ApiResult {
    let name = format!("refs/{}", call.part("ref"));
    let old = call.ask(|_, repository| repository.refs.get(&name).cloned())?;
    let old = old.ok_or_else(|| ApiError::unprocessable("Reference does not exist"))?;
    let new = sha(call).await?;
    let forced = call.body.get("force").and_then(Value::as_bool).unwrap_or(false);
    if !forced && !call.record()?.git.contains(&new, &old).await? {
        return Err(ApiError::unprocessable("Update is not a fast forward"));
    }
    set(call, &name, Some(&new)).await?;
    shape(call, &name)?.map(Reply::ok).ok_or_else(ApiError::not_found)
}

/// Removes a branch or tag: `git/delete-ref`.
pub(super) async fn delete(call: &Call) -> ApiResult {
    let name = format!("refs/{}", call.part("ref"));
    if shape(call, &name)?.is_none() {
        return Err(ApiError::unprocessable("Reference does not exist"));
    }
    set(call, &name, None).await?;
    Ok(Reply::empty())
}

/// The commit that the body names, if it is there.
async fn sha(call: &Call) -> Result<String, ApiError> {
    let sha = call.text("sha").unwrap_or_default();
    let found = call.record()?.git.resolve(&sha).await?;
    found
        .filter(|found| *found == sha)
        .ok_or_else(|| ApiError::unprocessable("Object does not exist"))
}

async fn set(call: &Call, name: &str, sha: Option<&str>) -> Result<(), ApiError> {
    let record = call.record()?;
    let _pushing = record.pushing.lock().await;
    record.git.set_ref(name, sha).await?;
    announce::changes(&call.server, record, &call.login()).await?;
    Ok(())
}

fn shape(call: &Call, name: &str) -> Result<Option<Value>, ApiError> {
    call.ask(|_, repository| {
        let sha = repository.refs.get(name)?;
        Some(call.server.site.reference(repository, name, sha))
    })
}
