//! The GitHub API, as far as we use it.
