//! Operator settings: a TOML file and `CLOUDCORRECT_*` variables.
//!
//! All problems are found at once, each named by its setting. A variable wins over the file.
//! What the settings are used for is left to `app`.

mod aws;
mod declaration;
mod fields;
mod files;
mod postgres_url;
mod problems;
mod read;
mod secrets;
mod settings;
mod showing;
mod signers;
mod sources;
mod ssh;
#[cfg(test)]
mod tests;

pub use aws::AWS_SERVICES;
pub use declaration::help;
pub use problems::InvalidSettings;
pub use settings::{
    AccountSettings, Approval, AwsServiceSettings, AwsSettings, DatabaseSettings,
    EvaluationSettings, GitHubCredentials, GitHubSettings, GitSettings, InventorySettings, Listen,
    Login, MAX_REMOVED_PERCENT, OrganizationSettings, PullRequestSettings, Remote, Settings,
    Signatures, SourceSettings,
};
pub use sources::is_source_name;

/// The variables of the process that may be settings.
pub fn variables() -> Vec<(String, String)> {
    #[expect(clippy::disallowed_methods, reason = "this is where variables come from")]
    let all = std::env::vars_os();
    let text = |(name, value): (std::ffi::OsString, std::ffi::OsString)| {
        Some((name.into_string().ok()?, value.into_string().ok()?))
    };
    all.filter_map(text)
        .filter(|(name, _)| name.starts_with("CLOUDCORRECT_") || name == "DATABASE_URL")
        .collect()
}
