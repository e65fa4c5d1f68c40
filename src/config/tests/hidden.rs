//! Values of secrets, which are never among what is told.

use std::collections::BTreeSet;

use super::super::declaration::variable;
use super::*;

/// Every place of a secret in a file: its setting, a misspelt one, one of the wrong type, one beside
/// others, one over several lines, one that is a comment, and files that are no TOML.
fn files_with(name: &str, secret: &str) -> Vec<String> {
    let (header, key) = header_and_key(name);
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
    let mut files: Vec<_> = inner.map(|line| format!("{header}{line}\nodd = 1\n")).into();
    if let Some((section, _)) = name.rsplit_once('.').filter(|(section, _)| !section.contains('.'))
    {
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
        let name = setting.name.replace("ID", "123456789012").replace("NAME", "s3");
        for file in files_with(&name, secret) {
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
        let name = setting.name.replace("ID", "123456789012").replace("NAME", "s3");
        let file = format!("{name}_file");
        // What is short and no path may be a secret where a file with one belongs, and only there.
        let short = [&secrets[..], &["CANARY-4711"]].concat();
        let places = [(&name, secrets.to_vec()), (&file, short)];
        for (place, secrets) in places.iter().take(1 + usize::from(setting.is_secret)) {
            let (header, key) = header_and_key(place);
            for secret in secrets {
                hides_the_canary(&format!("{header}{key} = {secret:?}\nodd = 1\n"), &[]);
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
        let name = setting.name.replace("ID", "\"123456789012\"").replace("NAME", "s3");
        let (header, key) = header_and_key(&name);
        let file = format!("{header}{key} = \"VALUE\"\nodd = 1");
        let invalid = read(&file, &[]).expect_err("an odd setting");
        let is_shown = invalid.shown.contains("VALUE");
        assert_eq!(is_shown, !setting.is_secret, "{name}\n{}", invalid.shown);
    }
    let read: BTreeSet<&str> =
        SETTINGS.iter().filter(|one| one.is_secret).map(|one| one.name).collect();
    let fields = include_str!("../settings.rs").matches(": SecretString").count()
        + include_str!("../settings.rs").matches("Option<SecretString>").count();
    // The database's address is a field of both kinds of settings, and the passphrase of a key of none.
    assert_eq!(fields, read.len(), "each secret of the settings is declared as one");
}
