//! The settings that there are, for `serve --help` and for what is misspelt.

use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Setting with its default and meaning.
pub(super) struct Declared {
    pub(super) name: &'static str,
    default: &'static str,
    meaning: &'static str,
    /// `true` where the value must never be shown, and `NAME_file` may name a file with it.
    pub(super) is_secret: bool,
}

const fn plain(name: &'static str, default: &'static str, meaning: &'static str) -> Declared {
    Declared { name, default, meaning, is_secret: false }
}

const fn secret(name: &'static str, default: &'static str, meaning: &'static str) -> Declared {
    Declared { name, default, meaning, is_secret: true }
}

/// All settings, in the order in which people read of them.
pub(super) const SETTINGS: &[Declared] = &[
    plain("data_dir", "cloudcorrect-data", "mirrors and the private Postgres"),
    secret(
        "database_url",
        "a private Postgres",
        "postgres://...; or database_url_file, DATABASE_URL",
    ),
    plain("listen.webhooks", "127.0.0.1:8500", "the listener for GitHub's webhooks"),
    plain("listen.page", "127.0.0.1:8501", "the listener of the page, loopback only"),
    plain("listen.page_url", "none", "the page's address for people, used in links"),
    plain("github.api_url", "https://api.github.com", "https://HOST/api/v3 for a GHES"),
    plain("github.app_id", "required without github.token", "the id of the GitHub App"),
    secret("github.private_key", "required with an App", "PEM, or github.private_key_file"),
    secret("github.token", "none", "of a user, in an App's place, or github.token_file"),
    secret("github.webhook_secret", "required with an App", "or github.webhook_secret_file"),
    plain("github.timeout", "20s", "how long a request may take"),
    plain("git.allow_file", "false", "allow file:// remotes"),
    plain("git.allow_http", "false", "allow http:// remotes beyond loopback"),
    plain("git.timeout", "60s", "how long a fetch may take"),
    plain("git.max_fetch_mib", "256", "how much a fetch may receive"),
    plain("git.max_memory_mib", "1024", "how much memory a fetch may take"),
    plain("pull_requests.timeout", "30s", "how long assessing a pull request may take"),
    plain("pull_requests.max_memory_mib", "2048", "how much memory that may take"),
    plain("evaluation.workers", "4", "groups evaluated at once"),
    plain("evaluation.targets", "500", "regions of accounts asked at once"),
    plain("evaluation.lease", "5m", "how long a claim holds"),
    plain("evaluation.longest_interval", "none", "evaluate at least this often"),
    plain("aws.concurrency", "4", "calls at once per account, region and service"),
    plain("aws.calls_per_second", "none", "calls begun in a second per account, region, service"),
    plain("aws.calls", "1000", "calls at once over all accounts"),
    plain("aws.attempts", "5", "how often a call is tried"),
    plain("aws.attempt_timeout", "20s", "how long one attempt may take"),
    plain("aws.call_timeout", "90s", "how long a call may take with all its attempts"),
    plain("aws.services.NAME.concurrency", "16 for s3", "in the place of aws.concurrency"),
    plain("aws.services.NAME.calls_per_second", "none", "for that service alone"),
    secret(
        "inventory.digest_key",
        "none",
        "keys digests of user data; or inventory.digest_key_file",
    ),
    plain(
        "inventory.sweep_requests",
        "5000",
        "requests of a daily sweep of an account; 0: no sweeps",
    ),
    plain("sources[].name", "required", "unique; part of every key"),
    plain("sources[].repository", "owner/name on GitHub", "or sources[].url for any other remote"),
    plain("sources[].username", "x-access-token", "the user that goes with the token"),
    secret("sources[].token", "none", "for a server that asks who we are; or sources[].token_file"),
    plain(
        "sources[].ssh_key_file",
        "required with SSH",
        "a file with the private key that logs in",
    ),
    secret(
        "sources[].ssh_key_passphrase",
        "none",
        "of that key; or sources[].ssh_key_passphrase_file",
    ),
    plain("sources[].known_hosts", "required with SSH", "a file of OpenSSH's with keys of hosts"),
    plain("sources[].branch", "main", "the branch whose head is in force"),
    plain("sources[].path", "policies", "the directory with the policies"),
    plain("sources[].poll", "60s", "how often the remote is asked without a webhook"),
    plain("sources[].max_removed_percent", "50", "a commit that removes more groups is held"),
    plain(
        "sources[].approval",
        "anybody",
        "or another_author, allowed_signer: who may approve one that is held",
    ),
    plain("sources[].allowed_signers", "none", "a file of OpenSSH's with keys that sign commits"),
    plain("sources[].openpgp_keys", "none", "a file with OpenPGP keys that sign commits"),
    plain("sources[].require_signature", "false", "refuse what none of these keys signed"),
    plain(
        "organization.account",
        "required with [organization]",
        "the account that may list the others",
    ),
    plain(
        "organization.role_name",
        "required with [organization]",
        "the role of each account, as in reader",
    ),
    secret("organization.external_id", "none", "or organization.external_id_file"),
    plain("organization.include_units", "all", "ids of units or roots, a list"),
    plain("organization.exclude_units", "none", "ids of units, a list"),
    plain("organization.include_tags", "all", "KEY=VALUE of accounts, a list; one suffices"),
    plain("organization.exclude_tags", "none", "KEY=VALUE of accounts, a list"),
    plain("organization.refresh", "15m", "how old the list of accounts may be"),
    plain("accounts.ID.role_arn", "ambient credentials", "a role in that same account"),
    plain("accounts.ID.chain", "none", "roles to assume on the way, a list of ARNs"),
    secret("accounts.ID.external_id", "none", "or accounts.ID.external_id_file"),
    plain("accounts.ID.profile", "none", "a profile of the AWS configuration files"),
    plain("accounts.ID.recorded", "none", "a recorded inventory in the account's place"),
];

