//! A GitHub-shaped server: the other side of the service in its demo and its tests.
//!
//! It serves the part of GitHub's API that the service uses, Git over HTTP, and signed webhooks,
//! on loopback, with its state in memory. Every request and response is held to GitHub's OpenAPI
//! description; what does not fit is refused and remembered as a [`Violation`], so that a test can
//! end by asserting that there are none. With the feature `faults` tests make it as unreliable as
//! the real one, add users, and say what each may do.
//!
//! What the service makes of all this is left to the service: no code is shared with it.

mod announce;
mod api;
mod auth;
mod bare;
mod clock;
#[cfg(feature = "faults")]
mod control;
#[cfg(feature = "faults")]
mod effects;
mod emulator;
mod events;
#[cfg(feature = "faults")]
mod faults;
mod model;
mod openapi;
mod options;
mod page;
mod pipeline;
mod reply;
mod repository;
mod response;
mod server;
mod shapes;
mod smart_http;
mod state;
mod tasks;
mod webhook;

pub use bare::GitError;
pub use clock::Clock;
pub use emulator::{CreateError, Emulator, StartError, Visibility};
pub use events::{ApiCall, Attempt, Delivery, Event, Violation};
#[cfg(feature = "faults")]
pub use faults::{Effect, Fault};
pub use model::{
    Annotation, CheckRun, Comment, CommitStatus, Gone, Issue, Merged, Permission, PullRequest,
    Review, Verdict,
};
pub use options::EmulatorOptions;
pub use repository::{ActionError, NewCommit, RepositoryHandle};
