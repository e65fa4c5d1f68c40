//! Passes over real repositories and a real Postgres.

mod credentials;
mod examples;
mod signatures;

use std::fmt::Write as _;

use sqlx::PgPool;

use super::testing::{account, group};
use super::*;
use crate::db::sources::{Registration, SourceId};
use crate::db::{outbox, pull_requests};
use crate::git::testing::Origin;
use crate::render::post::Post;

type TestResult = anyhow::Result<()>;

/// A repository, a database and the reconciler between them.
struct World {
    pool: PgPool,
    origin: Origin,
    syncer: Syncer,
}

impl World {
    fn new(pool: PgPool) -> Self {
        let origin = Origin::new();
        Self { syncer: Self::reconciler(&pool, &origin), pool, origin }
    }

    fn reconciler(pool: &PgPool, origin: &Origin) -> Syncer {
        Self::following(pool, origin, "main", Following::default())
    }

    /// A reconciler that follows a source so.
    fn following(pool: &PgPool, origin: &Origin, name: &str, following: Following) -> Syncer {
        let settings = SyncSettings {
            mirrors: origin.root.path().join("mirrors"),
            allowed: Allowed { file: true, http: false },
            sources: BTreeMap::from([(name.to_owned(), following)]),
            ..SyncSettings::default()
        };
        Syncer::new(pool.clone(), None, Assessors::here(pool.clone()), Arc::default(), settings)
    }

    /// Has a reconciler in the place of the present one that knows nothing of what is in force.
    fn restart(&mut self) {
        self.syncer = Self::reconciler(&self.pool, &self.origin);
    }

    fn registration(&self, name: &str, path: &str) -> Registration {
        Registration {
            name: name.into(),
            host: Host::Git,
            repository: self.origin.url().to_string(),
            branch: "main".into(),
            path: path.into(),
        }
    }

    async fn watch(&self, registrations: &[Registration]) -> anyhow::Result<Vec<SourceId>> {
        let mut connection = self.pool.acquire().await?;
        Ok(sources::register(&mut connection, registrations).await?)
    }

    /// Watches the directory `policies` as the source `main`.
    async fn watched(pool: PgPool) -> anyhow::Result<Self> {
        let world = Self::new(pool);
        world.watch(&[world.registration("main", "policies")]).await?;
        Ok(world)
    }

    /// The only source.
    async fn source(&self) -> anyhow::Result<Source> {
        sources::by_name(&self.pool, "main").await?.context("a source")
    }

    /// Nudges the sources and passes until nothing is due.
    async fn sync(&self) -> TestResult {
        let mut connection = self.pool.acquire().await?;
        for source in sources::all(&self.pool).await? {
            sources::wake(&mut connection, &source.registration.name).await?;
        }
        while self.syncer.pass().await? == Pass::Worked {}
        Ok(())
    }

    /// How a source stands. Commits are numbered in the order in which they were seen.
    async fn shown(&self, name: &str) -> anyhow::Result<String> {
        let source = sources::by_name(&self.pool, name).await?.context("no such source")?;
        let mut text = format!("head {:?}, in force {:?}", source.head, source.revision);
        if let Some(error) = &source.last_error {
            write!(text, ", {error}")?;
        }
        let in_force = policies::in_force(&self.pool, source.id).await?;
        for file in in_force.files {
            write!(text, "\n{} since {}", file.path, file.since_commit)?;
        }
        for group in groups::of_source(&self.pool, source.id).await? {
            write!(text, "\n{} since {}", group.definition.name, group.revision)?;
        }
        let mut history = revisions::history(&self.pool, source.id, None, 10).await?;
        history.reverse();
        for revision in &history {
            let record = &revision.record;
            let diagnostics = record.diagnostics.len();
            write!(text, "\n{}: {:?}, {diagnostics} diagnostics", record.commit, record.state)?;
        }
        Ok((1..).zip(history).fold(text, |text, (number, revision)| {
            text.replace(&revision.record.commit, &format!("c{number}"))
        }))
    }
}

impl World {
    /// The head, what came of it, and what is told of it.
    async fn held(&self) -> anyhow::Result<String> {
        let source = self.source().await?;
        let head = source.head.context("a head")?;
        let found = revisions::find(&self.pool, source.id, &head).await?.context("a revision")?;
        let mut text = format!("{:?}", found.record.state);
        for told in found.record.diagnostics {
            write!(text, "\n{:?}: {}", told.level, told.message)?;
            write!(text, "\n  {}", told.help.unwrap_or_default())?;
        }
        // Commits by their place in history, since ids are what a test cannot read.
        let history = revisions::history(&self.pool, source.id, None, 100).await?;
        Ok((1..).zip(history.into_iter().rev()).fold(text, |text, (number, revision)| {
            let commit = revision.record.commit;
            let short: String = commit.chars().take(7).collect();
            text.replace(&commit, &format!("c{number}")).replace(&short, &format!("c{number}"))
        }))
    }
}

