//! Recorded inventories: files in the place of a live account.
