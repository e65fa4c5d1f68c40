//! What is promised of editors, in the YAML language server that most of them run, in two versions;
//! and that a formatter leaves our files as they are.

#![expect(clippy::indexing_slicing, clippy::panic, reason = "what cannot go on ends there")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use cloudcorrect::catalog;
use cloudcorrect::diagnostic::Code;
use cloudcorrect::policy::SourceFile;
use lsp_types::Diagnostic;
use regex::Regex;
use serde_json::{Value as Json, json};

use super::{cloudcorrect, files, text};
use mistakes::Mistake;
use server::Server;

#[path = "editors/mistakes.rs"]
mod mistakes;
#[path = "editors/server.rs"]
pub(crate) mod server;

/// The versions, by the names of their packages in `tests/editors/`.
const OLD: &str = "yaml-language-server-1";
const NEW: &str = "yaml-language-server-2";

/// The kinds of documents, and one of all.
const KINDS: [&str; 7] = ["Account", "Group", "CheckType", "Pack", "Test", "Waiver", "Settings"];

/// A repository as `init` writes it, with an editor in it.
struct Desk {
    root: tempfile::TempDir,
    server: Server,
}

impl Desk {
    /// The settings are those that `init` writes for VS Code. Their patterns find nothing below a
    /// directory whose name begins with a dot.
    fn new(package: &str) -> Self {
        let root = tempfile::Builder::new().prefix("desk").tempdir().expect("a directory");
        let path = root.path().to_str().expect("UTF-8");
        assert!(cloudcorrect(&["init", path]).status.success());
        let settings = fs::read_to_string(root.path().join(".vscode/settings.json"));
        let settings: Json = serde_json::from_str(&settings.expect("a file")).expect("JSON");
        let schemas = json!({ "schemas": settings["yaml.schemas"] });
        let server = Server::start(package, root.path(), &schemas);
        Self { root, server }
    }

    /// Writes what is proposed under a label for a text, with what the drafts say in their blanks.
    fn completed(&mut self, path: &str, text: &str, label: &str) -> String {
        let proposed = self.server.complete(path, text);
        let (_, draft) = proposed.iter().find(|(found, _)| found == label).unwrap_or_else(|| {
            panic!("`{label}` is not among {proposed:?}");
        });
        let (before, behind) = text.split_once('|').expect("a mark");
        // An editor indents what follows as the line that it is written into.
        let line = before.rsplit('\n').next().unwrap_or_default();
        let indent = line.len() - line.trim_start().len();
        let draft = draft.replace('\n', &format!("\n{}", " ".repeat(indent)));
        format!("{before}{}{behind}", filled(&draft))
    }
}

/// A draft with what stands in its blanks, and a word in those that are empty.
fn filled(draft: &str) -> String {
    static BLANK: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"\$\{[0-9]+:([^}]*)\}").expect("a pattern"));
    static EMPTY: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\$[0-9]+").expect("a pattern"));
    EMPTY.replace_all(&BLANK.replace_all(draft, "$1"), "blank").into_owned()
}

/// The comment by which an editor finds the schema of a document.
fn comment(up: &str, kind: &str) -> String {
    format!("# yaml-language-server: $schema={up}schemas/{}.schema.json\n", kind.to_lowercase())
}

/// Every file of policies below a directory, by its path.
fn policies(root: &Path) -> BTreeMap<String, String> {
    let is_policy = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "yaml");
    let read = |path: PathBuf| {
        let text = fs::read_to_string(&path).expect("UTF-8");
        (path.into_os_string().into_string().expect("UTF-8"), text)
    };
    files(root).into_iter().filter(is_policy).map(read).collect()
}

/// What an editor says of a place in a text: what is marked, and in which words.
fn said(text: &str, found: &Diagnostic) -> String {
    let start = found.range.start;
    let line = usize::try_from(start.line).expect("fits");
    let line = text.lines().nth(line).unwrap_or_default();
    let marked = line.get(usize::try_from(start.character).expect("fits")..).unwrap_or_default();
    let end = if found.range.end.line == start.line { found.range.end.character } else { u32::MAX };
    let length = usize::try_from(end.saturating_sub(start.character)).expect("fits");
    let marked: String = marked.chars().take(length.min(30)).collect();
    let words: String = found.message.chars().take(100).collect();
    format!("`{marked}`: {words}")
}