fn prod() -> String {
    account("prod", "env: prod")
}

/// All that is stored of a source's policies, without instants.
async fn stored(pool: &PgPool, source: SourceId) -> anyhow::Result<Vec<String>> {
    let queries = [
        "select concat_ws(' ', path, since_commit, until_commit, encode(blob, 'hex')) from policy_version
         where source = $1 order by path, since",
        "select concat_ws(' ', name, revision, encode(digest, 'hex'), mode, interval_ms, schedule,
            retired_at is null) from policy_group where source = $1 order by name",
        "select concat_ws(' ', group_name, id, position, rule) from policy_check where source = $1
         order by group_name, id",
        "select concat_ws(' ', group_name, name, waiver) from policy_waiver where source = $1
         order by group_name, name",
        "select concat_ws(' ', commit, state, diagnostics) from revision where source = $1
         order by commit",
    ];
    let mut all = Vec::new();
    for query in queries {
        let rows: Vec<String> = sqlx::query_scalar(query).bind(source.0).fetch_all(pool).await?;
        all.extend(rows);
    }
    Ok(all)
}

/// Two sources follow the same repository: one by what its reconciler knows, one by a reconciler that
/// begins anew with each commit.
#[sqlx::test]
async fn what_differs_comes_into_force_as_all_of_it_would(pool: PgPool) -> TestResult {
    let knowing = World::watched(pool).await?;
    let other = Origin::new();
    let registration = Registration {
        repository: other.url().to_string(),
        ..knowing.registration("anew", "policies")
    };
    let ids = knowing.watch(&[knowing.registration("main", "policies"), registration]).await?;
    let waiver = |days: u8| {
        format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Waiver\nmetadata: {{ name: legacy }}\nspec:\n  \
             match: {{ group: storage }}\n  reason: why\n  owner: ada\n  expires: 2030-01-0{days}\n"
        )
    };
    let (storage, network) = (group("storage", "15m"), group("network", "15m"));
    let dev = account("dev", "env: dev").replace("9012", "9013");
    let both = prod().replace("us-east-1", "us-east-1, eu-west-1");
    let renamed = storage.replace("id: named", "id: titled\n      formerly: [named]");
    let broken = storage.replace("assert", "asert");
    let history: [&[(&str, &str)]; 14] = [
        &[("a.yaml", &prod()), ("b.yaml", &storage), ("c.yaml", &network)],
        &[("a.yaml", &prod()), ("b.yaml", &storage), ("c.yaml", &group("network", "5m"))],
        &[("a.yaml", &prod()), ("b.yaml", &storage), ("c.yaml", &network), ("w.yaml", &waiver(1))],
        &[("a.yaml", &prod()), ("b.yaml", &storage), ("c.yaml", &network), ("w.yaml", &waiver(2))],
        &[("a.yaml", &prod()), ("b.yaml", &broken), ("c.yaml", &group("network", "1h"))],
        &[("a.yaml", &prod()), ("b.yaml", &renamed), ("d.yaml", &network), ("w.yaml", &waiver(2))],
        &[("a.yaml", &both), ("b.yaml", &renamed), ("d.yaml", &network), ("w.yaml", &waiver(2))],
        &[("a.yaml", &both), ("a2.yaml", &dev), ("b.yaml", &renamed), ("d.yaml", &network)],
        &[("a.yaml", &both), ("a2.yaml", &dev), ("b.yaml", &renamed)],
        &[("a.yaml", &both), ("b.yaml", &renamed), ("d.yaml", &group("network", "30m"))],
        &[("a.yaml", &both), ("b.yaml", &network), ("d.yaml", &storage), ("w.yaml", &waiver(1))],
        &[("a.yaml", &prod()), ("e/f/g.yaml", &storage)],
        &[("a.yaml", &prod()), ("e/f/g.yaml", &storage), ("e/h.yaml", &network)],
        &[("a.yaml", &prod()), ("b.yaml", &storage), ("c.yaml", &network)],
    ];
    let mut anew =
        World { pool: knowing.pool.clone(), syncer: knowing.syncer.clone(), origin: other };
    let mut approval = String::new();
    for (at, files) in history.iter().enumerate() {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (format!("policies/{path}"), *text)).collect();
        let files: Vec<_> = files.iter().map(|(path, text)| (path.as_str(), *text)).collect();
        // The branch is rewritten once, which is approved behind it.
        let commits = [&knowing.origin, &anew.origin].map(|origin| match at {
            9 => origin.commit_on("refs/heads/main", None, &files),
            10 => origin.commit_saying(&approval, &files),
            _ => origin.commit(&files),
        });
        assert_eq!(commits[0], commits[1], "both see the same commits");
        approval = format!("Approve\n\nCloudcorrect-Approve: {}", commits[0]);
        anew.restart();
        for (world, name) in [(&knowing, "main"), (&anew, "anew")] {
            let mut connection = world.pool.acquire().await?;
            sources::wake(&mut connection, name).await?;
            while world.syncer.pass().await? == Pass::Worked {}
        }
        let [known, new] =
            [stored(&knowing.pool, ids[0]).await?, stored(&anew.pool, ids[1]).await?];
        assert_eq!(known, new, "commit {at}");
    }
    let states =
        "select state, count(*) from revision where source = $1 group by state order by state";
    let states: Vec<(String, i64)> =
        sqlx::query_as(states).bind(ids[0].0).fetch_all(&knowing.pool).await?;
    let states: Vec<_> = states.iter().map(|(state, count)| (state.as_str(), *count)).collect();
    assert_eq!(states, [("held", 1), ("in_force", 1), ("refused", 1), ("superseded", 11)]);
    Ok(())
}

