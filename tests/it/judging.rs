//! Pull requests judged by the service over what it stored, and by whose leave.

use std::collections::BTreeSet;

use cloudcorrect::config::PullRequestSettings;
use cloudcorrect::tasks::Pass;
use github_emulator::{Event, Permission, Verdict, Visibility};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::{World, until};

/// Settings that want resources to be named.
const NAMING: (&str, &str) = (
    ".cloudcorrect.yaml",
    "apiVersion: cloudcorrect.dev/v1
kind: Settings
spec:
  pullRequests: { nameResources: true }
",
);

/// A world in which a private and a public bucket were evaluated.
async fn evaluated_world(pool: PgPool, settings: &str) -> World {
    evaluated(World::with_sources(pool, &format!("{ONE_SOURCE}{settings}")).await).await
}

async fn evaluated(mut world: World) -> World {
    world.cloud.public_bucket("logs");
    world.cloud.private_bucket("data");
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    world
}

/// Sets what the check of the branch `idea` asserts.
async fn assert_on_idea(world: &World, assertion: &str) -> String {
    world.commit_to("idea", &[("policies/storage.yaml", &storage(assertion))]).await
}

/// The group whose check asserts something else.
fn storage(assertion: &str) -> String {
    STORAGE.replace("resource.PublicAccessBlockConfiguration.BlockPublicAcls", assertion)
}

