//! The reconciler that posts what the outbox holds.
