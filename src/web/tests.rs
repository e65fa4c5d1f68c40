//! Both listeners over a real database, asked as browsers and GitHub ask.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::{Request, Response, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use secrecy::SecretString;
use serde_json::json;
use sha2::Sha256;
use sqlx::PgPool;
use tower::ServiceExt;

use super::{Pages, Webhooks, pages, webhooks};
use crate::clock::Clock;
use crate::db::findings::{FindingChange, FindingKey, FindingRecord};
use crate::db::policies::FileChange;
use crate::db::revisions::{RevisionRecord, State};
use crate::db::{checks, findings, groups, outbox, policies, revisions, runs, sources};
use crate::diagnostic::is_hidden;
use crate::digest::Digest;
use crate::evaluation::{CheckStatus, Counts, Enforced, GroupOutcome, Outcome};
use crate::fetch::CallStats;
use crate::github::{ChecksAs, WebhookSecret};
use crate::policy::{Mode, PolicySet, RuleText, SourceFile};
use crate::resource::{Cause, Provider};

type TestResult = Result<(), Box<dyn std::error::Error>>;

const LEASE: Duration = Duration::from_mins(5);
const SECRET: &str = "It's a Secret to Everybody";

const STORAGE: &str = r"
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  accounts: { matchLabels: { env: prod } }
  schedule: { every: 15m }
  checks:
    - id: private
      title: Buckets <b>block</b> public access
      severity: high
      select: AWS::S3::Bucket
      assert: resource.PublicAccessBlockConfiguration.BlockPublicAcls
      remediation: Turn it on.
";

fn registration() -> sources::Registration {
    sources::Registration {
        name: "main".into(),
        host: sources::Host::GitHub,
        repository: "acme/policies".into(),
        branch: "main".into(),
        path: "policies".into(),
    }
}

/// A source on which `c1` is in force and `c2` was refused, with one group.
async fn synced(pool: &PgPool) -> TestResult {
    synced_in(pool, Mode::Enforce).await
}

/// The same, with the group in a mode.
async fn synced_in(pool: &PgPool, mode: Mode) -> TestResult {
    let mut tx = pool.begin().await?;
    let ids = sources::register(&mut tx, &[registration()]).await?;
    let source = *ids.first().ok_or("a source")?;
    sources::identify(&mut *tx, source, 77, "acme/policies").await?;
    let claim = sources::claim_due(&mut *tx, LEASE).await?.ok_or("the source is due")?;
    let fence = sources::fence(&mut *tx, &claim).await?;
    revisions::record(&mut tx, &fence, &revision("c1", State::InForce, "[]")?).await?;
    let problem = r#"[{"place": {"path": "policies/a.yaml", "line": 3, "column": 7, "endLine": 3,
        "endColumn": 9}, "level": "error", "code": "unknown-property",
        "message": "no property\u2060 `<i>`", "help": "did you mean `Id`?"}]"#;
    revisions::record(&mut tx, &fence, &revision("c2", State::Refused, problem)?).await?;
    let file =
        FileChange { path: "policies/storage.yaml".into(), body: Some(STORAGE.as_bytes().into()) };
    policies::apply(&mut tx, &fence, "c1", "Ada", &[file]).await?;
    groups::upsert(&mut tx, &fence, "c1", &[group(mode, b"1")]).await?;
    checks::define(&mut tx, &fence, &[("storage", &rules())]).await?;
    let completed = sources::Completed {
        head: "c2".into(),
        revision: Some("c1".into()),
        refused: Some("1 error".into()),
        pause: Duration::from_mins(1),
    };
    sources::complete(&mut *tx, fence, &completed).await?;
    tx.commit().await?;
    Ok(())
}

/// The group in a mode, with a definition of that digest.
fn group(mode: Mode, definition: &[u8]) -> groups::GroupUpsert {
    groups::GroupUpsert {
        name: "storage".into(),
        digest: Digest::of(definition),
        mode,
        new_only: None,
        suspended: false,
        schedule: crate::schedule::Schedule::default(),
        owner: None,
        description: Some("<script>alert(1)</script>\u{202e}".into()),
        unit: "bucket".into(),
    }
}

