//! Who calls: the App by its signed token, an installation of it, or a user.
//!
//! As on GitHub the App itself may only ask about itself and its installations; everything else
//! takes the token of an installation or a user.

mod key;
mod requirements;

use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::model::{Permission, RepositoryRecord};
use crate::reply::ApiError;
use crate::server::Server;
use crate::state::{Grant, Token};

pub(crate) use key::AppKey;
pub(crate) use requirements::{Access, Requirement, requirement};

/// Caller of an operation, by the credentials of the call.
#[derive(Debug, Clone)]
pub(crate) enum Actor {
    /// The App, by a token that it signed.
    App,
    /// The App on one account.
    Installation(Grant),
    /// A person, by their login.
    User(String),
}

impl Actor {
    /// The login that stands beside what the actor does.
    pub(crate) fn login(&self, server: &Server) -> String {
        match self {
            Self::App | Self::Installation(_) => server.bot(),
            Self::User(login) => login.clone(),
        }
    }
}

/// Who calls, by the header `Authorization`; a user set for anonymous calls stands in for a
/// missing one.
pub(crate) fn actor(server: &Server, headers: &HeaderMap) -> Result<Option<Actor>, ApiError> {
    let Some(header) = headers.get(AUTHORIZATION) else {
        return Ok(server.options.anonymous_user.clone().map(Actor::User));
    };
    let header = header.to_str().map_err(|_| ApiError::bad_credentials())?;
    let secret = secret(header).ok_or_else(ApiError::bad_credentials)?;
    let known = server.state().tokens.get(&secret).cloned();
    match known {
        #[cfg(feature = "faults")]
        Some(Token::Personal(login)) => Ok(Some(Actor::User(login))),
        Some(Token::Installation(grant)) if grant.expires_at > server.now() => {
            Ok(Some(Actor::Installation(grant)))
        }
        None if secret.matches('.').count() == 2 && !secret.starts_with("ghs_") => {
            server.key.verify(&secret, &server.options, server.now())?;
            Ok(Some(Actor::App))
        }
        _ => Err(ApiError::bad_credentials()),
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

/// Refuses an actor who may not do what an operation needs, in the repository it names.
pub(crate) fn authorize(
    server: &Server,
    actor: Option<&Actor>,
    requirement: &Requirement,
    repository: Option<&RepositoryRecord>,
) -> Result<(), ApiError> {
    match (requirement, actor) {
        (Requirement::Nothing, _)
        | (Requirement::App, Some(Actor::App))
        | (Requirement::Installation, Some(Actor::Installation(_)))
        | (Requirement::User, Some(Actor::User(_))) => Ok(()),
        (Requirement::App, _) => {
            Err(ApiError::unauthorized("A JSON web token could not be decoded"))
        }
        (_, None) => Err(ApiError::unauthorized("Requires authentication")),
        (_, Some(Actor::App)) => Err(ApiError::bad_credentials()),
        (Requirement::Installation, _) => {
            Err(ApiError::forbidden("You must authenticate with an installation access token"))
        }
        (Requirement::User, _) => Err(ApiError::by_integration()),
        (Requirement::Repository(access), Some(Actor::Installation(grant))) => {
            granted(grant, access, repository)
        }
        (Requirement::Repository(access), Some(Actor::User(login))) => {
            permitted(server, login, access, repository)
        }
    }
}

fn granted(
    grant: &Grant,
    access: &Access,
    repository: Option<&RepositoryRecord>,
) -> Result<(), ApiError> {
    let record = repository.ok_or_else(ApiError::not_found)?;
    let own = record.owner.eq_ignore_ascii_case(&grant.account)
        && grant.repositories.as_ref().is_none_or(|all| all.contains(&record.id));
    if !own && !record.public {
        return Err(ApiError::not_found());
    }
    let allows = |name: &&str| match grant.permissions.get(*name).map(String::as_str) {
        Some("write" | "admin") => true,
        Some(_) => !access.write,
        None => false,
    };
    // What is public may be read by anyone.
    let readable = record.public && !access.write;
    if readable || (own && access.permissions.iter().any(allows)) {
        Ok(())
    } else {
        let level = if access.write { "write" } else { "read" };
        let all = access.permissions.iter().map(|name| format!("{name}={level}"));
        Err(ApiError::lacking(all.collect::<Vec<_>>().join("; ")))
    }
}

fn permitted(
    server: &Server,
    login: &str,
    access: &Access,
    repository: Option<&RepositoryRecord>,
) -> Result<(), ApiError> {
    let record = repository.ok_or_else(ApiError::not_found)?;
    let state = server.state();
    let repository = state.repositories.get(&record.id).ok_or_else(ApiError::not_found)?;
    let permission = repository.permission(login);
    if permission == Permission::None {
        Err(ApiError::not_found())
    } else if access.write && access.app_only {
        Err(ApiError::forbidden("You must authenticate via a GitHub App."))
    } else if access.write && permission < access.least {
        Err(ApiError::forbidden("Must have write access to the repository"))
    } else {
        Ok(())
    }
}
