//! The settings as values, each with its default in place.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use crate::signature::Signers;
use crate::ssh::{Access, Address};

/// Settings of `serve`, each checked, with defaults filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Directory of the mirrors and the private Postgres.
    pub data_dir: PathBuf,
    /// The database; without one the service runs a private Postgres.
    pub database_url: Option<SecretString>,
    /// Addresses of the two listeners.
    pub listen: Listen,
    /// GitHub; without it the service only syncs and evaluates.
    pub github: Option<GitHubSettings>,
    /// Limits of Git remotes: which are allowed, and how long they may take.
    pub git: GitSettings,
    /// Bounds of assessing pull requests.
    pub pull_requests: PullRequestSettings,
    /// Limits of evaluations, over all groups.
    pub evaluation: EvaluationSettings,
    /// Bounds of the calls to AWS.
    pub aws: AwsSettings,
    /// Limits of what is collected beside evaluations.
    pub inventory: InventorySettings,
    /// Repositories that are watched, with unique names.
    pub sources: Vec<SourceSettings>,
    /// How to reach each account, by account id.
    pub accounts: BTreeMap<String, AccountSettings>,
    /// Organization whose accounts are reached without settings of their own.
    pub organization: Option<OrganizationSettings>,
}

/// Where the database is: all that `migrate` needs.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Where a private Postgres lives.
    pub data_dir: PathBuf,
    /// The database; without one a private Postgres is run.
    pub url: Option<SecretString>,
}

/// Addresses that the service listens on.
#[derive(Debug, Clone)]
pub struct Listen {
    /// Listener for webhooks, which GitHub must reach.
    pub webhooks: SocketAddr,
    /// Listener of the page, on a loopback address only.
    pub page: SocketAddr,
    /// The address under which people reach the page, for links in posts.
    pub page_url: Option<Url>,
}

/// GitHub, and as whom the service reads and writes there.
#[derive(Debug, Clone)]
pub struct GitHubSettings {
    /// The API's base: `https://api.github.com`, or `https://HOST/api/v3`.
    pub api_url: Url,
    /// Who the service is there.
    pub credentials: GitHubCredentials,
    /// The secret that signs webhooks. An App has one; without one none are taken.
    pub webhook_secret: Option<SecretString>,
    /// How long a request may take.
    pub timeout: Duration,
}

/// Credentials of the service at GitHub.
#[derive(Debug, Clone)]
pub enum GitHubCredentials {
    /// An App.
    App {
        /// Number of the App, as GitHub's page of its settings has it.
        id: u64,
        /// The App's private key, PEM.
        private_key: SecretString,
    },
    /// A user.
    User {
        /// Token of the user, which may do what the service is to do.
        token: SecretString,
    },
}

/// Limits of Git remotes, over all sources.
#[derive(Debug, Clone)]
pub struct GitSettings {
    /// `true` where `file://` remotes are allowed.
    pub allow_file: bool,
    /// Whether `http://` remotes are allowed beyond loopback.
    pub allow_http: bool,
    /// How long a fetch may take.
    pub timeout: Duration,
    /// How much one fetch may receive, bytes.
    pub max_fetch_bytes: u64,
    /// How much memory a process that fetches may have, bytes.
    pub max_memory_bytes: u64,
}

/// Bounds of assessing a pull request, which is done in a process of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequestSettings {
    /// How long it may take.
    pub timeout: Duration,
    /// How much memory the process may have, bytes.
    pub max_memory_bytes: u64,
}

/// Limits of evaluations, over all groups.
#[derive(Debug, Clone)]
pub struct EvaluationSettings {
    /// Number of groups evaluated at once.
    pub workers: usize,
    /// Number of targets that are asked at once, over all accounts.
    pub targets: u32,
    /// How long a claim holds without being completed.
    pub lease: Duration,
    /// The longest interval between two evaluations of a group, whatever its schedule says.
    pub longest_interval: Option<Duration>,
}

/// Bounds of the calls to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwsSettings {
    /// Calls under way at a time, per account, region and service without its own.
    pub concurrency: usize,
    /// Calls that begin in a second at most, per account, region and service without its own.
    pub calls_per_second: Option<NonZeroU32>,
    /// Calls under way at a time over all accounts.
    pub calls: usize,
    /// How often a call is attempted at most.
    pub attempts: u32,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How long a call may take with all its attempts.
    pub call_timeout: Duration,
    /// Bounds that services have of their own, by their names.
    pub services: BTreeMap<String, AwsServiceSettings>,
}

