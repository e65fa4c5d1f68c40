//! OpenSSH's server on loopback: one process for each connection, as `inetd` runs it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use tempfile::TempDir;

/// Server with host keys of its own that lets in whoever has the key `id`.
pub(crate) struct Sshd {
    directory: Arc<TempDir>,
    port: u16,
    connections: Arc<AtomicUsize>,
}

/// Kinds of the host keys, by the names that `ssh-keygen` has for them.
const HOST_KEYS: [&str; 2] = ["ed25519", "ecdsa"];

impl Sshd {
    pub(crate) fn start() -> Self {
        Self::with("AcceptEnv GIT_PROTOCOL")
    }

    /// One with more lines of configuration.
    pub(crate) fn with(more: &str) -> Self {
        let directory = Arc::new(tempfile::tempdir().expect("a directory"));
        let at = directory.path();
        let mut lines: Vec<_> = HOST_KEYS
            .iter()
            .map(|kind| {
                let name = format!("host_{kind}");
                keygen(at, &name, &["-t", kind]);
                format!("HostKey {}", at.join(name).display())
            })
            .collect();
        keygen(at, "id", &["-t", "ed25519"]);
        fs::copy(at.join("id.pub"), at.join("authorized_keys")).expect("a key");
        lines.push(format!("AuthorizedKeysFile {}", at.join("authorized_keys").display()));
        #[expect(clippy::disallowed_methods, reason = "where Git is, for whoever logs in")]
        let path = std::env::var("PATH").expect("a path");
        lines.push(format!("SetEnv \"PATH={path}\""));
        let rest = "StrictModes no\nUsePAM no\nPasswordAuthentication no\n\
            KbdInteractiveAuthentication no\nPermitRootLogin yes\nPidFile none";
        let config = format!("{}\n{rest}\n{more}\n", lines.join("\n"));
        fs::write(at.join("sshd_config"), config).expect("a file");
        if user() == "root" {
            fs::create_dir_all("/run/sshd").expect("the directory that sshd runs in");
        }
        let connections = Arc::new(AtomicUsize::new(0));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (at, count) = (at.to_owned(), Arc::clone(&connections));
        thread::spawn(move || {
            for stream in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                let (at, stream) = (at.clone(), stream.expect("a connection"));
                thread::spawn(move || serve(&at, stream));
            }
        });
        Self { directory, port, connections }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// How often somebody connected.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// Address of a path on this machine.
    pub(crate) fn address(&self, path: &Path) -> String {
        format!("ssh://{}@127.0.0.1:{}{}", user(), self.port, path.display())
    }

    /// Name of the host in a file of known hosts.
    pub(crate) fn name(&self) -> String {
        format!("[127.0.0.1]:{}", self.port)
    }

    /// Public key of a kind, without the comment.
    pub(crate) fn host_key(&self, kind: &str) -> String {
        public(&self.directory().join(format!("host_{kind}.pub")))
    }

    /// Line that names the host with its key of a kind.
    pub(crate) fn known_by(&self, kind: &str) -> String {
        format!("{} {}\n", self.name(), self.host_key(kind))
    }

    /// Makes a key that is let in as well.
    pub(crate) fn let_in(&self, name: &str, arguments: &[&str]) -> PathBuf {
        let key = keygen(self.directory(), name, arguments);
        let known = self.directory().join("authorized_keys");
        let keys = fs::read_to_string(&known).expect("keys") + &public(&key.with_extension("pub"));
        fs::write(known, keys + "\n").expect("a file");
        key
    }
}

/// Makes a key without a passphrase, unless the arguments name one.
pub(crate) fn keygen(directory: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = directory.join(name);
    let passphrase: &[&str] = if arguments.contains(&"-N") { &[] } else { &["-N", ""] };
    let mut ssh_keygen = Command::new("ssh-keygen");
    ssh_keygen.args(["-q", "-C", "test", "-f"]).arg(&path).args(passphrase).args(arguments);
    let made = ssh_keygen.output().expect("ssh-keygen runs");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    path
}

/// Public key of a file, without its comment.
fn public(path: &Path) -> String {
    let text = fs::read_to_string(path).expect("a public key");
    text.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

/// User who runs the tests, and is let in.
pub(crate) fn user() -> String {
    let said = Command::new("id").arg("-un").output().expect("id runs").stdout;
    String::from_utf8(said).expect("UTF-8").trim().to_owned()
}

fn serve(directory: &Path, stream: TcpStream) {
    let output = Stdio::from(OwnedFd::from(stream.try_clone().expect("a socket")));
    let input = Stdio::from(OwnedFd::from(stream));
    // It wants to be called by its whole path.
    let mut sshd = Command::new("/usr/sbin/sshd");
    sshd.args(["-i", "-E"]).arg(directory.join("log")).arg("-f").arg(directory.join("sshd_config"));
    sshd.stdin(input).stdout(output).stderr(Stdio::null());
    let mut running = sshd.spawn().expect("sshd, of the package openssh-server");
    // The connection ends with it, once nobody here has it either.
    drop(sshd);
    drop(running.wait());
}