/// Whether the reader, and so `validate`, takes policies without a word.
fn is_good(policies: &str) -> bool {
    let file = SourceFile::new("policies/a.yaml", policies.as_bytes());
    catalog::read(&[file]).diagnostics.is_empty()
}

#[test]
fn an_editor_helps_as_promised() {
    let mut desks = [OLD, NEW].map(Desk::new);
    our_files_have_no_problem(&mut desks);
    mistakes_are_refused();
    mistakes_are_marked_with_words(&mut desks);
    for desk in &mut desks {
        drafts_are_valid(desk);
        proposals_can_be_taken(desk);
        scalars_of_tests_are_taken_as_they_are_read(desk);
    }
    what_is_shown_says_what_a_key_means(&mut desks);
}

/// Each document has a comment of its own, since one holds for its own document only.
fn our_files_have_no_problem(desks: &mut [Desk]) {
    let house = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut ours = policies(&house.join("example-policies/policies"));
    ours.extend(policies(&house.join("catalog")));
    assert!(ours.len() >= 15, "{}", ours.len());
    ours.extend(policies(&desks[0].root.path().join("policies")));
    for (path, text) in &ours {
        for document in text.split("---\n") {
            let named = document.strip_prefix("# yaml-language-server: $schema=");
            let named = named.and_then(|rest| rest.lines().next());
            let named = named.unwrap_or_else(|| panic!("{path}: {document:.80} names no schema"));
            let schema = Path::new(path).parent().expect("a directory").join(named);
            let schema = fs::read_to_string(schema).expect(path);
            let schema: Json = serde_json::from_str(&schema).expect("JSON");
            let kind = schema["title"].as_str().expect("a kind");
            assert!(document.contains(&format!("\nkind: {kind}\n")), "{path}: {named}");
        }
    }
    let texts: Vec<(&str, &str)> =
        ours.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    for desk in desks {
        for ((path, text), found) in texts.iter().zip(desk.server.open(&texts)) {
            let found: Vec<String> = found.iter().map(|found| said(text, found)).collect();
            assert_eq!(found, Vec::<String>::new(), "{path}");
        }
    }
}

/// In a document by its comment, and in one without by the settings; always behind another one.
fn mistakes_are_marked_with_words(desks: &mut [Desk]) {
    let all = mistakes::all();
    assert!(all.len() >= 20);
    let by_comment = behind_a_good_one(&all, |kind| comment("../", kind));
    let by_settings = behind_a_good_one(&all, |_| String::new());
    let mut told = Vec::new();
    for desk in desks {
        let texts = [("policies/a.yaml", &*by_comment), ("policies/b.yaml", &*by_settings)];
        let found = desk.server.open(&texts);
        let one = by_document(&by_comment, &found[0], all.len());
        let other = by_document(&by_settings, &found[1], all.len());
        for (mistake, (one, other)) in all.iter().zip(one.iter().zip(&other)) {
            assert!(!one.is_empty(), "{mistake:?} is not marked");
            // Which kinds there are is another question.
            assert!(one == other || mistake.to.starts_with("kind"), "{one:?} {other:?}");
        }
        told.push(one);
    }
    // Version 1.19.2 has words of its own for a missing key.
    for (old, new) in told[0].iter().zip(&told[1]) {
        let has_own = old.iter().any(|one| one.contains("Missing property"));
        assert!(old == new || has_own && old.len() == new.len(), "{old:?}\nand\n{new:?}");
    }
    the_words_say_what_to_do(&told[1].concat().join("\n"));
}

/// What `validate` takes, and what it refuses.
fn mistakes_are_refused() {
    let good = |kinds: &dyn Fn(&str) -> bool| -> String {
        let kinds = KINDS[..6].iter().filter(|kind| kinds(kind));
        kinds.map(|kind| mistakes::good(kind)).collect::<Vec<_>>().join("---\n")
    };
    assert!(is_good(&good(&|_| true)));
    for mistake in mistakes::all() {
        let others = good(&|kind| kind != mistake.kind);
        assert!(!is_good(&format!("{others}---\n{}", mistake.document())), "{mistake:?} is none");
    }
}

