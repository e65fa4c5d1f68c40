//! What an account is asked, and what is known of it.
//!
//! One door to inventories, wherever they come from:
//!
//! | inventory | door | its instant, which is `now` in expressions over it |
//! | --- | --- | --- |
//! | live | [`Accounts::open`] | the present that the caller gives |
//! | recorded, in the place of a live one | [`Accounts::open`] | that of the recording |
//! | stored by earlier evaluations | [`stored()`] | the one that was asked for |
//! | the same of all accounts of a source, as they are known now | [`latest()`], [`StoredInventories`] | the last at which all of it was confirmed |
//! | stored by the evaluations of a time | [`history()`] | each that is asked for, one after the other |
//!
//! Which facets are asked is computed from what is to be judged; carrying that out is left to
//! [`crate::fetch`], judging to [`crate::evaluation`], and keeping to who collects. How many accounts
//! are asked at a time is bounded by their targets ([`Fetches`]).

mod accounts;
mod fetches;
mod plan;
mod recording;
mod requirements;
mod stored;
#[cfg(test)]
mod testing;
mod unreachable;

pub use self::accounts::{Accounts, Collected, OpenAccount};
pub use self::fetches::{Fetch, Fetched, Fetches, RunningFetches, targets_of};
pub use self::plan::{everything, plan};
pub use self::stored::{StoredInventories, history, latest, stored};
