//! The settings as values, each with its default in place.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

/// All settings of `serve`.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where mirrors and the private Postgres live.
    pub data_dir: PathBuf,
    /// The database; without one the service runs a private Postgres.
    pub database_url: Option<SecretString>,
    /// The two listeners.
    pub listen: Listen,
    /// GitHub; without it the service only syncs and evaluates.
    pub github: Option<GitHubSettings>,
    /// What Git remotes may be and how long they may take.
    pub git: GitSettings,
    /// How evaluations run.
    pub evaluation: EvaluationSettings,
    /// The watched repositories.
    pub sources: Vec<SourceSettings>,
    /// How to reach each account, by account id.
    pub accounts: BTreeMap<String, AccountSettings>,
}

/// Where the database is: all that `migrate` needs.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Where a private Postgres lives.
    pub data_dir: PathBuf,
    /// The database; without one a private Postgres is run.
    pub url: Option<SecretString>,
}

/// Where the service listens.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Webhooks.
    pub webhooks: SocketAddr,
    /// The page; loopback only.
    pub page: SocketAddr,
    /// The address under which people reach the page, for links in posts.
    pub page_url: Option<Url>,
}

/// The GitHub App.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// The API's base: `https://api.github.com`, or `https://HOST/api/v3`.
    pub api_url: Url,
    /// The App's id.
    pub app_id: u64,
    /// The App's private key, PEM.
    pub private_key: SecretString,
    /// The secret that signs webhooks.
    pub webhook_secret: SecretString,
}

/// Limits of Git remotes.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// Whether `file://` remotes are allowed.
    pub allow_file: bool,
    /// Whether `http://` remotes are allowed beyond loopback.
    pub allow_http: bool,
    /// How long a fetch may take.
    pub timeout: Duration,
    /// How much one fetch may receive, bytes.
    pub max_fetch_bytes: u64,
}

/// How evaluations run.
#[derive(Debug, Clone)]
pub struct EvaluationSettings {
    /// Groups evaluated at once.
    pub workers: usize,
    /// How long a claim holds without being completed.
    pub lease: Duration,
    /// The longest interval between two evaluations of a group, whatever its schedule says.
    pub longest_interval: Option<Duration>,
}

/// A watched repository, branch and path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSettings {
    /// The name, unique.
    pub name: String,
    /// Where it is.
    pub remote: Remote,
    /// The branch whose head is in force.
    pub branch: String,
    /// The directory with the policies, from the repository's root.
    pub path: String,
    /// How often the remote is asked without a webhook.
    pub poll: Duration,
}

/// Where a repository is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// `owner/name` on the configured GitHub.
    GitHub(String),
    /// Any URL; nothing is posted.
    Url(Url),
}

/// How to reach an account.
#[derive(Debug, Clone, Default)]
pub struct AccountSettings {
    /// The role to assume, in that same account.
    pub role_arn: Option<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<SecretString>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// A recorded inventory in the place of the live account.
    pub recorded: Option<PathBuf>,
}

impl Settings {
    /// The settings of the database alone.
    pub fn database(&self) -> DatabaseSettings {
        DatabaseSettings { data_dir: self.data_dir.clone(), url: self.database_url.clone() }
    }
}
