//! What may not be read of a tree: at a desk the same as in a commit of it.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use cloudcorrect::document::SourceFile;
use cloudcorrect::git::{Allowed, Limits, Mirror, Remote, Wanted};
use cloudcorrect::policy::{SETTINGS_FILE, Settings};
use serde_json::Value as Json;
use tempfile::TempDir;
use url::Url;

use super::{cloudcorrect, text};

const EXCLUDE: &str = "apiVersion: cloudcorrect.dev/v1
kind: Settings
spec: { exclude: ['policies/vendor/**'] }
";

fn git(directory: &Path, arguments: &[&str]) {
    let mut git = Command::new("git");
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
    let done = git.current_dir(directory).args(arguments).output().expect("git runs");
    assert!(done.status.success(), "{arguments:?}: {}", text(&done.stderr));
}

/// Another repository, whose own one lies within it or elsewhere.
fn repository(directory: &Path, elsewhere: Option<&Path>) {
    fs::create_dir_all(directory).expect("a directory");
    fs::write(directory.join("a.yaml"), "kind: [").expect("a file");
    match elsewhere.map(|path| format!("--separate-git-dir={}", path.display())) {
        Some(elsewhere) => git(directory, &["init", "-q", &elsewhere]),
        None => git(directory, &["init", "-q"]),
    }
    git(directory, &["add", "."]);
    git(directory, &["commit", "-qm", "Other policies"]);
}

/// Everything that is not read, in a directory.
fn fill(directory: &Path, elsewhere: &Path) {
    let deepest = (0..40).fold(directory.to_owned(), |path, _| path.join("d"));
    fs::create_dir_all(&deepest).expect("directories");
    fs::write(deepest.join("a.yaml"), "").expect("a file");
    fs::write(directory.join("large.yaml"), "#".repeat((1 << 20) + 1)).expect("a file");
    symlink("/etc/passwd", directory.join("link.yaml")).expect("a link");
    symlink("/etc", directory.join("linked")).expect("a link");
    fs::write(directory.join("capital.YAML"), "").expect("a file");
    fs::write(directory.join("mixed.Json"), "").expect("a file");
    fs::write(directory.join("mixed.Txt"), "").expect("a file");
    let odd = directory.join(OsStr::from_bytes(b"odd\xff"));
    fs::create_dir(&odd).expect("a directory");
    fs::write(odd.join("a.yaml"), "").expect("a file");
    fs::write(directory.join(OsStr::from_bytes(b"\xff.yaml")), "").expect("a file");
    repository(&directory.join("module"), None);
    repository(&directory.join("submodule"), Some(elsewhere));
}

/// What `validate` does not read.
fn at_the_desk(root: &Path) -> Vec<String> {
    let policies = root.join("policies");
    let policies = policies.to_str().expect("UTF-8");
    let output = cloudcorrect(&["validate", "--format", "json", policies]);
    let found: Vec<Json> = serde_json::from_slice(&output.stdout).expect("JSON");
    let told = |one: &Json| {
        let text = |at: &str| one.pointer(at).and_then(Json::as_str).expect("a text");
        format!("{}: {}", text("/place/path").replace(policies, "policies"), text("/message"))
    };
    found.iter().map(told).collect()
}

/// What the service does not read of a commit of all.
fn in_a_commit(root: &Path, mirrors: &Path) -> Vec<String> {
    git(root, &["add", "-A"]);
    git(root, &["commit", "-qm", "Policies"]);
    let url = Url::from_file_path(root).expect("an absolute path");
    let remote = Remote::new(url, Allowed { file: true, http: false }).expect("a remote");
    let mut mirror = Mirror::open(&mirrors.join("r.git"), remote, Limits::default()).expect("one");
    let branch = Wanted::Branch("main".into());
    mirror.fetch(std::slice::from_ref(&branch)).expect("a fetch");
    let head = mirror.head(&branch).expect("a mirror").expect("a commit");
    let settings = mirror.file(head, SETTINGS_FILE).expect("a mirror").files().pop();
    let settings = settings.map_or_else(Settings::default, |file| {
        Settings::read(&SourceFile::new(file.path, file.bytes)).0.expect("good settings")
    });
    let excluded = |path: &str| settings.excludes(path);
    let tree = mirror.policy_files(head, "policies", &excluded, None).expect("policies");
    tree.skipped.iter().map(|entry| format!("{}: {}", entry.path, entry.why)).collect()
}

