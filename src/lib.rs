//! cloudcorrect: cloud accounts held to policies kept in Git.
//!
//! The modules are layers; each may use those below it and never those above or beside it
//! (`tests/architecture.rs` proves it). From the bottom:
//!
//! | layer | modules | what |
//! | --- | --- | --- |
//! | support | [`clock`], [`digest`], [`signature`], [`ssh`], [`tasks`], [`worker`], [`config`], [`telemetry`] | knows nothing of policies |
//! | words | [`diagnostic`] | a problem at its place |
//! | things | [`schedule`], [`resource`], [`document`] | when; of what; YAML and JSON |
//! | language | [`expression`] | what holds of one resource |
//! | documents | [`policy`] | what users commit |
//! | catalog | [`catalog`] | the check types that come with cloudcorrect |
//! | judging | [`fetch`], [`evaluation`] | which calls; what holds |
//! | change | [`impact`] | what a change of policy means |
//! | words for people | [`render`] | terminal, pull request, page |
//! | adapters | [`git`], [`aws`], [`recorded`], [`github`], [`postgres`] | the world |
//! | storage | [`db`] | all SQL |
//! | asking | [`collect`], [`in_force`], [`proposal`] | what an account is asked, and what is known of it; by which policies; which a commit asks for |
//! | read models | [`views`] | what there is to tell, with everything decided; no words |
//! | assessing | [`assessment`] | what is to be said of a pull request |
//! | use cases | [`sync`], [`evaluator`], [`sweeper`], [`reporter`], [`redeliverer`] | reconcilers |
//! | surface | [`web`] | webhooks in, pages out |
//! | wiring | [`app`] | the only place where all meet |
//!
//! Above the library stands the binary: the command line in `src/cli/`, whose `demo` alone runs the
//! GitHub-shaped server of `crates/github-emulator`.

pub mod app;
pub mod assessment;
#[cfg(feature = "aws")]
pub mod aws;
pub mod catalog;
pub mod clock;
pub mod collect;
pub mod config;
pub mod db;
pub mod diagnostic;
pub mod digest;
pub mod document;
pub mod evaluation;
pub mod evaluator;
pub mod expression;
pub mod fetch;
pub mod git;
pub mod github;
pub mod impact;
pub mod in_force;
pub mod lookout;
pub mod policy;
pub mod postgres;
pub mod proposal;
pub mod recorded;
pub mod redeliverer;
pub mod render;
pub mod reporter;
pub mod resource;
pub mod schedule;
pub mod signature;
pub mod ssh;
pub mod sweeper;
pub mod sync;
pub mod tasks;
pub mod telemetry;
pub mod views;
pub mod web;
pub mod worker;
