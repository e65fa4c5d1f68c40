//! The service as a process: what a SIGKILL in the worst moment leaves behind, and what the next
//! process makes of it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use github_emulator::{Effect, Emulator, Event, Fault};
use insta::assert_snapshot;
use rustix::process::{Pid, Signal, kill_process};
use sqlx::PgPool;

use crate::world::cloud::Cloud;
use crate::world::process::Process;
use crate::world::scene::{ACCOUNTS, PATIENCE, STORAGE, Scene};
use crate::world::sshd::Sshd;

/// A scene with a recorded account, for services that come and go.
struct World {
    scene: Scene,
    cloud: Cloud,
    directory: tempfile::TempDir,
}

impl World {
    async fn new(pool: PgPool) -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let cloud = Cloud::new(directory.path());
        Self { scene: Scene::new(pool).await, cloud, directory }
    }

    async fn serve(&self) -> Process {
        let directory: &Path = self.directory.path();
        Process::start(&self.scene, directory, &self.cloud.setting(), &[]).await
    }
}

/// Waits until something that happens at the emulator makes `done` true.
async fn until(emulator: &Emulator, what: &str, done: impl Fn() -> bool) {
    let mut events = emulator.subscribe();
    let happening = async {
        while !done() {
            events.recv().await.expect("the emulator runs");
        }
    };
    tokio::time::timeout(PATIENCE, happening).await.unwrap_or_else(|_| panic!("never: {what}"));
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_evaluation_that_sigkill_cut_off_is_done_once(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    world.cloud.hangs();
    let service = world.serve().await;
    let scene = &world.scene;
    let files = [ACCOUNTS, ("policies/storage.yaml", STORAGE)];
    let sha = scene.commit_to("main", &files).await;
    let asked = world.cloud.is_asked().await;
    until(&scene.emulator, "both checks", || scene.emulator.check_runs(&sha).len() == 2).await;
    assert_snapshot!(scene.checks(&sha), @"
    cloudcorrect/compliance: in_progress: 0 of 1 groups evaluated
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    service.kill();
    drop(asked);
    let claimed = "select count(*) from policy_group where lease_until > now()";
    assert_eq!(scene.count(claimed).await, 1, "it was in the middle of the evaluation");
    assert_eq!(scene.count("select count(*) from run").await, 0);

    world.cloud.answers();
    scene.leases_end().await;
    let service = world.serve().await;
    scene.settled().await;

    assert_snapshot!(scene.checks(&sha), @"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(scene.findings().await, @"
    storage/buckets-are-private logs fail
    ");
    assert_eq!(scene.count("select count(*) from finding").await, 1);
    assert_eq!(scene.count("select sum(count)::bigint from run").await, 1);
    let (status, page) = service.page("/sources/main/groups/storage").await;
    assert!(status == 200 && page.contains("1 fail"), "{status}: {page}");
    service.stop().await;
    world.scene.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn policies_come_into_force_over_ssh(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    let (scene, directory, sshd) = (&world.scene, world.directory.path(), Sshd::start());
    let work = directory.join("work");
    std::fs::create_dir_all(work.join("policies")).expect("a directory");
    for (name, text) in [ACCOUNTS, ("policies/storage.yaml", STORAGE)] {
        std::fs::write(work.join(name), text).expect("a file");
    }
    let commit = "git init -q -b main && git add . && git -c user.name=Ada -c user.email=ada@example.com \
        commit -qm Policies && git clone -q --bare . \"../it's policies.git\"";
    let made = Command::new("sh").args(["-ec", commit]).current_dir(&work).status();
    assert!(made.expect("git runs").success());
    let key = sshd.let_in("deploy-key", &["-t", "ed25519", "-N", "geheim"]);
    let hosts = directory.join("known_hosts");
    std::fs::write(&hosts, sshd.known_by("ed25519")).expect("a file");
    let source = format!(
        "[[sources]]\nname = \"internal\"\nurl = \"{}\"\nssh_key_file = {key:?}\n\
         ssh_key_passphrase = \"geheim\"\nknown_hosts = {hosts:?}\n",
        sshd.address(&directory.join("it's%20policies.git")),
    );
    let settings = scene.settings(&source, &world.cloud.setting());
    let mut service = Process::with_settings(scene, directory, &settings, &[]).await;
    service.says("the revision is in force").await;
    scene.settled().await;
    assert_snapshot!(scene.findings().await, @"
    storage/buckets-are-private logs fail
    ");
    let (status, page) = service.page("/").await;
    assert!(status == 200 && page.contains("internal"), "{status}: {page}");
    let text = std::fs::read_to_string(&key).expect("a key");
    for secret in ["geheim", text.lines().nth(1).expect("lines")] {
        assert!(!service.said().contains(secret) && !page.contains(secret));
    }
    service.stop().await;
    world.scene.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_was_posted_as_sigkill_came_is_not_posted_again(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.private_bucket("logs");
    let service = world.serve().await;
    let scene = &world.scene;
    // Both checks are taken, but the service never hears of it.
    scene.emulator.inject(Fault::on("POST", "/check-runs").times(2).effect(Effect::HangAfter));
    let files = [ACCOUNTS, ("policies/storage.yaml", STORAGE)];
    let sha = scene.commit_to("main", &files).await;
    until(&scene.emulator, "both checks", || scene.emulator.check_runs(&sha).len() == 2).await;
    service.kill();
    assert_eq!(scene.count(UNSURE).await, 2, "it was waiting for two answers");

    scene.leases_end().await;
    let service = world.serve().await;
    scene.settled().await;
    assert_snapshot!(scene.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");

    // Then the same for a pull request's check and its comment.
    for path in ["/check-runs", "/comments"] {
        scene.emulator.inject(Fault::on("POST", path).effect(Effect::HangAfter));
    }
    scene.branch("idea").await;
    let weaker = STORAGE.replace("severity: high", "severity: low");
    let head = scene.commit_to("idea", &[("policies/storage.yaml", &weaker)]).await;
    let number = scene.propose("idea").await;
    let said = || scene.emulator.check_runs(&head).len() + scene.repo.comments(number).len();
    until(&scene.emulator, "a check and a comment", || said() == 2).await;
    service.kill();
    assert_eq!(scene.count(UNSURE).await, 2, "it was waiting for two answers");

    scene.leases_end().await;
    let service = world.serve().await;
    scene.settled().await;
    assert_snapshot!(scene.checks(&head), @"
    cloudcorrect/policies: success: 1 group with 1 check is valid
    ");
    let comments = scene.repo.comments(number);
    assert_eq!(comments.len(), 1, "{comments:?}");
    service.stop().await;
    world.scene.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_private_postgres_that_was_killed_is_started_again(pool: PgPool) {
    let mut world = World::new(pool).await;
    // So that Postgres, which never runs as root, finds its way.
    let directory = world.directory.path();
    std::fs::set_permissions(directory, Permissions::from_mode(0o711)).expect("permissions");
    world.cloud.public_bucket("logs");
    let scene = &world.scene;
    let variables = [("DATABASE_URL", "")];
    let mut service = Process::start(scene, directory, &world.cloud.setting(), &variables).await;
    let ended = |sha: &str| {
        let checks = scene.emulator.check_runs(sha);
        checks.iter().filter(|check| check.conclusion.is_some()).count() == 2
    };
    let files = [ACCOUNTS, ("policies/storage.yaml", STORAGE)];
    let sha = scene.commit_to("main", &files).await;
    until(&scene.emulator, "both checks", || ended(&sha)).await;

    let file = directory.join("data/postgres/data/postmaster.pid");
    let file = std::fs::read_to_string(file).expect("a running server");
    let pid = file.lines().next().and_then(|pid| Pid::from_raw(pid.parse().ok()?));
    kill_process(pid.expect("its number"), Signal::KILL).expect("it was running");
    service.says("the private Postgres runs again").await;

    let low = STORAGE.replace("severity: high", "severity: low");
    let sha = scene.commit_to("main", &[("policies/storage.yaml", &low)]).await;
    until(&scene.emulator, "both checks", || ended(&sha)).await;
    assert_snapshot!(scene.checks(&sha), @"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    let mut waive = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
    waive.args(["waive", "--from", "storage", "--reason", "Inherited", "--owner", "ada"]);
    waive.arg("--config").arg(directory.join("cloudcorrect.toml")).env_remove("DATABASE_URL");
    let waivers = waive.output().expect("the binary runs").stdout;
    let waivers = String::from_utf8(waivers).expect("UTF-8");
    assert!(waivers.contains("- logs\n"), "read beside the service: {waivers}");

    service.stop_after_trouble().await;
    assert!(!directory.join("data/postgres/data/postmaster.pid").exists(), "it was stopped");
}

/// Posts that somebody is at, of which it is not known whether they are there.
const UNSURE: &str = "select count(*) from outbox where lease_until > now() and remote_id is null";

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_process_that_slept_while_another_took_over_changes_nothing(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    world.cloud.hangs();
    let mut sleeper = world.serve().await;
    let scene = &world.scene;
    let files = [ACCOUNTS, ("policies/storage.yaml", STORAGE)];
    let sha = scene.commit_to("main", &files).await;
    let asked = world.cloud.is_asked().await;
    // Asleep in the middle of a transaction it would hold up the other until Postgres ends that.
    scene.only_left("group storage").await;
    sleeper.sleep();
    world.cloud.answers();
    scene.leases_end().await;
    let service = world.serve().await;
    scene.settled().await;
    let shown = scene.checks(&sha);
    assert_snapshot!(shown, @"
    cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");

    // What it was waiting for breaks off, which would make everything unknown.
    drop(asked);
    sleeper.wake();
    sleeper.says("a newer attempt took over").await;
    scene.settled().await;
    assert_eq!(scene.checks(&sha), shown);
    assert_snapshot!(scene.findings().await, @"
    storage/buckets-are-private logs fail
    ");
    assert_eq!(scene.count("select sum(count)::bigint from run").await, 1);
    service.stop().await;
    sleeper.stop().await;
    world.scene.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn whenever_sigkill_comes_each_commit_is_answered_once(pool: PgPool) {
    let mut world = World::new(pool).await;
    world.cloud.public_bucket("logs");
    let scene = &world.scene;
    let mut commits = Vec::new();
    // From before the first fetch to after the last post.
    for calls in 0..6 {
        scene.leases_end().await;
        let service = world.serve().await;
        scene.settled().await;
        let mut events = scene.emulator.subscribe();
        let title = STORAGE.replace("Buckets block", &format!("Buckets of round {calls} block"));
        let files = [ACCOUNTS, ("policies/storage.yaml", &*title)];
        commits.push(scene.commit_to("main", &files).await);
        let mut seen = 0;
        while seen < calls {
            let event = tokio::time::timeout(PATIENCE, events.recv()).await.expect("a call");
            seen += usize::from(matches!(event.expect("the emulator runs"), Event::Called(_)));
        }
        service.kill();
    }
    scene.leases_end().await;
    let service = world.serve().await;
    scene.settled().await;
    for sha in &commits {
        assert_eq!(scene.checks(sha), ANSWERED, "{sha} of {commits:?}");
    }
    service.stop().await;
    world.scene.finish().await;
}

const ANSWERED: &str = "cloudcorrect/compliance: failure: storage: 1 of 1 buckets fails
cloudcorrect/sync: success: 1 group with 1 check is valid
";
