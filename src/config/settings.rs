//! The settings themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use toml::Table;
use url::Url;

use super::fields::{Fields, InvalidSettings, Problem, Variables};
use super::sources::sources;

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

/// Each setting with its default and meaning, for `serve --help`.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("data_dir", "cloudcorrect-data", "mirrors and the private Postgres"),
    ("database_url", "a private Postgres", "postgres://...; DATABASE_URL counts as well"),
    ("listen.webhooks", "127.0.0.1:8500", "the listener for GitHub's webhooks"),
    ("listen.page", "127.0.0.1:8501", "the listener of the page, loopback only"),
    ("listen.page_url", "none", "the page's address for people, used in links"),
    ("github.api_url", "https://api.github.com", "https://HOST/api/v3 for a GHES"),
    ("github.app_id", "required with [github]", "the id of the GitHub App"),
    ("github.private_key_file", "required with [github]", "the App's private key, PEM"),
    ("github.webhook_secret", "required with [github]", "or github.webhook_secret_file"),
    ("git.allow_file", "false", "allow file:// remotes"),
    ("git.allow_http", "false", "allow http:// remotes beyond loopback"),
    ("git.timeout", "60s", "how long a fetch may take"),
    ("git.max_fetch_mib", "256", "how much a fetch may receive"),
    ("evaluation.workers", "4", "groups evaluated at once"),
    ("evaluation.lease", "5m", "how long a claim holds"),
    ("evaluation.longest_interval", "none", "evaluate at least this often"),
    ("sources[].name", "required", "unique; part of every key"),
    ("sources[].repository", "owner/name on GitHub", "or sources[].url for any other remote"),
    ("sources[].branch", "main", "the branch whose head is in force"),
    ("sources[].path", "policies", "the directory with the policies"),
    ("sources[].poll", "60s", "how often the remote is asked without a webhook"),
    ("accounts.ID.role_arn", "ambient credentials", "a role in that same account"),
    ("accounts.ID.external_id", "none", "or accounts.ID.external_id_file"),
    ("accounts.ID.profile", "none", "a profile of the AWS configuration files"),
    ("accounts.ID.recorded", "none", "a recorded inventory in the account's place"),
];

/// The settings as a table for people.
pub fn help() -> String {
    let mut text = String::from(
        "Settings (TOML; those outside `sources` and `accounts` also as variables, \
         `github.app_id` is CLOUDCORRECT_GITHUB_APP_ID):\n",
    );
    for (name, default, meaning) in SETTINGS {
        let _ = writeln!(text, "  {name:<28} {meaning} [{default}]");
    }
    text
}

