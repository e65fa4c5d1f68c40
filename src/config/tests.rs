//! Settings as operators write them, good and bad.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use super::declaration::{SETTINGS, variable};
use super::*;
use crate::diagnostic::{Code, ExampleContext};

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

/// The secret of an account, of the App's webhooks and the address of the database, as read.
fn read_with_files(toml: &str, variables: &[(&str, &str)]) -> Result<[String; 2], InvalidSettings> {
    let settings = read(toml, variables)?;
    let text = |secret: &SecretString| secret.expose_secret().to_owned();
    let github = settings.github.expect("a GitHub App");
    let database = settings.database_url.as_ref().map(text).unwrap_or_default();
    Ok([text(&github.webhook_secret), database])
}

#[test]
fn a_secret_is_not_waited_for_in_a_pipe() {
    let directory = tempfile::tempdir().expect("a directory");
    let pipe = directory.path().join("pipe");
    let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo runs");
    assert!(made.success());
    for path in [pipe.as_path(), directory.path(), std::path::Path::new("/dev/null")] {
        let file = format!("database_url_file = {:?}\n", path.to_str().expect("UTF-8"));
        let told = read(&(file + WHOLE), &[]).expect_err("no file").to_string();
        let why =
            format!("names `{}`, which cannot be read: it is no regular file", path.display());
        assert!(told.contains(&why), "{told}");
    }
}

#[test]
fn every_secret_may_stand_in_a_file() {
    let directory = tempfile::tempdir().expect("a directory");
    let place = |name: &str| directory.path().join(name).to_str().expect("UTF-8").to_owned();
    let file = |name: &str, text: &str| std::fs::write(place(name), text).expect("a file");
    file("secret", "CANARY-1\n");
    file("database", "postgres://u:CANARY-2@h/x\r\n");
    file("empty", "\n");
    file("wrong", "mysql://u:CANARY-3@h/x\n");
    for setting in SETTINGS.iter().filter(|setting| setting.is_secret) {
        let name = format!("{}_file", setting.name);
        let name = name.replace("ID", "\"123456789012\"");
        let (section, key) = name.rsplit_once('.').unwrap_or(("", &name));
        let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        let toml = format!("{header}{key} = \"{}\"\n", place("nowhere"));
        let told = read(&toml, &[]).expect_err("no such file").to_string();
        assert!(
            told.contains(&format!("_file` names `{}`, which cannot be read", place("nowhere")))
        );
        let toml = toml.replace("nowhere", "empty");
        let told = read(&toml, &[]).expect_err("an empty file").to_string();
        assert!(told.contains("_file` names an empty file"), "{told}");
    }

    let whole = WHOLE.replace("webhook_secret = \"s3cret\"", "");
    let database = format!("database_url_file = {:?}\n", place("database"));
    let webhook = "CLOUDCORRECT_GITHUB_WEBHOOK_SECRET_FILE";
    let secrets = read_with_files(&(database.clone() + &whole), &[(webhook, &place("secret"))]);
    assert_eq!(secrets, Ok(["CANARY-1".to_owned(), "postgres://u:CANARY-2@h/x".to_owned()]));
    let alone = DatabaseSettings::read(&database, Path::new("/"), []).expect("it is good");
    assert!(alone.url.is_some());

    // A variable wins over the settings' file, whichever of the two names a file.
    let by_variables = [
        (webhook, &*place("secret")),
        ("CLOUDCORRECT_DATABASE_URL", "postgres:///variable"),
        ("DATABASE_URL", "postgres:///last"),
    ];
    let secrets = read_with_files(&(database + WHOLE), &by_variables);
    assert_eq!(secrets, Ok(["CANARY-1".to_owned(), "postgres:///variable".to_owned()]));
    let by_file = [("CLOUDCORRECT_DATABASE_URL_FILE", &*place("wrong")), by_variables[2]];
    let told = read(WHOLE, &by_file).expect_err("no address of a Postgres");
    assert!(!format!("{told:?}{told}").contains("CANARY"), "{told:?}");
    insta::assert_snapshot!(told, @"
    1 setting is missing or wrong:
      variable CLOUDCORRECT_DATABASE_URL_FILE: `database_url` is no address of a Postgres; write `postgres://USER@HOST/NAME`
    ");
}

/// The address of the database where settings and variables name files of it, or why there is none.
fn database(toml: &str, variables: &[(&str, &str)]) -> Result<Option<String>, String> {
    let directory = tempfile::tempdir().expect("a directory");
    std::fs::write(directory.path().join("url"), "postgres:///file\n").expect("a file");
    let pairs = variables.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned()));
    let read = DatabaseSettings::read(toml, directory.path(), pairs);
    let read = read.map_err(|it| it.to_string())?;
    Ok(read.url.map(|url| url.expose_secret().to_owned()))
}