/// Brings another definition of the group into force.
async fn changed(pool: &PgPool) -> TestResult {
    redefined(pool, group(Mode::Enforce, b"2")).await
}

async fn redefined(pool: &PgPool, group: groups::GroupUpsert) -> TestResult {
    let mut tx = pool.begin().await?;
    sources::wake(&mut tx, "main").await?;
    let claim = sources::claim_due(&mut *tx, LEASE).await?.ok_or("the source is due")?;
    let fence = sources::fence(&mut *tx, &claim).await?;
    groups::upsert(&mut tx, &fence, "c1", &[group]).await?;
    tx.commit().await?;
    Ok(())
}

fn revision(
    commit: &str,
    state: State,
    diagnostics: &str,
) -> Result<RevisionRecord, serde_json::Error> {
    Ok(RevisionRecord {
        commit: commit.into(),
        parent: None,
        author: "Ada\u{200b} <ada@example.com>".into(),
        committed_at: chrono::DateTime::UNIX_EPOCH,
        summary: format!("Change {commit}"),
        state,
        diagnostics: serde_json::from_str(diagnostics)?,
        held_over: None,
        signature: None,
    })
}

/// What the checks of the group ask.
fn rules() -> Vec<RuleText> {
    let file = SourceFile::new("policies/storage.yaml", STORAGE.as_bytes());
    let policies = PolicySet::read(&[file]).policies;
    policies.groups().flat_map(|group| &group.checks).map(|check| check.rule_text()).collect()
}

/// Completes the due run of the group with a finding for each of `found`.
async fn evaluated(pool: &PgPool, found: &[(&str, Outcome)]) -> Result<i64, crate::db::Error> {
    enforced(pool, found, None).await
}

/// The same, of which only a part is enforced.
async fn enforced(
    pool: &PgPool,
    found: &[(&str, Outcome)],
    enforced: Option<Enforced>,
) -> Result<i64, crate::db::Error> {
    let mut tx = pool.begin().await?;
    let claims = groups::claim_due(&mut *tx, 1, LEASE).await?;
    let claim = claims.first().expect("the group is due");
    let fence = groups::fence(&mut *tx, claim).await?;
    let changes: Vec<FindingChange> = found
        .iter()
        .map(|(resource, outcome)| FindingChange::Open(finding(resource, *outcome)))
        .collect();
    findings::apply(&mut tx, &fence, &changes).await?;
    let standing = CheckStatus {
        check: "private".into(),
        outcome: Outcome::worst(found.iter().map(|(_, outcome)| *outcome)),
        counts: found.iter().map(|(_, outcome)| *outcome).collect(),
        baseline: 0,
        of_no_resource: false,
    };
    checks::stand(&mut *tx, &fence, &[standing]).await?;
    let outcomes = || found.iter().map(|(_, outcome)| *outcome);
    let verdict = GroupOutcome {
        outcome: Outcome::worst(outcomes()),
        counts: outcomes().collect::<Counts>(),
    };
    let mut calls = CallStats::default();
    calls.count("s3:ListBuckets".into());
    let record = runs::RunRecord {
        revision: "c1".into(),
        engine: "0.1.0".into(),
        coverage: Digest::of(b"coverage"),
        digest: Digest::of(b"result"),
        verdict,
        duration: Duration::from_millis(1_234),
        calls,
    };
    let run = runs::record(&mut tx, &fence, &record).await?;
    let due_at = fence.at();
    let completed = groups::Completed { verdict, enforced, digest: claim.digest, run, due_at };
    groups::complete(&mut *tx, fence, &completed).await?;
    tx.commit().await?;
    Ok(run.id.0)
}

fn finding(resource: &str, outcome: Outcome) -> FindingRecord {
    FindingRecord {
        key: FindingKey {
            check: "private".into(),
            provider: Provider::Aws,
            account: "123456789012".parse().expect("an account"),
            region: "eu-west-1".parse().expect("a region"),
            resource_type: "AWS::S3::Bucket".into(),
            resource_id: resource.into(),
        },
        outcome,
        severity: crate::policy::Severity::High,
        explanation: (outcome == Outcome::Fail).then(|| "BlockPublicAcls is false".to_owned()),
        evaluation_digest: Digest::of(b"private"),
    }
}