impl Settings {
    /// Reads the settings from TOML and variables. `base` is what relative paths in the file
    /// start from.
    pub fn read(
        toml: &str,
        base: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidSettings> {
        let variables: Variables = variables.into_iter().collect();
        let (settings, mut problems) =
            reading(toml, &variables, |root| read(root, base, &variables))?;
        unknown_variables(&variables, &mut problems);
        if problems.is_empty() { Ok(settings) } else { Err(InvalidSettings(problems)) }
    }

    /// Where the database is.
    pub fn database(&self) -> DatabaseSettings {
        DatabaseSettings { data_dir: self.data_dir.clone(), url: self.database_url.clone() }
    }
}

impl DatabaseSettings {
    /// Reads these two settings, whatever the others are.
    pub fn read(
        toml: &str,
        base: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidSettings> {
        let variables: Variables = variables.into_iter().collect();
        let (settings, problems) =
            reading(toml, &variables, |mut root| database(&mut root, base, &variables))?;
        if problems.is_empty() { Ok(settings) } else { Err(InvalidSettings(problems)) }
    }
}

/// Reads what `read` asks for, and all that is wrong with it.
fn reading<T>(
    toml: &str,
    variables: &Variables,
    read: impl FnOnce(Fields<'_>) -> T,
) -> Result<(T, Vec<Problem>), InvalidSettings> {
    let table: Table = toml.parse().map_err(|error: toml::de::Error| {
        InvalidSettings(vec![Problem { setting: "file".into(), message: syntax(toml, &error) }])
    })?;
    let mut problems = Vec::new();
    let settings = read(Fields::new("", table, variables, &mut problems));
    Ok((settings, problems))
}

/// What is wrong with a file that is no TOML, and where. The line itself may hold a secret.
fn syntax(toml: &str, error: &toml::de::Error) -> String {
    let start = error.span().map_or(0, |span| span.start);
    let before = toml.get(..start).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    format!("line {line}, column {column}: {}", error.message())
}

fn database(root: &mut Fields<'_>, base: &Path, variables: &Variables) -> DatabaseSettings {
    let data_dir = base.join(root.text("data_dir").unwrap_or_else(|| "cloudcorrect-data".into()));
    let url = root.text("database_url").or_else(|| variables.get("DATABASE_URL").cloned());
    let url = url.filter(|url| !url.is_empty());
    let is_postgres =
        |url: &String| url.starts_with("postgres://") || url.starts_with("postgresql://");
    if url.as_ref().is_some_and(|url| !is_postgres(url)) {
        root.wrong("database_url", "must be `postgres://USER@HOST/NAME`: the database is Postgres");
    }
    DatabaseSettings { data_dir, url: url.map(SecretString::from) }
}

fn read(mut root: Fields<'_>, base: &Path, variables: &Variables) -> Settings {
    let DatabaseSettings { data_dir, url: database_url } = database(&mut root, base, variables);
    let listen = listen(root.section("listen"));
    let section = root.section("github");
    let github = if KEYS_GITHUB.iter().any(|key| section.has(key)) {
        Some(github(section, base))
    } else {
        section.finish(KEYS_GITHUB);
        None
    };
    let git = git(root.section("git"));
    let evaluation = evaluation(root.section("evaluation"));
    let sources = sources(&mut root, github.is_some(), &git);
    let accounts = accounts(root.section("accounts"), base);
    root.finish(&[
        "data_dir",
        "database_url",
        "listen",
        "github",
        "git",
        "evaluation",
        "sources",
        "accounts",
    ]);
    Settings { data_dir, database_url, listen, github, git, evaluation, sources, accounts }
}

fn listen(mut fields: Fields<'_>) -> Listen {
    let webhooks = fields.parsed("webhooks").unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8500)));
    let page: SocketAddr =
        fields.parsed("page").unwrap_or(SocketAddr::from(([127, 0, 0, 1], 8501)));
    if !page.ip().is_loopback() {
        let message = format!(
            "`{page}` is not loopback; the page has no access control, \
             so put a proxy that has one before a loopback address"
        );
        fields.wrong("page", message);
    }
    let page_url = fields.parsed("page_url");
    fields.finish(&["webhooks", "page", "page_url"]);
    Listen { webhooks, page, page_url }
}

const KEYS_GITHUB: &[&str] = &[
    "api_url",
    "app_id",
    "private_key_file",
    "private_key",
    "webhook_secret",
    "webhook_secret_file",
];

fn github(mut fields: Fields<'_>, base: &Path) -> GitHubSettings {
    let api_url = fields.parsed("api_url").unwrap_or_else(|| {
        #[expect(clippy::expect_used, reason = "a constant")]
        let url = Url::parse("https://api.github.com").expect("a well-formed URL");
        url
    });
    let app_id = if fields.has("app_id") {
        fields.parsed("app_id").unwrap_or_default()
    } else {
        fields.wrong("app_id", "is missing: the number on the GitHub App's settings page");
        0
    };
    let private_key = secret(&mut fields, "private_key", base, "the GitHub App's private key, PEM");
    let webhook_secret =
        secret(&mut fields, "webhook_secret", base, "the secret that the GitHub App signs with");
    fields.finish(KEYS_GITHUB);
    GitHubSettings { api_url, app_id, private_key, webhook_secret }
}

/// A secret from `key` or from the file that `key_file` names; never empty.
fn secret(fields: &mut Fields<'_>, key: &str, base: &Path, meaning: &str) -> SecretString {
    optional_secret(fields, key, base).unwrap_or_else(|| {
        fields.wrong(key, format!("is missing: {meaning}; `{key}_file` may name a file with it"));
        SecretString::from("")
    })
}

fn optional_secret(fields: &mut Fields<'_>, key: &str, base: &Path) -> Option<SecretString> {
    let file_key = format!("{key}_file");
    let text = match (fields.text(key), fields.text(&file_key)) {
        (Some(text), _) => text,
        (None, Some(file)) => match std::fs::read_to_string(base.join(&file)) {
            Ok(text) => text.trim_end_matches(['\r', '\n']).to_owned(),
            Err(error) => {
                fields.wrong(&file_key, format!("cannot read `{file}`: {error}"));
                return Some(SecretString::from("unreadable"));
            }
        },
        (None, None) => return None,
    };
    if text.trim().is_empty() {
        fields.wrong(key, "is empty");
        return Some(SecretString::from("empty"));
    }
    Some(SecretString::from(text))
}

