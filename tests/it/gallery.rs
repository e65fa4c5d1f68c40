//! The gallery of `docs/pull-requests.md`: what the service posts on pull requests, and what it looks like.
//!
//! Each story writes the file that it is compared with where `GALLERY=write` is set; `make gallery` does,
//! and takes the pictures.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use github_emulator::{NewCommit, Permission, Visibility};
use sha2::{Digest, Sha256};
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, STORAGE};
use crate::world::story::World;

/// All pictures, in the order of the page.
const SHOWN: [&str; 12] = [
    "clean-change",
    "typo",
    "weaker",
    "wide-failure",
    "waiver",
    "held-removal",
    "fork",
    "not-collected",
    "unreachable-account",
    "many-changes",
    "stack",
    "merge-queue",
];

/// Settings that want resources to be named.
const NAMING: (&str, &str) = (
    ".cloudcorrect.yaml",
    "apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec:\n  pullRequests: { nameResources: true }\n",
);

fn directory() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/pull-requests"))
}

/// Compares what was posted for a head with what is shown of it, or writes that.
fn shows(name: &str, posted: &str, heads: &[&str]) {
    assert!(SHOWN.contains(&name), "{name} has a place on the page");
    let mut text = posted.to_owned();
    for (at, head) in heads.iter().enumerate() {
        let stands = hex::encode(Sha256::digest([u8::try_from(at).expect("few heads")]));
        text = text.replace(&head[..7], &stands[..7]);
    }
    let mut parts = text.split(" as of ");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (_, after) = part.split_once(" UTC").expect("an instant");
        write!(shown, " as of 2026-11-30 06:00 UTC{after}").expect("text");
    }
    shown.push('\n');
    let file = directory().join(format!("{name}.md"));
    #[expect(clippy::disallowed_methods, reason = "whoever renews the gallery says so")]
    let is_written = std::env::var("GALLERY").is_ok_and(|what| what == "write");
    if is_written {
        fs::write(&file, &shown).expect("a file");
    }
    let kept = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(shown, kept, "{} is stale: run `make gallery`", file.display());
}

/// The one comment on a pull request.
fn comment(world: &World, number: u64) -> String {
    let mut comments = world.repo.comments(number);
    assert_eq!(comments.len(), 1, "one comment");
    comments.remove(0).body
}

/// A world with these files in force, evaluated, and a branch to propose something on.
async fn evaluated(mut world: World, files: &[(&str, &str)]) -> World {
    for bucket in ["acme-audit", "acme-backup", "acme-logs"] {
        world.cloud.private_bucket(bucket);
    }
    world.cloud.public_bucket("acme-website");
    world.commit_to("main", files).await;
    world.settle().await;
    world.branch("idea").await;
    world
}

async fn with_storage(pool: PgPool) -> World {
    let files = [ACCOUNTS, NAMING, ("policies/storage.yaml", STORAGE)];
    evaluated(World::new(pool).await, &files).await
}