async fn ask(pool: &PgPool, request: Request<Body>) -> Response<Body> {
    let pages = pages(Pages { pool: pool.clone(), clock: Clock::System, page_url: None });
    pages.oneshot(request).await.expect("an answer")
}

fn get(path: &str) -> Request<Body> {
    Request::get(path).header("host", "localhost:8501").body(Body::empty()).expect("a request")
}

async fn text(response: Response<Body>) -> String {
    let body = to_bytes(response.into_body(), 1 << 20).await.expect("a body");
    String::from_utf8(body.to_vec()).expect("UTF-8")
}

/// The text of a page that answers.
async fn page(pool: &PgPool, path: &str) -> String {
    let response = ask(pool, get(path)).await;
    assert_eq!(response.status(), StatusCode::OK, "{path}");
    text(response).await
}

#[track_caller]
fn says(page: &str, words: &[&str]) {
    for words in words {
        assert!(page.contains(words), "no `{words}` in {page}");
    }
}

#[sqlx::test]
async fn an_empty_service_says_what_to_do(pool: PgPool) -> TestResult {
    let overview = page(&pool, "/").await;
    says(&overview, &["Nothing is evaluated yet", "No repository is watched.", "[[sources]]"]);
    synced(&pool).await?;
    let overview = page(&pool, "/").await;
    says(&overview, &["The group is yet to be evaluated", "not evaluated yet", "Change c1"]);
    says(&overview, &["Refused:", "/sources/main/revisions/c2"]);
    says(&overview, &["href=\"/sources/main/posts\">posts</a>"]);
    says(&overview, &["<q>Change c2</q> has problems, so the revision before it stays in force."]);
    let refused = page(&pool, "/sources/main/revisions/c2").await;
    says(&refused, &["so the last good revision stays in force"]);
    Ok(())
}

#[sqlx::test]
async fn where_nothing_was_ever_in_force_nothing_stays_so(pool: PgPool) -> TestResult {
    let mut tx = pool.begin().await?;
    sources::register(&mut tx, &[registration()]).await?;
    let claim = sources::claim_due(&mut *tx, LEASE).await?.ok_or("the source is due")?;
    let fence = sources::fence(&mut *tx, &claim).await?;
    revisions::record(&mut tx, &fence, &revision("c1", State::Refused, "[]")?).await?;
    let completed = sources::Completed {
        head: "c1".into(),
        revision: None,
        refused: Some("1 error".into()),
        pause: Duration::from_mins(1),
    };
    sources::complete(&mut *tx, fence, &completed).await?;
    tx.commit().await?;
    let overview = page(&pool, "/").await;
    says(
        &overview,
        &["<q>Change c1</q> has problems, so nothing is in force until they are mended."],
    );
    let refused = page(&pool, "/sources/main/revisions/c1").await;
    says(&refused, &["It has errors, so no revision is in force yet."]);
    for page in [overview, refused] {
        assert!(!page.contains("stays in force"), "{page}");
    }
    Ok(())
}

#[sqlx::test]
async fn a_suspended_group_that_never_ran_is_not_due(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    redefined(&pool, groups::GroupUpsert { suspended: true, ..group(Mode::Enforce, b"2") }).await?;
    let overview = page(&pool, "/").await;
    says(&overview, &["suspended", "never run"]);
    let group = page(&pool, "/sources/main/groups/storage").await;
    says(&group, &["none: the group is suspended", "The group is suspended, so that none is due."]);
    says(&group, &["The group was suspended before its first run;"]);
    for page in [overview, group] {
        assert!(!page.contains("due now") && !page.contains("is due;"), "{page}");
    }
    Ok(())
}

