//! Settings as operators write them, good and bad.

mod aws;
mod hidden;
mod problems;
mod secret_files;
mod signers;
mod ssh;

use std::path::Path;
use std::time::Duration;

use super::declaration::SETTINGS;
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
    external_id = "ours"
"#;

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
}

fn read(toml: &str, variables: &[(&str, &str)]) -> Result<Settings, InvalidSettings> {
    Settings::read(toml, Path::new("/etc/cloudcorrect"), owned(variables))
}

/// The header of the table that a setting stands in, and its key there.
fn header_and_key(name: &str) -> (String, &str) {
    let (section, key) = name.rsplit_once('.').unwrap_or(("", name));
    let header = match section {
        "" => String::new(),
        "sources[]" => "[[sources]]\n".to_owned(),
        section => format!("[{section}]\n"),
    };
    (header, key)
}

#[test]
fn settings_are_read_with_their_defaults() {
    let settings = read(WHOLE, &[]).expect("good settings");
    assert_eq!(settings.data_dir, Path::new("/etc/cloudcorrect/state"));
    assert!(settings.database_url.is_none());
    assert_eq!(settings.listen.page.to_string(), "127.0.0.1:9001");
    assert_eq!(settings.listen.webhooks.to_string(), "127.0.0.1:8500");
    let github = settings.github.expect("a GitHub App");
    assert_eq!((app(&github), github.api_url.as_str()), (Some(7), "https://api.github.com/"));
    assert_eq!(github.timeout, Duration::from_secs(20));
    assert_eq!(settings.evaluation.longest_interval, Some(Duration::from_secs(5)));
    assert_eq!(settings.inventory.sweep_requests, 5_000);
    let places: Vec<_> = settings.sources.iter().map(|source| source.path.as_str()).collect();
    assert_eq!(places, ["policies", "team-b"]);
    assert!(settings.accounts["123456789012"].role_arn.is_some());
}

#[test]
fn an_organization_is_read_with_its_defaults() {
    let toml = r#"
        [organization]
        account = "111111111111"
        role_name = "audit/reader"
        exclude_units = ["ou-ab12-34cdef56"]
        include_tags = ["env=prod", "note=a=b"]
        [[sources]]
        name = "main"
        url = "https://git.example/b.git"
    "#;
    let variables = [("CLOUDCORRECT_ORGANIZATION_INCLUDE_UNITS", "r-ab12, ou-ab12-1")];
    let settings = read(toml, &variables).expect("good settings");
    let organization = settings.organization.expect("an organization");
    assert_eq!(organization.include_units, ["r-ab12", "ou-ab12-1"]);
    assert_eq!(organization.exclude_units, ["ou-ab12-34cdef56"]);
    let tag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
    assert_eq!(organization.include_tags, [tag("env", "prod"), tag("note", "a=b")]);
    assert_eq!(organization.refresh, Duration::from_mins(15));
    assert!(organization.external_id.is_none() && organization.exclude_tags.is_empty());
    assert!(read(WHOLE, &[]).expect("good settings").organization.is_none());
}

