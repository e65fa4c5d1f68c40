//! Inventories kept as intervals, and rebuilt.

use std::collections::BTreeMap;
use std::slice::from_ref;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::PgPool;

use super::{Observations, history, inventory, record, record_sweep};
use crate::db::Error;
use crate::db::fixtures::{TestResult, source};
use crate::db::sources::SourceId;
use crate::resource::{
    AccountId, Cause, Facet, Facets, Failure, Inventory, Listing, Provider, Region, Resource,
    Segment, Segments, Value,
};

const LIST: &str = "s3:ListBuckets";
const VERSIONING: &str = "s3:GetBucketVersioning";
const POLICY: &str = "s3:GetBucketPolicy";

fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn denied() -> Failure {
    Failure::new(Cause::AccessDenied, "Access Denied")
}

fn bucket(name: &str, facets: &[(&str, Facet)]) -> Arc<Resource> {
    let named = Facet::Read(Value::map([("BucketName", Value::string(name))]));
    let mut all = Facets::from_iter([(LIST.into(), named)]);
    all.extend(facets.iter().map(|(operation, facet)| ((*operation).into(), facet.clone())));
    Arc::new(Resource {
        type_name: "AWS::S3::Bucket".into(),
        id: name.into(),
        arn: Some(format!("arn:aws:s3:::{name}").into()),
        region: "eu-west-1".parse().unwrap(),
        facets: all,
    })
}

fn versioned(status: &str) -> (&'static str, Facet) {
    let status = Value::map([("Status", Value::string(status))]);
    (VERSIONING, Facet::Read(Value::map([("VersioningConfiguration", status)])))
}

fn buckets(listing: Listing) -> Inventory {
    let listings = BTreeMap::from([(("AWS::S3::Bucket".into(), Region::global()), listing)]);
    Inventory { listings, ..Inventory::empty(account(), DateTime::UNIX_EPOCH) }
}

struct Store {
    pool: PgPool,
    source: SourceId,
    observed_at: DateTime<Utc>,
}

impl Store {
    async fn new(pool: PgPool) -> Self {
        let source = source(&pool, "main").await;
        Self { pool, source, observed_at: DateTime::UNIX_EPOCH }
    }

    /// Keeps a listing that was fetched a second after the one before.
    async fn keep(&mut self, listing: Listing) -> Result<bool, Error> {
        self.observed_at += TimeDelta::seconds(1);
        self.keep_as_of(listing, self.observed_at).await
    }

    async fn keep_as_of(&self, listing: Listing, at: DateTime<Utc>) -> Result<bool, Error> {
        let mut tx = self.pool.begin().await?;
        let changed =
            record(&mut tx, self.source, &Observations::of(&buckets(listing)), at).await?;
        tx.commit().await?;
        Ok(changed)
    }

    async fn listing(&self, at: Option<DateTime<Utc>>) -> Result<Option<Listing>, Error> {
        let found = inventory(&self.pool, self.source, Provider::Aws, &account(), at).await?;
        Ok(found.and_then(|found| found.listings.into_values().next()))
    }

    async fn now(&self) -> DateTime<Utc> {
        sqlx::query_scalar("select clock_timestamp()").fetch_one(&self.pool).await.unwrap()
    }

    /// Every row ever written, as `resource operation state`, open ones with a `+`.
    async fn rows(&self) -> Vec<String> {
        sqlx::query_scalar(
            "select concat_ws(' ', resource_id, operation, state) || case when until is null then ' +' else '' end
             from facet order by resource_id, operation, since",
        )
        .fetch_all(&self.pool)
        .await
        .unwrap()
    }
}

