//! The private Postgres server, for a service that was given no database.
//!
//! It lives in the service's data directory and listens on a Unix socket that nobody else can
//! reach. A service that was killed finds its server running and takes it over. Postgres refuses
//! to run as root, so that a service of root runs it as another user. What is in the database is
//! left to [`crate::db`], which is above.

mod binaries;
mod error;
mod pidfile;
mod place;

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use tokio::process::{Child, Command};
use url::Url;

use self::binaries::Binaries;
pub use self::error::Error;
use self::pidfile::{PidFile, Status};
use self::place::Place;

/// The name of the one role, a superuser.
const ROLE: &str = "cloudcorrect";

/// How long a start may take: after a crash the server first replays its log.
const START: Duration = Duration::from_mins(2);

/// How long an orderly stop may take.
const STOP: Duration = Duration::from_secs(30);

/// How often the server's state is looked at while it starts or stops.
const GLANCE: Duration = Duration::from_millis(20);

/// Small, since the database is: a few megabytes, a few connections, one machine.
const SETTINGS: [&str; 16] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "max_connections=40",
    "shared_buffers=32MB",
    "effective_cache_size=256MB",
    "work_mem=4MB",
    "maintenance_work_mem=32MB",
    "max_wal_size=256MB",
    "wal_level=minimal",
    "max_wal_senders=0",
    "max_parallel_workers_per_gather=0",
    "autovacuum_max_workers=1",
    "jit=off",
    "timezone=UTC",
    "log_timezone=UTC",
    "log_line_prefix=%m [%p] ",
];

/// A running server. Dropping it leaves the server running, to be taken over by the next service.
#[derive(Debug)]
pub struct Server {
    place: Place,
    pid: Pid,
    socket_dir: PathBuf,
    /// `None` for a server that was taken over.
    child: Option<Child>,
}

impl Server {
    /// Starts the server of a data directory, or takes over the one that runs. The first start
    /// sets it up, and fetches its binaries if the machine has none.
    pub async fn start(data_dir: &Path) -> Result<Self, Error> {
        let place = Place::prepare(data_dir)?;
        if let Some(running) = pidfile::running(&place.data())? {
            tracing::info!(pid = running.pid.as_raw_pid(), "taking over the private Postgres");
            let mut server = Self::new(place, running, None)?;
            if server.until_ready().await? {
                return Ok(server);
            }
            return Self::launch(server.place).await;
        }
        Self::launch(place).await
    }

    /// Connection URL, by the socket in the data directory.
    pub fn url(&self) -> Result<SecretString, Error> {
        url(&self.socket_dir)
    }

