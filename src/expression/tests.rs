//! The tables of DESIGN section 4, as golden tests over a small schema of their own.

mod evaluation;
mod fixture;