fn git(mut fields: Fields<'_>) -> GitSettings {
    let allow_file = fields.parsed("allow_file").unwrap_or(false);
    let allow_http = fields.parsed("allow_http").unwrap_or(false);
    let timeout = fields.span("timeout", Duration::from_mins(1));
    let mebibytes: u32 = fields.parsed("max_fetch_mib").unwrap_or(256);
    fields.finish(&["allow_file", "allow_http", "timeout", "max_fetch_mib"]);
    GitSettings { allow_file, allow_http, timeout, max_fetch_bytes: u64::from(mebibytes) << 20 }
}

fn evaluation(mut fields: Fields<'_>) -> EvaluationSettings {
    let workers = fields.parsed("workers").unwrap_or(4);
    if !(1..=64).contains(&workers) {
        fields.wrong("workers", "must be from 1 to 64");
    }
    let lease = fields.span("lease", Duration::from_mins(5));
    let longest_interval = fields
        .has("longest_interval")
        .then(|| fields.span("longest_interval", Duration::from_hours(1)));
    fields.finish(&["workers", "lease", "longest_interval"]);
    EvaluationSettings { workers, lease, longest_interval }
}

fn accounts(mut fields: Fields<'_>, base: &Path) -> BTreeMap<String, AccountSettings> {
    let mut accounts = BTreeMap::new();
    for (key, table) in fields.entries() {
        if key.len() != 12 || !key.bytes().all(|byte| byte.is_ascii_digit()) {
            fields.wrong(&key, "is no account id; write twelve digits, quoted");
            continue;
        }
        let mut problems = Vec::new();
        let none = Variables::new();
        let settings = account_settings(Fields::new("", table, &none, &mut problems), base, &key);
        for problem in problems {
            fields.wrong(&format!("{key}.{}", problem.setting), problem.message);
        }
        accounts.insert(key, settings);
    }
    accounts
}

fn account_settings(mut fields: Fields<'_>, base: &Path, account: &str) -> AccountSettings {
    let role_arn = fields.text("role_arn");
    if let Some(role) = &role_arn
        && !(role.starts_with("arn:") && role.contains(&format!(":iam::{account}:role/")))
    {
        fields.wrong("role_arn", format!("`{role}` must be the ARN of a role in that account"));
    }
    let external_id = optional_secret(&mut fields, "external_id", base);
    let profile = fields.text("profile");
    let recorded = fields.text("recorded").map(|file| base.join(file));
    if recorded.is_some() && (role_arn.is_some() || profile.is_some()) {
        fields.wrong("recorded", "excludes `role_arn` and `profile`");
    }
    if external_id.is_some() && role_arn.is_none() {
        fields.wrong("external_id", "needs `role_arn`");
    }
    fields.finish(&["role_arn", "external_id", "external_id_file", "profile", "recorded"]);
    AccountSettings { role_arn, external_id, profile, recorded }
}

