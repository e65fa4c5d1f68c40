//! What a change of policy means.
