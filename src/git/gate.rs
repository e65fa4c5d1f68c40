//! The one way out to a remote: libgit2 asks a server of ours on loopback, which asks the remote.
//!
//! libgit2 reads from its sockets without a time limit. Its only setting for one is global, and
//! changing it is `unsafe` in the bindings, which this crate forbids; its progress callbacks are
//! silent while a server is. Told to use a proxy, it uses a freed connection when TLS breaks off
//! (1.9.7). So it is kept off the network: it speaks plain HTTP to this gate, which passes on the
//! two requests of a fetch, to the remote's own address and nowhere else, counts what comes back,
//! and drops all connections when the time is up. A read that hangs then ends. Where the way out is
//! SSH, it speaks Git's own protocol in the same way.
//!
//! The gate adds the credentials, which libgit2 never sees. Another user of this machine may find
//! its port, but not the path under which alone it answers.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Runtime};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::passage::{GateError, Passed};
use super::remote::Place;
use super::{Remote, bridge, http};

/// A gate to one remote. Shut when dropped.
pub(super) struct Gate {
    url: String,
    stop: CancellationToken,
    passed: Arc<Passed>,
    server: Option<JoinHandle<()>>,
}

impl Gate {
    /// Opens a gate to `remote`, which shuts by itself at the deadline; none where that is on this
    /// machine. The error is this machine's, in words.
    pub(super) fn open(
        remote: &Remote,
        max_bytes: u64,
        deadline: Instant,
    ) -> Result<Option<Self>, String> {
        let passed = Arc::new(Passed::new(max_bytes));
        let secret = format!("/{}", Uuid::new_v4().simple());
        let path = secret.clone();
        let (counted, stop) = (Arc::clone(&passed), CancellationToken::new());
        let until = Until { stop: stop.clone(), deadline };
        let (scheme, served) = match remote.place() {
            Place::File(_) => return Ok(None),
            Place::Http(url) => {
                let server = http::Server::new(url, remote)?;
                ("http", serve(until, |it| http::accept(it, server, path, counted)))
            }
            Place::Ssh(address) => {
                let (address, access) = (address.clone(), remote.access().cloned());
                let bridge = bridge::Bridge { address, access, secret: path, passed: counted };
                ("git", serve(until, |it| bridge::accept(it, bridge)))
            }
        };
        let (port, thread) = served.map_err(|error| format!("no server on loopback: {error}"))?;
        let url = format!("{scheme}://{}:{port}{secret}", Ipv4Addr::LOCALHOST);
        Ok(Some(Self { url, stop, passed, server: Some(thread) }))
    }

    /// Address that libgit2 fetches from.
    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// First thing that was wrong with the remote, if anything was.
    pub(super) fn error(&self) -> Option<GateError> {
        self.passed.error()
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.stop.cancel();
        // It only ends by itself after a panic, of which the log knows.
        drop(self.server.take().map(JoinHandle::join));
    }
}

/// When a gate is shut.
struct Until {
    stop: CancellationToken,
    deadline: Instant,
}

/// Serves on a thread of its own until told to stop, or until the deadline: ending its runtime ends
/// every connection.
fn serve<F: Future<Output = ()>>(
    until: Until,
    accept: impl FnOnce(tokio::net::TcpListener) -> F + Send + 'static,
) -> std::io::Result<(u16, JoinHandle<()>)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    listener.set_nonblocking(true)?;
    let port = listener.local_addr()?.port();
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let server = thread::Builder::new().name("git-gate".to_owned()).spawn(move || {
        runtime.block_on(async {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            tokio::select! {
                () = accept(listener) => {}
                () = until.stop.cancelled() => {}
                () = sleep_until(until.deadline) => {}
            }
        });
        // Looking up a name may hang in the system, which must not hold us.
        Runtime::shutdown_background(runtime);
    })?;
    Ok((port, server))
}
