//! The App, its installations and their tokens, and who one is.

use chrono::TimeDelta;
use rand::RngExt;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

use super::{ApiError, ApiResult, Call, Reply};
use crate::auth::Actor;
use crate::model::Repository;
use crate::response::HOURLY_CALLS;
use crate::shapes::instant;
use crate::state::{Grant, Installation, State, Token};

/// The App as GitHub describes it: `apps/get-authenticated`.
pub(super) fn app(call: &Call) -> Reply {
    Reply::ok(call.server.site.app(&call.server.state()))
}

/// A page of the App's installations: `apps/list-installations`.
pub(super) fn installations(call: &Call) -> Reply {
    let state = call.server.state();
    let shape = |installation| call.server.site.installation(&state, installation);
    let all = state.installations.values().map(shape).collect();
    drop(state);
    call.list(all)
}

/// The installation of that number: `apps/get-installation`.
pub(super) fn installation(call: &Call) -> ApiResult {
    let id = call.number("installation_id")?;
    let state = call.server.state();
    let found = by_id(&state, id).ok_or_else(ApiError::not_found)?;
    Ok(Reply::ok(call.server.site.installation(&state, found)))
}

/// The installation that has a repository.
pub(super) fn repository_installation(call: &Call) -> ApiResult {
    let owner = &call.record()?.owner;
    let state = call.server.state();
    let found = state.installation(owner).ok_or_else(ApiError::not_found)?;
    Ok(Reply::ok(call.server.site.installation(&state, found)))
}

/// A token for an installation, narrowed where the body says so.
pub(super) fn create_token(call: &Call) -> ApiResult {
    let id = call.number("installation_id")?;
    let server = &call.server;
    let mut state = server.state();
    let account = by_id(&state, id).ok_or_else(ApiError::not_found)?.account.clone();
    let permissions = narrowed_permissions(call)?;
    let repositories = narrowed_repositories(&state, &account, &call.body)?;
    let lifetime = TimeDelta::from_std(server.options.token_lifetime).unwrap_or(TimeDelta::MAX);
    // GitHub writes the end to the second.
    let expires_at = server.now() + lifetime;
    let token = format!("ghs_{}_{}", server.options.app_id, random());
    let selection = if repositories.is_some() { "selected" } else { "all" };
    let mut shape = json!({
        "token": token,
        "expires_at": instant(expires_at),
        "permissions": permissions,
        "repository_selection": selection,
    });
    if let (Some(ids), Some(members)) = (&repositories, shape.as_object_mut()) {
        let all = ids.iter().filter_map(|id| state.repositories.get(id));
        let all: Value = all.map(|repository| server.site.repository(&state, repository)).collect();
        members.insert("repositories".to_owned(), all);
    }
    let grant = Grant { account, permissions, repositories, expires_at };
    state.tokens.insert(token, Token::Installation(grant));
    Ok(Reply::created(shape))
}

/// The permissions asked for, all of the App's if none are; never more than those.
fn narrowed_permissions(call: &Call) -> Result<BTreeMap<String, String>, ApiError> {
    let own = &call.server.options.permissions;
    let Some(asked) = call.body.get("permissions").and_then(Value::as_object) else {
        return Ok(own.clone());
    };
    let level = |name: &str| name.as_bytes().first().copied();
    // Given with every permission.
    let mut narrowed = BTreeMap::from([("metadata".to_owned(), "read".to_owned())]);
    for (name, wanted) in asked {
        let wanted = wanted.as_str().unwrap_or_default();
        // "read" before "write".
        if own.get(name).is_none_or(|had| level(had) < level(wanted)) {
            let message = "The permissions requested are not granted to this installation.";
            return Err(ApiError::unprocessable(message));
        }
        narrowed.insert(name.clone(), wanted.to_owned());
    }
    Ok(narrowed)
}

/// The repositories asked for by name or number; none if all are.
fn narrowed_repositories(
    state: &State,
    account: &str,
    body: &Value,
) -> Result<Option<BTreeSet<u64>>, ApiError> {
    let list = |key| body.get(key).and_then(Value::as_array).into_iter().flatten();
    let by_name = list("repositories").map(|name| {
        state.repository(account, name.as_str().unwrap_or_default()).map(|found| found.record.id)
    });
    let by_id = list("repository_ids").map(|id| {
        let id = id.as_u64().unwrap_or_default();
        let found = state.repositories.get(&id)?;
        found.record.owner.eq_ignore_ascii_case(account).then_some(id)
    });
    let all: Option<BTreeSet<u64>> = by_name.chain(by_id).collect();
    match all {
        Some(all) => Ok((!all.is_empty()).then_some(all)),
        None => Err(ApiError::unprocessable(
            "There is at least one repository that does not exist or is not accessible to the \
             parent installation.",
        )),
    }
}

/// The repositories that an installation's token opens.
pub(super) fn repositories(call: &Call) -> ApiResult {
    let Some(Actor::Installation(grant)) = &call.actor else { return Err(ApiError::not_found()) };
    let state = call.server.state();
    let mine = |repository: &&Repository| {
        repository.record.owner.eq_ignore_ascii_case(&grant.account)
            && grant.repositories.as_ref().is_none_or(|ids| ids.contains(&repository.record.id))
    };
    let shape = |repository| call.server.site.repository(&state, repository);
    let all: Vec<Value> = state.repositories.values().filter(mine).map(shape).collect();
    drop(state);
    let count = all.len();
    let (page, link) = call.page(all);
    let body = json!({ "total_count": count, "repositories": page });
    Ok(Reply { link, ..Reply::ok(body) })
}

/// The user who calls, to themselves: `users/get-authenticated`.
pub(super) fn user(call: &Call) -> ApiResult {
    let state = call.server.state();
    let user = state.known_user(&call.login()).ok_or_else(ApiError::not_found)?;
    Ok(Reply::ok(call.server.site.oneself(user)))
}

/// How many calls are left. The emulator counts them and stops nobody: a fault does.
pub(super) fn rate_limit(call: &Call) -> Reply {
    let used = call.server.state().used;
    let rate = json!({
        "limit": HOURLY_CALLS,
        "used": used,
        "remaining": HOURLY_CALLS.saturating_sub(used),
        "reset": call.server.now().timestamp() + 3600,
    });
    Reply::ok(json!({ "resources": { "core": rate, "search": rate }, "rate": rate }))
}

fn by_id(state: &State, id: u64) -> Option<&Installation> {
    state.installations.values().find(|installation| installation.id == id)
}

/// Hexadecimal digits that nobody guesses, of no fixed number: nobody may rely on the length of a
/// token.
fn random() -> String {
    let length = rand::rng().random_range(20..60);
    let mut bytes = vec![0_u8; length];
    rand::rng().fill(bytes.as_mut_slice());
    hex::encode(bytes)
}
