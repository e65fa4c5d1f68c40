//! `postmaster.pid`: which process serves a data directory, on which socket, and how far it is.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rustix::io::Errno;
use rustix::process::{Pid, test_kill_process};

use super::Error;

/// How far a server is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Status {
    /// The server takes connections.
    Ready,
    /// The server starts, stops or recovers.
    Other,
}

/// Content of the file, as far as we need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PidFile {
    pub(super) pid: Pid,
    /// Empty in the first moments of a start.
    pub(super) socket_dir: Option<PathBuf>,
    pub(super) status: Status,
}

impl PidFile {
    /// Line 1 is the process, 5 the socket's directory, 8 the status; the later lines come as the
    /// server gets there.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.lines().map(str::trim);
        // A negative number is a server without a postmaster, which serves nobody.
        let pid = lines.next()?.parse().ok().filter(|pid| *pid > 0).and_then(Pid::from_raw)?;
        let socket_dir = lines.nth(3).filter(|line| !line.is_empty()).map(PathBuf::from);
        let status = match lines.nth(2) {
            Some("ready") => Status::Ready,
            _ => Status::Other,
        };
        Some(Self { pid, socket_dir, status })
    }
}

/// The server that runs in a data directory. The file of one that is gone, whose process number
/// belongs to something else by now, is removed: Postgres would refuse to start.
pub(super) fn running(data: &Path) -> Result<Option<PidFile>, Error> {
    match read(data)? {
        Some((_, Process::Other)) => {
            let path = path(data);
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
            Ok(None)
        }
        found => Ok(found.map(|(file, _)| file)),
    }
}

/// The same for those to whom the directory does not belong: nothing is removed.
pub(super) fn seen(data: &Path) -> Result<Option<PidFile>, Error> {
    let data = match data.canonicalize() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        found => found.map_err(Error::io("find", data))?,
    };
    let found = read(&data)?.filter(|(_, process)| *process == Process::Server);
    Ok(found.map(|(file, _)| file))
}

/// Process that has the number in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Process {
    Server,
    Other,
}

fn path(data: &Path) -> PathBuf {
    data.join("postmaster.pid")
}

/// Content of the file, if its process, or another of that number, is alive.
fn read(data: &Path) -> Result<Option<(PidFile, Process)>, Error> {
    let path = path(data);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Error::io("read", &path)(error)),
    };
    let Some(file) = PidFile::parse(&text) else { return Ok(None) };
    if matches!(test_kill_process(file.pid), Err(Errno::SRCH)) {
        return Ok(None);
    }
    // A server works in its data directory. Where that cannot be told, its word is taken.
    let process = match fs::read_link(format!("/proc/{}/cwd", file.pid.as_raw_pid())) {
        Ok(cwd) if cwd != data => Process::Other,
        _ => Process::Server,
    };
    Ok(Some((file, process)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_as_far_as_it_was_written() {
        let whole = "4711\n/data\n1763692800\n5432\n/run/x\n\n  131122   32768\nready   \n";
        let file = PidFile::parse(whole).unwrap();
        assert_eq!(file.pid.as_raw_pid(), 4711);
        assert_eq!(file.socket_dir.as_deref(), Some(Path::new("/run/x")));
        assert_eq!(file.status, Status::Ready);
        let starting = PidFile::parse("4711\n/data\n1763692800\n5432\n").unwrap();
        assert_eq!((starting.socket_dir, starting.status), (None, Status::Other));
        assert_eq!(
            PidFile::parse(&whole.replace("ready", "stopping")).unwrap().status,
            Status::Other
        );
        assert_eq!(PidFile::parse(""), None);
        assert_eq!(PidFile::parse("-4711\n"), None, "a standalone backend");
    }
}
