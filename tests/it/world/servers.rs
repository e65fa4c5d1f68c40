//! Where the servers of the tests are installed (`make setup`).

use std::path::PathBuf;

/// The directory with `bin/` of Python and Node packages: `TEST_SERVERS`, or the place
/// where `scripts/setup.sh` puts them.
pub(crate) fn directory() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "tests have no settings but these")]
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    variable("TEST_SERVERS").unwrap_or_else(|| {
        let cache = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
        cache.expect("a home directory").join("cloudcorrect/servers")
    })
}

/// A program of the servers' directory.
pub(crate) fn program(name: &str) -> PathBuf {
    let path = directory().join("bin").join(name);
    assert!(path.exists(), "{} is not there: run `make setup`", path.display());
    path
}