#[test]
fn an_empty_address_of_the_database_hides_no_other() {
    let empty = ("CLOUDCORRECT_DATABASE_URL", "");
    let file = ("CLOUDCORRECT_DATABASE_URL_FILE", "url");
    let both = "database_url = \"\"\ndatabase_url_file = \"url\"\n";
    let of_file = Ok(Some("postgres:///file".to_owned()));
    assert_eq!(database(both, &[]), of_file);
    assert_eq!(database(both, &[empty, ("DATABASE_URL", "postgres:///last")]), of_file);
    assert_eq!(database("", &[empty, file]), of_file);
    assert_eq!(database("database_url = \"\"", &[file]), of_file);
    assert_eq!(database("database_url_file = \"url\"", &[empty]), of_file);
    assert_eq!(database("database_url = \"postgres:///file\"", &[empty]), of_file);
    assert_eq!(database("", &[empty, ("DATABASE_URL", "postgres:///file")]), of_file);
    // Empty wherever it may stand, it is none.
    assert_eq!(database("database_url = \"\"", &[empty, ("DATABASE_URL", "")]), Ok(None));
}

#[test]
fn a_secret_and_the_name_of_its_file_exclude_each_other() {
    let two =
        [("CLOUDCORRECT_DATABASE_URL", "postgres:///x"), ("CLOUDCORRECT_DATABASE_URL_FILE", "url")];
    insta::assert_snapshot!(database("", &two).expect_err("two"), @"
    1 setting is missing or wrong:
      variable CLOUDCORRECT_DATABASE_URL_FILE: `database_url_file` excludes `database_url`; one of the two would not be read; leave it out
    ");
    let toml = "database_url = \"postgres:///x\"\ndatabase_url_file = \"url\"\n";
    insta::assert_snapshot!(database(toml, &[]).expect_err("two"), @"
    1 setting is missing or wrong:
      settings:2:1: `database_url_file` excludes `database_url`; one of the two would not be read; leave it out
    ");
    // One in each is a variable that wins.
    let one = "database_url = \"postgres:///x\"";
    assert_eq!(database(one, &two[1..]), Ok(Some("postgres:///file".to_owned())));
    for setting in SETTINGS.iter().filter(|setting| setting.is_secret) {
        let name = setting.name.replace("ID", "\"123456789012\"");
        let (section, key) = name.rsplit_once('.').unwrap_or(("", &name));
        let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
        let toml = format!("{header}{key} = \"postgres:///x\"\n{key}_file = \"nowhere\"\n");
        let told = read(&toml, &[]).expect_err("two").to_string();
        assert!(told.contains(&format!("{key}_file` excludes `{key}`")), "{told}");
    }
}

#[test]
fn an_external_id_without_a_role_is_told_at_its_line() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("id");
    std::fs::write(&file, "x").expect("a file");
    let toml =
        format!("[accounts.\"123456789012\"]\nprofile = \"a\"\nexternal_id_file = {file:?}\n");
    let told = read(&toml, &[]).expect_err("no role").to_string();
    let expected = "settings:3:20: `accounts.123456789012.external_id_file` needs `role_arn`";
    assert!(told.contains(expected), "{told}");
}

#[test]
fn the_listeners_are_read_whatever_the_rest_is() {
    let toml = "odd = 1\n[listen]\npage = \"127.0.0.1:9001\"\n[github]\napp_id = \"x\"\n";
    let listen = Listen::read(toml, []).expect("the listeners are good");
    assert_eq!(listen.page.to_string(), "127.0.0.1:9001");
    let told = Listen::read(&toml.replace("127.0.0.1", "0.0.0.0"), []).expect_err("not loopback");
    assert_eq!(told.problems.len(), 1, "{told}");
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
      settings:3:16: `listen.page` is `0.0.0.0:80`, which is not loopback; the page has no access control, so put a proxy that has one before a loopback address
      settings:4:9: `listen.webhook` is no setting; did you mean `webhooks`?
      settings:5:9: `github.private_key` is missing; the GitHub App's private key, PEM; `private_key_file` may name a file with it
      settings:6:18: `github.app_id` is `seven`, which cannot be read: invalid digit found in string
      settings:7:9: `github.webhook_secret` is empty
      settings:9:16: `sources[0].name` is `Main`, but must be at most 40 of a-z, 0-9 and `-`
      settings:10:22: `sources[0].repository` is `acme`, but must be `owner/name`
      settings:11:9: `sources[0].pol` is no setting; did you mean `poll`?
      settings:12:19: `accounts.12` is no account id; write twelve digits, quoted
      settings:14:9: `accounts.123456789012.external_id` needs `role_arn`
      settings:16:19: `git.timeout` is `soon`, which is no span of time; write `90s`, `15m` or `1h`
      variable CLOUDCORRECT_DATADIR: `CLOUDCORRECT_DATADIR` is a variable that sets nothing; did you mean `CLOUDCORRECT_DATA_DIR`?
    ");
}

#[test]
fn no_source_is_a_problem_and_so_is_bad_toml() {
    insta::assert_snapshot!(read("", &[]).expect_err("no source"), @"
    1 setting is missing or wrong:
      settings:1:1: `sources` is missing; name at least one repository under `[[sources]]` of the file that `--config` gives
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
      settings:2:18: string values must be quoted, expected literal string
    ");
}

/// The problems as an operator sees them, with the lines that may be shown.
fn shown(toml: &str, variables: &[(&str, &str)]) -> String {
    let invalid = read(toml, variables).expect_err("bad settings").of_file(Some("c.toml"));
    let lines: Vec<&str> = invalid.shown.lines().collect();
    let mut text = String::new();
    for found in &invalid.problems {
        let line = usize::try_from(found.place.line).expect("a line").checked_sub(1);
        let line = line.and_then(|line| lines.get(line)).unwrap_or(&"");
        text += format!("{found} | {line}").trim_end();
        text.push('\n');
    }
    text
}

#[test]
fn problems_are_told_at_the_value_or_at_the_key() {
    let toml = r#"
        datadir = "state"
        [listen]
        page = "0.0.0.0:80" # was behind a proxy
        [github]
        app_id = "seven"
        private_key = 7.5
        webhook_secret = ""
        [git]
        timeout = ["soon"]
        [accounts."12"]
        profile = "x"
        [accounts.123456789012]
        external_id = "hush"
        [[sources]]
        name = "main"
        url = "https://ada:hush@git.example/p.git"
        [[sources]]
        name = "main"
        url = "https://git.example/p.git"
        path = "/a/../b"
    "#;
    insta::assert_snapshot!(shown(toml, &[("CLOUDCORRECT_EVALUATION_WORKERS", "0")]), @r#"
    c.toml:2:9: error: `datadir` is no setting |         datadir = …
    c.toml:4:16: error: `listen.page` is `0.0.0.0:80`, which is not loopback |         page = "0.0.0.0:80"
    c.toml:6:18: error: `github.app_id` is `seven`, which cannot be read: invalid digit found in string |         app_id = "seven"
    c.toml:7:9: error: `github.private_key` is of type float, but must be text |         private_key = …
    c.toml:8:9: error: `github.webhook_secret` is empty |         webhook_secret = …
    c.toml:10:9: error: `git.timeout` is of type array, but must be text |         timeout = …
    c.toml:11:19: error: `accounts.12` is no account id |         [accounts."12"]
    c.toml:14:9: error: `accounts.123456789012.external_id` needs `role_arn` |         external_id = …
    c.toml:17:9: error: `sources[0].url` must not hold credentials |         url = …
    c.toml:19:16: error: `sources[1].name` is taken by another source |         name = "main"
    c.toml:21:16: error: `sources[1].path` is `a/../b`, but must be a path from the repository's root |         path = "/a/../b"
    variable CLOUDCORRECT_EVALUATION_WORKERS: error: `evaluation.workers` must be from 1 to 64 |
    "#);
}

#[test]
fn the_header_of_a_table_is_shown_without_what_is_behind_it() {
    let first = "[[sources]]\nname = \"one\"\nurl = \"https://git.example/p.git\"\n";
    let toml = format!("{first}  [[sources]] # hush\nname = \"two\"\n");
    insta::assert_snapshot!(shown(&toml, &[]), @"c.toml:4:3: error: `sources[1].repository` is missing |   [[sources]]");
}

#[test]
fn what_is_wrong_or_missing_is_no_duplicate() {
    let toml = r#"
        [[sources]]
        name = "one"
        url = "http://one.example/x.git"
        [[sources]]
        name = "two"
        url = "http://two.example/y.git"
        [[sources]]
        [[sources]] # the same place as the next
        name = "four"
        url = "https://git.example/p.git"
        [[sources]]
        url = "https://git.example/p.git"
    "#;
    insta::assert_snapshot!(shown(toml, &[]), @r#"
    c.toml:4:15: error: `sources[0].url` is `http://one.example/x.git`, which is not encrypted |         url = "http://one.example/x.git"
    c.toml:7:15: error: `sources[1].url` is `http://two.example/y.git`, which is not encrypted |         url = "http://two.example/y.git"
    c.toml:8:9: error: `sources[2].name` is missing |         [[sources]]
    c.toml:8:9: error: `sources[2].repository` is missing |         [[sources]]
    c.toml:12:9: error: `sources[4].name` is missing |         [[sources]]
    c.toml:12:9: error: `sources[4]` has repository, branch and path of another source |         [[sources]]
    "#);
}

#[test]
fn all_errors_of_a_file_that_is_no_toml_are_told() {
    let toml = "data_dir = a\n[listen\npage = \"x\"\n[git]\ntimeout = 5 s\n";
    insta::assert_snapshot!(shown(toml, &[]), @"
    c.toml:1:12: error: string values must be quoted, expected literal string |
    c.toml:2:8: error: unclosed table, expected `]` |
    c.toml:5:11: error: string values must be quoted, expected literal string |
    ");
}

/// Every place of a secret: its variable, its setting, a misspelt one, one of the wrong type, one
/// beside others, one over several lines, one that is a comment, and files that are no TOML.
fn files_with(section: &str, key: &str, secret: &str) -> Vec<String> {
    let inner = [
        format!("{key} = \"{secret}\""),
        format!("{key}x = \"{secret}\""),
        format!("{key} = [\"{secret}\"]"),
        format!("{key} = {{ a = \"{secret}\" }}"),
        format!("{key} = \"\"\"\n{secret}\n{secret}\"\"\" # {secret}"),
        format!("oops = 1 # {secret}\n{key} = \"{secret}\" # {secret}"),
        format!("{key} = {secret}"),
        format!("{key} = \"{secret}"),
        format!("{key} = \"{secret}\" x"),
        format!("{key} = \"{secret}\"\n{key} = \"{secret}\""),
    ];
    let header = if section.is_empty() { String::new() } else { format!("[{section}]\n") };
    let mut files: Vec<_> = inner.map(|line| format!("{header}{line}\nodd = 1\n")).into();
    if !section.is_empty() && !section.contains('.') {
        files.push(format!("{section} = {{ {key} = \"{secret}\", odd = 1, oddx = \"{secret}\" }}"));
        files
            .push(format!("{section} = {{ odd = 1, {key} = \"{secret}\" }}\n{key} = \"{secret}\""));
    }
    files
}

#[test]
fn no_secret_is_ever_shown() {
    let secret = "CANARY-4711";
    let secrets: Vec<_> = SETTINGS.iter().filter(|setting| setting.is_secret).collect();
    assert!(secrets.len() >= 4);
    for setting in secrets {
        let name = setting.name.replace("ID", "123456789012");
        let (section, key) = name.rsplit_once('.').unwrap_or(("", &name));
        for file in files_with(section, key, secret) {
            let invalid = read(&file, &[]).expect_err("there is no source");
            let debug = format!("{invalid:?}{invalid}");
            assert!(!debug.contains("CANARY"), "{file}\n{debug}");
        }
        let variable = variable(&name);
        let invalid = read("odd = 1", &[(&variable, secret)]).expect_err("there is no source");
        assert!(!format!("{invalid:?}").contains("CANARY"), "{variable}");
    }
}

/// Asserts that the canary is not among what is told of a file or of a variable.
#[track_caller]
fn hides_the_canary(toml: &str, variables: &[(&str, &str)]) {
    let invalid = read(toml, variables).expect_err("bad settings");
    let told = format!("{invalid:?}{invalid}");
    assert!(!told.contains("CANARY"), "{toml}\n{variables:?}\n{told}");
    assert!(!told.contains("canary"), "{toml}\n{variables:?}\n{told}");
}

/// A secret may be given where the name of its file, or something else altogether, belongs.
#[test]
fn no_secret_is_shown_in_the_place_of_another_value() {
    let line = "CANARY4711".repeat(40);
    let secrets = [
        "-----BEGIN RSA PRIVATE KEY-----\nCANARY\n-----END RSA PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY----- CANARY -----END RSA PRIVATE KEY-----",
        "CANARY\nCANARY",
        &line,
    ];
    for setting in SETTINGS {
        let name = setting.name.replace("ID", "123456789012");
        let file = format!("{name}_file");
        // What is short and no path may be a secret where a file with one belongs, and only there.
        let short = [&secrets[..], &["CANARY-4711"]].concat();
        let places = [(&name, secrets.to_vec()), (&file, short)];
        for (place, secrets) in places.iter().take(1 + usize::from(setting.is_secret)) {
            let (section, key) = place.rsplit_once('.').unwrap_or(("", place));
            for secret in secrets {
                let value = format!("{secret:?}");
                let header = match section {
                    "" => String::new(),
                    "sources[]" => "[[sources]]\n".to_owned(),
                    section => format!("[{section}]\n"),
                };
                hides_the_canary(&format!("{header}{key} = {value}\nodd = 1\n"), &[]);
                let lines = format!("\"\"\"\n{secret}\"\"\"");
                hides_the_canary(&format!("{header}{key} = {lines}\nodd = 1\n"), &[]);
                hides_the_canary("odd = 1", &[(&variable(place), secret)]);
            }
        }
    }
}

#[test]
fn no_credentials_of_an_address_are_shown() {
    let urls = [
        "https://a:CANARY@git.example/p.git",
        "https://CANARY@git.example/p.git",
        "https://a:CANARY@[/x",
        "https:a:CANARY@git.example",
        "https:/a:CANARY@git.example",
        "https:CANARY@git.example",
        "ssh://a:CANARY@git.example",
        "a:CANARY@git.example:x",
        "CANARY:x@git.example",
        "//a:CANARY@git.example",
        "//CANARY@git.example",
    ];
    for key in ["url", "repository", "name", "branch", "path", "poll"] {
        for url in urls {
            hides_the_canary(&format!("odd = 1\n[[sources]]\n{key} = \"{url}\"\n"), &[]);
        }
    }
    let databases = [
        "postgres://a:CANARY@[/x",
        "postgres://a@127.0.0.1/x?passwd=CANARY",
        "postgres://a@127.0.0.1/x?sslmode=CANARY",
        "postgres://a:1?CANARY=y@127.0.0.1/x",
        "postgres://a:1?canary=y@127.0.0.1/x",
        "postgres://a:1?canary@127.0.0.1/x",
        "postgres://a@127.0.0.1/x?canary",
    ];
    for url in databases {
        hides_the_canary(&format!("database_url = \"{url}\""), &[]);
        hides_the_canary("", &[("CLOUDCORRECT_DATABASE_URL", url)]);
        hides_the_canary("", &[("DATABASE_URL", url)]);
        let alone = [("DATABASE_URL".to_owned(), url.to_owned())];
        DatabaseSettings::read("", Path::new("."), alone).expect_err("it is refused");
    }
}

/// What is declared as a secret is read as one, and nothing else: of a line with another setting
/// the value is shown.
#[test]
fn the_declaration_says_which_settings_are_secret() {
    for setting in SETTINGS {
        let name = setting.name.replace("ID", "\"123456789012\"");
        let (section, key) = name.rsplit_once('.').unwrap_or(("", &name));
        let file = match section {
            "" => format!("{key} = \"VALUE\"\n"),
            "sources[]" => format!("[[sources]]\n{key} = \"VALUE\"\n"),
            section => format!("[{section}]\n{key} = \"VALUE\"\n"),
        };
        let invalid = read(&format!("{file}odd = 1"), &[]).expect_err("an odd setting");
        let is_shown = invalid.shown.contains("VALUE");
        assert_eq!(is_shown, !setting.is_secret, "{name}\n{}", invalid.shown);
    }
    let read: BTreeSet<&str> =
        SETTINGS.iter().filter(|one| one.is_secret).map(|one| one.name).collect();
    let fields = include_str!("settings.rs").matches(": SecretString").count()
        + include_str!("settings.rs").matches("Option<SecretString>").count();
    // The database's address is a field of both kinds of settings.
    assert_eq!(fields, read.len() + 1, "each secret of the settings is declared as one");
}

#[test]
fn examples_of_settings_give_their_codes() {
    let mut seen = 0;
    for code in Code::ALL {
        for example in code.examples() {
            let sources = "[[sources]]\nname = \"main\"\nurl = \"https://git.example/p.git\"\n";
            let found = match example.context {
                ExampleContext::Environment => {
                    let line = example.text.trim_start_matches("export ");
                    read(sources, &[line.split_once('=').expect("a variable")])
                }
                ExampleContext::File("cloudcorrect.toml") => read(example.text, &[]),
                _ => continue,
            };
            let found = found.map_or_else(|invalid| invalid.problems, |_| Vec::new());
            let codes: Vec<_> = found.iter().map(|problem| problem.code).collect();
            assert_eq!(codes, if example.is_right { vec![] } else { vec![*code] });
            seen += 1;
        }
    }
    assert_eq!(seen, 4);
}