#[test]
fn what_a_commit_may_not_hold_is_refused_at_a_desk_unless_it_is_excluded() {
    let place = TempDir::new().expect("a directory");
    let root = place.path().join("repository");
    fs::create_dir_all(root.join("policies/vendor")).expect("directories");
    fs::write(root.join("policies/a.yaml"), "").expect("a file");
    git(&root, &["init", "-q", "-b", "main"]);
    fill(&root.join("policies/vendor"), &place.path().join("vendor.git"));
    let with_vendor = in_a_commit(&root, place.path());
    assert_eq!(with_vendor.len(), 10, "{with_vendor:?}");
    assert_eq!(at_the_desk(&root), with_vendor);

    fs::write(root.join(SETTINGS_FILE), EXCLUDE).expect("settings");
    assert_eq!(in_a_commit(&root, place.path()), Vec::<String>::new());
    assert_eq!(at_the_desk(&root), Vec::<String>::new());

    fill(&root.join("policies"), &place.path().join("own.git"));
    let refused = in_a_commit(&root, place.path());
    assert_eq!(at_the_desk(&root), refused);
    let refused = refused.join("\n").replace(&["d"; 33].join("/"), "d/.../d");
    insta::assert_snapshot!(refused, @"
    policies/capital.YAML: names of policy files end with `.yaml`, `.yml` or `.json` in lower case; rename it
    policies/d/.../d: directories are nested too deeply; move it up
    policies/large.yaml: the file has 1048577 bytes, and at most 1 MiB is read; split it
    policies/link.yaml: symbolic links are not followed; put the file itself in its place
    policies/linked: symbolic links are not followed; put the file itself in its place
    policies/mixed.Json: names of policy files end with `.yaml`, `.yml` or `.json` in lower case; rename it
    policies/module: submodules are not read; watch that repository as a source of its own
    policies/odd�: the name is not UTF-8; rename it
    policies/submodule: submodules are not read; watch that repository as a source of its own
    policies/�.yaml: the name is not UTF-8; rename it
    ");
}

#[test]
fn a_pipe_among_policies_is_told() {
    let place = TempDir::new().expect("a directory");
    let policies = place.path().join("policies");
    fs::create_dir(&policies).expect("a directory");
    fs::write(policies.join("a.yaml"), "").expect("a file");
    for name in ["pipe.yaml", "pipe.YML", "pipe.txt"] {
        let made = Command::new("mkfifo").arg(policies.join(name)).status().expect("mkfifo runs");
        assert!(made.success());
    }
    insta::assert_snapshot!(at_the_desk(place.path()).join("\n"), @"
    policies/pipe.YML: it is no regular file, and nothing else is read; remove it
    policies/pipe.yaml: it is no regular file, and nothing else is read; remove it
    ");
}

#[test]
fn a_link_that_is_named_stands_for_its_directory() {
    let place = TempDir::new().expect("a directory");
    fs::create_dir(place.path().join("policies")).expect("a directory");
    fs::write(place.path().join("policies/a.yaml"), "kind: [").expect("a file");
    let link = place.path().join("link");
    symlink("policies", &link).expect("a link");
    let link = link.to_str().expect("UTF-8");
    let [without, with] = [link.to_owned(), format!("{link}/")].map(|path| {
        let output = cloudcorrect(&["validate", &path]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output.stderr));
        text(&output.stdout)
    });
    assert_eq!(without, with);
}
