//! The way out over SSH: a connection to a host that is known, and the one program that is run there.
//!
//! It logs in with the one key that it is given, asks for no terminal and forwards nothing. Everything here waits for the host; whoever calls it has a deadline.

mod checker;

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use russh::client::{self, AuthResult, Config, Handle, Msg};
use russh::keys::{Algorithm, EcdsaCurve, HashAlg, PrivateKeyWithHashAlg};
use russh::{Channel, ChannelMsg, ChannelReadHalf, ChannelWriteHalf, Disconnect, Preferred, SshId};
use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

use self::checker::{Checker, Failure};
use super::passage::{CONNECT_TIMEOUT, GateError};
use crate::ssh::{Access, Address, KnownHosts};

/// Kinds of host keys, the best first. RSA signs by SHA-2 alone.
const KINDS: [Algorithm; 6] = [
    Algorithm::Ed25519,
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP256 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP384 },
    Algorithm::Ecdsa { curve: EcdsaCurve::NistP521 },
    Algorithm::Rsa { hash: Some(HashAlg::Sha512) },
    Algorithm::Rsa { hash: Some(HashAlg::Sha256) },
];
/// Bytes of what a host says in words.
const WORDS: usize = 4 << 10;
/// Characters of these that are told.
const TOLD: usize = 300;
/// Time in which a host is told that we leave.
const LEAVING: Duration = Duration::from_secs(1);

/// Version of Git's protocol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Protocol {
    /// The first, which libgit2 speaks.
    Zero,
    /// The second, if the host knows of it.
    Two,
}

/// `git-upload-pack` on a host, as it runs.
pub(super) struct UploadPack {
    session: Handle<Checker>,
    pub(super) output: Output,
    pub(super) input: Input,
}

/// Output of the program on the host.
pub(super) struct Output {
    half: ChannelReadHalf,
    words: Vec<u8>,
    status: Option<u32>,
    is_refused: bool,
}

/// Input of the program on the host.
pub(super) struct Input(ChannelWriteHalf<Msg>);

impl UploadPack {
    /// Runs it on the host of an address, for the repository there.
    pub(super) async fn run(
        address: &Address,
        access: Option<&Access>,
        protocol: Protocol,
    ) -> Result<Self, GateError> {
        let access = access.ok_or(GateError::NoAccess)?;
        let stream = connect(address).await?;
        let checker =
            Checker { address: address.clone(), known_hosts: Arc::clone(&access.known_hosts) };
        let config = Arc::new(config(address, &access.known_hosts));
        let mut session = client::connect_stream(config, stream, checker).await?;
        log_in(&mut session, address, access).await?;
        let channel = start(&session, address, protocol).await;
        let (half, input) = channel.map_err(Failure::from)?.split();
        let output = Output { half, words: Vec::new(), status: None, is_refused: false };
        Ok(Self { session, output, input: Input(input) })
    }

    /// Tells the program that nothing more is asked, and the host that we leave.
    pub(super) async fn leave(self) {
        let Self { session, input, .. } = self;
        let leaving = async {
            // What it is told before it is left is not worth waiting for.
            drop(input.send(b"0000").await);
            drop(session.disconnect(Disconnect::ByApplication, "", "").await);
            drop(session.await);
        };
        drop(timeout(LEAVING, leaving).await);
    }
}

impl Output {
    /// Next bytes; none when the program has ended.
    pub(super) async fn next(&mut self) -> Option<Vec<u8>> {
        loop {
            match self.half.wait().await? {
                ChannelMsg::Data { data } => return Some(data.to_vec()),
                ChannelMsg::ExtendedData { data, .. } => {
                    let room = WORDS.saturating_sub(self.words.len());
                    self.words.extend(data.iter().take(room));
                }
                ChannelMsg::ExitStatus { exit_status } => self.status = Some(exit_status),
                ChannelMsg::ExitSignal { .. } => self.status = Some(u32::MAX),
                ChannelMsg::Failure => {
                    self.is_refused = true;
                    return None;
                }
                ChannelMsg::Close => return None,
                _ => {}
            }
        }
    }

    /// What came of the program, once it has ended.
    pub(super) fn outcome(&self) -> Result<(), GateError> {
        match self.status {
            Some(0) => Ok(()),
            None if !self.is_refused => {
                Err(GateError::Other("the host ended the connection".to_owned()))
            }
            _ => Err(GateError::NotServed(words(&self.words))),
        }
    }
}

