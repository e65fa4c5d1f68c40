//! `plan`: what a change means, said at a desk as on a pull request.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use insta::assert_snapshot;
use tempfile::TempDir;

use super::text;

/// A repository with the example policies on `main`, and a branch that changes them.
struct Desk {
    directory: TempDir,
}

impl Desk {
    fn new() -> Self {
        let desk = Self { directory: TempDir::new().expect("a directory") };
        desk.git(&["init", "-q", "-b", "main"]);
        let policies = desk.path("policies");
        fs::create_dir(&policies).expect("a directory");
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("example-policies/policies");
        for name in ["accounts.yaml", "network.yaml", "storage.yaml"] {
            fs::copy(examples.join(name), policies.join(name)).expect("a copy");
        }
        desk.commit();
        desk.git(&["switch", "-qc", "proposed"]);
        desk
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
        git.env("GIT_COMMITTER_DATE", "2026-11-16T08:00:00Z");
        git.env("GIT_AUTHOR_DATE", "2026-11-16T08:00:00Z");
        git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]);
        let done = git.current_dir(&self.directory).args(arguments).output().expect("git runs");
        assert!(done.status.success(), "{arguments:?}: {}", text(&done.stderr));
    }

    /// Short id of the commit that a branch stands for.
    fn id(&self, branch: &str) -> String {
        let file = self.path(".git/refs/heads").join(branch);
        let id = fs::read_to_string(file).unwrap_or_else(|_| "\u{0}".to_owned());
        id.chars().take(7).collect()
    }

    fn commit(&self) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-qm", "Policies"]);
    }

    /// Replaces texts of a file that it has.
    fn edit(&self, name: &str, edits: &[(&str, &str)]) -> &Self {
        let file = self.path("policies").join(name);
        let text = fs::read_to_string(&file).expect("a file");
        let edited = edits.iter().fold(text, |text, (old, new)| {
            assert!(text.contains(old), "{old}");
            text.replace(old, new)
        });
        fs::write(file, edited).expect("a file");
        self
    }

    /// A recording of the account, with texts replaced.
    fn recorded(&self, name: &str, edits: &[(&str, &str)]) -> String {
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/demo-account.json");
        let demo = fs::read_to_string(demo).expect("a recording");
        let edited = edits.iter().fold(demo, |text, (old, new)| text.replace(old, new));
        fs::write(self.path(name), edited).expect("a file");
        name.to_owned()
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        command.env("GIT_CEILING_DIRECTORIES", self.directory.path().parent().expect("a parent"));
        command.current_dir(&self.directory).arg("plan").args(arguments);
        command.output().expect("the binary runs")
    }

    /// Exit status, then what is said: standard output, then standard error.
    fn plan(&self, arguments: &[&str]) -> String {
        let Output { status, stdout, stderr } = self.run(arguments);
        let mut said = text(&[stdout, stderr].concat()).replace('\u{200b}', "‸");
        // Ids of commits come of the example policies.
        for name in ["main", "proposed"] {
            said = said.replace(&self.id(name), &format!("<{name}>"));
        }
        format!("{}\n{}", status.code().expect("no signal"), said.trim_end())
    }
}