/// Bounds of the calls to one service, in each account and region.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AwsServiceSettings {
    /// Calls under way at a time.
    pub concurrency: Option<usize>,
    /// Calls that begin in a second at most.
    pub calls_per_second: Option<NonZeroU32>,
}

/// What is collected beside evaluations, and how secrets in it are told.
#[derive(Debug, Clone)]
pub struct InventorySettings {
    /// Key of the digests that stand for what may hold secrets, of at least 32 bytes.
    pub digest_key: Option<SecretString>,
    /// Number of requests that a sweep of an account may make; 0 where nothing is swept.
    pub sweep_requests: u64,
}

/// A watched repository, branch and path.
#[derive(Debug, Clone)]
pub struct SourceSettings {
    /// Name, unique among the sources.
    pub name: String,
    /// Repository that the policies come from.
    pub remote: Remote,
    /// What a server elsewhere than on GitHub is told that asks who we are.
    pub login: Option<Login>,
    /// What a host of SSH is known by and is told; there is always one beside such a remote.
    pub access: Option<Access>,
    /// The branch whose head is in force.
    pub branch: String,
    /// The directory with the policies, from the repository's root.
    pub path: String,
    /// How often the remote is asked without a webhook.
    pub poll: Duration,
    /// How many percent of the groups a commit may remove without being held.
    pub max_removed_percent: u8,
    /// Who may approve a commit that is held.
    pub approval: Approval,
    /// What signatures of its commits are good for.
    pub signatures: Signatures,
}

/// User and password for a Git server.
#[derive(Debug, Clone)]
pub struct Login {
    /// Name of the user.
    pub username: String,
    /// Password of the user, or a token.
    pub password: SecretString,
}

/// Percent of the groups that a commit may remove without being held, where nothing is said.
pub const MAX_REMOVED_PERCENT: u8 = 50;

/// Whose word approves a commit that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Approval {
    /// That of anybody who may push to the branch.
    #[default]
    Anybody,
    /// That of somebody who is no author of what is held, as Git has them.
    AnotherAuthor,
    /// That of somebody whose signature counts.
    AllowedSigner,
}

/// What signatures of a source's commits are good for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Signatures {
    /// Nobody looks at them.
    #[default]
    Ignored,
    /// It is told who signed, and counts for approvals alone.
    Told(Arc<Signers>),
    /// What nobody of these signed does not come into force.
    Required(Arc<Signers>),
}

impl Signatures {
    /// Those whose signatures count, if any are looked at.
    pub fn signers(&self) -> Option<&Signers> {
        match self {
            Self::Ignored => None,
            Self::Told(signers) | Self::Required(signers) => Some(signers),
        }
    }
}

/// Address of a repository, by the way it is reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remote {
    /// `owner/name` on the configured GitHub.
    GitHub(String),
    /// Any URL; nothing is posted.
    Url(Url),
    /// Address of SSH; nothing is posted.
    Ssh(Address),
}

/// How to reach an account.
#[derive(Debug, Clone, Default)]
pub struct AccountSettings {
    /// The role to assume, in that same account.
    pub role_arn: Option<String>,
    /// ARNs of roles that are assumed on the way to it, each with the credentials of the one before.
    pub chain: Vec<String>,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<SecretString>,
    /// A profile of the AWS configuration files.
    pub profile: Option<String>,
    /// A recorded inventory in the place of the live account.
    pub recorded: Option<PathBuf>,
}

/// How the accounts of an organization are found and reached.
#[derive(Debug, Clone)]
pub struct OrganizationSettings {
    /// Id of the account that may list the others.
    pub account: String,
    /// Name of the role, path included, that each account has for the service.
    pub role_name: String,
    /// The external id that the roles' trust policies ask for.
    pub external_id: Option<SecretString>,
    /// Ids of units or roots below which accounts are meant; none stands for all.
    pub include_units: Vec<String>,
    /// Ids of units below which no account is meant.
    pub exclude_units: Vec<String>,
    /// Tags, by key and value, of which a meant account has one; none stands for all accounts.
    pub include_tags: Vec<(String, String)>,
    /// Tags of which a meant account has none.
    pub exclude_tags: Vec<(String, String)>,
    /// Age at which the listing is made anew.
    pub refresh: Duration,
}

impl Settings {
    /// The settings of the database alone.
    pub fn database(&self) -> DatabaseSettings {
        DatabaseSettings { data_dir: self.data_dir.clone(), url: self.database_url.clone() }
    }
}
