//! Bounds of what is read, so that no file costs much, whatever it holds.

/// Levels of the deepest nesting.
pub(super) const MAX_DEPTH: usize = 64;
/// Nodes of a file: values and keys.
pub(super) const MAX_NODES: usize = 100_000;
/// Commas and question marks of a YAML file. They part what is in brackets, and the parser keeps all
/// of that before it tells any of it.
pub(super) const MAX_COMMAS: usize = 50_000;
/// Problems of a file that are told: one with more is hardly a policy, and telling all of them would
/// cost more than reading it.
pub(super) const MAX_PROBLEMS: usize = 500;
