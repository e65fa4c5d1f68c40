//! The GitHub API, as far as we use it: as a GitHub App or a user, check runs, statuses, comments, issues and
//! webhooks.
//!
//! One method is one request, or the pages of one list. Nothing is repeated here, because a write
//! whose answer was lost may have happened: what to look up, repeat or give up is for
//! [`crate::reporter`] to say, and [`Error`] tells what it needs for that. Only what we need of an
//! answer is read, so that a new or missing field elsewhere costs nothing.

mod app;
mod budget;
mod checks;
mod comments;
mod deliveries;
mod error;
mod foreign;
mod identity;
mod issues;
mod names;
mod pace;
mod pulls;
mod repository;
mod request;
mod statuses;
mod webhook;

pub use app::GitHub;
pub use budget::{Budget, Created};
pub use checks::PostedCheck;
pub use deliveries::FailedDelivery;
pub use error::Error;
pub use identity::ChecksAs;
pub use issues::PostedIssue;
pub use names::{InvalidRepositoryName, RepositoryId, RepositoryName};
pub use pulls::PullRequest;
pub use repository::Repository;
pub use webhook::{EmptySecret, Event, Forged, PullRequestAction, Unreadable, WebhookSecret};