/// Proposes a change of the group, and compares the comment with what is shown.
async fn proposes(world: World, name: &str, files: &[(&str, &str)]) {
    let head = world.commit_to("idea", files).await;
    let number = world.propose("idea").await;
    world.settle().await;
    shows(name, &comment(&world, number), &[&head]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_clean_change(pool: PgPool) {
    let more = format!(
        "{STORAGE}    - id: buckets-are-ours\n      title: Buckets carry our name\n      severity: low\n      \
         select: AWS::S3::Bucket\n      assert: resource.BucketName.startsWith(\"acme-\")\n"
    );
    let more = more.replacen("every: 15m", "every: 5m", 1);
    proposes(with_storage(pool).await, "clean-change", &[("policies/storage.yaml", &more)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_typo(pool: PgPool) {
    let typo = STORAGE.replace("BlockPublicAcls", "BlockPublicAcl").replace("high", "hihg");
    proposes(with_storage(pool).await, "typo", &[("policies/storage.yaml", &typo)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_weakening(pool: PgPool) {
    let weaker = STORAGE
        .replace("severity: high", "severity: low")
        .replace(
            "      assert",
            "      where: resource.BucketName != \"acme-website\"\n      assert",
        )
        .replace("  schedule", "  mode: audit\n  schedule");
    proposes(with_storage(pool).await, "weaker", &[("policies/storage.yaml", &weaker)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_wide_failure(pool: PgPool) {
    let mut world = World::new(pool).await;
    for n in 1..=40 {
        world.cloud.private_bucket(&format!("acme-team-{n:02}"));
    }
    let files = [ACCOUNTS, NAMING, ("policies/storage.yaml", STORAGE)];
    let world = evaluated(world, &files).await;
    let wide = STORAGE.replace(
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls",
        "resource.BucketName.matches(\"^acme-(audit|backup|logs|website)-[a-z]+$\")",
    );
    proposes(world, "wide-failure", &[("policies/storage.yaml", &wide)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_waiver(pool: PgPool) {
    let waiver = "apiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: { name: website }\nspec:\n  \
        match: { group: storage, check: buckets-are-private, resource: acme-website }\n  \
        reason: The website is public on purpose, see PLAT-1203.\n  owner: web@acme.example\n  \
        expires: 2099-03-31\n";
    proposes(with_storage(pool).await, "waiver", &[("policies/waivers.yaml", waiver)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_removal_that_is_held(pool: PgPool) {
    let [network, users] =
        ["network", "users"].map(|name| STORAGE.replace("name: storage", &format!("name: {name}")));
    let files = [
        ACCOUNTS,
        ("policies/storage.yaml", STORAGE),
        ("policies/network.yaml", &network),
        ("policies/users.yaml", &users),
    ];
    let world = evaluated(World::new(pool).await, &files).await;
    let removal = NewCommit::on("idea").remove("policies/network.yaml");
    let head = world.commit(removal.remove("policies/users.yaml").by("ada")).await;
    let number = world.propose("idea").await;
    world.settle().await;
    shows("held-removal", &comment(&world, number), &[&head]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_fork(pool: PgPool) {
    let world = with_storage(pool).await;
    let fork = world.emulator.create_repository("eve/policies", Visibility::Public).await;
    let fork = fork.expect("a fork");
    world.repo.set_permission("eve", Permission::Read);
    let narrower = STORAGE.replace(
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls",
        "resource.PublicAccessBlockConfiguration.BlockPublicAcls && \
         resource.PublicAccessBlockConfiguration.IgnorePublicAcls",
    );
    let head = world.commit_to("idea", &[("policies/storage.yaml", &narrower)]).await;
    let number = world.propose_from(&fork, "idea", "eve").await;
    world.settle().await;
    shows("fork", &comment(&world, number), &[&head]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_was_not_collected(pool: PgPool) {
    let more = format!(
        "{STORAGE}    - id: buckets-keep-versions\n      title: Buckets keep old versions\n      \
         severity: medium\n      select: AWS::S3::Bucket\n      \
         assert: resource.VersioningConfiguration.Status == \"Enabled\"\n"
    );
    proposes(with_storage(pool).await, "not-collected", &[("policies/storage.yaml", &more)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_account_that_cannot_be_reached(pool: PgPool) {
    let accounts = format!(
        "{}---\n{}",
        ACCOUNTS.1,
        ACCOUNTS.1.replace("name: prod", "name: staging").replace("9012", "9013")
    );
    let files = [("policies/accounts.yaml", &*accounts), ("policies/storage.yaml", STORAGE)];
    let world = evaluated(World::new(pool).await, &files).await;
    let other = STORAGE.replace("BlockPublicAcls", "RestrictPublicBuckets");
    proposes(world, "unreachable-account", &[("policies/storage.yaml", &other)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn five_hundred_changes_at_once(pool: PgPool) {
    let group = |severity: &str| {
        let (head, check) = STORAGE.split_once("    - id").expect("a check");
        let one = |n| {
            let check = check.replacen("buckets-are-private", &format!("rule-{n:03}"), 1);
            format!("    - id{}", check.replace("severity: high", &format!("severity: {severity}")))
        };
        format!("{head}{}", (1..=500).map(one).collect::<String>())
    };
    let (high, low) = (group("high"), group("low"));
    let files = [ACCOUNTS, ("policies/storage.yaml", &*high)];
    let world = evaluated(World::new(pool).await, &files).await;
    proposes(world, "many-changes", &[("policies/storage.yaml", &low)]).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_stack(pool: PgPool) {
    let world = with_storage(pool).await;
    let low = STORAGE.replace("severity: high", "severity: medium");
    let lower = world.commit_to("idea", &[("policies/storage.yaml", &low)]).await;
    let first = world.propose("idea").await;
    world.force_push("upper", &lower).await;
    let other = low.replace("BlockPublicAcls", "RestrictPublicBuckets");
    let upper = world.commit_to("upper", &[("policies/storage.yaml", &other)]).await;
    let second = world.propose_into("upper", "idea").await;
    world.repo.stack(&[first, second]);
    world.poll_comes().await;
    world.settle().await;
    shows("stack", &comment(&world, second), &[&upper, &lower]);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_merge_queue(pool: PgPool) {
    let world = with_storage(pool).await;
    let branch = "gh-readonly-queue/main/pr-7-a";
    world.branch(branch).await;
    let typo = STORAGE.replace("BlockPublicAcls", "BlockPublicAcl");
    let head = world.commit_to(branch, &[("policies/storage.yaml", &typo)]).await;
    world.settle().await;
    // It has no comment: what somebody sees is the check run.
    let run = world.emulator.check_runs(&head).remove(0);
    let mut text = format!(
        "### {}\n\n**{}**: {}\n\n{}\n",
        run.name,
        run.conclusion.unwrap_or_default(),
        run.title.unwrap_or_default(),
        run.summary.unwrap_or_default()
    );
    for note in run.annotations {
        let (place, message) = (format!("{}:{}", note.path, note.start_line), note.message);
        let lines: Vec<_> = message.lines().map(|line| format!("> {line}\n")).collect();
        write!(text, "\n`{place}` {}\n\n{}", note.annotation_level, lines.concat()).expect("text");
    }
    shows("merge-queue", text.trim_end(), &[&head]);
    world.finish().await;
}

/// The page shows each of them, and the pictures are of what it shows.
#[test]
fn the_gallery_shows_all_of_them_as_they_are() {
    let page = fs::read_to_string(directory().with_extension("md")).expect("the page");
    let pictures = fs::read_to_string(directory().join("pictures.json")).expect("the pictures");
    let pictures: BTreeMap<String, String> = serde_json::from_str(&pictures).expect("digests");
    for name in SHOWN {
        let markdown = fs::read(directory().join(format!("{name}.md"))).expect(name);
        let digest = hex::encode(Sha256::digest(&markdown));
        assert_eq!(pictures.get(name), Some(&digest), "{name}: run `make gallery`");
        assert!(page.contains(&format!("pull-requests/{name}.md")), "{name}");
        for size in ["desktop", "phone"] {
            let picture = format!("{name}-{size}.png");
            assert!(page.contains(&format!("pull-requests/{picture}")), "{picture}");
            let bytes = fs::read(directory().join(&picture)).expect(&picture);
            assert!(bytes.starts_with(b"\x89PNG"), "{picture}");
        }
    }
    assert_eq!(pictures.len(), SHOWN.len(), "{pictures:?}");
}
