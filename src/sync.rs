//! The reconciler that brings Git revisions into force.
