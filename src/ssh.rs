//! Ways in by SSH: where a repository is, by which keys its host is known, and with which the service says who it
//! is.
//!
//! All of this computes from text: files are `config`'s to read, and connections are made by `git`. Nothing is
//! trusted on first use.

mod address;
mod key;
mod known_hosts;

use std::sync::Arc;

pub use address::{Address, InvalidAddress};
pub use key::{InvalidKey, Key};
pub use known_hosts::{Flaw, KnownHosts, UntrustedHost, known_hosts};

/// Access to a host: who we say that we are, and by what we know it. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Access {
    /// Key of ours, whose public half the host has.
    pub key: Key,
    /// Keys by which hosts are known.
    pub known_hosts: Arc<KnownHosts>,
}
