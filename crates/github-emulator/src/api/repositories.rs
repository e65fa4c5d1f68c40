//! Repositories, their branches and who may do what.

use super::{ApiError, ApiResult, Call, Reply};

/// The repository of the path: `repos/get`.
pub(super) fn get(call: &Call) -> ApiResult {
    call.ask(|state, repository| call.server.site.repository(state, repository)).map(Reply::ok)
}

/// A page of its branches, by name: `repos/list-branches`.
pub(super) fn branches(call: &Call) -> ApiResult {
    // No branch of the emulator is protected.
    let none = call.asked("protected") == Some("true");
    let all = call.ask(|_, repository| {
        let branches = repository.refs.iter().filter(|_| !none);
        let shape = |(name, sha): (&String, &String)| {
            let name = name.strip_prefix("refs/heads/")?;
            Some(call.server.site.branch(repository, name, sha))
        };
        branches.filter_map(shape).collect()
    })?;
    Ok(call.list(all))
}

/// The branch of that name: `repos/get-branch`.
pub(super) async fn branch(call: &Call) -> ApiResult {
    let name = call.part("branch");
    let sha = call.ask(|_, repository| repository.branch(name).map(str::to_owned))?;
    let sha = sha.ok_or_else(ApiError::not_found)?;
    let commit = call.record()?.git.commit_record(&sha).await?;
    call.ask(|_, repository| {
        let site = &call.server.site;
        site.whole_branch(repository, name, &site.commit(repository, &commit))
    })
    .map(Reply::ok)
}

/// Permission of a user: `repos/get-collaborator-permission-level`.
pub(super) fn permission(call: &Call) -> ApiResult {
    let login = call.part("username");
    call.ask(|state, repository| {
        let user = state.known_user(login).ok_or_else(ApiError::not_found)?;
        let permission = repository.permission(&user.login);
        Ok(Reply::ok(call.server.site.permission(state, login, permission)))
    })?
}
