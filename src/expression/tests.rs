//! The tables of the language, as golden tests over a small schema of their own.

mod baseline;
mod checking;
mod collections;
mod comparing;
mod conformance;
mod decided;
mod documented;
mod environments;
mod evaluation;
mod explaining;
mod fixed;
mod fixture;
mod forms;
mod functions;
mod guards;
mod hints;
mod hostile;
mod mutants;
mod networks;
mod parsing;
mod policies;
mod reference;
mod registry;
mod shared;
mod syntax;
mod texts;