#[sqlx::test]
async fn old_failures_are_told_as_such_where_a_run_changed_them(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let new_only = Some("2100-01-01".parse()?);
    redefined(&pool, groups::GroupUpsert { new_only, ..group(Mode::Enforce, b"2") }).await?;
    let part = Enforced { outcome: Outcome::Pass, baseline: 1 };
    let run = enforced(&pool, &[("logs", Outcome::Fail)], Some(part)).await?;
    let run = page(&pool, &format!("/runs/{run}")).await;
    let changes = run.split("id=\"changes\"").nth(1).and_then(|it| it.split("</section>").next());
    let changes = changes.ok_or("changes")?;
    says(changes, &["logs", "badge fail held", "old: fails"]);
    assert!(!run.contains("badge fail\""), "{run}");
    Ok(())
}

#[sqlx::test]
async fn pages_lead_from_the_overview_to_the_finding(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let run = evaluated(
        &pool,
        &[
            ("logs", Outcome::Fail),
            ("media", Outcome::Unknown(Cause::AccessDenied)),
            ("site", Outcome::Pass),
        ],
    )
    .await?;
    let overview = page(&pool, "/").await;
    says(
        &overview,
        &["The group fails", "50 %", "66.6 %", "href=\"/sources/main/groups/storage\""],
    );
    let group = page(&pool, "/sources/main/groups/storage").await;
    says(&group, &["logs", "BlockPublicAcls is false", "unknown: access denied", "Turn it on."]);
    says(&group, &["policies/storage.yaml:9", &format!("href=\"/runs/{run}\"")]);
    let failing = page(&pool, "/sources/main/groups/storage?outcome=fail").await;
    says(&failing, &["logs"]);
    assert!(!failing.contains("media"), "{failing}");
    let run = page(&pool, &format!("/runs/{run}")).await;
    says(&run, &["not judged", "s3:ListBuckets", "1.2 s", "/sources/main/revisions/c1"]);
    let refused = page(&pool, "/sources/main/revisions/c2").await;
    says(&refused, &["refused", "policies/a.yaml:3:7", "unknown-property", "<code>Id</code>"]);
    let in_force = page(&pool, "/sources/main/revisions/c1").await;
    says(&in_force, &["in force", "policies/storage.yaml", "added"]);
    Ok(())
}

#[sqlx::test]
async fn a_finding_fails_since_it_began_to_whatever_the_reasons_were(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    evaluated(&pool, &[("logs", Outcome::Fail), ("site", Outcome::Pass)]).await?;
    sqlx::query("update finding set failing_since = '2026-01-02T03:04:05Z'").execute(&pool).await?;
    let group = page(&pool, "/sources/main/groups/storage").await;
    assert_eq!(group.matches("2026-01-02T03:04:05Z").count(), 1, "{group}");
    Ok(())
}

#[sqlx::test]
async fn what_fails_in_audit_is_not_told_as_what_is_enforced(pool: PgPool) -> TestResult {
    synced_in(&pool, Mode::Audit).await?;
    let run = evaluated(&pool, &[("logs", Outcome::Fail), ("site", Outcome::Pass)]).await?;
    let overview = page(&pool, "/").await;
    says(&overview, &["Nothing that is enforced fails", "Not enforced: 1 group in audit fails"]);
    says(&overview, &["of 2 findings, 1 more in audit", "audit: fails"]);
    for path in ["/", "/sources/main/groups/storage", &format!("/runs/{run}")] {
        let page = page(&pool, path).await;
        says(&page, &["badge fail held", "audit: fails"]);
        for red in ["badge fail\"", "<li class=\"fail\"", "figure bad", ">fails<"] {
            assert!(!page.contains(red), "{red} in {path}: {page}");
        }
    }
    Ok(())
}

#[sqlx::test]
async fn a_group_that_was_changed_is_shown_as_pending(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    evaluated(&pool, &[("logs", Outcome::Fail)]).await?;
    changed(&pool).await?;
    let overview = page(&pool, "/").await;
    says(&overview, &["The group is yet to be evaluated", "not evaluated yet", "before: fails"]);
    let group = page(&pool, "/sources/main/groups/storage").await;
    says(&group, &["It was changed since its last run.", "badge pending", "badge fail\""]);
    Ok(())
}