#[test]
fn a_commit_that_changes_nothing_is_nothing_for_the_worse() {
    let desk = Desk::new();
    let account = desk.recorded("prod.json", &[]);
    desk.git(&["commit", "-qm", "Nothing", "--allow-empty"]);
    assert_snapshot!(desk.plan(&["main..HEAD", "--inventory", &account]), @"
    0
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 2 groups with 6 checks, and nothing that is checked changes.

    No resource gets another outcome: nothing changes that decides one.

    <sub>at `<proposed>`</sub>
    ");
}

/// A desk at which a check was made to fail, one to look at more and one at less.
fn changed() -> Desk {
    let desk = Desk::new();
    desk.edit("storage.yaml", &[
        (" && (tag(\"public\") == null || tag(\"public\") != \"true\")", ""),
        ("select: AWS::S3::Bucket\n      where: tag(\"env\") == \"prod\"\n      assert: resource.Versioning", "select: AWS::S3::Bucket\n      where: tag(\"env\") == \"live\"\n      assert: resource.Versioning"),
    ]);
    desk.edit("network.yaml", &[("== \"running\"", "!= \"running\"")]);
    desk.commit();
    desk
}

#[test]
fn several_recordings_of_an_account_are_looked_back_on() {
    let desk = changed();
    let taken = |day: &str| format!("2026-11-{day}T08:00:00Z");
    let mut paths = Vec::new();
    for (name, day, status) in [
        ("new.json", "16", "running"),
        ("old.json", "02", "stopped"),
        ("older.json", "01", "running"),
    ] {
        let edits =
            [("2026-11-16T08:00:00Z", taken(day)), ("\"running\"", format!("\"{status}\""))];
        let edits = edits.each_ref().map(|(from, to)| (*from, to.as_str()));
        paths.extend(["--inventory".to_owned(), desk.recorded(name, &edits)]);
    }
    let mut arguments = vec!["main..HEAD", "--since", "2026-11-01", "--resources=1"];
    arguments.extend(paths.iter().map(String::as_str));
    let said = desk.plan(&arguments);
    let told: Vec<_> = said
        .split("\n\n")
        .filter(|it| it.contains("since 2") || it.contains("Since 2") || it.contains("was judged"))
        .collect();
    assert_snapshot!(told.join("\n\n"), @"
    Had it been in force since 2026-11-01: **4 newly failing**; 10 no longer checked; 3 newly passing, none of them now.

    **Since 2026-11-01**

    <sub>`shop` was judged 18 times from 2026-11-01 08:00 to 2026-11-16 08:00 UTC.</sub>

    <details><summary>Resources since 2026-11-01</summary>

    - `network/shop-is-up` in `shop`: newly failing `i-0e9c4b7d2f6a18350` (eu-west-1) from 2026-11-01 08:00 to 2026-11-02 08:00, since 2026-11-16 08:00
    - `storage/public-access-blocked` in `shop`: newly failing `acme-prod-assets` (us-east-1) since 2026-11-01 08:00
    - `storage/versioned` in `shop`: no longer checked `acme-eu-gdpr-archive` (eu-west-1) since 2026-11-01 08:00
    - `network/shop-is-up` in `shop`: newly passing `i-0e9c4b7d2f6a18350` (eu-west-1) from 2026-11-02 08:00 to 2026-11-16 08:00
    ");
    let without = said.replace(&told.join("\n\n"), "");
    assert!(without.contains("`shop` as of 2026-11-16 08:00 UTC"), "{said}");

    // Without it each account is known once, and one recording of an instant is enough.
    arguments.drain(1..3);
    assert_snapshot!(desk.plan(&arguments), @"
    2
    error: `old.json` is of account 123456789012, and so is another; give one for each account, or look back over several with `--since`
    ");
    let twice =
        ["main..HEAD", "--since", "9d", "--inventory", "new.json", "--inventory", "new.json"];
    assert_snapshot!(desk.plan(&twice), @"
    2
    error: `new.json` is of account 123456789012 at 2026-11-16 08:00:00 UTC, and so is another
    ");
    assert_snapshot!(desk.plan(&["main..HEAD", "--since", "9d"]), @"
    2
    error: `--since` looks back over `--inventory FILE`, given several times, or `--stored`; give one of them
    ");
    let wrong = desk.plan(&["main..HEAD", "--since", "soon", "--inventory", "new.json"]);
    assert_snapshot!(wrong.lines().take(2).collect::<Vec<_>>().join("\n"), @"
    2
    error: invalid value 'soon' for '--since <TIME>': write a time such as `90d`, ten years at most, or a day such as `2026-09-01`
    ");
}

#[test]
fn what_a_change_makes_of_recorded_resources_is_counted_and_named() {
    let desk = changed();
    let account = desk.recorded("prod.json", &[]);
    let arguments = ["main..HEAD", "--inventory", &account, "--resources=2"];
    assert_snapshot!(desk.plan(&arguments), @r#"
    1
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 2 groups with 6 checks; 3 changes, of which 2 may be weaker: please look.

    Judged over what was collected: **4 newly failing**, 10 no longer checked.

    **Impact**

    | Group | Account | newly failing | no longer checked |
    | --- | --- | --: | --: |
    | network | `shop` | **3** |  |
    | storage | `shop` | **1** | 10 |

    <details><summary>By check</summary>

    | Check | Account | newly failing | no longer checked |
    | --- | --- | --: | --: |
    | `network/shop-is-up` | `shop` | **3** |  |
    | `storage/public-access-blocked` | `shop` | **1** |  |
    | `storage/versioned` | `shop` |  | 10 |

    </details>

    <sub>`shop` as of 2026-11-16 08:00 UTC.</sub>

    **Changes**

    - network: `shop-is-up` assert changed: weaker or stronger, please look
      ```diff
      - resource.State.Name == "running"
      + resource.State.Name != "running"
      ```
    - storage: `versioned` where changed: weaker or stronger, please look
      ```diff
      - tag("env") == "prod"
      + tag("env") == "live"
      ```
    - storage: `public-access-blocked` where changed: stronger
      ```diff
      - tag("env") == "prod" &&
      - (tag("public") == null ||
      - tag("public") != "true")
      + tag("env") == "prod"
      ```

    <details><summary>Resources</summary>

    - `network/shop-is-up` in `shop`: newly failing `i-0e9c4b7d2f6a18350` (eu-west-1): resource.State.Name = "running"
    - `network/shop-is-up` in `shop`: newly failing `i-0a3f9d1c7e5b28460` (us-east-1): resource.State.Name = "running"
    - `storage/public-access-blocked` in `shop`: newly failing `acme-prod-assets` (us-east-1): resource.PublicAccessBlockConfiguration.BlockPublicPolicy = false; resource.PublicAccessBlockConfiguration.RestrictPublicBuckets = false
    - `storage/versioned` in `shop`: no longer checked `acme-eu-gdpr-archive` (eu-west-1)
    - `storage/versioned` in `shop`: no longer checked `acme-eu-prod-logs` (eu-west-1)

    </details>

    <sub>at `<proposed>`</sub>
    "#);
}

#[test]
fn without_an_account_the_policies_alone_are_compared() {
    assert_snapshot!(changed().plan(&["main..proposed"]), @r#"
    1
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 2 groups with 6 checks; 3 changes, of which 2 may be weaker: please look.

    **Changes**

    - network: `shop-is-up` assert changed: weaker or stronger, please look
      ```diff
      - resource.State.Name == "running"
      + resource.State.Name != "running"
      ```
    - storage: `versioned` where changed: weaker or stronger, please look
      ```diff
      - tag("env") == "prod"
      + tag("env") == "live"
      ```
    - storage: `public-access-blocked` where changed: stronger
      ```diff
      - tag("env") == "prod" &&
      - (tag("public") == null ||
      - tag("public") != "true")
      + tag("env") == "prod"
      ```

    <sub>at `<proposed>`</sub>
    "#);
}

#[test]
fn what_nobody_collected_is_no_pass() {
    let desk = Desk::new();
    let account = desk.recorded("prod.json", &[]);
    desk.edit("storage.yaml", &[("severity: high", "severity: critical")]);
    let elsewhere = "\n    - { id: keys-rotate, select: \"AWS::KMS::Key\", assert: resource.EnableKeyRotation }\n";
    let file = desk.path("policies/storage.yaml");
    let policies = fs::read_to_string(&file).expect("a file");
    fs::write(&file, format!("{}{elsewhere}", policies.trim_end())).expect("a file");
    desk.commit();
    assert_snapshot!(desk.plan(&["main..HEAD", "--inventory", &account]), @"
    1
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 2 groups with 7 checks; 2 changes, none of them weaker.

    Judged over what was collected: **2 not collected**.

    **Impact**

    | Check | Account | not collected |
    | --- | --- | --: |
    | `storage/keys-rotate` | `shop` | **2** |

    <sub>`shop` as of 2026-11-16 08:00 UTC. What is not collected there shows after the next sweep of the account, or once the checks have run.</sub>

    **Changes**

    - storage: `keys-rotate` added: stronger
    - storage: `public-access-blocked` severity high → critical: stronger

    <sub>at `<proposed>`</sub>
    ");
    // The account is another one.
    let other = desk.recorded("other.json", &[("123456789012", "210987654321")]);
    assert_snapshot!(desk.plan(&["main..HEAD", "--inventory", &other]), @"
    1
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 2 groups with 7 checks; 2 changes, none of them weaker.

    What it does to resources is not known.

    <sub>Nothing was collected of `shop`: what the change does there shows once it was evaluated.</sub>

    **Changes**

    - storage: `keys-rotate` added: stronger
    - storage: `public-access-blocked` severity high → critical: stronger

    <sub>at `<proposed>`</sub>
    note: no policies name account 210987654321, of which there is an inventory
    ");
}

#[test]
fn what_is_wrong_is_told_and_leads_to_status_2() {
    let desk = Desk::new();
    let account = desk.recorded("prod.json", &[]);
    desk.edit("storage.yaml", &[("select: AWS::S3::Bucket", "select: AWS::S3::Bukket")]);
    // Not committed yet.
    assert_snapshot!(desk.plan(&["main..HEAD"]), @"
    0
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 2 groups with 6 checks, and nothing that is checked changes.

    <sub>at `<main>`</sub>
    note: what is not committed is not part of it
    ");
    desk.commit();
    assert_snapshot!(desk.plan(&["main..HEAD", "--inventory", &account]), @"
    2
    <!-- cloudcorrect:main -->
    ### Policies

    **3 problems** keep these policies from coming into force.

    - **error** at `policies/storage.yaml:17:15`: there is no resource type `AWS::S3::Bukket`; did you mean `AWS::S3::Bucket`?
    - **error** at `policies/storage.yaml:29:15`: there is no resource type `AWS::S3::Bukket`; did you mean `AWS::S3::Bucket`?
    - **error** at `policies/storage.yaml:36:15`: there is no resource type `AWS::S3::Bukket`; did you mean `AWS::S3::Bucket`?

    <sub>at `<proposed>`</sub>
    ");
    // Nothing is compared with what has errors.
    desk.git(&["switch", "-qc", "on-top"]);
    assert_snapshot!(desk.plan(&["proposed..on-top"]), @"
    2
    error: the policies of `proposed` (<proposed>) have problems; name a revision that is good to compare with
    error[unknown-resource-type]: there is no resource type `AWS::S3::Bukket`
      --> policies/storage.yaml:17:15
       |
    17 |       select: AWS::S3::Bukket
       |               ^^^^^^^^^^^^^^^
       = help: did you mean `AWS::S3::Bucket`?

    error[unknown-resource-type]: there is no resource type `AWS::S3::Bukket`
      --> policies/storage.yaml:29:15
       |
    29 |       select: AWS::S3::Bukket
       |               ^^^^^^^^^^^^^^^
       = help: did you mean `AWS::S3::Bucket`?

    error[unknown-resource-type]: there is no resource type `AWS::S3::Bukket`
      --> policies/storage.yaml:36:15
       |
    36 |       select: AWS::S3::Bukket
       |               ^^^^^^^^^^^^^^^
       = help: did you mean `AWS::S3::Bucket`?
    ");
}

#[test]
fn wrong_arguments_lead_to_status_2() {
    let desk = Desk::new();
    let account = desk.recorded("prod.json", &[]);
    for arguments in [
        &["nothing..HEAD"][..],
        &["..HEAD"],
        &["main..HEAD", "--path", "elsewhere"],
        &["main..HEAD", "--resources"],
        &["main..HEAD", "--source", "x --> <b>"],
        &["main..HEAD", "--inventory", &account, "--inventory", &account],
    ] {
        let said = desk.plan(arguments);
        assert!(said.starts_with("2\n"), "{arguments:?}: {said}");
    }
    assert_snapshot!(desk.plan(&["nothing..HEAD"]), @"
    2
    error: the repository has no commit `nothing`; name a branch, a tag or a commit that was fetched
    ");
    fs::remove_dir_all(desk.path(".git")).expect("a repository");
    assert_snapshot!(desk.plan(&["main..HEAD"]), @"
    2
    error: `.` is in no Git repository; run this within the repository that has the policies
    ");
}

#[test]
fn what_happened_on_the_branch_meanwhile_is_no_part_of_it() {
    let desk = Desk::new();
    desk.edit("storage.yaml", &[("severity: high", "severity: low")]).commit();
    desk.git(&["switch", "-q", "main"]);
    desk.edit("network.yaml", &[("severity: critical", "severity: low")]).commit();
    assert_snapshot!(desk.plan(&["main..proposed"]), @"
    1
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    **Changes**

    - storage: `public-access-blocked` severity high → low: **weaker**

    <sub>at `<proposed>`</sub>
    ");
    assert_eq!(desk.plan(&["main...proposed"]), desk.plan(&["main..proposed"]));
}

#[test]
fn the_first_policies_are_compared_with_none_and_broken_ones_with_the_base() {
    let desk = Desk::new();
    desk.git(&["switch", "-q", "--orphan", "before"]);
    fs::write(desk.path("README.md"), "Policies come").expect("a file");
    desk.commit();
    desk.git(&["switch", "-qc", "first"]);
    desk.git(&["checkout", "-q", "main", "--", "policies"]);
    desk.commit();
    let said = desk.plan(&["before..first", "--path", "./policies/."]);
    assert!(said.starts_with("0\n") && said.contains("- storage: added: stronger"), "{said}");
    assert_eq!(said, desk.plan(&["before..first", "--path", "."]));

    // The commit at which they parted is broken, and the base is good again.
    desk.git(&["switch", "-q", "main"]);
    desk.edit("storage.yaml", &[("S3::Bucket", "S3::Bukket")]).commit();
    desk.git(&["switch", "-qc", "idea"]);
    desk.edit("storage.yaml", &[("S3::Bukket", "S3::Bucket"), (": high", ": low")]).commit();
    desk.git(&["switch", "-q", "main"]);
    desk.edit("storage.yaml", &[("S3::Bukket", "S3::Bucket")]).commit();
    let said = desk.plan(&["main..idea"]);
    assert!(said.contains("severity high → low: **weaker**"), "{said}");
}

#[test]
fn what_is_not_committed_is_told_of_the_commit_that_is_checked_out() {
    let desk = Desk::new();
    let note = "note: what is not committed is not part of it";
    fs::write(desk.path("policies/README.md"), "No policy").expect("a file");
    assert!(!desk.plan(&["main..HEAD"]).contains(note));
    desk.edit("storage.yaml", &[(": high", ": low")]).commit();
    fs::write(desk.path("policies/new.yaml"), "").expect("a file");
    for (range, is_told) in [("main..HEAD", true), ("main..proposed", true), ("main..main", false)]
    {
        assert_eq!(desk.plan(&[range]).contains(note), is_told, "{range}");
    }
    fs::remove_file(desk.path("policies/new.yaml")).expect("a file");
    desk.git(&["sparse-checkout", "set", "--no-cone", "/README.md"]);
    assert!(!desk.plan(&["main..HEAD"]).contains(note), "it is left out, not deleted");
}

#[test]
fn histories_that_never_met_are_told_apart_from_those_that_are_cut_off() {
    let desk = Desk::new();
    desk.edit("storage.yaml", &[(": high", ": low")]).commit();
    desk.git(&["switch", "-q", "main"]);
    desk.edit("network.yaml", &[(": high", ": low")]).commit();
    let shallow = desk.path("shallow");
    let source = format!("file://{}", desk.directory.path().display());
    let place = shallow.to_str().expect("UTF-8");
    desk.git(&["clone", "-q", "--depth=1", "--no-single-branch", &source, place]);
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    let output =
        command.current_dir(&shallow).args(["plan", "origin/main..origin/proposed"]).output();
    let output = output.expect("the binary runs");
    assert_eq!(output.status.code(), Some(2));
    assert_snapshot!(text(&output.stderr), @"error: this is a shallow clone, in which `origin/main` and `origin/proposed` have no history in common; complete it by `git fetch --unshallow`");

    desk.git(&["switch", "-q", "--orphan", "lone"]);
    desk.git(&["checkout", "-q", "main", "--", "policies"]);
    desk.commit();
    let said = desk.plan(&["main..lone"]);
    assert!(said.contains("have no history in common; they are compared as they are"), "{said}");
}
