//! Git repositories as bare mirrors, read by object id.
//!
//! A mirror is a cache: whatever is wrong with it, it is fetched again. Nothing is ever checked
//! out, so that no symlink, submodule, filter or hook of a repository can do anything; what a
//! policy directory holds of these is reported as a [`SkipReason`]. All functions block: callers run
//! them on a blocking thread. Which remotes are watched and what the files mean is left to `sync`
//! and `policy`.

mod commit;
mod fetch;
mod gate;
mod mirror;
mod read;
mod remote;

pub use commit::{BlobId, Commit, CommitId, InvalidObjectId};
pub use fetch::FetchError;
pub use mirror::{Mirror, OpenError};
pub use read::{PolicyFile, PolicyTree, ReadError, SkipReason, SkippedEntry};
pub use remote::{Allowed, Limits, RefusedRemote, Remote, Wanted};

#[cfg(test)]
pub(crate) mod testing;
