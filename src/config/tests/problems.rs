//! What is told of settings that are missing or wrong, and where.

use super::*;
use crate::diagnostic::{Code, ExampleContext};

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
fn a_wrong_external_id_is_told_of_the_file_that_has_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("id");
    std::fs::write(&file, "of ours").expect("a file");
    let toml = format!(
        "[accounts.\"123456789012\"]\nrole_arn = \"arn:aws:iam::123456789012:role/r\"\n\
         external_id_file = {:?}\n",
        file.to_str().expect("UTF-8")
    );
    let told = read(&toml, &[]).expect_err("a space").to_string();
    let expected = "settings:3:20: `accounts.123456789012.external_id_file` is no external id";
    assert!(told.contains(expected), "{told}");
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
        external_id = "ours"
        [git]
        timeout = "soon"
    "#;
    let error = read(toml, &[("CLOUDCORRECT_DATADIR", "/x")]).expect_err("bad settings");
    insta::assert_snapshot!(error, @"
    12 settings are missing or wrong:
      settings:3:16: `listen.page` is `0.0.0.0:80`, which is not loopback; the page has no access control, so put a proxy that has one before a loopback address
      settings:4:9: `listen.webhook` is no setting; did you mean `webhooks`?
      settings:5:9: `github.private_key` is missing; the GitHub App's private key, PEM; `private_key_file` may name a file with it
      settings:6:18: `github.app_id` is `seven`, but must be a whole number
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
    c.toml:6:18: error: `github.app_id` is `seven`, but must be a whole number |         app_id = "seven"
    c.toml:7:9: error: `github.private_key` is of type float, but must be text |         private_key = …
    c.toml:8:9: error: `github.webhook_secret` is empty |         webhook_secret = …
    c.toml:10:9: error: `git.timeout` is of type array, but must be text |         timeout = …
    c.toml:11:19: error: `accounts.12` is no account id |         [accounts."12"]
    c.toml:14:9: error: `accounts.123456789012.external_id` needs `role_arn` |         external_id = …
    c.toml:17:9: error: `sources[0].url` must not hold credentials |         url = …
    c.toml:19:16: error: `sources[1].name` is taken by another source |         name = "main"
    c.toml:21:16: error: `sources[1].path` is `a/../b`, but must be a path from the repository's root |         path = "/a/../b"
    variable CLOUDCORRECT_EVALUATION_WORKERS: error: `evaluation.workers` is `0`, but must be a whole number from 1 to 64 |
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