#[test]
fn what_is_wrong_with_an_organization_or_a_chain_is_told_at_its_place() {
    let toml = r#"
        [organization]
        account = "1111"
        role_name = "arn:aws:iam::111111111111:role/reader"
        include_units = ["production"]
        include_tags = ["env"]
        exclude_tags = "env=test"
        [accounts."123456789012"]
        chain = ["hub"]
        [[sources]]
        name = "main"
        url = "https://git.example/b.git"
    "#;
    let invalid = read(toml, &[]).expect_err("problems");
    let told = invalid.problems.iter().map(|it| format!("{}: {}", it.place, it.message));
    insta::assert_snapshot!(told.collect::<Vec<_>>().join("\n"), @"
    settings:3:19: `organization.account` is `1111`, which is no account id
    settings:4:21: `organization.role_name` must be a name, with its path if it has one, and no ARN
    settings:5:25: `organization.include_units` has `production`, which is no id of a unit
    settings:6:24: `organization.include_tags` has `env`, which is no tag
    settings:7:24: `organization.exclude_tags` must be a list of texts
    settings:9:17: `accounts.123456789012.chain` has `hub`, but must name roles by their ARNs
    settings:9:17: `accounts.123456789012.chain` needs `role_arn`
    ");
}

#[test]
fn a_variable_wins_over_the_file() {
    let variables = [("CLOUDCORRECT_GITHUB_APP_ID", "9"), ("DATABASE_URL", "postgres:///x")];
    let settings = read(WHOLE, &variables).expect("good settings");
    assert_eq!(app(&settings.github.expect("a GitHub App")), Some(9));
    assert!(settings.database_url.is_some());
}

/// Number of the App that the service is.
fn app(github: &GitHubSettings) -> Option<u64> {
    match github.credentials {
        GitHubCredentials::App { id, .. } => Some(id),
        GitHubCredentials::User { .. } => None,
    }
}

#[test]
fn a_token_stands_in_the_place_of_an_app() {
    let sources = "[[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\n";
    let of = |github: &str, variables: &[(&str, &str)]| {
        let settings = read(&format!("[github]\n{github}\n{sources}"), variables);
        settings.map(|settings| settings.github.expect("it is there"))
    };
    let github = of("token = \"ghp_x\"", &[]).expect("a token is enough");
    assert_eq!((app(&github), github.webhook_secret.is_some()), (None, false));
    let github = of("token = \"ghp_x\"\nwebhook_secret = \"y\"", &[]).expect("with webhooks");
    assert!(github.webhook_secret.is_some());
    let github = of("", &[("CLOUDCORRECT_GITHUB_TOKEN", "ghp_x")]).expect("a variable is enough");
    assert_eq!(app(&github), None);
    let both = "app_id = 7\nprivate_key = \"x\"\nwebhook_secret = \"y\"\ntoken = \"ghp_x\"";
    let broken = of("token = \"ghp\\nx\"", &[]).expect_err("of two lines");
    assert!(broken.to_string().contains("holds a line break"), "{broken}");
    insta::assert_snapshot!(of(both, &[]).expect_err("both"), @"
    1 setting is missing or wrong:
      settings:5:1: `github.token` excludes `app_id` and `private_key`; the service is either an App or the user of the token; leave one out
    ");
    insta::assert_snapshot!(of("token = \"\"", &[]).expect_err("empty"), @"
    1 setting is missing or wrong:
      settings:2:1: `github.token` is empty
    ");
    insta::assert_snapshot!(of("timeout = \"5s\"", &[]).expect_err("neither"), @"
    3 settings are missing or wrong:
      settings:1:1: `github.app_id` is missing; the number on the GitHub App's settings page; or `token` without an App
      settings:1:1: `github.private_key` is missing; the GitHub App's private key, PEM; `private_key_file` may name a file with it
      settings:1:1: `github.webhook_secret` is missing; the secret that the GitHub App signs with; `webhook_secret_file` may name a file with it
    ");
}

#[test]
fn a_sweep_has_requests_enough_or_none() {
    let of = |requests: &str| {
        let variable = ("CLOUDCORRECT_INVENTORY_SWEEP_REQUESTS", requests);
        let settings = read(WHOLE, &[variable]).map_err(|invalid| invalid.problems);
        settings.map(|settings| settings.inventory.sweep_requests).map_err(|problems| {
            let told = problems.iter().map(|it| format!("{}: {}", it.place, it.message));
            told.collect::<Vec<_>>().join(" | ")
        })
    };
    for requests in [0, 100, 1_000_000] {
        assert_eq!(of(&requests.to_string()), Ok(requests));
    }
    insta::assert_snapshot!(of("99").expect_err("too few"), @"variable CLOUDCORRECT_INVENTORY_SWEEP_REQUESTS: `inventory.sweep_requests` must be at least 100, or 0");
    assert!(of("-1").is_err() && of("many").is_err());
}

#[test]
fn a_key_of_digests_cannot_be_guessed() {
    let of = |key: &str| {
        let settings = read(WHOLE, &[("CLOUDCORRECT_INVENTORY_DIGEST_KEY", key)]);
        settings.map(|settings| settings.inventory.digest_key.is_some())
    };
    assert_eq!(of(&"k".repeat(32)), Ok(true));
    assert_eq!(read(WHOLE, &[]).map(|it| it.inventory.digest_key.is_some()), Ok(false));
    insta::assert_snapshot!(of("short").expect_err("too short"), @"
    1 setting is missing or wrong:
      variable CLOUDCORRECT_INVENTORY_DIGEST_KEY: `inventory.digest_key` has 5 bytes, and a key at least 32; make one with `openssl rand -hex 32`
    ");
}

#[test]
fn the_listeners_are_read_whatever_the_rest_is() {
    let toml = "odd = 1\n[listen]\npage = \"127.0.0.1:9001\"\n[github]\napp_id = \"x\"\n";
    let listen = Listen::read(toml, []).expect("the listeners are good");
    assert_eq!(listen.page.to_string(), "127.0.0.1:9001");
    let told = Listen::read(&toml.replace("127.0.0.1", "0.0.0.0"), []).expect_err("not loopback");
    assert_eq!(told.problems.len(), 1, "{told}");
}
