//! Secrets in files, and which of several ways to give one counts.

use secrecy::{ExposeSecret, SecretString};

use super::*;

/// The secret of the App's webhooks and the address of the database, as read.
fn read_with_files(toml: &str, variables: &[(&str, &str)]) -> Result<[String; 2], InvalidSettings> {
    let settings = read(toml, variables)?;
    let text = |secret: &SecretString| secret.expose_secret().to_owned();
    let github = settings.github.expect("a GitHub App");
    let database = settings.database_url.as_ref().map(text).unwrap_or_default();
    let webhook = github.webhook_secret.as_ref().map(text).unwrap_or_default();
    Ok([webhook, database])
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
        let (header, key) = header_and_key(&name);
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
    let read = DatabaseSettings::read(toml, directory.path(), owned(variables));
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
        let (header, key) = header_and_key(&name);
        let toml = format!("{header}{key} = \"postgres:///x\"\n{key}_file = \"nowhere\"\n");
        let told = read(&toml, &[]).expect_err("two").to_string();
        assert!(told.contains(&format!("{key}_file` excludes `{key}`")), "{told}");
    }
}