/// Variables of the command line that set what is no setting.
const OF_COMMANDS: [&str; 4] =
    ["CLOUDCORRECT_CONFIG", "CLOUDCORRECT_LOG", "CLOUDCORRECT_LOG_FORMAT", "CLOUDCORRECT_DOCS_URL"];

/// The settings as a table for people.
pub fn help() -> String {
    let mut text = String::from(
        "Settings (TOML; those outside `sources`, `accounts` and `aws.services` also as variables, \
         `github.app_id` is CLOUDCORRECT_GITHUB_APP_ID):\n",
    );
    for Declared { name, default, meaning, .. } in SETTINGS {
        let _ = writeln!(text, "  {name:<34} {meaning} [{default}]");
    }
    text
}

/// The variable of a setting: `github.app_id` is `CLOUDCORRECT_GITHUB_APP_ID`.
pub(super) fn variable(setting: &str) -> String {
    format!("CLOUDCORRECT_{}", setting.replace('.', "_").to_uppercase())
}

/// The names of all variables that set something.
pub(super) fn variables() -> BTreeSet<String> {
    let settings = SETTINGS.iter().filter(|one| is_variable(one.name));
    let names = settings.flat_map(|one| {
        let file = one.is_secret.then(|| variable(&format!("{}_file", one.name)));
        [Some(variable(one.name)), file]
    });
    names.flatten().chain(OF_COMMANDS.map(str::to_owned)).collect()
}

/// Tables of which there are several, so that no variable sets anything in them.
const SEVERAL: [&str; 3] = ["sources", "accounts", "aws.services"];

/// `true` for settings that there is one of.
fn is_variable(name: &str) -> bool {
    let is_in =
        |table: &&str| name.strip_prefix(*table).is_some_and(|rest| rest.starts_with(['.', '[']));
    !SEVERAL.iter().any(is_in)
}

/// The table that a variable means to set something in, which only the file can.
pub(super) fn table_of_variable(name: &str) -> Option<&'static str> {
    let is_meant = |table: &&str| name.starts_with(&format!("{}_", variable(table)));
    SEVERAL.into_iter().find(is_meant)
}
