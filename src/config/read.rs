//! Reading the settings from TOML and variables.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use toml::de::DeTable;
use url::Url;

use super::aws::aws;
use super::declaration;
use super::fields::{Fields, Origins, Variables};
use super::problems::{FILE, InvalidSettings, Report, of_variable};
use super::secrets::{database_url, digest_key, external_id, optional_secret, secret, token};
use super::settings::{
    AccountSettings, DatabaseSettings, EvaluationSettings, GitHubCredentials, GitHubSettings,
    GitSettings, InventorySettings, Listen, OrganizationSettings, PullRequestSettings, Settings,
};
use super::showing::quoted;
use super::sources::sources;
use crate::diagnostic::{Code, Diagnostic, Location, meant};

impl Settings {
    /// Reads the settings from TOML and variables. `base` is what relative paths in the file
    /// start from.
    pub fn read(
        toml: &str,
        base: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidSettings> {
        let variables = variables_of(variables);
        let (settings, mut report) =
            reading(toml, &variables, |root| read(root, base, &variables))?;
        unknown_variables(&variables, &mut report.problems);
        report.finish(settings, toml)
    }
}

impl Listen {
    /// Reads these settings, whatever the others are.
    pub fn read(
        toml: &str,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidSettings> {
        let variables = variables_of(variables);
        let (settings, report) =
            reading(toml, &variables, |mut root| listen(root.section("listen")))?;
        report.finish(settings, toml)
    }
}

impl DatabaseSettings {
    /// Reads these two settings, whatever the others are.
    pub fn read(
        toml: &str,
        base: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidSettings> {
        let variables = variables_of(variables);
        let (settings, report) =
            reading(toml, &variables, |mut root| database(&mut root, base, &variables))?;
        report.finish(settings, toml)
    }
}

/// The environment. An empty address of the database is none, as `${NAME:-}` of a compose file gives
/// it, and wins over nothing.
fn variables_of(variables: impl IntoIterator<Item = (String, String)>) -> Variables {
    let is_set = |(name, value): &(String, String)| {
        !value.is_empty() || *name != declaration::variable("database_url")
    };
    variables.into_iter().filter(is_set).collect()
}

/// Reads what `read` asks for, and all that is wrong with it.
fn reading<T>(
    text: &str,
    variables: &Variables,
    read: impl FnOnce(Fields<'_, '_>) -> T,
) -> Result<(T, Report), InvalidSettings> {
    let (table, errors) = DeTable::parse_recoverable(text);
    if !errors.is_empty() {
        let mut problems: Vec<_> = errors.iter().map(|error| syntax(text, error)).collect();
        problems.sort();
        return Err(InvalidSettings { problems, shown: String::new() });
    }
    let mut report = Report::default();
    let settings = read(Fields::root(table, Origins { text, variables }, &mut report));
    Ok((settings, report))
}

/// A problem of a file that is no TOML. The line itself is not shown: what is a secret there cannot
/// be told.
fn syntax(text: &str, error: &toml::de::Error) -> Diagnostic {
    let place = Location::in_text(FILE, text, error.span().unwrap_or_default());
    Diagnostic::error(place, Code::TomlSyntax, error.message())
}

fn database(root: &mut Fields<'_, '_>, base: &Path, variables: &Variables) -> DatabaseSettings {
    let data_dir = base.join(root.text("data_dir").unwrap_or_else(|| "cloudcorrect-data".into()));
    DatabaseSettings { data_dir, url: database_url(root, base, variables) }
}

fn read(mut root: Fields<'_, '_>, base: &Path, variables: &Variables) -> Settings {
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
    let pull_requests = pull_requests(root.section("pull_requests"));
    let evaluation = evaluation(root.section("evaluation"));
    let aws = aws(root.section("aws"));
    let inventory = inventory(root.section("inventory"), base);
    let sources = sources(&mut root, base, github.is_some(), &git);
    let accounts = accounts(root.section("accounts"), base);
    let is_there = root.is_in_file("organization");
    let section = root.section("organization");
    let organization = if is_there || KEYS_ORGANIZATION.iter().any(|key| section.has(key)) {
        Some(organization(section, base))
    } else {
        section.finish(KEYS_ORGANIZATION);
        None
    };
    root.finish(&[
        "data_dir",
        "database_url",
        "database_url_file",
        "listen",
        "github",
        "git",
        "pull_requests",
        "evaluation",
        "aws",
        "inventory",
        "sources",
        "accounts",
        "organization",
    ]);
    Settings {
        data_dir,
        database_url,
        listen,
        github,
        git,
        pull_requests,
        evaluation,
        aws,
        inventory,
        sources,
        accounts,
        organization,
    }
}

/// What a setting is that is on or off.
const SWITCH: &str = "`true` or `false`";

fn listen(mut fields: Fields<'_, '_>) -> Listen {
    let mut address = |key: &str, port: u16| {
        let wanted = format!("an address with a port, as in `127.0.0.1:{port}`");
        fields.parsed(key, &wanted).unwrap_or(SocketAddr::from(([127, 0, 0, 1], port)))
    };
    let (webhooks, page) = (address("webhooks", 8500), address("page", 8501));
    if !page.ip().is_loopback() {
        let message = format!("is `{page}`, which is not loopback");
        let refused = fields.error("page", Code::InvalidValue, &message);
        fields.push(refused.help(
            "the page has no access control, so put a proxy that has one before a loopback address",
        ));
    }
    let page_url = fields.parsed("page_url", "a URL, as in `https://policies.example.com`");
    fields.finish(&["webhooks", "page", "page_url"]);
    Listen { webhooks, page, page_url }
}

const KEYS_GITHUB: &[&str] = &[
    "api_url",
    "app_id",
    "private_key_file",
    "private_key",
    "token",
    "token_file",
    "webhook_secret",
    "webhook_secret_file",
    "timeout",
];

fn github(mut fields: Fields<'_, '_>, base: &Path) -> GitHubSettings {
    let api_url = fields
        .parsed("api_url", "a URL, as in `https://github.example.com/api/v3`")
        .unwrap_or_else(|| {
            #[expect(clippy::expect_used, reason = "a constant")]
            let url = Url::parse("https://api.github.com").expect("a well-formed URL");
            url
        });
    let is_app = KEYS_APP.iter().any(|key| fields.has(key));
    let token = token(&mut fields, base);
    if is_app && token.is_some() {
        let refused = fields.error("token", Code::Conflict, "excludes `app_id` and `private_key`");
        fields.push(
            refused.help("the service is either an App or the user of the token; leave one out"),
        );
        for key in KEYS_APP {
            fields.leave(key);
        }
    }
    let credentials = match token {
        // Both is told already, and what else an App has need not be missed.
        Some(token) => GitHubCredentials::User { token },
        None => app(&mut fields, base),
    };
    let webhook_secret = match credentials {
        GitHubCredentials::User { .. } => optional_secret(&mut fields, "webhook_secret", base),
        GitHubCredentials::App { .. } => {
            let meaning = "the secret that the GitHub App signs with";
            Some(secret(&mut fields, "webhook_secret", base, meaning))
        }
    };
    let timeout = fields.span("timeout", Duration::from_secs(20));
    fields.finish(KEYS_GITHUB);
    GitHubSettings { api_url, credentials, webhook_secret, timeout }
}

/// Settings that an App has and a token has not.
const KEYS_APP: [&str; 3] = ["app_id", "private_key", "private_key_file"];

fn app(fields: &mut Fields<'_, '_>, base: &Path) -> GitHubCredentials {
    let id = if fields.has("app_id") {
        fields.parsed("app_id", "a whole number").unwrap_or_default()
    } else {
        let refused = fields.error("app_id", Code::MissingKey, "is missing");
        fields.push(
            refused.help("the number on the GitHub App's settings page; or `token` without an App"),
        );
        0
    };
    let private_key = secret(fields, "private_key", base, "the GitHub App's private key, PEM");
    GitHubCredentials::App { id, private_key }
}

fn git(mut fields: Fields<'_, '_>) -> GitSettings {
    let allow_file = fields.parsed("allow_file", SWITCH).unwrap_or(false);
    let allow_http = fields.parsed("allow_http", SWITCH).unwrap_or(false);
    let timeout = fields.span("timeout", Duration::from_mins(1));
    let mebibytes: u32 = fields.parsed("max_fetch_mib", "a whole number").unwrap_or(256);
    let memory: u32 = fields.number("max_memory_mib", 128..=1_048_576).unwrap_or(1_024);
    fields.finish(&["allow_file", "allow_http", "timeout", "max_fetch_mib", "max_memory_mib"]);
    let [max_fetch_bytes, max_memory_bytes] = [mebibytes, memory].map(|it| u64::from(it) << 20);
    GitSettings { allow_file, allow_http, timeout, max_fetch_bytes, max_memory_bytes }
}

fn pull_requests(mut fields: Fields<'_, '_>) -> PullRequestSettings {
    let timeout = fields.span("timeout", Duration::from_secs(30));
    let mebibytes: u32 = fields.number("max_memory_mib", 256..=1_048_576).unwrap_or(2_048);
    fields.finish(&["timeout", "max_memory_mib"]);
    PullRequestSettings { timeout, max_memory_bytes: u64::from(mebibytes) << 20 }
}

fn evaluation(mut fields: Fields<'_, '_>) -> EvaluationSettings {
    let workers = fields.number("workers", 1..=64).unwrap_or(4);
    let targets = fields.number("targets", 1..=100_000).unwrap_or(500);
    let lease = fields.span("lease", Duration::from_mins(5));
    let longest_interval = fields
        .has("longest_interval")
        .then(|| fields.span("longest_interval", Duration::from_hours(1)));
    fields.finish(&["workers", "targets", "lease", "longest_interval"]);
    EvaluationSettings { workers, targets, lease, longest_interval }
}

/// The least budget of a sweep that gets somewhere: half of it goes to lists where these are very many,
/// and a resource may take a dozen requests.
const LEAST_SWEEP: u64 = 100;

fn inventory(mut fields: Fields<'_, '_>, base: &Path) -> InventorySettings {
    let digest_key = digest_key(&mut fields, base);
    let sweep_requests = fields.parsed("sweep_requests", "a whole number").unwrap_or(5_000);
    if (1..LEAST_SWEEP).contains(&sweep_requests) {
        let message = format!("must be at least {LEAST_SWEEP}, or 0");
        let refused = fields.error("sweep_requests", Code::InvalidValue, &message);
        fields.push(refused.help("with 0 no account is swept"));
    }
    fields.finish(&["digest_key", "digest_key_file", "sweep_requests"]);
    InventorySettings { digest_key, sweep_requests }
}

fn accounts(mut fields: Fields<'_, '_>, base: &Path) -> BTreeMap<String, AccountSettings> {
    let mut accounts = BTreeMap::new();
    for (key, table) in fields.entries() {
        if !is_account_id(&key) {
            let refused = fields.error(&key, Code::InvalidValue, "is no account id");
            fields.push(refused.help("write twelve digits, quoted"));
            continue;
        }
        let settings = account_settings(fields.inner(&key, table), base, &key);
        accounts.insert(key, settings);
    }
    accounts
}

const KEYS_ORGANIZATION: &[&str] = &[
    "account",
    "role_name",
    "external_id",
    "external_id_file",
    "include_units",
    "exclude_units",
    "include_tags",
    "exclude_tags",
    "refresh",
];

fn organization(mut fields: Fields<'_, '_>, base: &Path) -> OrganizationSettings {
    let account = fields.required("account", "the id of the account that may list the others");
    if !account.is_empty() && !is_account_id(&account) {
        let message = format!("is {}, which is no account id", quoted(&account));
        let refused = fields.error("account", Code::InvalidValue, &message);
        fields.push(refused.help("write twelve digits, quoted"));
    }
    let role_name = role_name(&mut fields);
    let external_id = external_id(&mut fields, base);
    let mut units = |key: &str| {
        let units = fields.texts(key);
        for odd in units.iter().filter(|it| !(it.starts_with("ou-") || it.starts_with("r-"))) {
            let message = format!("has {}, which is no id of a unit", quoted(odd));
            let refused = fields.error(key, Code::InvalidValue, &message);
            fields.push(refused.help("write it as in `ou-ab12-34cdef56`, or `r-ab12` for a root"));
        }
        units
    };
    let (include_units, exclude_units) = (units("include_units"), units("exclude_units"));
    let mut tags = |key: &str| {
        let mut tags = Vec::new();
        for text in fields.texts(key) {
            match text.split_once('=') {
                Some((name, value)) if !name.is_empty() => {
                    tags.push((name.to_owned(), value.to_owned()));
                }
                _ => {
                    let message = format!("has {}, which is no tag", quoted(&text));
                    let refused = fields.error(key, Code::InvalidValue, &message);
                    fields.push(refused.help("write `KEY=VALUE`"));
                }
            }
        }
        tags
    };
    let (include_tags, exclude_tags) = (tags("include_tags"), tags("exclude_tags"));
    let refresh = fields.span("refresh", Duration::from_mins(15));
    fields.finish(KEYS_ORGANIZATION);
    OrganizationSettings {
        account,
        role_name,
        external_id,
        include_units,
        exclude_units,
        include_tags,
        exclude_tags,
        refresh,
    }
}

/// The name of the role that each account of an organization has.
fn role_name(fields: &mut Fields<'_, '_>) -> String {
    let role_name =
        fields.required("role_name", "the name of the role that each account has for the service");
    if role_name.contains(":role/") || role_name.starts_with("role/") || role_name.starts_with('/')
    {
        let message = "must be a name, with its path if it has one, and no ARN";
        let refused = fields.error("role_name", Code::InvalidValue, message);
        fields.push(refused.help("write what follows `:role/`, which is the same in each account"));
    } else if !role_name.is_empty() && !is_name_of_role(&role_name) {
        let message = format!("is {}, which is no name of a role", quoted(&role_name));
        let refused = fields.error("role_name", Code::InvalidValue, &message);
        fields.push(
            refused.help(
                "it has letters, digits and `_+=,.@-`, with `/` behind each part of its path",
            ),
        );
    }
    role_name
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// `true` of the name of a role, with its path if it has one.
fn is_name_of_role(name: &str) -> bool {
    let is_good = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    name.split('/').all(|part| !part.is_empty() && part.chars().all(is_good))
}

/// The account of a role, by its ARN, such as `arn:aws:iam::123456789012:role/reader`.
fn account_of_role(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", partition, "iam", "", account, resource] = parts[..] else { return None };
    let is_role = resource.strip_prefix("role/").is_some_and(is_name_of_role);
    (partition.starts_with("aws") && is_account_id(account) && is_role).then_some(account)
}

fn account_settings(mut fields: Fields<'_, '_>, base: &Path, account: &str) -> AccountSettings {
    let role_arn = fields.text("role_arn");
    if let Some(role) = &role_arn
        && account_of_role(role) != Some(account)
    {
        let message = format!("is {}, but must be the ARN of a role in that account", quoted(role));
        fields.push(fields.error("role_arn", Code::InvalidValue, &message));
    }
    let chain = fields.texts("chain");
    for step in chain.iter().filter(|step| account_of_role(step).is_none()) {
        let message = format!("has {}, but must name roles by their ARNs", quoted(step));
        fields.push(fields.error("chain", Code::InvalidValue, &message));
    }
    if !chain.is_empty() && role_arn.is_none() {
        fields.push(fields.error("chain", Code::MissingKey, "needs `role_arn`"));
    }
    let external_key = if fields.has("external_id") { "external_id" } else { "external_id_file" };
    let external_id = external_id(&mut fields, base);
    let profile = fields.text("profile");
    let recorded = fields.text("recorded").map(|file| base.join(file));
    if recorded.is_some() && (role_arn.is_some() || profile.is_some()) {
        let message = "excludes `role_arn` and `profile`";
        fields.push(fields.error("recorded", Code::Conflict, message));
    }
    if external_id.is_some() && role_arn.is_none() {
        fields.push(fields.error(external_key, Code::MissingKey, "needs `role_arn`"));
    }
    let known = ["role_arn", "chain", "external_id", "external_id_file", "profile", "recorded"];
    fields.finish(&known);
    AccountSettings { role_arn, chain, external_id, profile, recorded }
}

/// Variables that look like settings and are none: most often a misspelt one.
fn unknown_variables(variables: &Variables, problems: &mut Vec<Diagnostic>) {
    let known = declaration::variables();
    for name in variables.keys() {
        if name.starts_with("CLOUDCORRECT_") && !known.contains(name) {
            let message = format!("`{name}` is a variable that sets nothing");
            let refused = Diagnostic::error(of_variable(name), Code::UnknownVariable, message);
            let help = match declaration::table_of_variable(name) {
                Some(table) => format!("what is in `{table}` is set in the file alone"),
                None => meant(name, known.iter().map(String::as_str))
                    .unwrap_or_else(|| "`serve --help` lists all".into()),
            };
            problems.push(refused.help(help));
        }
    }
}