#[sqlx::test]
async fn what_others_wrote_stays_text(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    evaluated(&pool, &[("<img src=x>", Outcome::Fail)]).await?;
    for path in ["/", "/sources/main/groups/storage", "/sources/main/revisions/c2"] {
        let page = page(&pool, path).await;
        for markup in ["<script", "<b>block", "<img", "<i>"] {
            assert!(!page.contains(markup), "{markup} in {path}");
        }
    }
    let group = page(&pool, "/sources/main/groups/storage").await;
    says(&group, &["&#60;script&#62;alert(1)", "&#60;img src=x&#62;", "Buckets &#60;b&#62;block"]);
    Ok(())
}

#[sqlx::test]
async fn nothing_on_a_page_is_hidden(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let run = evaluated(&pool, &[("data\u{2066}lake\u{ffff}\u{9b}", Outcome::Fail)]).await?;
    let (group, run) = ("/sources/main/groups/storage", format!("/runs/{run}"));
    for path in ["/", group, "/sources/main/revisions/c2", &run] {
        let page = page(&pool, path).await;
        let hidden = page.chars().find(|c| *c != '\n' && is_hidden(*c));
        assert_eq!(hidden, None, "{path}");
    }
    says(&page(&pool, "/").await, &["alert(1)&#60;/script&#62;\u{fffd}"]);
    says(&page(&pool, "/sources/main/revisions/c2").await, &["Ada\u{fffd}", "no property\u{fffd}"]);
    says(&page(&pool, group).await, &["data\u{fffd}lake\u{fffd}\u{fffd}"]);
    Ok(())
}

#[sqlx::test]
async fn long_lists_go_on_where_the_page_ends(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let names: Vec<String> = (0..60).map(|number| format!("bucket-{number:02}")).collect();
    let found: Vec<_> = names.iter().map(|name| (name.as_str(), Outcome::Pass)).collect();
    let run = evaluated(&pool, &found).await?;
    for start in ["/sources/main/groups/storage?outcome=pass".to_owned(), format!("/runs/{run}")] {
        let mut next = Some(start);
        let mut shown = Vec::new();
        while let Some(path) = next {
            let page = page(&pool, &path).await;
            let list = page.split("id=\"findings\"").nth(1).expect("a list");
            let list = list.split("</section>").next().unwrap_or_default();
            assert_eq!(list.contains("From the first finding"), !shown.is_empty(), "{path}");
            shown.extend(names.iter().filter(|name| list.contains(name.as_str())).cloned());
            next = list.split("href=\"").skip(1).find_map(|link| {
                let link = link.split('"').next()?;
                link.contains("after=").then(|| link.replace("&#38;", "&"))
            });
        }
        assert_eq!(shown, names);
    }
    Ok(())
}

#[sqlx::test]
async fn what_is_asked_of_all_at_once_is_of_the_whole_list(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let run = evaluated(&pool, &[("*", Outcome::Fail)]).await?;
    let run = page(&pool, &format!("/runs/{run}")).await;
    assert_eq!(run.matches("the whole list</span>").count(), 2, "{run}");
    Ok(())
}

