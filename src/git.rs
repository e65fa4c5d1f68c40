//! Git repositories, read by object id: bare mirrors of remotes, and the one that somebody works in.
//!
//! A mirror is a cache: whatever is wrong with it, it is fetched again. Nothing is ever checked
//! out, so that no symlink, submodule, filter or hook of a repository can do anything; what a
//! policy directory holds of these is reported as a [`SkipReason`]. All functions block: callers run
//! them on a blocking thread. Which remotes are watched and what the files mean is left to `sync`
//! and `policy`.

mod approval;
mod ask;
mod bare;
mod bridge;
mod commit;
mod fetch;
mod fetcher;
mod gate;
mod http;
mod local;
mod mirror;
mod passage;
mod read;
mod remote;
mod signed;
mod ssh;
mod tree;

pub use approval::Approval;
pub use commit::{Commit, CommitId, InvalidObjectId};
pub use fetch::FetchError;
pub use fetcher::{Fetcher, work};
pub use local::LocalError;
pub use mirror::{Mirror, OpenError};
pub use read::{Objects, ReadError};
pub use remote::{Allowed, Credentials, Limits, RefusedRemote, Remote, TOKEN_USER, Wanted};
pub use signed::Signed;
pub use tree::{PolicyTree, SkipReason, SkippedEntry};

#[cfg(test)]
pub(crate) mod testing;
