//! The number of files that the process may have open, connections included.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Allows the process as many open files as the system lets it have. What it is started with is mostly
/// 1,024, for programs that count on it; a service that asks hundreds of accounts at once needs more.
pub(super) fn allow_all() {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if current == maximum {
        return;
    }
    match setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum }) {
        Ok(()) => tracing::debug!(files.most = maximum, "more files may be open"),
        Err(error) => {
            tracing::warn!(error = %error, files.most = current, "no more files may be open");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_many_files_may_be_open_as_the_system_allows() {
        let maximum = getrlimit(Resource::Nofile).maximum;
        let few = Rlimit { current: Some(64), maximum };
        setrlimit(Resource::Nofile, few).expect("fewer are always allowed");
        allow_all();
        assert_eq!(getrlimit(Resource::Nofile).current, maximum);
    }
}
