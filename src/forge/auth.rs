//! Who calls: the App by its signed token, an installation of it, or a user.
//!
//! As on GitHub the App itself may only ask about itself and its installations; everything else
//! takes the token of an installation or a user.

mod key;
mod needs;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::answer::Refusal;
use super::model::{Facts, Permission};
use super::server::Server;
use super::state::{Grant, Token};

pub(super) use key::AppKey;
pub(super) use needs::{Access, Need, need};

/// Who calls.
#[derive(Debug, Clone)]
pub(super) enum Actor {
    /// The App, by a token that it signed.
    App,
    /// The App on one account.
    Installation(Grant),
    /// A person, by login.
    User(String),
}

impl Actor {
    /// The login that stands beside what the actor does.
    pub(super) fn login(&self, server: &Server) -> String {
        match self {
            Self::App | Self::Installation(_) => server.bot(),
            Self::User(login) => login.clone(),
        }
    }
}

/// Who calls, by the header `Authorization`; a user set for anonymous calls stands in for a
/// missing one.
pub(super) fn actor(server: &Server, headers: &HeaderMap) -> Result<Option<Actor>, Refusal> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(server.options.anonymous_user.clone().map(Actor::User));
    };
    let header = header.to_str().map_err(|_| Refusal::bad_credentials())?;
    let secret = secret(header).ok_or_else(Refusal::bad_credentials)?;
    let known = server.state().tokens.get(&secret).cloned();
    match known {
        Some(Token::Personal(login)) => Ok(Some(Actor::User(login))),
        Some(Token::Installation(grant)) if grant.expires_at > server.now() => {
            Ok(Some(Actor::Installation(grant)))
        }
        None if secret.matches('.').count() == 2 && !secret.starts_with("ghs_") => {
            server.key.verify(&secret, &server.options, server.now())?;
            Ok(Some(Actor::App))
        }
        _ => Err(Refusal::bad_credentials()),
    }
}

/// The token in `Bearer TOKEN`, `token TOKEN`, or the password of `Basic`.
fn secret(header: &str) -> Option<String> {
    let (scheme, rest) = header.split_once(' ')?;
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" | "token" => Some(rest.trim().to_owned()),
        "basic" => {
            let decoded = String::from_utf8(STANDARD.decode(rest.trim()).ok()?).ok()?;
            decoded.split_once(':').map(|(_, password)| password.to_owned())
        }
        _ => None,
    }
}

/// Whether the actor may do what an operation needs, in the repository it names.
pub(super) fn authorize(
    server: &Server,
    actor: Option<&Actor>,
    need: &Need,
    repository: Option<&Facts>,
) -> Result<(), Refusal> {
    match (need, actor) {
        (Need::Nothing, _) | (Need::App, Some(Actor::App)) => Ok(()),
        (Need::App, _) => Err(Refusal::unauthorized("A JSON web token could not be decoded")),
        (_, None) => Err(Refusal::unauthorized("Requires authentication")),
        (_, Some(Actor::App)) => Err(Refusal::bad_credentials()),
        (Need::Installation, Some(Actor::Installation(_))) | (Need::User, Some(Actor::User(_))) => {
            Ok(())
        }
        (Need::Installation, _) => {
            Err(Refusal::forbidden("You must authenticate with an installation access token"))
        }
        (Need::User, _) => Err(Refusal::by_integration()),
        (Need::Repository(access), Some(Actor::Installation(grant))) => {
            granted(grant, access, repository)
        }
        (Need::Repository(access), Some(Actor::User(login))) => {
            permitted(server, login, access, repository)
        }
    }
}

fn granted(grant: &Grant, access: &Access, repository: Option<&Facts>) -> Result<(), Refusal> {
    let facts = repository.ok_or_else(Refusal::not_found)?;
    let own = facts.owner.eq_ignore_ascii_case(&grant.account)
        && grant.repositories.as_ref().is_none_or(|all| all.contains(&facts.id));
    if !own && !facts.public {
        return Err(Refusal::not_found());
    }
    let allows = |name: &&str| match grant.permissions.get(*name).map(String::as_str) {
        Some("write" | "admin") => true,
        Some(_) => !access.write,
        None => false,
    };
    // What is public may be read by anyone.
    let readable = facts.public && !access.write;
    if readable || (own && access.permissions.iter().any(allows)) {
        Ok(())
    } else {
        let level = if access.write { "write" } else { "read" };
        let all = access.permissions.iter().map(|name| format!("{name}={level}"));
        Err(Refusal::lacking(all.collect::<Vec<_>>().join("; ")))
    }
}

fn permitted(
    server: &Server,
    login: &str,
    access: &Access,
    repository: Option<&Facts>,
) -> Result<(), Refusal> {
    let facts = repository.ok_or_else(Refusal::not_found)?;
    let state = server.state();
    let repository = state.repositories.get(&facts.id).ok_or_else(Refusal::not_found)?;
    let permission = repository.permission(login);
    if permission == Permission::None {
        Err(Refusal::not_found())
    } else if access.write && access.app_only {
        Err(Refusal::forbidden("You must authenticate via a GitHub App."))
    } else if access.write && permission < access.least {
        Err(Refusal::forbidden("Must have write access to the repository"))
    } else {
        Ok(())
    }
}
