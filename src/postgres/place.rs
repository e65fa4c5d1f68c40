//! Where the private Postgres lives and as whom it runs.
//!
//! `postgres/` in the service's data directory belongs to the service and holds `data/` and `run/`
//! (the socket), which belong to the server's user, besides `lock` and `log`. So the server's user
//! cannot make the service follow a link of its making.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions, Permissions, TryLockError};
use std::io;
use std::os::unix::fs::{
    DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown, symlink,
};
use std::path::{Path, PathBuf};

use super::Error;

/// The longest directory for a socket: the path of a Unix socket has room for 103 bytes on every
/// system, and Postgres adds `/.s.PGSQL.5432.lock`.
const LONGEST_SOCKET_DIR: usize = 80;

/// Directory for data that root keeps in a directory which the server's user cannot enter.
const ELSEWHERE: &str = "/var/lib/cloudcorrect";

/// A log beyond this is begun anew at the next start.
const LOG_BYTES: u64 = 10 << 20;

/// The server's data as a service's data directory names it, whoever has it.
pub(super) fn data_of(data_dir: &Path) -> PathBuf {
    data_dir.join("postgres/data")
}

/// A user of the system.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Account {
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The directories of a private Postgres, held against other services.
#[derive(Debug)]
pub(super) struct Place {
    dir: PathBuf,
    account: Option<Account>,
    _lock: File,
}

impl Place {
    /// Makes the directories of a service's data directory and takes hold of them.
    pub(super) fn prepare(data_dir: &Path) -> Result<Self, Error> {
        fs::create_dir_all(data_dir).map_err(Error::io("create", data_dir))?;
        let data_dir = data_dir.canonicalize().map_err(Error::io("find", data_dir))?;
        let root = rustix::process::geteuid().is_root();
        let account = if root { Some(account()?) } else { None };
        let dir = match account {
            Some(account) => dir_for(&data_dir, account)?,
            None => data_dir.join("postgres"),
        };
        make_dir(&dir)?;
        if let Some(account) = account {
            // The server's user passes through, and no more.
            own(&dir, None, account.gid)?;
            permit(&dir, 0o710)?;
        }
        let path = dir.join("lock");
        let lock = File::create(&path).map_err(Error::io("create", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { dir, account, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse(data_dir)),
            Err(TryLockError::Error(error)) => Err(Error::io("lock", &path)(error)),
        }
    }

    /// The directory of it all.
    pub(super) fn dir(&self) -> &Path {
        &self.dir
    }

    /// As whom the server runs, if that is somebody else.
    pub(super) fn account(&self) -> Option<Account> {
        self.account
    }

    /// Directory of the server's data.
    pub(super) fn data(&self) -> PathBuf {
        self.dir.join("data")
    }

    /// `true` where the data was set up to the end.
    pub(super) fn is_initialized(&self) -> bool {
        self.data().exists()
    }

    /// The major version that wrote the data.
    pub(super) fn data_version(&self) -> Option<u32> {
        fs::read_to_string(self.data().join("PG_VERSION")).ok()?.trim().parse().ok()
    }

    /// An empty directory in which data is set up; what an earlier attempt left is removed.
    pub(super) fn new_data(&self) -> Result<PathBuf, Error> {
        let new = self.dir.join("data.new");
        match fs::remove_dir_all(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(Error::io("remove", &new)(error));
            }
            _ => {}
        }
        self.make_own_dir(&new)?;
        Ok(new)
    }

    /// Directory that fetched binaries go to.
    pub(super) fn binaries(&self) -> PathBuf {
        self.dir.join("binaries")
    }

    /// The directory of the socket: ours, or a short one if ours is too long a name.
    pub(super) fn socket_dir(&self) -> Result<PathBuf, Error> {
        let dir = self.dir.join("run");
        if dir.as_os_str().len() <= LONGEST_SOCKET_DIR {
            self.make_own_dir(&dir)?;
            return Ok(dir);
        }
        let short = tempfile::Builder::new().prefix("cloudcorrect-").tempdir_in("/tmp");
        let short = short.map_err(Error::io("create a directory in", Path::new("/tmp")))?.keep();
        self.make_own_dir(&short)?;
        Ok(short)
    }

    /// Removes a directory that [`Place::socket_dir`] made elsewhere.
    pub(super) fn remove_socket_dir(&self, dir: &Path) {
        if !dir.starts_with(&self.dir) {
            // Only in the way if not empty, and then not ours.
            let _ = fs::remove_dir(dir);
        }
    }

