//! Pull requests judged by the service over what it stored, and by whose leave.

use github_emulator::{Permission, Verdict, Visibility};
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::World;

/// Settings that want resources to be named.
const NAMING: (&str, &str) = (
    ".cloudcorrect.yaml",
    "apiVersion: cloudcorrect.dev/v1
kind: Settings
spec:
  pullRequests: { resources: true }
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

    | | Where | Problem |
    | --- | --- | --- |
    | error | `policies/storage.yaml:11:24` | `AWS::S3::Bucket` has no property `BucktName`; did you mean `BucketName`? |

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
    - settings: pullRequests.resources false → true

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
    - settings: pullRequests.resources false → true

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
    let world = evaluated_world(pool, "[pull_requests]\nmax_memory_mib = 64\n").await;
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
    cloudcorrect/policies: success: 1 group with 1 check is valid
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
    assert_snapshot!(runs[0].summary.as_deref().unwrap_or_default(), @"These policies were not validated: it took longer than 1ms, and was stopped. Push a smaller change, or let the operator of the service raise the bounds of `[pull_requests]` in its settings, and push again.");
    assert!(world.repo.comments(number).is_empty());
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
    cloudcorrect/policies: success: 1 group with 1 check is valid
    ");

    // What was found is another thing by now, and the comment is gone.
    world.cloud.private_bucket("logs");
    let before = world.repo.comments(number);
    assert!(world.repo.delete_comment(before[0].id));
    for head in [&main, &idea] {
        let runs = world.emulator.check_runs(head);
        world.rerequest(runs[0].id).await;
    }
    world.settle().await;
    assert_snapshot!(world.checks(&main), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/policies: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.checks(&idea), @"cloudcorrect/policies: success: 1 group with 1 check is valid");
    assert_eq!(world.emulator.check_runs(&idea).len(), 1, "the same check run");
    world.finish().await;
}
