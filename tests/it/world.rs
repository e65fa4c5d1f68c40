//! The world that stories play in: real servers, or servers that speak the real protocols.

pub(crate) mod fault_proxy;
pub(crate) mod moto;
pub(crate) mod servers;
