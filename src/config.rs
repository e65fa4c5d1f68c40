//! Operator settings: a TOML file and `CLOUDCORRECT_*` variables.
//!
//! All problems are found at once, each named by its setting. A variable wins over the file.
//! What the settings are used for is left to `app`.

mod fields;
mod settings;

pub use fields::{InvalidSettings, Problem};
pub use settings::{
    AccountSettings, EvaluationSettings, GitHubSettings, GitSettings, Listen, Remote, Settings,
    SourceSettings, help,
};