#[sqlx::test]
async fn any_past_inventory_can_be_rebuilt(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    assert_eq!(store.listing(None).await?, None, "never collected");
    let sequence = [
        Listing::Complete(vec![]),
        Listing::Complete(vec![
            bucket("data", &[versioned("Enabled"), (POLICY, Facet::Absent)]),
            bucket("logs", &[versioned("Suspended")]),
        ]),
        Listing::Complete(vec![
            bucket("data", &[versioned("Suspended"), (POLICY, Facet::Failed(denied()))]),
            bucket("logs", &[(VERSIONING, Facet::Failed(denied()))]),
        ]),
        Listing::Failed(Failure::new(Cause::Credentials, "no")),
        Listing::Complete(vec![
            bucket("data", &[versioned("Suspended"), (POLICY, Facet::Absent)]),
            bucket("new", &[]),
        ]),
    ];
    let mut instants = Vec::new();
    for listing in &sequence {
        assert!(store.keep(listing.clone()).await?);
        assert_eq!(store.listing(None).await?.as_ref(), Some(listing));
        instants.push(store.now().await);
    }
    for (listing, at) in sequence.iter().zip(instants) {
        assert_eq!(store.listing(Some(at)).await?.as_ref(), Some(listing), "as of {at}");
    }
    Ok(())
}

/// Lists of every form that there is.
fn forms() -> Vec<Listing> {
    let versions = ["Enabled", "Suspended"].map(versioned);
    let [on, off] = &versions;
    let denied_policy = (POLICY, Facet::Failed(denied()));
    let segment = |text: &str| text.parse::<Segment>().expect("a segment");
    let asked = BTreeMap::from([(segment("data/a"), None), (segment("logs/"), Some(denied()))]);
    let segments = Segments { asked, rest: Failure::new(Cause::NotCollected, "not asked") };
    vec![
        Listing::Complete(vec![]),
        Listing::Complete(vec![bucket("data", &[on.clone(), (POLICY, Facet::Absent)])]),
        Listing::Complete(vec![
            bucket("data", &[off.clone(), denied_policy]),
            bucket("logs", &[(VERSIONING, Facet::Failed(denied()))]),
        ]),
        Listing::Partial(vec![bucket("data", from_ref(on))], denied()),
        Listing::Failed(Failure::new(Cause::Credentials, "no")),
        Listing::Segments(vec![bucket("data/a/1", from_ref(off))], segments),
        Listing::Complete(vec![bucket("logs", from_ref(on)), bucket("new", &[])]),
    ]
}

#[sqlx::test]
async fn a_history_is_gone_through_without_reading_it_again(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let (forms, mut instants) = (forms(), vec![store.now().await]);
    // Each form comes behind each other one.
    for step in 1..forms.len() {
        for at in 0..forms.len() {
            let form = forms.get(at * step % forms.len()).expect("one of them").clone();
            store.keep(form).await?;
            instants.push(store.now().await);
        }
    }
    let types = ["AWS::S3::Bucket".into()].into();
    let account = account();
    let owner = (Provider::Aws, &account);
    for (first, every) in
        [(0, 1), (0, 3), (5, 2), (17, 7), (0, usize::MAX), (instants.len() - 1, 1)]
    {
        let since = *instants.get(first).expect("an instant");
        let mut known = history(&store.pool, store.source, owner, &types, since).await?;
        assert!(known.instants().iter().next_back() <= instants.last());
        for at in instants.iter().skip(first).step_by(every) {
            let stored = inventory(&store.pool, store.source, Provider::Aws, &account, Some(*at));
            assert_eq!(known.at(*at), stored.await?, "from {first}, each {every}th");
        }
    }
    let others = ["AWS::EC2::VPC".into()].into();
    let mut none = history(&store.pool, store.source, owner, &others, instants[0]).await?;
    assert_eq!((none.at(store.now().await), none.instants().len()), (None, 0));
    Ok(())
}

#[sqlx::test]
async fn an_unchanged_inventory_writes_nothing(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let narrow = || Listing::Complete(vec![bucket("data", &[versioned("Enabled")])]);
    let wide = || {
        Listing::Complete(vec![bucket("data", &[versioned("Enabled"), (POLICY, Facet::Absent)])])
    };
    assert!(store.keep(narrow()).await?);
    assert!(store.keep(wide()).await?);
    // What the narrow look said still holds, but is only known so once it was compared.
    assert!(!store.keep(narrow()).await?);
    let state = async |store: &Store| -> Result<String, sqlx::Error> {
        sqlx::query_scalar("select string_agg(xmin::text, ' ') from facet_scope")
            .fetch_one(&store.pool)
            .await
    };
    let before = state(&store).await?;
    for _ in 0..3 {
        assert!(!store.keep(narrow()).await?);
        assert!(!store.keep(wide()).await?);
    }
    assert_eq!(state(&store).await?, before);
    assert!(store.keep(Listing::Complete(vec![bucket("data", &[versioned("Suspended")])])).await?);
    assert!(store.keep(narrow()).await?, "what was known before no longer holds");
    Ok(())
}

