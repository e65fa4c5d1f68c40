//! What passes a gate: how much has come, and the first thing that was wrong with the remote.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::ssh::UntrustedHost;

/// The longest request: what of a history is wanted and what is there already.
pub(super) const MAX_REQUEST: usize = 16 << 20;
/// One dead address of a host must not use up the whole time.
pub(super) const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a remote did not answer as it should.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GateError {
    /// It sent more than it may.
    TooLarge,
    /// It does not let us in.
    Unauthorized,
    /// It has no such repository, or does not tell us of it.
    NotFound,
    /// It is the server's own fault, by its status.
    Unavailable(String),
    /// No connection, or another answer than the one asked for; in words.
    Other(String),
    /// Nothing says with which key to log in there, and by which the host is known.
    NoAccess,
    /// A host of SSH that may be another.
    Untrusted(UntrustedHost),
    /// A host of SSH that does not let a user in with our key, by its fingerprint.
    KeyRefused { user: String, key: String },
    /// A host of SSH that serves no such repository to us; what it says.
    NotServed(String),
}

/// What has passed a gate. Shared by all its connections.
#[derive(Debug)]
pub(super) struct Passed {
    max_bytes: u64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    bytes: u64,
    error: Option<GateError>,
}

impl Passed {
    /// Nothing yet, of so many bytes at most.
    pub(super) fn new(max_bytes: u64) -> Self {
        Self { max_bytes, state: Mutex::default() }
    }

    /// First thing that was wrong with the remote, if anything was.
    pub(super) fn error(&self) -> Option<GateError> {
        self.state().error.clone()
    }

    /// Remembers what is wrong with the remote.
    pub(super) fn note(&self, error: GateError) {
        self.state().error.get_or_insert(error);
    }

    /// Counts bytes that came; `false` where they are too many.
    pub(super) fn fits(&self, count: usize) -> bool {
        let mut state = self.state();
        state.bytes += count as u64;
        state.bytes <= self.max_bytes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
