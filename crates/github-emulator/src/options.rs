//! How an emulator is set up.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use crate::clock::Clock;

/// How an emulator is set up; the default suits a test.
#[derive(Debug, Clone)]
pub struct EmulatorOptions {
    /// The port on loopback; 0 for one that is free.
    pub port: u16,
    /// Directory of the repositories; a temporary directory where none is given. What is not
    /// Git is kept in memory alone, so the directory should be empty.
    pub directory: Option<PathBuf>,
    /// The time of tokens and of everything that is stored.
    pub clock: Clock,
    /// The App's number, by which it signs.
    pub app_id: u64,
    /// The App's name in addresses; it acts as the user `SLUG[bot]`.
    pub app_slug: String,
    /// Permissions of the App, by GitHub's names: `checks` is `write` and so on.
    pub permissions: BTreeMap<String, String>,
    /// Secret that webhooks are signed with.
    pub webhook_secret: SecretString,
    /// Whom a call without credentials is taken for; refused where none is given.
    pub anonymous_user: Option<String>,
    /// How long the token of an installation is good for.
    pub token_lifetime: Duration,
    /// How long a webhook's receiver may take.
    pub webhook_timeout: Duration,
    /// How long one fetch or push may take.
    pub git_timeout: Duration,
}

impl Default for EmulatorOptions {
    fn default() -> Self {
        Self {
            port: 0,
            directory: None,
            clock: Clock::System,
            app_id: 12_345,
            app_slug: "example".to_owned(),
            permissions: permissions(),
            webhook_secret: uuid::Uuid::new_v4().to_string().into(),
            anonymous_user: None,
            token_lifetime: Duration::from_hours(1),
            webhook_timeout: Duration::from_secs(10),
            git_timeout: Duration::from_mins(1),
        }
    }
}

/// Permissions that the App has unless others are given.
fn permissions() -> BTreeMap<String, String> {
    let all = [
        ("checks", "write"),
        ("contents", "read"),
        ("issues", "write"),
        ("merge_queues", "read"),
        ("metadata", "read"),
        ("pull_requests", "write"),
        ("statuses", "write"),
    ];
    all.map(|(name, level)| (name.to_owned(), level.to_owned())).into()
}