#[sqlx::test]
async fn an_error_leaves_the_last_value_and_new_words_are_no_change(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let failing = |cause, words: &str| {
        let failed = Facet::Failed(Failure::new(cause, words));
        Listing::Complete(vec![bucket("data", &[(VERSIONING, failed)])])
    };
    store.keep(Listing::Complete(vec![bucket("data", &[versioned("Enabled")])])).await?;
    store.keep(failing(Cause::Throttled, "request 1")).await?;
    assert!(!store.keep(failing(Cause::Throttled, "request 2")).await?);
    store.keep(failing(Cause::Timeout, "request 3")).await?;
    let expected = [
        "* s3:ListBuckets read +",
        "data s3:GetBucketVersioning read +",
        "data s3:GetBucketVersioning error",
        "data s3:GetBucketVersioning error +",
        "data s3:ListBuckets read +",
    ];
    assert_eq!(store.rows().await, expected);
    store.keep(Listing::Complete(vec![])).await?;
    assert_eq!(
        store.rows().await.iter().filter(|row| row.ends_with('+')).collect::<Vec<_>>(),
        ["* s3:ListBuckets read +"],
        "a bucket that is gone takes its errors along"
    );
    Ok(())
}

#[sqlx::test]
async fn a_list_that_broke_off_ends_nothing(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let both = vec![bucket("data", &[]), bucket("logs", &[])];
    store.keep(Listing::Complete(both.clone())).await?;
    store.keep(Listing::Partial(vec![bucket("data", &[])], denied())).await?;
    assert_eq!(store.listing(None).await?, Some(Listing::Partial(both, denied())));
    Ok(())
}

#[sqlx::test]
async fn an_older_look_does_not_replace_a_newer(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let late = store.observed_at;
    store.keep(Listing::Complete(vec![bucket("data", &[])])).await?;
    assert!(!store.keep_as_of(Listing::Complete(vec![]), late).await?);
    assert!(
        matches!(store.listing(None).await?, Some(Listing::Complete(found)) if found.len() == 1)
    );
    Ok(())
}

#[test]
fn digests_tell_what_was_said_from_how_it_failed() {
    let of = |facets: &[(&str, Facet)]| {
        Observations::of(&buckets(Listing::Complete(vec![bucket("data", facets)])))
    };
    let (on, off) = (of(&[versioned("Enabled")]), of(&[versioned("Suspended")]));
    assert_ne!(on.digest(), off.digest());
    assert_ne!(on.digest(), of(&[]).digest());
    let failed = |words: &str| {
        of(&[(VERSIONING, Facet::Failed(Failure::new(Cause::Throttled, words)))]).digest()
    };
    assert_eq!(failed("request 1"), failed("request 2"));
}

/// What was read of the segments of a list, and why others failed.
fn segments(ids: &[&str], asked: &[(&str, Option<Failure>)]) -> Listing {
    let segment = |name: &str| name.parse().unwrap();
    let asked = asked.iter().map(|(name, failure)| (segment(name), failure.clone())).collect();
    let rest = Failure::new(Cause::NotCollected, "nobody asked");
    let resources = ids.iter().map(|id| bucket(id, &[])).collect();
    Listing::Segments(resources, Segments { asked, rest })
}

