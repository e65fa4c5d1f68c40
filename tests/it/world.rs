//! The world that stories play in: real servers, or servers that speak the real protocols.

pub(crate) mod cloud;
pub(crate) mod demo;
pub(crate) mod emulate;
#[cfg(feature = "aws")]
pub(crate) mod fault_proxy;
#[cfg(feature = "aws")]
pub(crate) mod moto;
pub(crate) mod process;
pub(crate) mod scene;
pub(crate) mod servers;
#[expect(dead_code, reason = "some of it is for the tests beside the code")]
#[path = "../servers/sshd.rs"]
pub(crate) mod sshd;
pub(crate) mod story;
pub(crate) mod workers;
