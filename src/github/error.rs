//! What can go wrong with a request, as far as it matters for what to do next.

use std::time::Duration;

use chrono::DateTime;
use octocrab::GitHubError;

/// Words of GitHub's kept in an error.
const LONGEST_MESSAGE: usize = 300;

/// Reason why a request failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// Too many requests; nothing was done.
    #[error("GitHub asks to wait for {} before the next request", humantime::format_duration(*.retry_after))]
    RateLimited {
        /// Time until GitHub takes requests again.
        retry_after: Duration,
    },
    /// Neither the old nor a new token was accepted; nothing was done.
    #[error(
        "GitHub does not accept the credentials: {message}; check `github.app_id`, `github.private_key` and that the App is installed, or `github.token`"
    )]
    Unauthorized {
        /// Message of GitHub's, at most 300 characters.
        message: String,
    },
    /// We may not do it; nothing was done.
    #[error("{}", forbidden(message, permission))]
    Forbidden {
        /// Message of GitHub's, at most 300 characters.
        message: String,
        /// The permission, such as `` `checks=write` ``.
        permission: String,
    },
    /// It does not exist, or not for us; nothing was done.
    #[error("GitHub finds nothing there: {message}")]
    NotFound {
        /// Message of GitHub's, at most 300 characters.
        message: String,
    },
    /// The repository has no issues; nothing was done.
    #[error(
        "the repository has no issues: {message}; turn them on in its settings, or `issues` off in `.cloudcorrect.yaml`"
    )]
    NoIssues {
        /// Message of GitHub's, at most 300 characters.
        message: String,
    },
    /// GitHub does not want it, and the same again would not help much; nothing was done.
    #[error("GitHub refuses it (status {status}): {message}")]
    Rejected {
        /// The HTTP status: 3xx or 4xx.
        status: u16,
        /// Message of GitHub's, at most 300 characters.
        message: String,
    },
    /// No answer, half an answer or a 5xx: a write may have happened or not.
    #[error("no good answer from GitHub: {message}")]
    Unavailable {
        /// Everything that is known of the failure.
        message: String,
    },
}

impl Error {
    /// `true` where GitHub knows what was asked for, and says no: what we ask for may be elsewhere.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Self::NotFound { .. } | Self::Forbidden { .. } | Self::Rejected { .. })
    }

    /// The request took too long.
    pub(super) fn timeout(after: Duration) -> Self {
        let after = humantime::format_duration(after);
        Self::Unavailable { message: format!("none within {after}") }
    }
}

impl From<octocrab::Error> for Error {
    fn from(error: octocrab::Error) -> Self {
        match error {
            octocrab::Error::GitHub { source, .. } => answered(&source),
            octocrab::Error::JWT { source, .. } => {
                Self::Unauthorized { message: format!("cannot sign with the key: {source}") }
            }
            octocrab::Error::Service { source, .. } => {
                Self::Unavailable { message: chain(source.as_ref()) }
            }
            other => Self::Unavailable { message: chain(&other) },
        }
    }
}

/// Length of a limit on requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Limit {
    /// A limit that ends after this time.
    For(Duration),
    /// A limit without a word on its end.
    Unsaid,
}

/// The limit that an answer tells of: a 429, or a 403 that says so.
/// <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>
pub(super) fn limit(error: &octocrab::Error) -> Option<Limit> {
    let octocrab::Error::GitHub { source: error, .. } = error else { return None };
    let is_used_up = header(error, "x-ratelimit-remaining") == Some("0");
    let after = header(error, "retry-after");
    let says_so = || error.message.to_lowercase().contains("rate limit");
    let is_limit = match error.status_code.as_u16() {
        429 => true,
        403 => after.is_some() || is_used_up || says_so(),
        _ => false,
    };
    let asked = || Some(Duration::from_secs(after?.parse().ok()?));
    // A secondary limit tells of the reset too and does not mean it.
    let wait = || asked().or_else(|| is_used_up.then(|| until_reset(error)).flatten());
    is_limit.then(|| wait().map_or(Limit::Unsaid, Limit::For))
}

/// Until the hour's requests are new, by the clock of the server that says so.
fn until_reset(error: &GitHubError) -> Option<Duration> {
    let date = DateTime::parse_from_rfc2822(header(error, "date")?).ok()?;
    let seconds = i64::try_from(error.rate_limit_reset?).ok()? - date.timestamp();
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or_default()))
}

/// Error of an answer that tells of no limit.
fn answered(error: &GitHubError) -> Error {
    let status = error.status_code.as_u16();
    let message = message_of(error);
    match status {
        401 => Error::Unauthorized { message },
        403 if is_permission(error) => Error::Forbidden { message, permission: permission(error) },
        // One that is deleted is answered so too, in other words.
        410 if message.contains("disabled") => Error::NoIssues { message },
        404 | 410 => Error::NotFound { message },
        // 408 is the server's word for a timeout.
        408 | 500.. => Error::Unavailable { message: format!("status {status}, {message}") },
        _ => Error::Rejected { status, message },
    }
}

/// What an App lacks, or the token of a user.
const LACKING: [&str; 2] =
    ["not accessible by integration", "not accessible by personal access token"];

/// A 403 may also be about the repository: archived, blocked, a branch that is protected.
fn is_permission(error: &GitHubError) -> bool {
    LACKING.iter().any(|words| error.message.contains(words))
}

fn forbidden(message: &str, permission: &str) -> String {
    if message.contains("personal access token") {
        return format!("GitHub does not let us do it: {message}; grant the token {permission}");
    }
    format!(
        "GitHub does not let the App do it: {message}; grant it {permission} in its settings and accept that where it is installed"
    )
}

/// Permission that would be enough, by GitHub's answer; of several, any one.
fn permission(error: &GitHubError) -> String {
    match header(error, "x-accepted-github-permissions") {
        Some(accepted) => {
            let any: Vec<_> = accepted.split(';').map(|it| format!("`{}`", it.trim())).collect();
            any.join(" or ")
        }
        None => "the permission".to_owned(),
    }
}

fn header<'a>(error: &'a GitHubError, name: &str) -> Option<&'a str> {
    error.headers.as_ref()?.get(name)?.to_str().ok()
}

/// GitHub's message and the fields that it complains of.
fn message_of(error: &GitHubError) -> String {
    let complaints = error.errors.iter().flatten().map(|complaint| match complaint.as_str() {
        Some(message) => message.to_owned(),
        None => complaint.to_string(),
    });
    let all: Vec<_> = std::iter::once(error.message.clone()).chain(complaints).collect();
    all.join("; ").chars().take(LONGEST_MESSAGE).collect()
}

/// An error and its causes, without repeating what a cause says.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut messages: Vec<String> = causes.map(ToString::to_string).collect();
    messages.dedup_by(|inner, outer| outer.contains(inner.as_str()));
    messages.join(": ").chars().take(LONGEST_MESSAGE).collect()
}
