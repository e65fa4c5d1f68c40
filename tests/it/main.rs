//! Stories, by behaviour, through a small world of real servers.

#![expect(clippy::panic, clippy::indexing_slicing, reason = "a story that cannot go on ends there")]

mod collecting;
mod deliveries;
mod deploy;
mod emulate;
mod enforcing;
mod foreign;
mod gallery;
mod holding;
mod hostile;
mod issues;
mod judging;
mod manual;
mod operating;
mod page;
mod planning;
mod process;
mod reporter;
mod signing;
mod statuses;
mod stories;
mod sweeping;
mod waivers;
mod world;

#[cfg(feature = "aws")]
mod access;
#[cfg(feature = "aws")]
mod aws;
#[cfg(feature = "aws")]
mod chaos;
#[cfg(feature = "aws")]
mod live;