    /// Waits until the server is gone, which it should not be before [`Server::stop`].
    pub async fn gone(&mut self) -> Result<(), Error> {
        match &mut self.child {
            Some(child) => {
                child.wait().await.map_err(Error::io("wait for", &self.place.data()))?;
            }
            None => {
                while pidfile::running(&self.place.data())?.is_some_and(|now| now.pid == self.pid) {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
            }
        }
        Ok(())
    }

    /// Starts the server again after it has gone, where it was. May fail for a while: what the old
    /// server leaves behind takes a moment to end.
    pub async fn again(&mut self) -> Result<(), Error> {
        let binaries = Binaries::choose(&self.place).await?;
        let (pid, child) = spawn(&self.place, &binaries, &self.socket_dir)?;
        (self.pid, self.child) = (pid, Some(child));
        self.ready().await
    }

    /// Stops the server: connections are closed, what was committed is kept.
    pub async fn stop(mut self) -> Result<(), Error> {
        self.signal(Signal::INT);
        if tokio::time::timeout(STOP, self.until_gone()).await.is_err() {
            tracing::warn!("the private Postgres does not stop; it is told to stop at once");
            self.signal(Signal::QUIT);
            tokio::time::timeout(STOP, self.until_gone())
                .await
                .map_err(|_| Error::Stop(self.pid.as_raw_pid()))??;
        }
        self.place.remove_socket_dir(&self.socket_dir);
        Ok(())
    }

    async fn launch(place: Place) -> Result<Self, Error> {
        let binaries = Binaries::choose(&place).await?;
        if !place.is_initialized() {
            initialize(&place, &binaries).await?;
        }
        let socket_dir = place.socket_dir()?;
        let (pid, child) = spawn(&place, &binaries, &socket_dir)?;
        let mut server = Self { place, pid, socket_dir, child: Some(child) };
        server.ready().await?;
        Ok(server)
    }

    async fn ready(&mut self) -> Result<(), Error> {
        if self.until_ready().await? { Ok(()) } else { Err(Error::Exited(self.place.last_words())) }
    }

    fn new(place: Place, running: PidFile, child: Option<Child>) -> Result<Self, Error> {
        let socket_dir = running.socket_dir.ok_or_else(|| Error::Exited(place.last_words()))?;
        Ok(Self { place, pid: running.pid, socket_dir, child })
    }

    /// Waits until the server takes connections; false if it went away instead.
    async fn until_ready(&mut self) -> Result<bool, Error> {
        tokio::time::timeout(START, async {
            loop {
                if let Some(child) = &mut self.child
                    && child
                        .try_wait()
                        .map_err(Error::io("wait for", &self.place.data()))?
                        .is_some()
                {
                    return Ok(false);
                }
                match pidfile::running(&self.place.data())? {
                    Some(file) if file.pid == self.pid && file.status == Status::Ready => {
                        return Ok(true);
                    }
                    None if self.child.is_none() => return Ok(false),
                    _ => tokio::time::sleep(GLANCE).await,
                }
            }
        })
        .await
        .map_err(|_| Error::Slow(self.place.last_words()))?
    }

    async fn until_gone(&mut self) -> Result<(), Error> {
        if let Some(child) = &mut self.child {
            child.wait().await.map_err(Error::io("wait for", &self.place.data()))?;
        }
        while pidfile::running(&self.place.data())?.is_some_and(|now| now.pid == self.pid) {
            tokio::time::sleep(GLANCE).await;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) {
        // The process may be gone already, and its number given to another.
        let running = pidfile::running(&self.place.data());
        if matches!(running, Ok(Some(now)) if now.pid == self.pid) {
            let _ = kill_process(self.pid, signal);
        }
    }
}

/// Connection URL of the server that runs in a service's data directory, if one does. Nothing is
/// started or taken over: the service keeps its server.
pub fn running(data_dir: &Path) -> Result<Option<SecretString>, Error> {
    let running = pidfile::seen(&place::data_of(data_dir))?;
    running.and_then(|file| file.socket_dir).map(|socket_dir| url(&socket_dir)).transpose()
}

fn url(socket_dir: &Path) -> Result<SecretString, Error> {
    let host = socket_dir.to_string_lossy();
    let url =
        Url::parse_with_params("postgres:///postgres", [("host", host.as_ref()), ("user", ROLE)]);
    url.map(|url| SecretString::from(String::from(url)))
        .map_err(|_| Error::SocketPath(socket_dir.to_owned()))
}

fn spawn(place: &Place, binaries: &Binaries, socket_dir: &Path) -> Result<(Pid, Child), Error> {
    let mut command = command(place, &binaries.postgres());
    command.arg("-D").arg(place.data());
    for setting in SETTINGS {
        command.arg("-c").arg(setting);
    }
    command.arg("-c").arg(format!("unix_socket_directories={}", socket_dir.display()));
    let log = place.log()?;
    let child = command
        .stdout(log.try_clone().map_err(Error::io("write", &place.log_path()))?)
        .stderr(log)
        // A signal from the terminal is for the service, which stops its server last.
        .process_group(0)
        .spawn()
        .map_err(Error::io("run", &binaries.postgres()))?;
    let pid = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    Ok((pid.ok_or_else(|| Error::Exited(place.last_words()))?, child))
}

/// Sets up an empty database beside the place where it belongs and moves it there when it is whole.
async fn initialize(place: &Place, binaries: &Binaries) -> Result<(), Error> {
    tracing::info!(path = %place.data().display(), "setting up the private Postgres");
    let new = place.new_data()?;
    let output = command(place, &binaries.initdb())
        .arg("-D")
        .arg(&new)
        .arg(format!("--username={ROLE}"))
        .args(["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8", "--locale=C"])
        .stdin(Stdio::null())
        .output()
        .await
        .map_err(Error::io("run", &binaries.initdb()))?;
    if !output.status.success() {
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(Error::Initialize(message));
    }
    std::fs::rename(&new, place.data()).map_err(Error::io("rename", &new))?;
    File::open(place.dir()).and_then(|dir| dir.sync_all()).map_err(Error::io("sync", place.dir()))
}

/// A program of Postgres, as the user that it runs as.
fn command(place: &Place, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(place.dir()).env("LC_ALL", "C").env_remove("PGDATA").stdin(Stdio::null());
    if let Some(account) = place.account() {
        command.uid(account.uid).gid(account.gid);
    }
    command
}

#[cfg(test)]
mod tests;
