//! Why there is no private Postgres.

use std::io;
use std::path::{Path, PathBuf};

/// Why the private Postgres does not run, or does not stop.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No binaries here, and none to be had.
    #[error(
        "no Postgres 15 or newer found, and fetching one failed ({0}); install it \
         (`apt-get install postgresql`), or set `database_url` to a database of yours"
    )]
    NotInstalled(String),
    /// The data was written by another major version than any that is here.
    #[error(
        "the data in `{data}` is of Postgres {needed}, which is not installed here; install it \
         (`apt-get install postgresql-{needed}`), or move the data with `pg_upgrade`"
    )]
    WrongVersion {
        /// Data directory that another version wrote.
        data: PathBuf,
        /// The major version that can read it.
        needed: u32,
    },
    /// Another service has the data directory.
    #[error("`{0}` is in use by another cloudcorrect; stop it, or set another `data_dir`")]
    InUse(PathBuf),
    /// There is nobody to run it as.
    #[error(
        "Postgres refuses to run as root, and there is neither a user `postgres` nor `nobody`; \
         create one (`useradd --system postgres`), or run cloudcorrect as another user"
    )]
    NoUser,
    /// The path of the socket is no text.
    #[error("cannot put a socket into `{0}`; set a `data_dir` whose name is UTF-8")]
    SocketPath(PathBuf),
    /// `initdb` failed; with what it said.
    #[error("cannot set up the private Postgres: {0}")]
    Initialize(String),
    /// The server ended instead of taking connections.
    #[error("the private Postgres does not start: {0}")]
    Exited(String),
    /// The server neither ends nor takes connections.
    #[error("the private Postgres takes too long to start: {0}")]
    Slow(String),
    /// The server neither stops nor dies.
    #[error("the private Postgres, process {0}, does not stop")]
    Stop(i32),
    /// The operating system refused an action on a file.
    #[error("cannot {action} `{path}`: {source}")]
    Io {
        /// Action that was tried, as a verb.
        action: &'static str,
        /// File or directory that it was tried on.
        path: PathBuf,
        /// Reason that the operating system gives.
        source: io::Error,
    },
}

impl Error {
    /// For `map_err`: what was tried, and with what.
    pub(super) fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}