/// What a schema says of a document whose scalars YAML has taken for what they look like.
fn fits(kind: &str, document: &Json) -> bool {
    let schema = Path::new("schemas").join(format!("{}.schema.json", kind.to_lowercase()));
    let schema = fs::read_to_string(schema).expect("a schema");
    jsonschema::is_valid(&serde_json::from_str(&schema).expect("JSON"), document)
}

/// YAML leaves out the zeros that an id without quotes begins with.
#[test]
fn an_account_id_may_begin_with_zeros() {
    for id in ["123456789012", "012345678901", "000000123456"] {
        let document = mistakes::good("Account").replace("123456789012", id);
        let file = SourceFile::new("policies/a.yaml", document.as_bytes());
        let told = catalog::read(&[file]).diagnostics;
        assert!(told.is_empty(), "{id}: {told:?}");
        let mut seen: Json = serde_saphyr::from_str(&document).expect("YAML");
        let number: i64 = id.parse().expect("a number");
        seen["spec"]["aws"]["accountId"] = number.into();
        assert!(fits("Account", &seen), "{id}");
    }
    let long: Json =
        serde_saphyr::from_str(&mistakes::good("Account").replace("123456789012", "1234567890123"))
            .expect("YAML");
    assert!(!fits("Account", &long));
}

/// What is refused for its text alone is marked for it.
#[test]
fn a_schema_tells_texts_that_say_nothing() {
    let wrong = [
        ("Group", "every: 15m", "cron: \"\""),
        ("Group", "every: 15m", "cron: \"@daily\", timezone: \"\""),
        ("Group", "tag(\"Name\") != null", "\"\""),
        ("Group", "tag(\"Name\") != null", "\" \""),
        ("Group", "severity: low", "where: \"\""),
        ("Group", "severity: low", "let: { web: { select: AWS::EC2::VPC, where: \"\" } }"),
        ("Group", "name: storage", "name: -1"),
        ("Group", "id: named", "id: -1"),
        ("Account", "name: prod", "name: -1"),
        ("Pack", "uses: acme/tagged", "uses: \"\""),
        ("Pack", "uses: acme/tagged", "uses: Acme/Tagged"),
        ("Pack", "uses: acme/tagged", "uses: -1"),
        ("Test", "check: storage/named", "uses: \"\""),
        ("CheckType", "tag(params.key) != null", "\"\""),
    ];
    for (kind, from, to) in wrong {
        let good = mistakes::good(kind);
        assert!(good.contains(from), "{kind}: {from}");
        let read = |text: &str| serde_saphyr::from_str::<Json>(text).expect("YAML");
        assert!(fits(kind, &read(good)), "{kind}");
        let wrong = good.replacen(from, to, 1);
        assert!(!fits(kind, &read(&wrong)), "{kind}: {to}");
        assert!(!is_good(&wrong), "{kind}: {to}");
    }
    // What the reader takes is not marked: a number is a name as well.
    let number = mistakes::good("Group").replace("name: storage", "name: 1");
    assert!(fits("Group", &serde_saphyr::from_str(&number).expect("YAML")));
}

/// A good document, and behind it one for each mistake, each with a comment for its kind.
fn behind_a_good_one(all: &[Mistake], comment: impl Fn(&str) -> String) -> String {
    let first = format!("{}{}", comment("Group"), mistakes::good("Group"));
    let wrong = all.iter().map(|one| format!("---\n{}{}", comment(one.kind), one.document()));
    first + &wrong.collect::<String>()
}

/// What is said of each document of a text but the first, of which nothing is.
fn by_document(text: &str, found: &[Diagnostic], count: usize) -> Vec<Vec<String>> {
    let lines = text.lines().enumerate();
    let starts: Vec<usize> = lines.filter_map(|(at, line)| (line == "---").then_some(at)).collect();
    let mut told = vec![Vec::new(); count];
    for one in found {
        let line = usize::try_from(one.range.start.line).expect("fits");
        let document = starts.partition_point(|start| *start < line);
        told[document.checked_sub(1).expect("none in the first one")].push(said(text, one));
    }
    told
}

