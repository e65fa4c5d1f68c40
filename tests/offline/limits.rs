//! What a tree may hold at most: at a desk the same as in a commit.

use std::fs;
use std::path::Path;

use super::{cloudcorrect, text};

/// A directory `policies` with so many links to one file of so many bytes.
fn tree(files: usize, bytes: usize) -> tempfile::TempDir {
    let tree = tempfile::tempdir().expect("a directory");
    let policies = tree.path().join("policies");
    fs::create_dir(&policies).expect("a directory");
    let one = tree.path().join("one");
    fs::write(&one, "#".repeat(bytes)).expect("a file");
    for number in 0..files {
        fs::hard_link(&one, policies.join(format!("{number}.yaml"))).expect("a link");
    }
    tree
}

/// Exit status and output of `validate`, without where the tree is.
fn validated(tree: &Path) -> (Option<i32>, String) {
    let policies = tree.join("policies");
    let policies = policies.to_str().expect("UTF-8");
    let output = cloudcorrect(&["validate", policies]);
    (output.status.code(), text(&output.stdout).replace(policies, "policies"))
}

#[test]
fn a_tree_has_at_most_20000_files() {
    let tree = tree(20_001, 0);
    fs::write(tree.path().join("policies/README.md"), "no policy").expect("a file");
    fs::create_dir(tree.path().join(".git")).expect("a repository");
    let settings = tree.path().join(".cloudcorrect.yaml");
    let exclude =
        "apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec:\n  exclude: [policies/7.yaml]\n";
    fs::write(&settings, exclude).expect("settings");
    let good = "20000 files: 0 groups, 0 checks, 0 accounts are good\n".to_owned();
    assert_eq!(validated(tree.path()), (Some(0), good), "what is no policy takes no room");
    fs::remove_file(settings).expect("no settings");
    let (status, told) = validated(tree.path());
    assert_eq!(status, Some(1));
    insta::assert_snapshot!(told, @"
    error[unreadable-tree]: the policy files are too many or too large together: at most 20000 files and 64 MiB; split the source, or leave files out by `exclude` in `.cloudcorrect.yaml`
     --> policies:1:1

    0 files: 1 error, 0 warnings
    ");
}

#[test]
fn a_tree_has_at_most_64_mebibytes() {
    let (status, told) = validated(tree(65, 1 << 20).path());
    assert_eq!(status, Some(1));
    assert!(told.contains("at most 20000 files and 64 MiB"), "{told}");
}

#[test]
fn directories_lie_at_most_32_deep() {
    let tree = tempfile::tempdir().expect("a directory");
    let deepest = (0..32).fold(tree.path().join("policies"), |path, _| path.join("d"));
    fs::create_dir_all(&deepest).expect("directories");
    fs::write(deepest.join("a.yaml"), "").expect("a file");
    assert_eq!(validated(tree.path()).0, Some(0));
    fs::create_dir(deepest.join("e")).expect("a directory");
    let (status, told) = validated(tree.path());
    assert_eq!(status, Some(1));
    assert!(told.contains("directories are nested too deeply; move it up"), "{told}");
}