/// The comment on a pull request, without what differs from one time to the next.
fn comment(world: &World, number: u64, head: &str) -> String {
    let comments = world.repo.comments(number);
    assert_eq!(comments.len(), 1, "one comment");
    let body = comments[0].body.replace(&head[..7], "HEAD");
    match body.split_once("<sub>`prod` as of ") {
        Some((before, after)) => {
            let (_, after) = after.split_once(" UTC.</sub>").expect("an instant");
            format!("{before}<sub>`prod` as of THEN.</sub>{after}")
        }
        None => body,
    }
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn each_head_is_judged_over_what_was_stored_without_a_call(pool: PgPool) {
    let mut world = evaluated_world(pool, "").await;
    world.branch("idea").await;
    let head = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let number = world.propose("idea").await;
    // Were the account asked, this would be seen.
    world.cloud.refuse_lists();
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Impact**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** | 1 |

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != 'data'
      ```

    <sub>at `HEAD`</sub>
    ");

    let head = assert_on_idea(&world, "resource.BucketName.size() > 1").await;
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    Judged over what was collected: 1 newly passing.

    **Impact**

    | Check | Account | newly passing |
    | --- | --- | --: |
    | `storage/buckets-are-private` | `prod` | 1 |

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName.size() > 1
      ```

    <sub>at `HEAD`</sub>
    ");

    let head = assert_on_idea(&world, "resource.BucktName != ''").await;
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **1 problem** keeps these policies from coming into force.

    - **error** at `policies/storage.yaml:11:24`: `AWS::S3::Bucket` has no property `BucktName`; did you mean `BucketName`?

    <sub>at `HEAD`</sub>
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn resources_are_named_where_the_branch_wants_it(pool: PgPool) {
    let world = evaluated_world(pool, "").await;
    // What a pull request asks for itself counts once it is merged.
    world.branch("idea").await;
    world.commit_to("idea", &[NAMING]).await;
    let head = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let number = world.propose("idea").await;
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 2 changes, of which 1 may be weaker: please look.

    Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Impact**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** | 1 |

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != 'data'
      ```
    - settings: pullRequests.nameResources false → true

    <sub>at `HEAD`</sub>
    ");
    let other_bytes = format!("# Of the branch.\n{}", NAMING.1);
    world.commit_to("main", &[(NAMING.0, &other_bytes)]).await;
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @r#"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 2 changes, of which 1 may be weaker: please look.

    Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Impact**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** | 1 |

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != 'data'
      ```
    - settings: pullRequests.nameResources false → true

    <details><summary>Resources</summary>

    - `storage/buckets-are-private` in `prod`: newly failing `data` (us-east-1): resource.BucketName = "data"
    - `storage/buckets-are-private` in `prod`: newly passing `logs` (us-east-1)

    </details>

    <sub>at `HEAD`</sub>
    "#);
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn no_resource_is_named_in_public(pool: PgPool) {
    let world = evaluated(World::in_public(pool, ONE_SOURCE).await).await;
    world.commit_to("main", &[NAMING]).await;
    world.branch("idea").await;
    let head = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let number = world.propose("idea").await;
    world.settle().await;
    let said = comment(&world, number, &head);
    assert!(said.contains("newly failing") && !said.contains("`logs`"), "{said}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_comes_from_outside_is_judged_only_for_who_may_write(pool: PgPool) {
    let world = evaluated_world(pool, "").await;
    let fork = world.emulator.create_repository("eve/policies", Visibility::Public).await;
    let fork = fork.expect("a fork");
    world.repo.set_permission("eve", Permission::Read);
    world.branch("idea").await;
    let head = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let number = world.propose_from(&fork, "idea", "eve").await;
    world.settle().await;
    assert_snapshot!(world.checks(&head), @"cloudcorrect/policies: success: 1 group with 1 check is valid");
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    Not judged over what was collected: these commits come from a fork, and their author may not write to this repository. They are judged once somebody who may approves this pull request.

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != 'data'
      ```

    <sub>at `HEAD`</sub>
    ");

    // Approval of somebody who may not write is none, and neither is one of another head.
    world.repo.set_permission("mallory", Permission::Read);
    world.review(number, Verdict::Approved, "mallory").await;
    world.settle().await;
    assert!(comment(&world, number, &head).contains("Not judged"));
    world.review(number, Verdict::Approved, "ada").await;
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Impact**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** | 1 |

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != 'data'
      ```

    <sub>at `HEAD`</sub>
    ");
    let head = assert_on_idea(&world, "resource.BucketName != 'x'").await;
    world.settle().await;
    assert!(comment(&world, number, &head).contains("Not judged"));
    world.review(number, Verdict::Approved, "ada").await;
    world.review(number, Verdict::Commented, "ada").await;
    world.settle().await;
    assert!(comment(&world, number, &head).contains("Judged over"));
    world.review(number, Verdict::ChangesRequested, "ada").await;
    let head = assert_on_idea(&world, "resource.BucketName != 'y'").await;
    world.settle().await;
    assert!(comment(&world, number, &head).contains("Not judged"));

    // She is one of us now, and pushes again.
    world.repo.set_permission("eve", Permission::Write);
    let head = assert_on_idea(&world, "resource.BucketName != 'logs'").await;
    world.settle().await;
    assert_snapshot!(comment(&world, number, &head), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    No resource that was collected gets another outcome.

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.PublicAccessBlockConfiguration.BlockPublicAcls
      + resource.BucketName != 'logs'
      ```

    <sub>at `HEAD`</sub>
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_takes_more_memory_than_it_may_is_no_success_and_ends_nothing(pool: PgPool) {
    let timeout = std::time::Duration::from_secs(30);
    let bounds = PullRequestSettings { timeout, max_memory_bytes: 64 << 20 };
    let world = evaluated(World::with_bounds(pool, bounds).await).await;
    world.branch("idea").await;
    // Its parser has a stack that is larger than that.
    let head = assert_on_idea(&world, "true").await;
    world.propose("idea").await;
    world.settle().await;
    assert_snapshot!(world.checks(&head), @"cloudcorrect/policies: failure: could not be validated");
    // The branch is read by the service itself.
    let other = storage("resource.BucketName != 'x'");
    let head = world.commit_to("main", &[("policies/storage.yaml", &other)]).await;
    world.settle().await;
    assert_snapshot!(world.checks(&head), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_cannot_be_assessed_in_time_is_no_success(pool: PgPool) {
    let world = evaluated_world(pool, "[pull_requests]\ntimeout = \"1ms\"\n").await;
    world.branch("idea").await;
    let head = assert_on_idea(&world, "true").await;
    let number = world.propose("idea").await;
    world.settle().await;
    assert_snapshot!(world.checks(&head), @"cloudcorrect/policies: failure: could not be validated");
    let runs = world.emulator.check_runs(&head);
    assert_snapshot!(runs[0].summary.as_deref().unwrap_or_default(), @"These policies were not validated: it took longer than 1ms, and was stopped. Push another change, or press *Re-run* once the cause is gone. How much time and memory it may take is set by `[pull_requests]` in the settings of the service.");
    assert!(world.repo.comments(number).is_empty());
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_repairs_a_broken_branch_is_compared_with_what_was_good_there(pool: PgPool) {
    let world = evaluated_world(pool, "").await;
    let good = world.repo.branch("main").expect("a branch");
    let broken = storage("resource.BucktName != ''");
    world.commit_to("main", &[("policies/storage.yaml", &broken)]).await;
    world.settle().await;
    world.branch("idea").await;
    let head = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let number = world.propose("idea").await;
    world.settle().await;
    let said = comment(&world, number, &head);
    assert!(said.contains("- resource.PublicAccessBlockConfiguration.BlockPublicAcls"), "{said}");

    // Somebody else is faster, and changes something beside it.
    world.force_push("main", &good).await;
    let other = storage("resource.BucketName != 'x'");
    world.commit_to("main", &[("policies/storage.yaml", &other)]).await;
    world.settle().await;
    assert_eq!(comment(&world, number, &head), said, "that is none of its doing");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn each_layer_of_a_stack_is_compared_with_the_one_below(pool: PgPool) {
    let world = evaluated_world(pool, "").await;
    world.branch("idea").await;
    let lower = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let first = world.propose("idea").await;
    world.force_push("upper", &lower).await;
    let low = storage("resource.BucketName != 'data'").replace(": high", ": low");
    let upper = world.commit_to("upper", &[("policies/storage.yaml", &low)]).await;
    world.force_push("top", &upper).await;
    let other = storage("resource.BucketName != 'logs'").replace(": high", ": low");
    let top = world.commit_to("top", &[("policies/storage.yaml", &other)]).await;
    let second = world.propose_into("upper", "idea").await;
    let third = world.propose_into("top", "upper").await;
    // One into another branch is none of our business, until it is a layer.
    world.settle().await;
    assert_eq!(world.checks(&upper), "");
    world.repo.stack(&[first, second, third]);
    world.poll_comes().await;
    world.settle().await;
    let good = "cloudcorrect/policies: success: 1 group with 1 check is valid\n";
    for head in [&lower, &upper, &top] {
        assert_eq!(world.checks(head), good);
    }
    assert_snapshot!(comment(&world, second, &upper), @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    This layer is compared with the one below. With all layers below, merging it is 2 changes, **1 of them weaker**. Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Changes**

    - storage: `buckets-are-private` severity high → low: **weaker**

    <sub>at `HEAD`</sub>
    ");
    assert_snapshot!(comment(&world, third, &top), @"
    <!-- cloudcorrect:main -->
    ### Policies

    **Valid**: 1 group with 1 check; 1 change, of which 1 may be weaker: please look.

    Judged over what was collected: **1 newly failing**, 1 newly passing.

    This layer is compared with the one below. With all layers below, merging it is 2 changes, **1 of them weaker**. No resource that was collected gets another outcome.

    **Impact**

    | Check | Account | newly failing | newly passing |
    | --- | --- | --: | --: |
    | `storage/buckets-are-private` | `prod` | **1** | 1 |

    <sub>`prod` as of THEN.</sub>

    **Changes**

    - storage: `buckets-are-private` assert changed: weaker or stronger, please look
      ```diff
      - resource.BucketName != 'data'
      + resource.BucketName != 'logs'
      ```

    <sub>at `HEAD`</sub>
    ");

    // What happens below is told above.
    let lower = assert_on_idea(&world, "resource.BucketName != 'x'").await;
    world.settle().await;
    assert_eq!(world.checks(&lower), good);
    assert_snapshot!(comment(&world, second, &upper), @"
    <!-- cloudcorrect:main -->
    ### Policies

    ⚠️ **Valid, but weaker**: 1 change demands less than what is in force.

    No resource gets another outcome: nothing changes that decides one.

    This layer is compared with the one below. With all layers below, merging it is 2 changes, **1 of them weaker**. Judged over what was collected: **1 newly failing**, 1 newly passing.

    **Changes**

    - storage: `buckets-are-private` severity high → low: **weaker**

    <sub>at `HEAD`</sub>
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn no_merge_queue_waits_for_ever(pool: PgPool) {
    let world = evaluated_world(pool, "").await;
    world.branch("gh-readonly-queue/main/pr-1-a").await;
    world.branch("gh-readonly-queue/main/pr-2-b").await;
    world.branch("gh-readonly-queue/other/pr-3-c").await;
    let queue = async |branch: &str, assertion: &str| {
        let branch = format!("gh-readonly-queue/{branch}");
        world.commit_to(&branch, &[("policies/storage.yaml", &storage(assertion))]).await
    };
    let good = queue("main/pr-1-a", "resource.BucketName != 'x'").await;
    let bad = queue("main/pr-2-b", "resource.BucktName != 'x'").await;
    let elsewhere = queue("other/pr-3-c", "resource.BucketName != 'y'").await;
    world.settle().await;
    assert_snapshot!(world.checks(&good), @"cloudcorrect/policies: success: 1 group with 1 check is valid");
    assert_snapshot!(world.checks(&bad), @"
    cloudcorrect/policies: failure: 1 problem
      policies/storage.yaml:11 `AWS::S3::Bucket` has no property `BucktName`
    ");
    assert_eq!(world.checks(&elsewhere), "");

    // It is merged.
    world.force_push("main", &good).await;
    world.settle().await;
    assert_snapshot!(world.checks(&good), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/policies: success: 1 group with 1 check is valid
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn whoever_asks_for_another_run_gets_all_of_it_anew(pool: PgPool) {
    let mut world = evaluated_world(pool, "").await;
    world.branch("idea").await;
    let idea = assert_on_idea(&world, "resource.BucketName != 'data'").await;
    let number = world.propose("idea").await;
    world.settle().await;
    let main = world.repo.branch("main").expect("a branch");
    assert_snapshot!(world.checks(&main), @"
    cloudcorrect/compliance: failure: storage: 1 of 2 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");

    // What was found is another thing by now, and the comment is gone.
    world.cloud.private_bucket("logs");
    let before = world.repo.comments(number);
    assert!(world.repo.delete_comment(before[0].id));
    let mut events = world.emulator.subscribe();
    for head in [&main, &idea] {
        let runs = world.emulator.check_runs(head);
        world.rerequest(runs[0].id).await;
    }
    world.settle().await;
    assert_snapshot!(world.checks(&main), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    // A button puts the whole suite back to what is waited for: each is said again.
    let mut written = BTreeSet::new();
    while let Ok(event) = events.try_recv() {
        if let Event::CheckRun { run, .. } = event {
            written.insert(run.name);
        }
    }
    let all = ["compliance", "policies", "sync"].map(|name| format!("cloudcorrect/{name}"));
    assert_eq!(written, all.into());
    assert_snapshot!(world.checks(&idea), @"cloudcorrect/policies: success: 1 group with 1 check is valid");
    assert_eq!(world.emulator.check_runs(&idea).len(), 1, "the same check run");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_button_that_was_pressed_while_nobody_listened_is_not_lost(pool: PgPool) {
    let mut world = evaluated_world(pool, "").await;
    let main = world.repo.branch("main").expect("a branch");
    world.cloud.private_bucket("logs");
    let failing = "cloudcorrect/compliance: failure: storage: 1 of 2 buckets fails\n";
    assert!(world.checks(&main).starts_with(failing), "{}", world.checks(&main));
    let redeliverer = world.parts.redeliverer.clone().expect("it is on GitHub");

    // Nobody answers on that port: it is that of a listener that is gone.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").expect("a port").local_addr();
    let gone = format!("http://{}/webhooks/github", gone.expect("an address"));
    world.emulator.set_webhook(Some(&gone));
    let compliance =
        world.emulator.check_runs(&main).into_iter().find(|run| run.name.ends_with("ce"));
    let pressed = compliance.expect("a check run").id;
    let lost = |id| Event::Delivered { id, event: "check_run".to_owned(), status: None };
    let events = world.emulator.subscribe();
    assert!(world.emulator.rerequest(pressed, "ada"));
    let delivery = world.emulator.deliveries().last().expect("a webhook").clone();
    until(events, lost(delivery.id), 1).await;

    // It is asked for, and lost again.
    let events = world.emulator.subscribe();
    redeliverer.pass().await.expect("a look");
    until(events, lost(delivery.id), 1).await;
    assert_eq!(redeliverer.pass().await.expect("no look"), Pass::Idle);
    world.poll_comes().await;
    world.settle().await;
    assert!(world.checks(&main).starts_with(failing), "polling does not see it");

    world.emulator.set_webhook(Some(&format!("{}/webhooks/github", world.webhooks_url)));
    let events = world.emulator.subscribe();
    world.a_look_comes().await;
    redeliverer.pass().await.expect("a look");
    let arrived = Event::Delivered { id: delivery.id, event: delivery.event, status: Some(202) };
    until(events, arrived, 1).await;
    world.settle().await;
    assert!(world.checks(&main).starts_with("cloudcorrect/compliance: success: 1 group passes\n"));

    // What arrived is left alone, and so is what was tried three times.
    world.emulator.set_webhook(Some(&gone));
    let events = world.emulator.subscribe();
    assert!(world.emulator.rerequest(pressed, "ada"));
    let delivery = world.emulator.deliveries().last().expect("a webhook").clone();
    until(events, lost(delivery.id), 1).await;
    for attempts in [2, 3, 3, 3] {
        let events = world.emulator.subscribe();
        let known = world.emulator.deliveries().last().expect("it").attempts.len();
        world.a_look_comes().await;
        redeliverer.pass().await.expect("a look");
        if attempts > known {
            until(events, lost(delivery.id), 1).await;
        }
        let all = world.emulator.deliveries();
        assert_eq!(all.last().expect("it").attempts.len(), attempts);
    }
    world.finish().await;
}

/// Lets every pull request be tried again whose head could not be read, until it has its answer.
async fn try_again(world: &World) {
    for _ in 0..5 {
        let due = "update pull_request set retry_at = now() where retry_at is not null";
        sqlx::query(due).execute(&world.pool).await.expect("a change");
        world.poll_comes().await;
        world.settle().await;
    }
}

/// Two pull requests: the first is told to be broken, and the second to be good.
async fn one_costs_no_other_its_answer(world: &World, broken: &str) -> String {
    let bad = world.repo.branch(broken).expect("a branch");
    world.branch("idea").await;
    let good = assert_on_idea(world, "resource.BucketName != 'x'").await;
    world.propose("idea").await;
    world.propose(broken).await;
    world.settle().await;
    assert_eq!(
        world.checks(&good),
        "cloudcorrect/policies: success: 1 group with 1 check is valid\n"
    );
    assert_eq!(world.checks(&bad), "", "it is tried again");
    try_again(world).await;
    assert_eq!(world.checks(&bad), "cloudcorrect/policies: failure: could not be validated\n");
    let runs = world.emulator.check_runs(&bad);
    runs[0].summary.clone().unwrap_or_default()
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn one_that_is_too_large_costs_no_other_its_answer(pool: PgPool) {
    let world = evaluated_world(pool, "[git]\nmax_fetch_mib = 1\n").await;
    world.branch("huge").await;
    // What no compression makes smaller.
    let mut state = 1_u64;
    let noise: String = (0..2_000_000)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'!' + u8::try_from((state >> 33) % 90).expect("a byte"))
        })
        .collect();
    world.commit_to("huge", &[("noise", &noise)]).await;
    let why = one_costs_no_other_its_answer(&world, "huge").await;
    assert_snapshot!(why, @"These policies were not validated: the remote sent more than 1 MiB and was stopped; `git.max_fetch_mib` sets the limit. Push another change, or press *Re-run* once the cause is gone. How much time and memory it may take is set by `[pull_requests]` in the settings of the service.");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn one_that_is_no_tree_costs_no_other_its_answer(pool: PgPool) {
    let world = evaluated_world(pool, "").await;
    world.branch("odd").await;
    let main = world.repo.branch("main").expect("a branch");
    let git = |arguments: &[&str], input: &[u8]| {
        use std::io::Write as _;
        let mut git = std::process::Command::new("git");
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        git.current_dir(&world.repo.path).stdin(std::process::Stdio::piped());
        let mut child = git.stdout(std::process::Stdio::piped()).spawn().expect("git runs");
        child.stdin.take().expect("a pipe").write_all(input).expect("it reads");
        let output = child.wait_with_output().expect("git ends");
        assert!(output.status.success(), "{arguments:?}");
        String::from_utf8(output.stdout).expect("an id").trim().to_owned()
    };
    let blob = git(&["hash-object", "-w", "--stdin"], b"words");
    let id: Vec<u8> = (0..20)
        .map(|at| u8::from_str_radix(&blob[at * 2..at * 2 + 2], 16).expect("hexadecimal"))
        .collect();
    // A mode that has a digit too many.
    let tree = [b"1100644 words\0", id.as_slice()].concat();
    let tree = git(&["hash-object", "-t", "tree", "-w", "--literally", "--stdin"], &tree);
    let odd = git(&["commit-tree", &tree, "-p", &main, "-m", "Odd"], b"");
    world.force_push("odd", &odd).await;
    let why = one_costs_no_other_its_answer(&world, "odd").await;
    assert_snapshot!(why, @"These policies were not validated: the repository is damaged: failed to parse tree: can't parse filemode. Push another change, or press *Re-run* once the cause is gone. How much time and memory it may take is set by `[pull_requests]` in the settings of the service.");
    world.finish().await;
}