impl Input {
    /// Sends bytes, as fast as the host takes them.
    pub(super) async fn send(&self, bytes: &[u8]) -> Result<(), GateError> {
        let sent = self.0.data_bytes(bytes.to_vec()).await;
        sent.map_err(|error| Failure::from(error).into())
    }

    /// Says that there are no more.
    pub(super) async fn end(&self) {
        // Where that cannot be said the program has ended.
        drop(self.0.eof().await);
    }
}

/// A connection to the first address of the host that takes one.
async fn connect(address: &Address) -> Result<TcpStream, GateError> {
    let failed = |error: std::io::Error| GateError::Other(format!("cannot connect: {error}"));
    let places = lookup_host((address.host(), address.port())).await.map_err(failed)?;
    let mut last = std::io::Error::other("the host has no address");
    for place in places {
        match timeout(CONNECT_TIMEOUT, TcpStream::connect(place)).await {
            Ok(Ok(stream)) => {
                // Without it small requests wait for what is under way.
                stream.set_nodelay(true).map_err(failed)?;
                return Ok(stream);
            }
            Ok(Err(error)) => last = error,
            Err(_) => last = std::io::ErrorKind::TimedOut.into(),
        }
    }
    Err(failed(last))
}

/// What is offered to the host: what is safe today, and first the kinds of keys by which it is known.
fn config(address: &Address, known_hosts: &KnownHosts) -> Config {
    let (mut kinds, others): (Vec<_>, Vec<_>) =
        KINDS.into_iter().partition(|kind| known_hosts.has_kind(address, kind));
    kinds.extend(others);
    Config {
        client_id: SshId::Standard(Cow::Borrowed("SSH-2.0-cloudcorrect")),
        preferred: Preferred { key: Cow::Owned(kinds), ..Preferred::DEFAULT },
        ..Config::default()
    }
}

async fn log_in(
    session: &mut Handle<Checker>,
    address: &Address,
    access: &Access,
) -> Result<(), GateError> {
    for hash in hashes(session, access).await? {
        let key = PrivateKeyWithHashAlg::new(Arc::clone(access.key.private()), hash);
        let answer = session.authenticate_publickey(address.user(), key).await;
        if matches!(answer.map_err(Failure::from)?, AuthResult::Success) {
            return Ok(());
        }
    }
    let (user, key) = (address.user().to_owned(), access.key.fingerprint());
    Err(GateError::KeyRefused { user, key })
}

/// Digests by which our key may sign, the best first; RSA alone knows several. OpenSSH 9.2 says that it takes what it
/// is set not to take, and others say nothing.
async fn hashes(
    session: &Handle<Checker>,
    access: &Access,
) -> Result<Vec<Option<HashAlg>>, GateError> {
    if !matches!(access.key.private().algorithm(), Algorithm::Rsa { .. }) {
        return Ok(vec![None]);
    }
    let best = session.best_supported_rsa_hash().await.map_err(Failure::from)?;
    Ok(match best.flatten() {
        Some(HashAlg::Sha256) => vec![Some(HashAlg::Sha256)],
        _ => vec![Some(HashAlg::Sha512), Some(HashAlg::Sha256)],
    })
}

async fn start(
    session: &Handle<Checker>,
    address: &Address,
    protocol: Protocol,
) -> Result<Channel<Msg>, russh::Error> {
    let channel = session.channel_open_session().await?;
    if protocol == Protocol::Two {
        // Many hosts take no variables; then the answer shows it.
        channel.set_env(false, "GIT_PROTOCOL", "version=2").await?;
    }
    channel.exec(true, command(address.path())).await?;
    Ok(channel)
}

/// Command line for the shell of the host, quoted as Git does.
fn command(path: &str) -> String {
    let quoted = path.replace('\'', r"'\''").replace('!', r"'\!'");
    format!("git-upload-pack '{quoted}'")
}

/// Words of a host in one line, as far as they can be read; without the frames around them.
fn words(said: &[u8]) -> String {
    let said = String::from_utf8_lossy(said);
    let lines = said.lines().map(|line| line.trim_start_matches("remote:").trim());
    let lines = lines.filter(|line| line.chars().any(char::is_alphanumeric));
    let words = lines.collect::<Vec<_>>().join(" ");
    let is_plain = |c: char| c.is_alphanumeric() || c.is_ascii_graphic();
    let words = words.chars().filter(|c| *c != '`').map(|c| if is_plain(c) { c } else { ' ' });
    words.take(TOLD).collect::<String>().trim_end().to_owned()
}

#[cfg(test)]
mod tests;
