//! The reconciler that runs due groups.