#[expect(clippy::too_many_lines, reason = "the words of all mistakes")]
fn the_words_say_what_to_do(told: &str) {
    insta::assert_snapshot!(told, @r#"
    `cloudcorrect.dev/v2`: Value is not accepted. Valid values: "cloudcorrect.dev/v1".
    `Groups`: Value is not accepted. Valid values: "Group".
    `a`: Missing property "metadata".
    `Our buckets`: write a name of a-z, 0-9 and `-` here, at most 63 characters
    `metadata`: Missing property "name".
    `nam`: there is no such key here; known are `name`, `labels`, `annotations`
    `every`: `every` and `cron` exclude each other: remove one of them
    `15`: write a number with `s`, `m`, `h` or `d`, as in `15m`
    `evry`: there is no such key here; known are `every`, `cron`, `timezone`
    `enforced`: Value is not accepted. Valid values: "shadow", "audit", "enforce".
    `yes`: write `true` or `false` here, without quotes
    `[prod]`: write a mapping here: its keys in `{ }`, or below and indented
    `prod`: write a list here: `[a, b]`, or a line with `- ` for each item
    `tomorrow`: write a day or an instant, as in `2026-12-31T18:00:00Z`
    `check`: there is no such key here; known are `description`, `owner`, `accounts`, `schedule`, `mode`, `enforc
    `spec`: add `checks`, or `packs` whose checks the group takes up
    `t`: Missing property "id".
    `urgent`: Value is not accepted. Valid values: "info", "low", "medium", "high", "critical".
    `failed`: Value is not accepted. Valid values: "not_applicable", "pass", "fail", "unknown".
    `select`: `uses` says what is checked: remove it, or this
    `assert`: `uses` says what is checked: remove it, or this
    `assertAll`: `assert` and `assertAll` exclude each other: make two checks
    `1st`: write a name of a-z, A-Z, 0-9 and `_`, which begins with a letter
    `AWS::S3::Buckets`: Value is not accepted. Valid values: "AWS::EC2::EBSEncryptionByDefault", "AWS::EC2::EIP", "AWS::EC2:
    `assret`: there is no such key here; known are `id`, `title`, `severity`, `formerly`, `uses`, `with`, `complia
    `i`: add `assert`, what must hold of each resource, or `assertAll`, of all together
    `i`: add `assert`, what must hold of each resource, or `assertAll`, of all together
    `[tag("Name") != null]`: write something here, in quotes if it begins with `[`, `{` or `*`
    ``: write something here, in quotes if it begins with `[`, `{` or `*`
    `named`: write the group or pack and the id of the check, as `group/id`
    `chek`: there is no such key here; known are `check`, `pack`, `uses`, `cases`, `with`, `accountId`, `now`, `
    `spec`: add `check`, as `group/id`; or `pack`, as `pack/id`; or `uses`, a check type
    `uses`: `check`, `pack` and `uses` exclude each other: test each in a document of its own
    `2026-01-31`: write an instant, as in `2026-01-31T00:00:00Z`
    `BucketNam`: there is no such property here, or this is no mapping; known are `BucketName`, `Arn`, `CreationDate`
    `B`: Missing property "BucketName".
    `2026-01-31`: write an instant here, as in `2026-01-31T00:00:00Z`
    `Sttus`: there is no such property here, or this is no mapping; known are `Status`, `MFADelete`
    `Polic`: Value is not accepted. Valid values: "BucketName", "Arn", "CreationDate", "BucketRegion", "Acl", "Bu
    `denied`: Value is not accepted. Valid values: "access_denied", "throttled", "timeout", "credentials", "region
    `ssh`: write a whole number here
    `AWS::EC2::SecurityGroups`: there is no such resource type here, or this is no mapping; known are `AWS::EC2::EBSEncryptionByDefa
    `AWS::EC2::VPCs`: Value is not accepted. Valid values: "AWS::EC2::EBSEncryptionByDefault", "AWS::EC2::EIP", "AWS::EC2:
    `passes`: there is no such key here; known are `pass`, `fail`, `unknown`, `notSelected`, `notApplicable`
    `spec`: add `expect`: which resources pass, fail or are left out; or several `cases`
    `12345`: write the twelve digits, in quotes if they begin with 0
    `[]`: Array has too few items. Expected 1 or more.
    `mars`: write the name of a region, as in `eu-west-1`
    `eu-west-1`: write a list here: `[a, b]`, or a line with `- ` for each item
    `31.12.2027`: write a day, as in `2026-12-31`
    `spec`: Missing property "reason".
    `""`: write something here, in quotes if it begins with `[`, `{` or `*`
    `match`: add `group`, `check` or both: no waiver is of everything
    `Frankfurt`: write the name of a region, as in `eu-west-1`, or `global`
    `text`: Value is not accepted. Valid values: "string", "integer", "number", "boolean", "list".
    `spec`: add `assert`, what must hold of each resource, or `assertAll`, of all together
    `Acme/Tagged`: write one or two names of a-z, 0-9 and `-`, with `/` between them
    `use`: there is no such key here; known are `id`, `title`, `severity`, `formerly`, `uses`, `with`, `complia
    `i`: add `select`, a resource type such as `AWS::S3::Bucket`
    `i`: add `assert`, what must hold of each resource, or `assertAll`, of all together
    ``: write a value here, or remove the key
    "#);
}

fn drafts_are_valid(desk: &mut Desk) {
    const NEW_FILE: &str = "policies/new.yaml";
    let mut drafts = Vec::new();
    let mut whole = Vec::new();
    for kind in KINDS {
        let (path, up) = match kind {
            "Settings" => ("./.cloudcorrect.yaml", "./"),
            _ => (NEW_FILE, "../"),
        };
        let empty = format!("{}|", comment(up, kind));
        let draft = desk.completed(path, &empty, &format!("new {kind}"));
        if kind != "Settings" {
            let of_any = desk.completed(NEW_FILE, "|", &format!("new {kind}"));
            assert!(draft.ends_with(&of_any), "{draft} {of_any}");
            whole.push(draft.clone());
        }
        drafts.push((path, draft));
        // Keys that must be there, which the server puts together by itself.
        drafts.push((path, desk.completed(path, &empty, kind)));
    }
    assert!(is_good(&whole.join("\n---\n")), "{}", whole.join("\n---\n"));
    let checks = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: { name: a }\nspec:\n  \
                  checks:\n    - |\n";
    for label in ["new check", "new check by a check type"] {
        let text = desk.completed(NEW_FILE, checks, label);
        assert!(is_good(&format!("{text}---\n{}", mistakes::good("Account"))), "{text}");
        drafts.push((NEW_FILE, text));
    }
    let texts: Vec<(&str, &str)> = drafts.iter().map(|(path, text)| (*path, &**text)).collect();
    for ((_, text), found) in texts.iter().zip(desk.server.open(&texts)) {
        assert!(found.is_empty(), "{text}\n{found:?}");
    }
}

fn proposals_can_be_taken(desk: &mut Desk) {
    let group = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nspec:\n";
    let test = "apiVersion: cloudcorrect.dev/v1\nkind: Test\nspec:\n  given:\n";
    let keys = [
        ("", "|"),
        (group, "  |\n"),
        (group, "  schedule:\n    |\n"),
        (group, "  checks:\n    - id: a\n      |\n"),
        (group, "  checks:\n    - id: a\n      let:\n        web:\n          |\n"),
        (test, "    |\n"),
        (test, "    AWS::S3::Bucket:\n      - BucketName: a\n        |\n"),
    ];
    for (before, at) in keys {
        let proposed = desk.server.complete("policies/new.yaml", &format!("{before}{at}"));
        assert!(proposed.len() > 1, "{at}");
        for (label, written) in proposed {
            assert!(written.contains(':'), "{at}: `{label}` writes `{written}`");
        }
    }
    let values = |desk: &mut Desk, before: &str, at: &str| -> Vec<String> {
        let proposed = desk.server.complete("policies/new.yaml", &format!("{before}{at}"));
        proposed.into_iter().map(|(_, written)| written).collect()
    };
    let none = Vec::<String>::new();
    for key in ["description", "owner"] {
        assert_eq!(values(desk, group, &format!("  {key}: |\n")), none, "{key}");
    }
    for key in ["id", "title", "where", "assert", "assertAll", "uses", "remediation"] {
        assert_eq!(values(desk, group, &format!("  checks:\n    - {key}: |\n")), none, "{key}");
    }
    let bucket = "    AWS::S3::Bucket:\n      - ";
    assert_eq!(values(desk, test, &format!("{bucket}BucketName: |\n")), none);
    assert_eq!(values(desk, group, "  mode: |\n"), ["shadow", "audit", "enforce"]);
    assert_eq!(values(desk, group, "  suspend: |\n"), ["false", "true"]);
    let types = values(desk, group, "  checks:\n    - select: |\n");
    assert!(types.contains(&"AWS::S3::Bucket".to_owned()) && types.len() > 20, "{types:?}");
    let regions = values(desk, test, &format!("{bucket}$region: |\n"));
    assert!(regions.contains(&"eu-west-1".to_owned()), "{regions:?}");
    let state = "    AWS::EC2::Instance:\n      - State:\n          Name: |\n";
    assert!(values(desk, test, state).contains(&"running".to_owned()));
}

fn what_is_shown_says_what_a_key_means(desks: &mut [Desk]) {
    let group = "apiVersion: cloudcorrect.dev/v1\nkind: Group\nspec:\n";
    let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nspec:\n";
    let test = "apiVersion: cloudcorrect.dev/v1\nkind: Test\nspec:\n";
    let texts = [
        "api|Version: cloudcorrect.dev/v1\nkind: Group\n".to_owned(),
        format!("{group}  mo|de: audit\n"),
        format!("{group}  schedule: {{ cr|on: '0 6 * * *' }}\n"),
        format!("{group}  checks: [{{ id: a, sever|ity: low }}]\n"),
        format!("{group}  checks: [{{ id: a, ass|ert: 'true' }}]\n"),
        format!("{account}  aws: {{ regions: [eu|-west-1] }}\n"),
        format!("{test}  given: {{ AWS::EC2::Instance: [{{ State: {{ Na|me: x }} }}] }}\n"),
    ];
    let select = format!("{group}  checks: [{{ id: a, |select: AWS::S3::Bucket }}]\n");
    let shown = desks.iter_mut().map(|desk| {
        let types = desk.server.hover("policies/shown.yaml", &select);
        assert!(types.contains("The resource type, such as `AWS::S3::Bucket`."), "{types}");
        let mut hover = |text: &String| desk.server.hover("policies/shown.yaml", text);
        texts.iter().map(&mut hover).collect::<Vec<_>>().join("\n")
    });
    let shown: Vec<String> = shown.collect();
    assert_eq!(shown[0], shown[1]);
    insta::assert_snapshot!(shown[1], @"
    #### cloudcorrect policy

    The version of the format.

    Allowed Values:

    * `cloudcorrect.dev/v1`: The first one.
    #### Group

    What its outcome does: `shadow` is stored only, `audit` is shown and never red, `enforce` turns the commit red.

    Allowed Values:

    * `audit`: Shown, but never turns a commit red.
    * `shadow`: Stored only.
    * `enforce`: A failure turns the commit red.
    #### Group

    Times of the clock instead: minute, hour, day of the month, month and day of the week, such as `0 6 * * mon-fri`, or `@daily` and the like. Where both days are given, either must fit, with `+` before the weekday both. `L`, `LW` and `15W` are days of the month, `fri#2` and `5L` weekdays of it. A time that daylight saving skips comes when the gap is over, one that it repeats comes once, unless the hour is `*` or `*/n`.
    #### Group

    How much a failure matters.

    Allowed Values:

    * `low`: To be mended in time.
    * `info`: Worth knowing, though nothing need be done.
    * `medium`: To be mended soon.
    * `high`: To be mended at once.
    * `critical`: An open door, to be shut at once.
    #### Group

    A CEL expression: what must hold of each of them, as `resource`.
    #### Account

    The regions in which resources are judged, such as `eu-west-1`. What belongs to no region is judged always.
    #### Test

    `pending`, `running`, `stopping`, `stopped` or `shutting-down`. Documented are `pending`, `running`, `stopping`, `stopped`, `shutting-down`, `terminated`.
    ");
}

/// Places of a property of each type.
const PLACES: [&str; 5] = [
    "AWS::S3::Bucket: [{ BucketName: b, BucketRegion: @ }]",
    "AWS::S3::Bucket: [{ BucketName: b, CreationDate: @ }]",
    "AWS::S3::Bucket: [{ BucketName: b, PublicAccessBlockConfiguration: { BlockPublicAcls: @ } }]",
    "AWS::EC2::Volume: [{ VolumeId: b, Size: @ }]",
    "AWS::S3::Bucket: [{ BucketName: b, Policy: @ }]",
];

/// Scalars as people write them.
const SCALARS: [&str; 26] = [
    "true",
    "True",
    "TRUE",
    "\"true\"",
    "\"True\"",
    "yes",
    "\"yes\"",
    "22",
    "\"22\"",
    "+22",
    "-22",
    "022",
    "\"-22\"",
    "\"22.5\"",
    "22.5",
    "ssh",
    "2026-01-31",
    "\"2026-01-31\"",
    "2026-01-31T00:00:00Z",
    "\"2026-01-31T00:00:00Z\"",
    "2026-01-31t00:00:00.5+01:00",
    "2026-01-31T00:00:00",
    "\"\"",
    "~",
    "[]",
    "{}",
];

/// Each scalar in the place of each kind of property: marked where `validate` refuses it.
fn scalars_of_tests_are_taken_as_they_are_read(desk: &mut Desk) {
    let cases: Vec<String> = PLACES
        .iter()
        .flat_map(|place| SCALARS.iter().map(|scalar| place.replace('@', scalar)))
        .map(|given| {
            format!(
                "apiVersion: cloudcorrect.dev/v1\nkind: Test\nmetadata: {{ name: a }}\nspec:\n  \
                 uses: aws/s3-bucket-exists\n  with: {{ bucketName: b }}\n  \
                 given: {{ {given} }}\n  expect: {{ pass: [\"*\"] }}\n"
            )
        })
        .collect();
    let text = cases.join("---\n");
    let found = desk.server.open(&[("policies/scalars.yaml", &text)]).concat();
    let lines = text.split("---\n").next().expect("a case").lines().count() + 1;
    let at = |line: u32| usize::try_from(line).expect("fits") / lines;
    let marked: Vec<usize> = found.iter().map(|found| at(found.range.start.line)).collect();
    let file = SourceFile::new("policies/a.yaml", text.as_bytes());
    let told = catalog::read(&[file]).diagnostics;
    let refused = told.iter().filter(|told| told.code == Code::WrongType);
    let refused: Vec<usize> = refused.map(|told| at(told.place.line - 1)).collect();
    assert!(refused.len() > 20, "{refused:?}");
    for (at, case) in cases.iter().enumerate() {
        assert_eq!(marked.contains(&at), refused.contains(&at), "{case}");
    }
}

#[test]
fn a_formatter_leaves_our_files_as_they_are() {
    let root = tempfile::tempdir().expect("a directory");
    let regions = "af-south-1,ap-east-1,ap-east-2,ap-northeast-1,ap-northeast-2,ap-northeast-3";
    let path = root.path().to_str().expect("UTF-8");
    assert!(cloudcorrect(&["init", path, "--region", regions]).status.success());
    let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-policies");
    for directory in [root.path(), &examples] {
        let mut prettier = server::node("prettier/bin/prettier.cjs");
        let output = prettier.args(["--check", "."]).current_dir(directory).output();
        let output = output.expect("node runs");
        assert!(output.status.success(), "{}", text(&output.stderr));
    }
}