#[sqlx::test]
async fn a_commit_comes_into_force_whole(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    world.origin.commit(&[
        ("policies/accounts.yaml", &prod()),
        ("policies/storage.yaml", &group("storage", "15m")),
    ]);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c1"), in force Some("c1")
    policies/accounts.yaml since c1
    policies/storage.yaml since c1
    storage since c1
    c1: InForce, 0 diagnostics
    "#);

    // What a commit leaves as it was keeps its commit.
    world.origin.commit(&[
        ("policies/accounts.yaml", &prod()),
        ("policies/storage.yaml", &group("storage", "15m")),
        ("policies/network.yaml", &group("network", "15m")),
    ]);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c2"), in force Some("c2")
    policies/accounts.yaml since c1
    policies/network.yaml since c2
    policies/storage.yaml since c1
    network since c2
    storage since c1
    c1: Superseded, 0 diagnostics
    c2: InForce, 0 diagnostics
    "#);
    Ok(())
}

#[sqlx::test]
async fn a_broken_file_leaves_the_last_good_groups_in_force(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    let good = [("policies/a.yaml", prod()), ("policies/b.yaml", group("storage", "15m"))];
    let commit = |second: &str| {
        world.origin.commit(&[(good[0].0, &good[0].1), (good[1].0, second)]);
    };
    commit(&good[1].1);
    world.sync().await?;
    commit(&good[1].1.replace("BucketName", "BucktName"));
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c2"), in force Some("c1"), commit `c2` is refused: it has 1 problem
    policies/a.yaml since c1
    policies/b.yaml since c1
    storage since c1
    c1: InForce, 0 diagnostics
    c2: Refused, 1 diagnostics
    "#);
    let source = world.source().await?;
    let refused = source.head.clone().context("a head")?;
    let refused = revisions::find(&world.pool, source.id, &refused).await?.context("a revision")?;
    let diagnostics = serde_json::to_string_pretty(&refused.record.diagnostics)?;
    insta::assert_snapshot!(diagnostics, @r#"
    [
      {
        "place": {
          "path": "policies/b.yaml",
          "line": 11,
          "column": 24,
          "endLine": 11,
          "endColumn": 33
        },
        "level": "error",
        "code": "unknown-property",
        "message": "`AWS::S3::Bucket` has no property `BucktName`",
        "help": "did you mean `BucketName`?"
      }
    ]
    "#);

    // It stays refused as long as nobody does anything, and is superseded when somebody does.
    world.sync().await?;
    let still = world.source().await?;
    assert_eq!(still.last_error, source.last_error);
    commit(&group("storage", "5m"));
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c3"), in force Some("c3")
    policies/a.yaml since c1
    policies/b.yaml since c3
    storage since c3
    c1: Superseded, 0 diagnostics
    c2: Refused, 1 diagnostics
    c3: InForce, 0 diagnostics
    "#);
    Ok(())
}

#[sqlx::test]
async fn a_deleted_group_retires_and_its_file_keeps_its_versions(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    let (prod, storage, network) = (prod(), group("storage", "15m"), group("network", "15m"));
    world.origin.commit(&[
        ("policies/a.yaml", &prod),
        ("policies/b.yaml", &storage),
        ("policies/c.yaml", &network),
    ]);
    world.sync().await?;
    world.origin.commit(&[("policies/a.yaml", &prod), ("policies/b.yaml", &storage)]);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c2"), in force Some("c2")
    policies/a.yaml since c1
    policies/b.yaml since c1
    storage since c1
    c1: Superseded, 0 diagnostics
    c2: InForce, 0 diagnostics
    "#);
    let source = world.source().await?;
    let gone = groups::find(&world.pool, source.id, "network").await?.context("kept")?;
    assert!(gone.retired_at.is_some());
    Ok(())
}

#[sqlx::test]
async fn two_sources_on_one_repository_do_not_mix(pool: PgPool) -> TestResult {
    let world = World::new(pool);
    world.watch(&[world.registration("team-a", "a"), world.registration("team-b", "b")]).await?;
    let (prod, storage) = (prod(), group("storage", "15m"));
    world.origin.commit(&[
        ("a/accounts.yaml", &prod),
        ("a/storage.yaml", &storage),
        ("b/accounts.yaml", &prod),
        ("b/storage.yaml", &storage.replace("assert", "asert")),
    ]);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("team-a").await?, @r#"
    head Some("c1"), in force Some("c1")
    a/accounts.yaml since c1
    a/storage.yaml since c1
    storage since c1
    c1: InForce, 0 diagnostics
    "#);
    insta::assert_snapshot!(world.shown("team-b").await?, @r#"
    head Some("c1"), in force None, commit `c1` is refused: it has 2 problems
    c1: Refused, 2 diagnostics
    "#);
    Ok(())
}

#[sqlx::test]
async fn a_rewritten_branch_is_held_until_a_later_commit_approves_it(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    let files = [("policies/a.yaml", prod()), ("policies/b.yaml", group("storage", "15m"))];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let first = world.origin.commit(&files);
    world.sync().await?;
    world.origin.commit(&[&files[..], &[("x", "y")]].concat());
    world.sync().await?;
    // Back to what was in force once.
    world.origin.commit_on("refs/heads/main", None, &[&files[..], &[("x", "z")]].concat());
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c3"), in force Some("c2"), commit `c3` is held: the branch was rewritten: commit `c2`, which was in force, is no longer part of it
    policies/a.yaml since c1
    policies/b.yaml since c1
    storage since c1
    c1: Superseded, 0 diagnostics
    c2: InForce, 0 diagnostics
    c3: Held, 1 diagnostics
    "#);
    // It approves what is held no longer, for it is no part of the branch.
    let approve = |commit| format!("Approve\n\nCloudcorrect-Approve: {commit}\n");
    world.origin.commit_saying(&approve(first), &files);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c4"), in force Some("c2"), commit `c4` is held: the branch was rewritten: commit `c2`, which was in force, is no longer part of it
    policies/a.yaml since c1
    policies/b.yaml since c1
    storage since c1
    c1: Superseded, 0 diagnostics
    c2: InForce, 0 diagnostics
    c3: Held, 1 diagnostics
    c4: Held, 1 diagnostics
    "#);
    let held = world.source().await?.head.context("a head")?;
    world.origin.commit_saying(&approve(held.parse()?), &files);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c5"), in force Some("c5")
    policies/a.yaml since c1
    policies/b.yaml since c1
    storage since c1
    c1: Superseded, 0 diagnostics
    c2: Superseded, 0 diagnostics
    c3: Held, 1 diagnostics
    c4: Held, 1 diagnostics
    c5: InForce, 1 diagnostics
    "#);
    Ok(())
}

#[sqlx::test]
async fn a_branch_that_is_moved_back_is_held_as_well(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    let files = [("policies/a.yaml", prod()), ("policies/b.yaml", group("storage", "15m"))];
    let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let first = world.origin.commit(&files);
    world.sync().await?;
    world.origin.commit(&[&files[..], &[("x", "y")]].concat());
    world.sync().await?;
    world.origin.point("refs/heads/main", first);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c2"), in force Some("c1"), commit `c2` is held: the branch was rewritten: commit `c1`, which was in force, is no longer part of it
    policies/a.yaml since c2
    policies/b.yaml since c2
    storage since c2
    c1: InForce, 0 diagnostics
    c2: Held, 1 diagnostics
    "#);
    let approval = format!("Approve\n\nCloudcorrect-Approve: {}\n", first.short());
    world.origin.commit_saying(&approval, &files);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c3"), in force Some("c3")
    policies/a.yaml since c2
    policies/b.yaml since c2
    storage since c2
    c1: Superseded, 0 diagnostics
    c2: Held, 1 diagnostics
    c3: InForce, 1 diagnostics
    "#);
    Ok(())
}

#[sqlx::test]
async fn a_commit_that_removes_most_groups_is_held_until_it_is_approved(
    pool: PgPool,
) -> TestResult {
    let world = World::watched(pool).await?;
    let groups = ["storage", "network", "users"].map(|name| (name, group(name, "15m")));
    let tree = |kept: usize, accounts: &str| {
        let files = groups.iter().take(kept);
        let files = files.map(|(name, text)| (format!("policies/{name}.yaml"), text.clone()));
        let accounts = ("policies/accounts.yaml".to_owned(), accounts.to_owned());
        files.chain([accounts]).collect::<Vec<_>>()
    };
    let commit = |message: &str, files: &[(String, String)]| {
        let files: Vec<_> =
            files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        world.origin.commit_saying(message, &files)
    };
    commit("Begin", &tree(3, &prod()));
    world.sync().await?;
    // Both at once: nobody saw it being held.
    let removal = commit("Move", &tree(1, &prod()));
    let approve = |commit: CommitId| format!("Approve\n\nCloudcorrect-Approve: {commit}\n");
    let second = commit(&approve(removal), &tree(1, &prod()));
    world.sync().await?;
    insta::assert_snapshot!(world.held().await?, @"
    Held
    Error: 2 of 3 groups are removed; history is kept
      look at what it changes; where that is meant, push a later commit whose message has the line `Cloudcorrect-Approve: c2`; `c2` approves `ad8e255`, which was not held over what is in force
    ");
    // Once more is gone than was approved.
    let third = commit(&approve(second), &tree(0, &prod()));
    world.sync().await?;
    insta::assert_snapshot!(world.held().await?, @"
    Held
    Error: 3 of 3 groups are removed; history is kept
      look at what it changes; where that is meant, push a later commit whose message has the line `Cloudcorrect-Approve: c3`; `c3` approves `c2`, but since then the only group is removed; `c2` approves `ad8e255`, which was not held over what is in force
    ");
    // What else changes does not matter.
    let both = prod().replace("us-east-1", "us-east-1, eu-west-1");
    commit(&approve(third), &tree(0, &both));
    world.sync().await?;
    insta::assert_snapshot!(world.held().await?, @"
    InForce
    Warning: 3 of 3 groups are removed; history is kept; commit `c4` approves it
    ");
    Ok(())
}

#[sqlx::test]
async fn a_directory_that_is_gone_refuses_the_commit(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    world.origin.commit(&[("policies/a.yaml", &prod())]);
    world.sync().await?;
    world.origin.commit(&[("policy/a.yaml", &prod())]);
    world.sync().await?;
    insta::assert_snapshot!(world.shown("main").await?, @r#"
    head Some("c2"), in force Some("c1"), commit `c2` is refused: it has 1 problem
    policies/a.yaml since c1
    c1: InForce, 0 diagnostics
    c2: Refused, 1 diagnostics
    "#);
    Ok(())
}

#[sqlx::test]
async fn a_remote_that_fails_is_asked_again_later(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    assert_eq!(world.syncer.pass().await?, Pass::Worked);
    let Pass::IdleFor(due) = world.syncer.pass().await? else { panic!("it is not asked at once") };
    assert!(!due.is_zero());
    let source = world.source().await?;
    assert_eq!(source.attempts, 1);
    let error = source.last_error.context("an error")?;
    let url = world.origin.url().to_string();
    insta::assert_snapshot!(error.replace(&url, "URL"), @"cannot follow the branch: cannot fetch branch `main` of URL: the remote has no branch `main`; see whether it was renamed or deleted");
    world.origin.commit(&[("policies/a.yaml", &prod())]);
    world.sync().await?;
    let source = world.source().await?;
    assert_eq!((source.attempts, source.last_error), (0, None));
    Ok(())
}

#[sqlx::test]
async fn polling_a_branch_that_stays_changes_nothing(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    world.origin.commit(&[("policies/a.yaml", &prod())]);
    world.sync().await?;
    let before = world.source().await?;
    world.sync().await?;
    let after = world.source().await?;
    assert!(after.last_checked_at > before.last_checked_at);
    assert_eq!(after.last_synced_at, before.last_synced_at);
    let wait = after.due_at - after.last_checked_at.context("checked")?;
    assert!((48..=60).contains(&wait.num_seconds()), "{wait}");
    Ok(())
}

#[sqlx::test]
async fn a_pass_that_wakes_after_its_lease_writes_nothing(pool: PgPool) -> TestResult {
    let world = World::watched(pool).await?;
    world.origin.commit(&[("policies/a.yaml", &prod())]);
    let stalled = sources::claim_due(&world.pool, Duration::ZERO).await?.context("due")?;
    let error = world.syncer.work(&stalled).await.unwrap_err();
    assert!(is_stale(&error), "{error:#}");
    let source = world.source().await?;
    assert_eq!((source.head, source.revision), (None, None));
    assert_eq!(policies::in_force(&world.pool, source.id).await?.files, []);
    world.syncer.failed(&stalled, &error).await?;
    let source = world.source().await?;
    assert_eq!(source.last_error, None, "the next attempt's business");
    Ok(())
}

/// A source on GitHub whose repository is read from disk: what is said there, without GitHub.
struct OnGitHub {
    world: World,
    checkout: SourceCheckout,
}

impl OnGitHub {
    async fn new(pool: PgPool) -> anyhow::Result<Self> {
        let world = World::new(pool);
        let on_github = Registration {
            host: Host::GitHub,
            repository: "example/policies".into(),
            ..world.registration("main", "policies")
        };
        let watched = world.watch(&[on_github]).await?;
        sources::identify(&world.pool, watched[0], 1, "example/policies").await?;
        let checkout = SourceCheckout {
            directory: world.origin.mirror_directory(),
            remote: Remote::new(world.origin.url(), Allowed { file: true, http: false })?,
            limits: Limits::default(),
            fetcher: crate::git::Fetcher::default(),
            branch: "main".into(),
            path: "policies".into(),
        };
        Ok(Self { world, checkout })
    }

    async fn posts(&self) -> anyhow::Result<PostWriter> {
        let all = sources::all(&self.world.pool).await?;
        Ok(PostWriter::new(&all[0], &all, Links::default()))
    }

    /// What a pass does, less asking GitHub.
    async fn pass(&self) -> TestResult {
        let pool = &self.world.pool;
        sources::wake(&mut *pool.acquire().await?, "main").await?;
        let claim = sources::claim_due(pool, Duration::from_mins(1)).await?.context("due")?;
        let (known, in_force) =
            (id(claim.source.head.as_deref()), id(claim.source.revision.as_deref()));
        let checkout = self.checkout.clone();
        let posts = self.posts().await?;
        match blocking(move || checkout.head(known, in_force, None)).await? {
            Head::New(revision) => self.world.syncer.decide(&claim, *revision, Some(&posts)).await,
            Head::Known => {
                let authors = Authors::strangers();
                let answering =
                    Answering { checkout: self.checkout.clone(), posts: &posts, authors };
                self.world.syncer.answer(&claim, answering).await
            }
        }
    }

    async fn pull_request(&self, number: i64, head: CommitId) -> TestResult {
        let source = self.world.source().await?;
        let pull = pull_requests::PullRequest {
            number,
            head: head.to_string(),
            base_branch: "main".into(),
            state: pull_requests::State::Open,
            author: "ada".into(),
            head_repository: Some(1),
            layer: None,
            updated_at: chrono::DateTime::UNIX_EPOCH,
        };
        pull_requests::see(&self.world.pool, source.id, &pull).await?;
        Ok(())
    }

    /// Shows a pull request at that head, and answers it.
    async fn answer(&self, number: i64, head: CommitId) -> TestResult {
        self.pull_request(number, head).await?;
        self.pass().await
    }

    /// What is wanted under a key: the whole of a comment, the gist of a check run.
    async fn post(&self, key: &str) -> anyhow::Result<String> {
        let source = self.world.source().await?.id;
        let Some(post) = outbox::find(&self.world.pool, source, key).await? else {
            return Ok("nothing".to_owned());
        };
        Ok(match serde_json::from_value(post.post)? {
            Post::CheckRun(check) => {
                let mut text =
                    format!("{}: {:?}, {}", check.name.as_str(), check.state, check.title.as_str());
                for annotation in check.annotations.shown() {
                    let (path, line) = (&annotation.path, annotation.start_line);
                    write!(text, "\n{path}:{line}: {}", annotation.message.as_str())?;
                }
                text
            }
            Post::Comment(comment) => comment.body.as_str().to_owned(),
            Post::Issue(issue) => issue.body.as_str().to_owned(),
        })
    }
}

#[sqlx::test]
async fn what_came_of_a_commit_is_said_on_it(pool: PgPool) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let files = [("policies/a.yaml", prod()), ("policies/b.yaml", group("storage", "15m"))];
    let commit = |second: &str| {
        github.world.origin.commit(&[(files[0].0, &files[0].1), (files[1].0, second)])
    };
    let good = commit(&files[1].1);
    github.pass().await?;
    insta::assert_snapshot!(github.post(&format!("sync/{good}")).await?, @"cloudcorrect/sync: Success, 1 group with 1 check is valid");
    insta::assert_snapshot!(github.post(&format!("compliance/{good}")).await?, @"cloudcorrect/compliance: InProgress, 0 of 1 groups evaluated");

    let bad = commit(&files[1].1.replace("BucketName", "BucktName"));
    github.pass().await?;
    insta::assert_snapshot!(github.post(&format!("sync/{bad}")).await?, @"
    cloudcorrect/sync: Failure, 1 problem
    policies/b.yaml:11: `AWS::S3::Bucket` has no property `BucktName`

    help: did you mean `BucketName`?

    cloudcorrect validate --explain unknown-property
    ");
    assert_eq!(github.post(&format!("compliance/{bad}")).await?, "nothing");
    Ok(())
}

const GATES: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Settings
spec:
  exclude: [policies/drafts/**]
  require: { owner: true }
";

#[sqlx::test]
async fn a_pull_request_is_held_to_the_settings_of_the_branch(pool: PgPool) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let origin = &github.world.origin;
    let prod = prod();
    let owned = group("storage", "15m").replace("spec:\n", "spec:\n  owner: platform\n");
    let draft = ("policies/drafts/x.yaml", "kind: [");
    let push = |reference: &str, parent, settings: &str, group: &str| {
        let files = [
            (".cloudcorrect.yaml", settings),
            ("policies/a.yaml", prod.as_str()),
            ("policies/b.yaml", group),
            draft,
        ];
        origin.commit_on(reference, parent, &files)
    };
    let refused = push("refs/heads/main", None, GATES, &group("storage", "15m"));
    github.pass().await?;
    insta::assert_snapshot!(github.post(&format!("sync/{refused}")).await?, @"
    cloudcorrect/sync: Failure, 1 problem
    policies/b.yaml:4: group `storage` names no owner

    help: add `owner` to its `spec`

    cloudcorrect validate --explain owner-required
    ");
    let base = push("refs/heads/main", Some(refused), GATES, &owned);
    github.pass().await?;
    insta::assert_snapshot!(github.post(&format!("sync/{base}")).await?, @"cloudcorrect/sync: Success, 1 group with 1 check is valid");

    // It lets itself off, but the branch does not.
    let lax = GATES.replace("true", "false");
    let first = push("refs/pull/7/head", Some(base), &lax, &group("storage", "15m"));
    github.answer(7, first).await?;
    insta::assert_snapshot!(github.post(&format!("policies/{first}")).await?, @"
    cloudcorrect/policies: Failure, 1 problem
    policies/b.yaml:4: group `storage` names no owner

    help: add `owner` to its `spec`

    cloudcorrect validate --explain owner-required
    ");
    let second = push("refs/pull/7/head", Some(first), &lax, &owned);
    github.answer(7, second).await?;
    insta::assert_snapshot!(github.post("comment/7").await?, @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    **Changes**

    - settings: require.owner true → false: **weaker**

    <sub>at `e9c3261`</sub>
    ");

    // One that asks for more is held to that too, as the branch would be.
    let strict = GATES.replace("owner: true", "owner: true, remediation: true");
    let third = push("refs/pull/7/head", Some(second), &strict, &owned);
    github.answer(7, third).await?;
    insta::assert_snapshot!(github.post(&format!("policies/{third}")).await?, @"
    cloudcorrect/policies: Failure, 1 problem
    policies/b.yaml:10: check `named` does not say what to do

    help: add `remediation`

    cloudcorrect validate --explain remediation-required
    ");
    let second = third;

    let broken = push("refs/pull/7/head", Some(second), "kind: Settings\n", &owned);
    github.answer(7, broken).await?;
    insta::assert_snapshot!(github.post(&format!("policies/{broken}")).await?, @"
    cloudcorrect/policies: Failure, 2 problems
    .cloudcorrect.yaml:1: the document lacks `apiVersion`

    help: The version of the format.

    cloudcorrect validate --explain missing-key
    .cloudcorrect.yaml:1: the document lacks `spec`

    help: What the repository asks of its policies.

    cloudcorrect validate --explain missing-key
    ");
    Ok(())
}

#[sqlx::test]
async fn a_pull_request_is_answered_for_each_head(pool: PgPool) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let origin = &github.world.origin;
    let files = [("policies/a.yaml", prod()), ("policies/b.yaml", group("storage", "15m"))];
    let with = |second: &str| [(files[0].0, files[0].1.clone()), (files[1].0, second.to_owned())];
    let push = |reference: &str, parent, second: &str| {
        let files = with(second);
        let files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
        origin.commit_on(reference, parent, &files)
    };
    let base = push("refs/heads/main", None, &files[1].1);
    github.pass().await?;

    let first = push("refs/pull/7/head", Some(base), &group("storage", "1d"));
    github.answer(7, first).await?;
    insta::assert_snapshot!(github.post(&format!("policies/{first}")).await?, @"cloudcorrect/policies: Success, 1 group with 1 check is valid");
    insta::assert_snapshot!(github.post("comment/7").await?, @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    **Changes**

    - storage: every `15m` → `1d`: **weaker**

    <sub>at `7dd928e`</sub>
    ");

    // A push to the same pull request: its own check run, the same comment.
    let broken = group("storage", "1d").replace("assert", "asert");
    let second = push("refs/pull/7/head", Some(first), &broken);
    github.answer(7, second).await?;
    insta::assert_snapshot!(github.post(&format!("policies/{second}")).await?, @"
    cloudcorrect/policies: Failure, 2 problems
    policies/b.yaml:9: the check lacks `assert`

    help: add `assert`, a CEL expression that must hold of each resource, or `assertAll` over `resources`

    cloudcorrect validate --explain missing-key
    policies/b.yaml:11: an item of `checks` has no `asert`

    help: did you mean `assert`?

    cloudcorrect validate --explain unknown-key
    ");
    insta::assert_snapshot!(github.post("comment/7").await?, @"
    <!-- cloudcorrect:main -->
    ### Policies

    **2 problems** keep these policies from coming into force.

    - **error** at `policies/b.yaml:9:7`: the check lacks `assert`; add `assert`, a CEL expression that must hold of each resource, or `assertAll` over `resources`
    - **error** at `policies/b.yaml:11:7`: an item of `checks` has no `asert`; did you mean `assert`?

    <sub>at `77e8f4c`</sub>
    ");
    Ok(())
}

#[sqlx::test]
async fn a_pull_request_without_policies_gets_its_check_and_no_comment(pool: PgPool) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let origin = &github.world.origin;
    let prod = prod();
    let base = origin.commit(&[("policies/a.yaml", &prod)]);
    github.pass().await?;
    let files = [("policies/a.yaml", prod.as_str()), ("README.md", "words")];
    let head = origin.commit_on("refs/pull/8/head", Some(base), &files);
    github.answer(8, head).await?;
    assert_ne!(github.post(&format!("policies/{head}")).await?, "nothing");
    assert_eq!(github.post("comment/8").await?, "nothing");
    Ok(())
}

#[sqlx::test]
async fn what_main_gained_meanwhile_is_not_the_pull_requests_doing(pool: PgPool) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let origin = &github.world.origin;
    let (prod, storage, users) = (prod(), group("storage", "15m"), group("users", "15m"));
    let base = origin.commit(&[("policies/a.yaml", &prod)]);
    origin.commit(&[("policies/a.yaml", &prod), ("policies/b.yaml", &storage)]);
    let files = [("policies/a.yaml", prod.as_str()), ("policies/c.yaml", users.as_str())];
    let head = origin.commit_on("refs/pull/9/head", Some(base), &files);
    github.pass().await?;
    github.answer(9, head).await?;
    insta::assert_snapshot!(github.post("comment/9").await?, @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, none of them weaker.

    What it does to resources is not known.

    <sub>Nothing was collected of `prod`: what the change does there shows once it was evaluated. Collecting what is missing takes 1 list, and up to 15 requests for each resource.</sub>

    **Changes**

    - users: added: stronger

    <sub>at `77e385b`</sub>
    ");
    Ok(())
}

#[sqlx::test]
async fn what_is_in_force_may_be_gone_from_the_repository(pool: PgPool) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let origin = &github.world.origin;
    let (prod, storage) = (prod(), group("storage", "15m"));
    origin.commit(&[("policies/a.yaml", &prod), ("policies/b.yaml", &storage)]);
    github.pass().await?;
    let broken = storage.replace("assert", "asert");
    let files = [("policies/a.yaml", prod.as_str()), ("policies/b.yaml", broken.as_str())];
    let other = origin.commit_on("refs/heads/main", None, &files);
    github.pass().await?;
    std::fs::remove_dir_all(&github.checkout.directory)?;
    let mended = group("storage", "1d");
    let files = [("policies/a.yaml", prod.as_str()), ("policies/b.yaml", mended.as_str())];
    let head = origin.commit_on("refs/pull/9/head", Some(other), &files);
    github.answer(9, head).await?;
    insta::assert_snapshot!(github.post("comment/9").await?, @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    **Changes**

    - storage: every `15m` → `1d`: **weaker**

    <sub>at `65bdd86`</sub>
    ");
    Ok(())
}

#[sqlx::test]
async fn where_the_branch_is_broken_a_pull_request_is_compared_with_what_is_in_force(
    pool: PgPool,
) -> TestResult {
    let github = OnGitHub::new(pool).await?;
    let origin = &github.world.origin;
    let (prod, storage) = (prod(), group("storage", "15m"));
    let broken = storage.replace("assert", "asert");
    origin.commit(&[("policies/a.yaml", &prod), ("policies/b.yaml", &storage)]);
    github.pass().await?;
    let base = origin.commit(&[("policies/a.yaml", &prod), ("policies/b.yaml", &broken)]);
    github.pass().await?;
    let mended = group("storage", "1d");
    let files = [("policies/a.yaml", prod.as_str()), ("policies/b.yaml", mended.as_str())];
    let head = origin.commit_on("refs/pull/9/head", Some(base), &files);
    github.answer(9, head).await?;
    insta::assert_snapshot!(github.post("comment/9").await?, @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    **Changes**

    - storage: every `15m` → `1d`: **weaker**

    <sub>at `2f1f1f1`</sub>
    ");
    Ok(())
}
