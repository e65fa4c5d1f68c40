//! A host as it is met: known by its key, and granted nothing that it asks for.

use std::sync::Arc;

use russh::client::{ChannelOpenHandle, Handler, Msg, Session};
use russh::keys::PublicKeyOrCertificate;
use russh::{AlgorithmKind, Channel};

use super::super::passage::GateError;
use crate::ssh::{Address, KnownHosts, UntrustedHost};

/// Checker of one host, which says nothing to any other.
pub(super) struct Checker {
    pub(super) address: Address,
    pub(super) known_hosts: Arc<KnownHosts>,
}

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Failure {
    Untrusted(UntrustedHost),
    Protocol(russh::Error),
}

impl From<russh::Error> for Failure {
    fn from(error: russh::Error) -> Self {
        Self::Protocol(error)
    }
}

impl From<Failure> for GateError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Untrusted(host) => Self::Untrusted(host),
            Failure::Protocol(error) => Self::Other(message_of(&error)),
        }
    }
}

/// Left to itself the library takes up each channel that a host opens. An answer that is dropped is a refusal.
impl Handler for Checker {
    type Error = Failure;

    async fn check_server_key(&mut self, shown: &PublicKeyOrCertificate) -> Result<bool, Failure> {
        // Certificates are not asked for.
        let PublicKeyOrCertificate::PublicKey { key, .. } = shown else { return Ok(false) };
        let checked = self.known_hosts.check(&self.address, key.key_data());
        checked.map(|()| true).map_err(Failure::Untrusted)
    }

    async fn server_channel_open_session(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }

    async fn server_channel_open_agent_forward(
        &mut self,
        _: Channel<Msg>,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }

    async fn server_channel_open_x11(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }

    async fn server_channel_open_forwarded_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }

    async fn server_channel_open_direct_tcpip(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: u32,
        _: &str,
        _: u32,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }

    async fn server_channel_open_forwarded_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }

    async fn server_channel_open_direct_streamlocal(
        &mut self,
        _: Channel<Msg>,
        _: &str,
        _: ChannelOpenHandle,
        _: &mut Session,
    ) -> Result<(), Failure> {
        Ok(())
    }
}

/// What is wrong with a connection, in words for whoever operates the service.
fn message_of(error: &russh::Error) -> String {
    match error {
        russh::Error::NoCommonAlgo { kind, .. } => {
            let what = match kind {
                AlgorithmKind::Kex => "way to exchange keys",
                AlgorithmKind::Key => "kind of host key",
                AlgorithmKind::Cipher => "cipher",
                AlgorithmKind::Compression => "compression",
                AlgorithmKind::Mac => "digest of messages",
            };
            format!("the host has no {what} that is safe today, and needs a newer server of SSH")
        }
        russh::Error::Version => "what answers does not speak SSH".to_owned(),
        russh::Error::Disconnect
        | russh::Error::HUP
        | russh::Error::SendError
        | russh::Error::RecvError => "the host ended the connection".to_owned(),
        other => other.to_string(),
    }
}
