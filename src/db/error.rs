//! What can go wrong between the service and its database.

/// Why the database did not do as asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The attempt is no longer the current one: somebody else claimed the work, it changed, or
    /// the lease ran out. Nothing was changed; drop the result.
    #[error("the attempt is stale: its lease ran out, or the work changed or was claimed anew")]
    Stale,
    /// A row holds what this version cannot read.
    #[error("cannot read {what} `{value}` in the database; was it written by a newer version?")]
    Unreadable {
        /// Kind of the value, such as `outcome`.
        what: &'static str,
        /// Value as the row has it.
        value: String,
    },
    /// The schema could not be brought up to date.
    #[error("cannot migrate the database: {0}")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Anything else that Postgres or the way to it refuses.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
}

impl Error {
    /// `true` where a newer attempt has taken over.
    pub fn is_stale(&self) -> bool {
        matches!(self, Self::Stale)
    }

    /// For a value of a row that does not parse.
    pub(super) fn unreadable(what: &'static str, value: impl Into<String>) -> Self {
        Self::Unreadable { what, value: value.into() }
    }
}
