//! Which calls an evaluation needs.