#[sqlx::test]
async fn a_listing_of_a_segment_closes_what_is_gone_from_that_alone(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let both = [("data/", None), ("logs/", None)];
    store.keep(segments(&["data/a", "logs/a", "logs/b"], &both)).await?;
    let open = async |store: &Store| {
        let rows = store.rows().await;
        let open = rows.into_iter().filter(|row| row.ends_with(" +") && !row.starts_with('*'));
        open.map(|row| row.split(' ').next().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(open(&store).await, ["data/a", "logs/a", "logs/b"]);

    store.keep(segments(&["logs/b"], &[("logs/", None)])).await?;
    assert_eq!(open(&store).await, ["data/a", "logs/b"], "of `data` nothing is known");
    store.keep(segments(&[], &[("logs/", Some(denied()))])).await?;
    assert_eq!(open(&store).await, ["data/a", "logs/b"]);
    store.keep(segments(&[], &[("logs/", None)])).await?;
    assert_eq!(open(&store).await, ["data/a"]);
    Ok(())
}

#[sqlx::test]
async fn segments_are_rebuilt_with_what_is_known_of_each(pool: PgPool) -> TestResult {
    let mut store = Store::new(pool).await;
    let first = segments(
        &["data/x/a", "logs/2026/a"],
        &[("data/", Some(denied())), ("data/x/", None), ("logs/2026/", None)],
    );
    store.keep(first.clone()).await?;
    assert_eq!(store.listing(None).await?.as_ref(), Some(&first));
    let then = store.now().await;

    // Another group asks for another segment, and one for none at all.
    store.keep(segments(&["logs/2025/a"], &[("logs/2025/", None)])).await?;
    store.keep(segments(&[], &[])).await?;
    let all = segments(
        &["data/x/a", "logs/2025/a", "logs/2026/a"],
        &[("data/", Some(denied())), ("data/x/", None), ("logs/2025/", None), ("logs/2026/", None)],
    );
    let found = store.listing(None).await?.unwrap();
    assert_eq!(found.resources(), all.resources());
    for name in ["logs/2026/", "logs/2025/b", "data/x/", "data/y", "logs/", "other/"] {
        let segment: Segment = name.parse()?;
        let cause = |listing: &Listing| listing.failure_in(Some(&segment)).map(|why| why.cause);
        assert_eq!(cause(&found), cause(&all), "{name}");
    }
    assert_eq!(store.listing(Some(then)).await?, Some(first));

    // What was not allowed is allowed now, and a list that is whole has no segments.
    store.keep(segments(&["data/x/a"], &[("data/", None)])).await?;
    let found = store.listing(None).await?.unwrap();
    for name in ["data/", "data/x/", "data/y"] {
        assert_eq!(found.failure_in(Some(&name.parse()?)), None, "{name}");
    }
    // What is asked later in part counts, also where it was whole.
    store.keep(segments(&[], &[("data/x/", Some(denied()))])).await?;
    let found = store.listing(None).await?.unwrap();
    assert!(found.failure_in(Some(&"data/x/a".parse()?)).is_some());
    assert_eq!(found.failure_in(Some(&"data/y".parse()?)), None);
    store.keep(segments(&["data/x/a"], &[("data/", None)])).await?;
    let found = store.listing(None).await?.unwrap();
    assert_eq!(found.failure_in(Some(&"data/x/a".parse()?)), None);

    // A list that could not be asked at all has no segments that are known.
    store.keep(Listing::Failed(denied())).await?;
    assert_eq!(store.listing(None).await?, Some(Listing::Failed(denied())));
    let whole = Listing::Complete(vec![bucket("data/x/a", &[])]);
    store.keep(whole.clone()).await?;
    assert_eq!(store.listing(None).await?, Some(whole));
    Ok(())
}

/// A sweep that began long ago, and evaluations meanwhile.
struct Sweep(DateTime<Utc>);

impl Sweep {
    async fn begins(store: &Store) -> Self {
        Self(store.now().await)
    }

    async fn ends(&self, store: &Store, listing: Listing) -> Result<bool, Error> {
        let mut tx = store.pool.begin().await?;
        let seen = Observations::of(&buckets(listing));
        let changed = record_sweep(&mut tx, store.source, &seen, self.0).await?;
        tx.commit().await?;
        Ok(changed)
    }
}

fn policy(words: &str) -> (&'static str, Facet) {
    (POLICY, Facet::Read(Value::map([("Policy", Value::string(words))])))
}

#[sqlx::test]
async fn a_sweep_is_kept_as_what_was_seen(pool: PgPool) -> TestResult {
    let store = Store::new(pool).await;
    let seen = || Listing::Complete(vec![bucket("data", &[versioned("Enabled"), policy("a")])]);
    let sweep = Sweep::begins(&store).await;
    assert!(sweep.ends(&store, seen()).await?);
    assert_eq!(store.listing(None).await?, Some(seen()));
    assert!(!Sweep::begins(&store).await.ends(&store, seen()).await?, "nothing is new");
    let gone = Sweep::begins(&store).await.ends(&store, Listing::Complete(vec![])).await?;
    assert!(gone, "a bucket that is on no complete list is gone");
    assert_eq!(store.listing(None).await?, Some(Listing::Complete(vec![])));
    Ok(())
}

#[sqlx::test]
async fn a_sweep_adds_to_what_evaluations_wrote_meanwhile(pool: PgPool) -> TestResult {
    let store = Store::new(pool).await;
    let before = [versioned("Enabled"), policy("of yesterday")];
    let first = Listing::Complete(vec![bucket("data", &before), bucket("gone", &[])]);
    store.keep_as_of(first, store.now().await).await?;
    let sweep = Sweep::begins(&store).await;
    let evaluated = || {
        Listing::Complete(vec![
            bucket("data", &[versioned("Suspended")]),
            bucket("new", &[versioned("Enabled")]),
        ])
    };
    store.keep_as_of(evaluated(), store.now().await).await?;
    let swept = Listing::Complete(vec![
        bucket("data", &[versioned("Enabled"), policy("of today")]),
        bucket("gone", &[policy("of today")]),
    ]);
    assert!(sweep.ends(&store, swept).await?);
    let expected = Listing::Complete(vec![
        bucket("data", &[versioned("Suspended"), policy("of today")]),
        bucket("new", &[versioned("Enabled")]),
    ]);
    assert_eq!(store.listing(None).await?, Some(expected));
    Ok(())
}

#[sqlx::test]
async fn what_a_sweep_changed_is_no_longer_known(pool: PgPool) -> TestResult {
    let store = Store::new(pool).await;
    let wide = || Listing::Complete(vec![bucket("data", &[versioned("Enabled"), policy("a")])]);
    let narrow = || Listing::Complete(vec![bucket("data", &[versioned("Enabled")])]);
    store.keep_as_of(wide(), store.now().await).await?;
    let sweep = Sweep::begins(&store).await;
    assert!(!store.keep_as_of(narrow(), store.now().await).await?);
    let swept = Listing::Complete(vec![bucket("data", &[versioned("Enabled"), policy("b")])]);
    assert!(sweep.ends(&store, swept.clone()).await?);
    assert_eq!(store.listing(None).await?, Some(swept));
    assert!(store.keep_as_of(wide(), store.now().await).await?);
    assert_eq!(store.listing(None).await?, Some(wide()));
    Ok(())
}

#[sqlx::test]
async fn no_sweep_keeps_an_evaluation_from_being_stored(pool: PgPool) -> TestResult {
    let store = Store::new(pool).await;
    let evaluation_began = store.now().await;
    let swept = Listing::Complete(vec![bucket("data", &[policy("a")])]);
    assert!(Sweep::begins(&store).await.ends(&store, swept).await?);
    let evaluated = Listing::Complete(vec![bucket("data", &[versioned("Enabled")])]);
    assert!(store.keep_as_of(evaluated, evaluation_began).await?);
    let both = Listing::Complete(vec![bucket("data", &[versioned("Enabled"), policy("a")])]);
    assert_eq!(store.listing(None).await?, Some(both));
    Ok(())
}

#[sqlx::test]
async fn what_a_sweep_leaves_out_is_not_collected(pool: PgPool) -> TestResult {
    let store = Store::new(pool).await;
    let first = [bucket("data", &[policy("a")]), bucket("logs", &[policy("b")])];
    Sweep::begins(&store).await.ends(&store, Listing::Complete(first.to_vec())).await?;
    // The next one comes to one of them, and to no other list.
    let next = [bucket("data", &[policy("c")]), bucket("logs", &[]), bucket("new", &[])];
    assert!(Sweep::begins(&store).await.ends(&store, Listing::Complete(next.to_vec())).await?);
    let rows = store.rows().await;
    let open: Vec<_> = rows.iter().filter(|row| row.ends_with('+')).collect();
    let expected = [
        "* s3:ListBuckets read +",
        "data s3:GetBucketPolicy read +",
        "data s3:ListBuckets read +",
        "logs s3:GetBucketPolicy read +",
        "logs s3:ListBuckets read +",
        "new s3:ListBuckets read +",
    ];
    assert_eq!(open, expected, "{rows:#?}");
    Ok(())
}