    /// The server's log, to be written on.
    pub(super) fn log(&self) -> Result<File, Error> {
        let path = self.log_path();
        let overgrown = fs::metadata(&path).is_ok_and(|log| log.len() > LOG_BYTES);
        let log = OpenOptions::new().create(true).append(true).mode(0o600).open(&path);
        let log = log.map_err(Error::io("open", &path))?;
        if overgrown {
            log.set_len(0).map_err(Error::io("shorten", &path))?;
        }
        Ok(log)
    }

    /// Path of the server's log.
    pub(super) fn log_path(&self) -> PathBuf {
        self.dir.join("log")
    }

    /// The end of the log, for people.
    pub(super) fn last_words(&self) -> String {
        let path = self.log_path();
        let text = fs::read(&path).unwrap_or_default();
        let text = String::from_utf8_lossy(&text);
        let mut lines: Vec<&str> = text.lines().rev().take(5).collect();
        lines.reverse();
        format!("{} (from `{}`)", lines.join("; "), path.display())
    }

    fn make_own_dir(&self, dir: &Path) -> Result<(), Error> {
        make_dir(dir)?;
        if let Some(account) = self.account {
            own(dir, Some(account.uid), account.gid)?;
        }
        permit(dir, 0o700)
    }
}

fn make_dir(dir: &Path) -> Result<(), Error> {
    match DirBuilder::new().mode(0o700).create(dir) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            Err(Error::io("create", dir)(error))
        }
        _ => Ok(()),
    }
}

fn own(path: &Path, uid: Option<u32>, gid: u32) -> Result<(), Error> {
    chown(path, uid, Some(gid)).map_err(Error::io("change the owner of", path))
}

fn permit(path: &Path, mode: u32) -> Result<(), Error> {
    fs::set_permissions(path, Permissions::from_mode(mode))
        .map_err(Error::io("change the permissions of", path))
}

/// Whom root runs the server as.
fn account() -> Result<Account, Error> {
    let path = Path::new("/etc/passwd");
    let users = fs::read_to_string(path).map_err(Error::io("read", path))?;
    ["postgres", "nobody"].into_iter().find_map(|name| named(&users, name)).ok_or(Error::NoUser)
}

fn named(users: &str, name: &str) -> Option<Account> {
    users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let (user, _password) = (fields.next()?, fields.next()?);
        let account =
            Account { uid: fields.next()?.parse().ok()?, gid: fields.next()?.parse().ok()? };
        (user == name).then_some(account)
    })
}

/// `postgres/` in root's data directory, or a link there to a directory that `account` can enter.
fn dir_for(data_dir: &Path, account: Account) -> Result<PathBuf, Error> {
    let dir = data_dir.join("postgres");
    if let Ok(elsewhere) = dir.canonicalize() {
        return Ok(elsewhere);
    }
    let parents = || data_dir.ancestors().skip(1);
    if parents().all(|parent| fs::metadata(parent).is_ok_and(|parent| enters(account, &parent))) {
        let metadata = fs::metadata(data_dir).map_err(Error::io("find", data_dir))?;
        if !enters(account, &metadata) {
            own(data_dir, None, account.gid)?;
            permit(data_dir, metadata.mode() & 0o7777 | 0o010)?;
        }
        return Ok(dir);
    }
    let base = Path::new(ELSEWHERE);
    fs::create_dir_all(base).map_err(Error::io("create", base))?;
    let elsewhere = tempfile::Builder::new().prefix("postgres-").tempdir_in(base);
    let elsewhere = elsewhere.map_err(Error::io("create a directory in", base))?.keep();
    // A link to a directory that is gone may be in the way.
    let _ = fs::remove_file(&dir);
    symlink(&elsewhere, &dir).map_err(Error::io("link", &dir))?;
    tracing::info!(
        path = %elsewhere.display(),
        "the private Postgres, which cannot run as root, cannot enter the data directory and lives elsewhere"
    );
    Ok(elsewhere)
}

/// `true` where a user may pass through a directory.
fn enters(account: Account, dir: &Metadata) -> bool {
    let bit = if dir.uid() == account.uid {
        0o100
    } else if dir.gid() == account.gid {
        0o010
    } else {
        0o001
    };
    dir.mode() & bit != 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn users_are_found_by_their_whole_name() {
        let users = "root:x:0:0::/root:/bin/sh\npostgres-old:x:7:7::/:\npostgres:x:101:104::/:\n";
        assert_eq!(named(users, "postgres"), Some(Account { uid: 101, gid: 104 }));
        assert_eq!(named(users, "nobody"), None);
    }
}