/// Variables that look like settings and are none: most often a misspelt one.
fn unknown_variables(variables: &Variables, problems: &mut Vec<Problem>) {
    let known: BTreeSet<String> = SETTINGS
        .iter()
        .flat_map(|(name, ..)| [(*name).to_owned(), format!("{name}_file")])
        .chain(["github.private_key".to_owned()])
        .map(|name| format!("CLOUDCORRECT_{}", name.replace('.', "_").to_uppercase()))
        .chain(["CLOUDCORRECT_CONFIG".to_owned(), "CLOUDCORRECT_LOG".to_owned()])
        .chain(["CLOUDCORRECT_LOG_FORMAT".to_owned()])
        .collect();
    for name in variables.keys() {
        if name.starts_with("CLOUDCORRECT_") && !known.contains(name) {
            let message = "is a variable that sets nothing; `serve --help` lists all".to_owned();
            problems.push(Problem { setting: name.clone(), message });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = r#"
        data_dir = "state"
        [listen]
        page = "127.0.0.1:9001"
        [github]
        app_id = 7
        private_key = "key"
        webhook_secret = "s3cret"
        [evaluation]
        longest_interval = "5s"
        [[sources]]
        name = "main"
        repository = "acme/policies"
        [[sources]]
        name = "team-b"
        url = "https://git.example/b.git"
        path = "/team-b/"
        poll = "10s"
        [accounts."123456789012"]
        role_arn = "arn:aws:iam::123456789012:role/reader"
        external_id = "x"
    "#;

    fn read(toml: &str, variables: &[(&str, &str)]) -> Result<Settings, InvalidSettings> {
        let pairs = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
        Settings::read(toml, Path::new("/etc/cloudcorrect"), pairs)
    }

    #[test]
    fn settings_are_read_with_their_defaults() {
        let settings = read(WHOLE, &[]).expect("good settings");
        assert_eq!(settings.data_dir, Path::new("/etc/cloudcorrect/state"));
        assert!(settings.database_url.is_none());
        assert_eq!(settings.listen.page.to_string(), "127.0.0.1:9001");
        assert_eq!(settings.listen.webhooks.to_string(), "127.0.0.1:8500");
        let github = settings.github.expect("a GitHub App");
        assert_eq!((github.app_id, github.api_url.as_str()), (7, "https://api.github.com/"));
        assert_eq!(settings.evaluation.longest_interval, Some(Duration::from_secs(5)));
        let places: Vec<_> = settings.sources.iter().map(|source| source.path.as_str()).collect();
        assert_eq!(places, ["policies", "team-b"]);
        assert!(settings.accounts["123456789012"].role_arn.is_some());
    }

    #[test]
    fn a_variable_wins_over_the_file() {
        let variables = [("CLOUDCORRECT_GITHUB_APP_ID", "9"), ("DATABASE_URL", "postgres:///x")];
        let settings = read(WHOLE, &variables).expect("good settings");
        assert_eq!(settings.github.expect("a GitHub App").app_id, 9);
        assert!(settings.database_url.is_some());
    }

    #[test]
    fn all_problems_are_told_at_once() {
        let toml = r#"
            [listen]
            page = "0.0.0.0:80"
            webhook = "127.0.0.1:1"
            [github]
            app_id = "seven"
            webhook_secret = ""
            [[sources]]
            name = "Main"
            repository = "acme"
            pol = "5s"
            [accounts.12]
            [accounts."123456789012"]
            external_id = "x"
            [git]
            timeout = "soon"
        "#;
        let error = read(toml, &[("CLOUDCORRECT_DATADIR", "/x")]).expect_err("bad settings");
        insta::assert_snapshot!(error, @"
        12 settings are missing or wrong:
          `listen.page`: `0.0.0.0:80` is not loopback; the page has no access control, so put a proxy that has one before a loopback address
          `listen.webhook`: is no setting; did you mean `webhooks`?
          `github.app_id`: `seven` cannot be read: invalid digit found in string
          `github.private_key`: is missing: the GitHub App's private key, PEM; `private_key_file` may name a file with it
          `github.webhook_secret`: is empty
          `git.timeout`: `soon` is no span of time; write `90s`, `15m` or `1h`
          `sources[0].name`: `Main` must be at most 40 of a-z, 0-9 and `-`
          `sources[0].repository`: `acme` must be `owner/name`
          `sources[0].pol`: is no setting; did you mean `poll`?
          `accounts.12`: is no account id; write twelve digits, quoted
          `accounts.123456789012.external_id`: needs `role_arn`
          `CLOUDCORRECT_DATADIR`: is a variable that sets nothing; `serve --help` lists all
        ");
    }

    #[test]
    fn no_source_is_a_problem_and_so_is_bad_toml() {
        insta::assert_snapshot!(read("", &[]).expect_err("no source"), @"
        1 setting is missing or wrong:
          `sources`: is missing: name at least one repository under `[[sources]]` of the file that `--config` gives
        ");
        // What `migrate` needs is there all the same.
        let variable = [("DATABASE_URL".to_owned(), "postgres:///x".to_owned())];
        let database = DatabaseSettings::read("data_dir = \"d\"", Path::new("/etc"), variable)
            .expect("both are good");
        assert_eq!(database.data_dir, Path::new("/etc/d"));
        assert!(database.url.is_some());
        let secret = "[github]\nwebhook_secret = hush";
        insta::assert_snapshot!(read(secret, &[]).expect_err("no TOML"), @"
        1 setting is missing or wrong:
          `file`: line 2, column 18: string values must be quoted, expected literal string
        ");
    }
}
