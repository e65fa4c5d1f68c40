//! Stories, by behaviour, through a small world of real servers.

mod world;

#[cfg(feature = "aws")]
mod aws;
