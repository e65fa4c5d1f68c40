//! When a group is due.