#[sqlx::test]
async fn every_answer_is_guarded(pool: PgPool) -> TestResult {
    let response = ask(&pool, get("/")).await;
    let policy = response.headers().get("content-security-policy").ok_or("a policy")?;
    assert!(policy.to_str()?.starts_with("default-src 'none'"));
    let page = text(response).await;
    assert!(!page.contains("style=") && !page.contains("<style") && !page.contains("<script"));
    let style = page.split("stylesheet\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let style = ask(&pool, get(style.ok_or("a stylesheet")?)).await;
    assert_eq!(style.status(), StatusCode::OK);
    assert!(style.headers()["cache-control"].to_str()?.contains("immutable"));
    let other = Request::get("/").header("host", "evil.example").body(Body::empty())?;
    assert_eq!(ask(&pool, other).await.status(), StatusCode::MISDIRECTED_REQUEST);
    Ok(())
}

#[sqlx::test]
async fn a_failure_shows_its_request_and_not_its_cause(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    for (path, status, words) in [
        ("/runs/1", StatusCode::NOT_FOUND, "There is no such page"),
        ("/nothing", StatusCode::NOT_FOUND, "There is no such page"),
        ("/sources/main/groups/%00", StatusCode::NOT_FOUND, "There is no such page"),
        (
            "/sources/main/groups/storage?outcome=%00",
            StatusCode::NOT_FOUND,
            "There is no such page",
        ),
        ("/sources/other/groups/storage", StatusCode::NOT_FOUND, "There is no such page"),
        (
            "/sources/main/groups/storage?page=abc",
            StatusCode::BAD_REQUEST,
            "The address does not say what to show",
        ),
        ("//example.com/", StatusCode::NOT_FOUND, "There is no such page"),
        ("/runs/one", StatusCode::BAD_REQUEST, "The address does not say what to show"),
        (
            "/sources/main/groups/storage?after=x",
            StatusCode::BAD_REQUEST,
            "The address does not say what to show",
        ),
    ] {
        let mut request = get(path);
        request.headers_mut().insert("x-request-id", "forged".parse()?);
        let response = ask(&pool, request).await;
        assert_eq!(response.status(), status, "{path}");
        let id = response.headers()["x-request-id"].to_str()?.to_owned();
        assert_ne!(id, "forged");
        says(&text(response).await, &[words, &id]);
    }
    let post = Request::post("/").header("host", "localhost").body(Body::empty())?;
    assert_eq!(ask(&pool, post).await.status(), StatusCode::METHOD_NOT_ALLOWED);
    pool.close().await;
    let response = ask(&pool, get("/")).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let page = text(response).await;
    says(&page, &["Something went wrong"]);
    assert!(!page.contains("pool"), "{page}");
    Ok(())
}

#[sqlx::test]
async fn health_needs_the_process_and_readiness_the_database(pool: PgPool) -> TestResult {
    assert_eq!(ask(&pool, get("/healthz")).await.status(), StatusCode::OK);
    assert_eq!(ask(&pool, get("/readyz")).await.status(), StatusCode::OK);
    pool.close().await;
    assert_eq!(ask(&pool, get("/healthz")).await.status(), StatusCode::OK);
    let unready = ask(&pool, get("/readyz")).await;
    assert_eq!(unready.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(text(unready).await, "the database cannot be reached\n");
    Ok(())
}

const PUSH: &str = r#"{"ref": "refs/heads/main", "after": "abc", "repository": {"id": 77}}"#;

fn signature(secret: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("any key will do");
    mac.update(body.as_bytes());
    format!("sha256={}", hex::encode(mac.finalize().into_bytes()))
}

fn signed(signature: &str) -> (&str, &str) {
    ("x-hub-signature-256", signature)
}

async fn deliver(
    pool: &PgPool,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> (StatusCode, String) {
    let secret = WebhookSecret::new(SecretString::from(SECRET)).expect("a secret");
    let mut request = Request::post("/webhooks/github");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(body.into()).expect("a request");
    let webhooks = webhooks(Webhooks { pool: pool.clone(), secret: Some(secret) });
    let response = webhooks.oneshot(request).await.expect("an answer");
    (response.status(), text(response).await)
}

#[sqlx::test]
async fn a_signed_push_nudges_once(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    assert_eq!(sources::claim_due(&pool, LEASE).await?, None, "nothing is due");
    let good = signature(SECRET, PUSH);
    let headers = |event: &'static str, id: &'static str| {
        [
            ("x-hub-signature-256", good.as_str()),
            ("x-github-event", event),
            ("x-github-delivery", id),
        ]
    };
    for (event, id, words) in [
        ("star", "1", "nothing to do\n"),
        ("push", "2", "looking\n"),
        ("push", "2", "seen before\n"),
    ] {
        let answer = deliver(&pool, &headers(event, id), PUSH).await;
        assert_eq!(answer, (StatusCode::ACCEPTED, words.to_owned()), "{event} {id}");
    }
    assert!(sources::claim_due(&pool, LEASE).await?.is_some(), "the source is due");
    let elsewhere = PUSH.replace("77", "78");
    let signed = signature(SECRET, &elsewhere);
    let headers = [
        ("x-hub-signature-256", signed.as_str()),
        ("x-github-event", "push"),
        ("x-github-delivery", "3"),
    ];
    let (_, words) = deliver(&pool, &headers, elsewhere).await;
    assert_eq!(words, "no source watches this repository\n");
    Ok(())
}

#[sqlx::test]
async fn a_forged_webhook_is_refused_unread(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let forged = signature("another secret", PUSH);
    let good = signature(SECRET, PUSH);
    let event = ("x-github-event", "push");
    let id = ("x-github-delivery", "1");
    let cases: [(&[(&str, &str)], StatusCode); 5] = [
        (&[event, id], StatusCode::UNAUTHORIZED),
        (&[event, id, signed(&forged)], StatusCode::UNAUTHORIZED),
        (&[event, id, signed("sha256=")], StatusCode::UNAUTHORIZED),
        (&[id, signed(&good)], StatusCode::BAD_REQUEST),
        (
            &[event, id, signed(&good), ("content-length", "26214401")],
            StatusCode::PAYLOAD_TOO_LARGE,
        ),
    ];
    for (headers, status) in cases {
        assert_eq!(deliver(&pool, headers, PUSH).await.0, status, "{headers:?}");
    }
    let unreadable = signature(SECRET, "{}");
    let (status, _) = deliver(&pool, &[event, id, signed(&unreadable)], "{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    let endless = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(vec![b' '; 1 << 20]));
    let (status, _) = deliver(&pool, &[event, id, signed(&good)], Body::from_stream(endless)).await;
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(sources::claim_due(&pool, LEASE).await?, None, "nothing is due");
    Ok(())
}

/// GitHub sends people here with the code of an App that they registered (`redirect_url` of its
/// manifest), and chats add where a link was followed.
#[sqlx::test]
async fn the_overview_is_shown_whatever_is_behind_its_address(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let plain = page(&pool, "/").await;
    for asked in ["/?code=abc", "/?utm_source=slack", "/?"] {
        let response = ask(&pool, get(asked)).await;
        assert_eq!(response.status(), StatusCode::OK, "{asked}");
        assert_eq!(page(&pool, asked).await.len(), plain.len(), "{asked}");
    }
    Ok(())
}

#[sqlx::test]
async fn a_slash_at_the_end_leads_to_the_page(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    for (asked, told) in [
        ("/sources/main/groups/storage/", "/sources/main/groups/storage"),
        ("/sources/main/revisions/c1/?a=b", "/sources/main/revisions/c1?a=b"),
    ] {
        let response = ask(&pool, get(asked)).await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT, "{asked}");
        let told = told.parse()?;
        assert_eq!(response.headers().get("location"), Some(&told), "{asked}");
    }
    page(&pool, "/sources/main/groups/storage").await;
    Ok(())
}

/// A browser that shows text alone puts nothing between elements of a line.
#[sqlx::test]
async fn words_of_a_page_stand_apart_without_its_style(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let run = evaluated(&pool, &[("logs", Outcome::Fail), ("site", Outcome::Pass)]).await?;
    let run = format!("/runs/{run}");
    let touching = regex::Regex::new(
        "[^>\\s][^<]*</(?:span|a|strong|code|q|h1|h2|time|dt|dd|abbr)>(?:<[^/>]*>)*<(?:span|a|strong|code|q|time|dd|abbr|ul)\\b[^>]*>(?:<[^>]*>)*[^<\\s]+",
    )?;
    for path in ["/", "/sources/main/groups/storage", "/sources/main/revisions/c2", run.as_str()] {
        let page = page(&pool, path).await;
        let found: Vec<_> = touching.find_iter(&page).map(|it| it.as_str()).collect();
        assert_eq!(found, Vec::<&str>::new(), "{path}");
    }
    Ok(())
}

/// Has the posts of a source that are due taken by GitHub, refused for ever, or put off, by their keys.
async fn attempted(pool: &PgPool, refused: &str, put_off: &str) -> TestResult {
    let mut connection = pool.acquire().await?;
    loop {
        sqlx::query("delete from creation_budget").execute(&mut *connection).await?;
        let claims = outbox::claim_due(&mut connection, 8, LEASE, ChecksAs::CheckRuns).await?;
        if claims.posts.is_empty() {
            return Ok(());
        }
        for claim in claims.posts {
            if claim.key == refused {
                outbox::give_up(pool, &claim, "GitHub refuses it: <b>no</b>", false).await?;
            } else if claim.key == put_off {
                outbox::retry(pool, &claim, "GitHub is away", LEASE).await?;
            } else {
                outbox::complete(pool, &claim, 7).await?;
            }
        }
    }
}

#[sqlx::test]
async fn each_post_says_whether_github_shows_it_and_why_not(pool: PgPool) -> TestResult {
    synced(&pool).await?;
    let source = sources::by_name(&pool, "main").await?.ok_or("a source")?.id;
    let mut connection = pool.acquire().await?;
    let check = |key: &str, title: &str| {
        json!({
            "kind": "check_run", "name": "cloudcorrect/sync", "head_sha": "c1c1c1c1c1", "source": "main",
            "key": key, "state": "success", "title": title, "summary": "These <i>policies</i> are in force.",
        })
    };
    let body = "<!-- cloudcorrect:main -->\n**Valid**";
    let comment = json!({ "kind": "comment", "number": 7, "source": "main", "body": body });
    outbox::want(&mut connection, source, "sync/c1", &check("sync/c1", "1 group is valid")).await?;
    outbox::want(&mut connection, source, "comment/7", &comment).await?;
    outbox::want(&mut connection, source, "sync/c2", &check("sync/c2", "never seen")).await?;
    attempted(&pool, "sync/c2", "comment/7").await?;
    outbox::want(&mut connection, source, "later", &json!({ "kind": "gesture" })).await?;
    // The head of a pull request has no page here.
    let mut proposed = check("policies/d4", "a proposal");
    proposed["head_sha"] = "d4d4d4d4d4".into();
    outbox::want(&mut connection, source, "policies/d4", &proposed).await?;

    let overview = page(&pool, "/").await;
    says(&overview, &["href=\"/sources/main/posts\">posts: 1 given up, 3 on the way</a>"]);
    let posts = page(&pool, "/sources/main/posts").await;
    let (unposted, posted) = posts.split_once("id=\"posted\"").ok_or("two lists")?;
    says(
        unposted,
        &["Some posts were given up.", "given up", "refuses it: &#60;b&#62;no&#60;/b&#62;"],
    );
    says(unposted, &["Comment on #7", "retrying", "GitHub is away", "later", "waits"]);
    says(unposted, &["a proposal", "<span class=\"mono\">d4d4d4d4</span>"]);
    assert!(unposted.find("never seen") < unposted.find("Comment on #7"), "the worst first");
    says(posted, &["cloudcorrect/sync", "1 group is valid", "/sources/main/revisions/c1c1c1c1c1"]);
    says(posted, &["These &#60;i&#62;policies&#60;/i&#62; are in force.", "success", "posted "]);
    assert!(!posted.contains("never seen") && !posted.contains("Earlier posts"));

    for number in 0..60 {
        let key = format!("sync/{number:03}");
        outbox::want(&mut connection, source, &key, &check(&key, &key)).await?;
    }
    attempted(&pool, "", "").await?;
    let first = page(&pool, "/sources/main/posts").await;
    let (_, next) = first.split_once("href=\"/sources/main/posts?behind=").ok_or("a next page")?;
    let (behind, _) = next.split_once('"').ok_or("its address")?;
    let second = page(&pool, &format!("/sources/main/posts?behind={behind}")).await;
    for number in 0..60 {
        let title = format!("<span>sync/{number:03}</span>");
        assert!(first.contains(&title) != second.contains(&title), "{title} is on one of them");
    }
    for (path, status) in [
        ("/sources/main/posts?behind=x", StatusCode::BAD_REQUEST),
        ("/sources/main/posts?behind=-220000000000000000%20x", StatusCode::BAD_REQUEST),
        ("/sources/main/posts?behind=253402300800000000%20x", StatusCode::BAD_REQUEST),
        ("/sources/other/posts", StatusCode::NOT_FOUND),
        ("/sources/main/posts?behind=1%20x", StatusCode::OK),
    ] {
        assert_eq!(ask(&pool, get(path)).await.status(), status, "{path}");
    }
    Ok(())
}
