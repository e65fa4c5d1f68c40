//! Repositories that mean no good: each head is refused with a reason, in bounds, and what is in force stays.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::World;

/// Runs Git on the bytes of the remote, past all that its porcelain refuses.
fn git(at: &Path, arguments: &[&str], input: &[u8]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com"]).args(arguments);
    git.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1");
    git.current_dir(at).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = git.spawn().expect("git runs");
    child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
    let output = child.wait_with_output().expect("git ends");
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).expect("an id").trim().to_owned()
}

/// Trees and commits, made byte by byte.
struct Remote<'a>(&'a Path);

impl Remote<'_> {
    fn blob(&self, bytes: &[u8]) -> String {
        git(self.0, &["hash-object", "-w", "--stdin"], bytes)
    }

    /// A tree of entries: mode, name, id.
    fn tree(&self, entries: &[(&str, &[u8], &str)]) -> String {
        let mut bytes = Vec::new();
        for (mode, name, id) in entries {
            bytes.extend_from_slice(mode.as_bytes());
            bytes.push(b' ');
            bytes.extend_from_slice(name);
            bytes.push(0);
            bytes.extend(
                (0..20).map(|at| {
                    u8::from_str_radix(&id[at * 2..at * 2 + 2], 16).expect("hexadecimal")
                }),
            );
        }
        git(self.0, &["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &bytes)
    }

    /// A commit of which `policies` holds these entries.
    fn commit(&self, parent: &str, entries: &[(&str, &[u8], &str)]) -> String {
        self.commit_of(parent, &[("40000", b"policies", &self.tree(entries))])
    }

    /// A commit of two large objects that are nearly the same.
    fn large(&self, parent: &str) -> String {
        let mut large = vec![b'-'; 120 << 20];
        let first = self.blob(&large);
        large.extend_from_slice(b"more");
        let second = self.blob(&large);
        self.commit_of(parent, &[("100644", b"a", &first), ("100644", b"b", &second)])
    }

    fn commit_of(&self, parent: &str, entries: &[(&str, &[u8], &str)]) -> String {
        let tree = self.tree(entries);
        git(self.0, &["commit-tree", &tree, "-p", parent, "-m", "Odd"], b"")
    }
}

/// Has the remote send a large object as what it has beyond another.
const REPACK: &[&str] = &["-c", "core.bigFileThreshold=1g", "repack", "-adfq"];

/// A world with a group in force, and the commit of it.
async fn world(pool: PgPool, settings: &str) -> (World, String) {
    let mut world = World::with_sources(pool, &format!("{ONE_SOURCE}{settings}")).await;
    world.cloud.private_bucket("logs");
    let good = world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    (world, good)
}

/// Has the branch move to a commit, and gives what is said of it once all was tried; what is in force
/// must stay.
async fn told(world: &World, head: &str) -> String {
    let before = in_force(world).await;
    world.force_push("main", head).await;
    world.settle().await;
    if world.checks(head).is_empty() {
        world.poll_comes().await;
        world.settle().await;
    }
    assert_eq!(in_force(world).await, before);
    let runs = world.emulator.check_runs(head);
    let summary = runs.iter().find_map(|run| run.summary.clone()).unwrap_or_default();
    let good = before.0.as_deref().and_then(|sha| sha.get(..7)).expect("a commit in force");
    format!("{}{summary}", world.checks(head)).replace(good, "GOOD")
}

/// Words without the port of the emulator.
fn anywhere(world: &World, words: &str) -> String {
    let port = world.emulator.url().rsplit(':').next().expect("a port");
    words.replace(port, "PORT").replace('\u{200b}', "")
}

async fn in_force(world: &World) -> (Option<String>, String) {
    let revision = sqlx::query_scalar("select revision from source").fetch_one(&world.pool).await;
    (revision.expect("a source"), world.findings().await)
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_is_no_plain_file_is_refused_at_its_place(pool: PgPool) {
    let (world, good) = world(pool, "").await;
    let remote = Remote(&world.repo.path);
    let [file, link] = [STORAGE.as_bytes(), b"/etc/passwd"].map(|bytes| remote.blob(bytes));
    let large = remote.blob(&vec![b' '; 2 << 20]);
    let inner = remote.tree(&[("100644", b"a.yaml", &file)]);
    let head = remote.commit(
        &good,
        &[
            ("40000", b"..", &inner),
            ("40000", b".git", &inner),
            ("100644", b"a\n::error::\x1b[31m.yaml", &file),
            ("100644", b"a\xff.yaml", &file),
            ("100644", b"large.yaml", &large),
            ("120000", b"link.yaml", &link),
            ("160000", b"module", &good),
        ],
    );
    assert_snapshot!(told(&world, &head).await, @"
    cloudcorrect/sync: failure: 5 problems
      policies/a
    ::error::\u{1b}[31m.yaml:3 group `storage` selects no account
      policies/a�.yaml:1 the name is not UTF-8; rename it
      policies/large.yaml:1 the file has 2097152 bytes, and at most 1 MiB is read; split it
      policies/link.yaml:1 symbolic links are not followed; put the file itself in its place
      policies/module:1 submodules are not read; watch that repository as a source of its own
    These policies cannot come into force. The last good revision, `GOOD`, stays in force until the problems are fixed. Each problem is annotated at its line.
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_cannot_be_read_is_said_and_followed_again(pool: PgPool) {
    let (world, good) = world(pool, "").await;
    let remote = Remote(&world.repo.path);
    let blob = remote.blob(STORAGE.as_bytes());
    // A mode with a digit too many, no directory of policies, more files than are read.
    let damaged = remote.commit_of(&good, &[("1100644", b"policies", &blob)]);
    assert_snapshot!(told(&world, &damaged).await, @"
    cloudcorrect/sync: failure: cannot be read
    This commit cannot come into force: the repository is damaged: failed to parse tree: can't parse filemode. The last good revision, `GOOD`, stays in force until it can be read, or another commit is pushed.
    ");
    let empty = remote.commit_of(&good, &[("100644", b"README.md", &blob)]);
    assert_snapshot!(told(&world, &empty).await, @"
    cloudcorrect/sync: failure: 1 problem
      policies:1 the revision has no directory `policies`; see to the source's `path`
    These policies cannot come into force. The last good revision, `GOOD`, stays in force until the problems are fixed. Each problem is annotated at its line.
    ");
    let names: Vec<_> = (0..100_001).map(|at| format!("{at:06}.yaml").into_bytes()).collect();
    let files: Vec<_> = names.iter().map(|name| ("100644", name.as_slice(), &*blob)).collect();
    assert_snapshot!(told(&world, &remote.commit(&good, &files)).await, @"
    cloudcorrect/sync: failure: 1 problem
      policies:1 the policy files are too many or too large together: at most 20000 files and 64 MiB; split the source, or leave files out by `exclude` in `.cloudcorrect.yaml`
    These policies cannot come into force. The last good revision, `GOOD`, stays in force until the problems are fixed. Each problem is annotated at its line.
    ");

    world.force_push("main", &good).await;
    world.settle().await;
    assert_snapshot!(world.checks(&good), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_needs_too_much_memory_is_not_fetched(pool: PgPool) {
    let (world, good) = world(pool, "[git]\nmax_memory_mib = 128\n").await;
    let remote = Remote(&world.repo.path);
    let head = remote.large(&good);
    world.branch("next").await;
    world.branch("idea").await;
    world.branch("other").await;

    // A pull request costs no other its answer, and nobody the branch.
    world.force_push("idea", &head).await;
    git(&world.repo.path, REPACK, b"");
    world.propose("idea").await;
    let stricter = STORAGE.replace("severity: high", "severity: critical");
    let other = world.commit_to("other", &[("policies/storage.yaml", &stricter)]).await;
    world.propose("other").await;
    world.settle().await;
    let valid = "cloudcorrect/policies: success: 1 group with 1 check is valid\n";
    assert_eq!(world.checks(&other), valid);
    assert!(world.checks(&good).contains("cloudcorrect/sync: success"));
    world.repo.delete_branch("idea", "ada").await.expect("a branch");
    world.settle().await;

    world.force_push("main", &head).await;
    git(&world.repo.path, REPACK, b"");
    world.settle().await;
    assert_eq!(world.checks(&head), "");
    let error: Option<String> = sqlx::query_scalar("select last_error from source")
        .fetch_one(&world.pool)
        .await
        .expect("it");
    assert_snapshot!(anywhere(&world, &error.unwrap_or_default()), @"cannot follow the branch: cannot fetch branch `main` of http://127.0.0.1:PORT/acme/policies.git: the fetch failed: what the remote sends needs more memory than 128 MiB, which `git.max_memory_mib` sets");

    // Two polls later nobody can say any more whether what is in force is what the branch has.
    let asked = "update source set last_checked_at = '2026-11-30 10:03:09+00'";
    sqlx::query(asked).execute(&world.pool).await.expect("a change");
    let before = world.checks(&good);
    world.poll_comes().await;
    world.settle().await;
    assert_snapshot!(world.checks(&good), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: failure: the branch cannot be followed since 2026-11-30 10:03 UTC
    ");
    let runs = world.emulator.check_runs(&good);
    let sync = runs.iter().find(|run| run.name == "cloudcorrect/sync").expect("a check run");
    assert_snapshot!(anywhere(&world, sync.summary.as_deref().unwrap_or_default()), @"
    Since 2026-11-30 10:03 UTC it is not known whether `main` has moved on: the fetch failed: what the remote sends needs more memory than 128 MiB, which `git.max_memory_mib` sets.

    What is in force stays and is evaluated; what was pushed since is not. The service tries again by itself, and this check says what it said before as soon as the cause is gone.
    ");

    // Whoever asks for another run of what is doubted gets no other words, and no older ones for ever.
    world.rerequest(sync.id).await;
    world.settle().await;
    let next = world.commit_to("next", &[("policies/README.md", "Words")]).await;
    world.force_push("main", &next).await;
    world.poll_comes().await;
    world.settle().await;
    assert_eq!(world.checks(&good), before);
    world.finish().await;
}
