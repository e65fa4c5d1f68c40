//! Webhooks as they come: the samples of others, and ours lost, repeated and out of order; and GitHub as it may
//! answer. `CHAOS_SEEDS` says how many shuffles are tried and how many faults of each kind (`make chaos`).

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::ops::Range;
use std::time::Duration;

use chrono::TimeDelta;
use github_emulator::{Effect, Fault, NewCommit};
use hmac::{Hmac, KeyInit, Mac};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use secrecy::ExposeSecret;
use serde::Deserialize;
use serde_json::Value;
use sha2::Sha256;
use sqlx::PgPool;

use crate::stories::with_private_bucket;
use crate::world::scene::{ACCOUNTS, ISSUES, STORAGE};
use crate::world::servers;
use crate::world::story::World;

/// Whoever sends webhooks in GitHub's name.
pub(crate) struct Sender {
    client: reqwest::Client,
    url: String,
    secret: String,
}

impl Sender {
    pub(crate) fn new(world: &World) -> Self {
        Self {
            client: reqwest::Client::builder().no_proxy().build().expect("a client"),
            url: format!("{}/webhooks/github", world.webhooks_url),
            secret: world.emulator.webhook_secret().expose_secret().to_owned(),
        }
    }

    /// Sends a webhook as GitHub would; the status of the answer.
    pub(crate) async fn send(&self, event: &str, id: &str, payload: &str) -> u16 {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("a key");
        mac.update(payload.as_bytes());
        let signature = format!("sha256={}", hex::encode(mac.finalize().into_bytes()));
        let sent = self
            .client
            .post(&self.url)
            .header("content-type", "application/json")
            .header("x-github-event", event)
            .header("x-github-delivery", id)
            .header("x-hub-signature-256", signature)
            .body(payload.to_owned())
            .send();
        sent.await.expect("an answer").status().as_u16()
    }
}

/// Samples of an event, as `@octokit/webhooks-examples` gathers them.
#[derive(Deserialize)]
struct Samples {
    name: String,
    examples: Vec<Value>,
}

/// Every sample of every event of GitHub and its Enterprise Server is taken, as if it were about our
/// repository, and none of them turns what the service shows.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn samples_of_all_events_are_taken_or_ignored(pool: PgPool) {
    let (world, sha) = with_private_bucket(pool).await;
    let shown = (world.checks(&sha), world.findings().await);
    let sender = Sender::new(&world);
    let package = servers::directory().join("node_modules/@octokit/webhooks-examples");
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for site in ["api.github.com", "ghes-35"] {
        let text = fs::read(package.join(site).join("index.json")).expect("run `make setup`");
        let samples: Vec<Samples> = serde_json::from_slice(&text).expect("samples");
        for Samples { name, examples } in samples {
            for (at, mut example) in examples.into_iter().enumerate() {
                if let Some(id) = example.pointer_mut("/repository/id") {
                    *id = world.repo.id.into();
                }
                let id = format!("{site}-{name}-{at}");
                let status = sender.send(&name, &id, &example.to_string()).await;
                assert_eq!(status, 202, "{id}: {example}");
                *taken.entry(name.clone()).or_default() += 1;
            }
        }
        world.settle().await;
    }
    for event in [
        "ping",
        "push",
        "pull_request",
        "pull_request_review",
        "check_run",
        "check_suite",
        "merge_group",
        "status",
    ] {
        assert!(taken.get(event).is_some_and(|count| *count > 1), "{event}: {taken:?}");
    }
    assert!(taken.len() > 50, "{taken:?}");
    assert_eq!((world.checks(&sha), world.findings().await), shown);
    world.finish().await;
}

/// A source of which any number of groups may go.
const SOURCE: &str =
    "[[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\nmax_removed_percent = 100\n";

/// How long an answer of GitHub's is waited for where it may not come.
const PATIENCE: Duration = Duration::from_millis(300);

/// A world with a group in force that passes, where groups that fail get issues.
async fn watching(mut world: World) -> World {
    world.cloud.private_bucket("logs");
    let files = [ACCOUNTS, ISSUES, ("policies/storage.yaml", STORAGE)];
    world.commit_to("main", &files).await;
    world.settle().await;
    world
}

/// Calls that meet a fault.
const CALLS: [(&str, &str); 11] = [
    ("POST", "/check-runs"),
    ("PATCH", "/check-runs"),
    ("POST", "/comments"),
    ("PATCH", "/comments"),
    ("POST", "/issues$"),
    ("PATCH", "/issues/"),
    ("GET", "/issues$"),
    ("GET", "/issues/"),
    ("GET", "/pulls"),
    ("GET", "/check-runs"),
    ("GET", "/installation"),
];

/// A webhook that GitHub would send, as long as nobody has told the service.
#[derive(Clone)]
struct Pending {
    guid: String,
    event: String,
    payload: String,
}

/// A heap of webhooks that are lost, repeated and delivered in any order, while people go on and GitHub
/// has bad days.
struct Storm<'a> {
    world: &'a mut World,
    sender: Sender,
    rng: StdRng,
    seen: BTreeSet<String>,
    heap: Vec<Pending>,
    /// Heads with the number of groups that they have; none where they are broken.
    heads: BTreeMap<String, Option<u32>>,
    /// Commits so far, so that no two say the same.
    commits: u32,
}

impl<'a> Storm<'a> {
    fn new(world: &'a mut World, seed: u64) -> Self {
        let guids = world.emulator.deliveries().into_iter().map(|one| one.guid);
        let (rng, heads) = (StdRng::seed_from_u64(seed), BTreeMap::new());
        let sender = Sender::new(world);
        Self { world, sender, rng, seen: guids.collect(), heap: Vec::new(), heads, commits: 0 }
    }

    /// Commits some groups to a branch, or something that is no policy; the head.
    async fn commit(&mut self, branch: &str) -> String {
        self.commits += 1;
        let groups =
            if self.rng.random_bool(0.2) { None } else { Some(self.rng.random_range(1..4)) };
        let named = |n: u32| STORAGE.replace("name: storage", &format!("name: storage-{n}"));
        let mut text = (0..groups.unwrap_or(1)).map(named).collect::<Vec<_>>().join("---\n");
        if groups.is_none() {
            text = text.replace("severity: high", "severity: urgent");
        }
        let text = format!("# {}\n{text}", self.commits);
        let commit = NewCommit::on(branch).write("policies/storage.yaml", text).by("ada");
        let sha = self.world.repo.commit(commit).await.expect("a commit");
        self.heads.insert(sha.clone(), groups);
        self.gather();
        sha
    }

    /// Takes up the webhooks that nobody has been told of yet.
    fn gather(&mut self) {
        for delivery in self.world.emulator.deliveries() {
            if self.seen.insert(delivery.guid.clone()) {
                let (guid, event, payload) = (delivery.guid, delivery.event, delivery.payload);
                self.heap.push(Pending { guid, event, payload });
            }
        }
    }

    /// Something goes wrong at GitHub, some webhooks arrive, and the service works for a while.
    async fn something_happens(&mut self) {
        if self.rng.random_bool(0.3) {
            let effects = [
                Effect::Refuse(500),
                Effect::Lose(502),
                Effect::Refuse(301),
                Effect::Refuse(404),
                Effect::Refuse(422),
                Effect::Cut,
                Effect::RevokedToken,
                Effect::SecondaryLimit(Some(20)),
                Effect::SecondaryLimit(None),
                Effect::TooManyRequests(20),
                Effect::PrimaryLimit(20),
            ];
            let effect = effects[self.rng.random_range(0..effects.len())].clone();
            let (method, path) = CALLS[self.rng.random_range(0..CALLS.len())];
            self.world.emulator.inject(Fault::on(method, path).effect(effect));
        }
        for _ in 0..self.rng.random_range(0..4) {
            self.deliver().await;
        }
        for _ in 0..self.rng.random_range(0..5) {
            self.world.parts.pass().await.expect("a pass");
        }
    }

    /// Delivers one of the heap, which may come again.
    async fn deliver(&mut self) {
        if self.heap.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..self.heap.len());
        let Pending { guid, event, payload } = self.heap[at].clone();
        assert_eq!(self.sender.send(&event, &guid, &payload).await, 202);
        if self.rng.random_bool(0.7) {
            self.heap.swap_remove(at);
        }
    }

    /// Time passes, so that all is due once more.
    async fn hours_pass(&self) {
        self.world.clock.advance(TimeDelta::hours(2));
        self.world.time_passes().await;
        self.world.poll_comes().await;
        self.world.posts_come_due().await;
        self.world.settle().await;
    }

    /// The bad days end: what is left of the heap is lost, and the polls come.
    /// How many calls were still to meet a fault.
    async fn end(&mut self) -> usize {
        self.heap.clear();
        let left = self.world.emulator.clear_faults();
        for _ in 0..20 {
            self.hours_pass().await;
            if self.world.pauses().await.is_empty() {
                return left;
            }
        }
        panic!("posts still wait: {}", self.world.posts().await);
    }

    /// Fails unless a pull request has one comment, which is about its head.
    fn is_commented_once(&self, number: u64, head: &str) {
        let comments = self.world.repo.comments(number);
        let [comment] = &comments[..] else { panic!("one comment: {comments:?}") };
        assert!(comment.body.contains(&head[..7]), "of {head}: {}", comment.body);
    }

    /// Fails unless each group that fails has one open issue, and no group two.
    async fn is_followed_once(&self) {
        let failing = "select name from policy_group where retired_at is null and outcome = 'fail' order by 1";
        let failing = sqlx::query_scalar(failing).fetch_all(&self.world.pool).await;
        let failing: Vec<String> = failing.expect("groups");
        let mut issues = BTreeMap::new();
        for issue in self.world.repo.issues() {
            assert_eq!(issues.insert(issue.title.clone(), issue.open), None, "{issue:?}");
        }
        let open = issues.into_iter().filter(|(_, is_open)| *is_open).map(|(title, _)| title);
        let wanted = failing.iter().map(|name| format!("cloudcorrect: group {name} fails"));
        assert_eq!(open.collect::<Vec<_>>(), wanted.collect::<Vec<_>>());
    }

    /// Fails unless a head that still counts has one check run of its policies, and what that says is
    /// right; no head has two.
    fn is_told_once(&self, main: &String, head: &String) {
        for (sha, groups) in &self.heads {
            let mut runs: BTreeMap<String, Vec<String>> = BTreeMap::new();
            for run in self.world.emulator.check_runs(sha) {
                runs.entry(run.name).or_default().push(run.title.unwrap_or_default());
            }
            assert!(runs.values().all(|titles| titles.len() == 1), "{sha}: {runs:?}");
            let name = match sha {
                sha if sha == main => "cloudcorrect/sync",
                sha if sha == head => "cloudcorrect/policies",
                _ => continue,
            };
            let title = runs.get(name).and_then(|titles| titles.first());
            let wanted = match groups {
                None => "1 problem".to_owned(),
                Some(1) => "1 group ".to_owned(),
                Some(count) => format!("{count} groups "),
            };
            assert!(title.is_some_and(|title| title.starts_with(&wanted)), "{wanted}: {title:?}");
        }
    }
}

/// A few commits to the branch and to a pull request, with all that may go wrong between them.
async fn shuffled(world: &mut World, seed: u64) {
    let mut storm = Storm::new(world, seed);
    let mut main = storm.commit("main").await;
    let branch = format!("idea-{seed}");
    storm.something_happens().await;
    let at = storm.world.repo.branch("main").expect("a branch");
    storm.world.repo.set_branch(&branch, &at, "ada").await.expect("a branch");
    let mut head = storm.commit(&branch).await;
    let proposed = storm.world.repo.open_pull_request((&branch, "main"), "An idea", "ada").await;
    let number = proposed.expect("a pull request");
    for _ in 0..storm.rng.random_range(2..6) {
        storm.gather();
        storm.something_happens().await;
        if storm.rng.random_bool(0.5) {
            head = storm.commit(&branch).await;
        } else {
            main = storm.commit("main").await;
        }
    }
    storm.something_happens().await;
    storm.end().await;
    storm.is_told_once(&main, &head);
    storm.is_commented_once(number, &head);
    // The commit in force has its compliance, as what is broken never comes into force.
    if storm.heads[&main].is_some() {
        let checks = storm.world.checks(&main);
        assert!(checks.contains("cloudcorrect/compliance: success"), "{checks}");
    }
    // Nothing is left to say: whatever is looked at again, nobody hears of it.
    let writes = || {
        let calls = storm.world.emulator.calls().into_iter();
        let posts =
            calls.filter(|call| ["/check-runs", "/issues"].iter().any(|it| call.path.contains(it)));
        posts.filter(|call| call.method != "GET").count()
    };
    let before = writes();
    storm.world.poll_comes().await;
    storm.world.settle().await;
    assert_eq!(writes(), before, "seed {seed}");
    // Those of later shuffles are enough to answer.
    storm.world.repo.delete_branch(&branch, "ada").await.expect("a branch");
    let is_open = storm.world.repo.pull_requests().iter().any(|pull| pull.open);
    assert!(!is_open, "it is closed with its branch");
}

/// Numbers of shuffles: 100 in all, or what `CHAOS_SEEDS` says, as in `chaos`.
#[expect(clippy::disallowed_methods, reason = "how long it takes is for whoever runs it to say")]
fn seeds() -> Range<u64> {
    let seeds = std::env::var("CHAOS_SEEDS").unwrap_or_else(|_| "100".to_owned());
    let number = |text: &str| text.parse::<u64>().expect("a number");
    match seeds.split_once("..") {
        Some((first, end)) => number(first)..number(end),
        None => 0..number(&seeds),
    }
}

/// Webhooks that are lost, repeated and out of order end in the same state as those that are not: each
/// seed is a shuffle, and each test has a part of them.
macro_rules! shuffles {
    ($($name:ident: $part:literal),+ $(,)?) => {$(
        #[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
        async fn $name(pool: PgPool) {
            let mut world = watching(World::with_sources(pool, SOURCE).await).await;
            // Nobody tells the service but the storm.
            world.emulator.set_webhook(Some("http://127.0.0.1:9/"));
            for seed in seeds().filter(|seed| seed % 10 == $part) {
                shuffled(&mut world, seed).await;
            }
            world.finish().await;
        }
    )+};
}

shuffles! {
    shuffled_webhooks_end_in_the_same_state: 0,
    shuffled_webhooks_end_in_the_same_state_again: 1,
    shuffled_webhooks_end_in_the_same_state_a_third_time: 2,
    shuffled_webhooks_end_in_the_same_state_a_fourth_time: 3,
    shuffled_webhooks_end_in_the_same_state_a_fifth_time: 4,
    shuffled_webhooks_end_in_the_same_state_a_sixth_time: 5,
    shuffled_webhooks_end_in_the_same_state_a_seventh_time: 6,
    shuffled_webhooks_end_in_the_same_state_an_eighth_time: 7,
    shuffled_webhooks_end_in_the_same_state_a_ninth_time: 8,
    shuffled_webhooks_end_in_the_same_state_a_tenth_time: 9,
}

/// `true` once each call that writes was made.
fn writes_all(world: &World) -> bool {
    let calls = world.emulator.calls();
    let is_made = |(method, path): (&str, &str)| {
        calls.iter().filter(|call| call.method == method).any(|it| match path.strip_suffix('$') {
            Some(end) => it.path.ends_with(end),
            None => it.path.contains(path),
        })
    };
    CALLS.into_iter().filter(|(method, _)| *method != "GET").all(is_made)
}

/// A fifth as many faults of a kind as there are shuffles, each of a call that the service makes: a commit of the
/// branch, what it finds there, and a commit of the pull request at a time, until so many were met.
async fn met(world: World, effect: Effect) {
    let mut world = watching(world).await;
    world.branch("idea").await;
    world.emulator.set_webhook(Some("http://127.0.0.1:9/"));
    let wanted = seeds().count() / 5;
    let mut storm = Storm::new(&mut world, 0);
    storm.commit("idea").await;
    let proposed = storm.world.repo.open_pull_request(("idea", "main"), "An idea", "ada").await;
    let number = proposed.expect("a pull request");
    let (mut met, mut rounds) = (0, 0);
    while met < wanted || !writes_all(storm.world) {
        rounds += 1;
        assert!(rounds <= wanted.max(5), "{met} of {wanted} faults are met");
        storm.world.cloud.private_bucket("logs");
        let main = storm.commit("main").await;
        for (method, path) in CALLS {
            storm.world.emulator.inject(Fault::on(method, path).effect(effect.clone()));
        }
        storm.hours_pass().await;
        storm.world.cloud.public_bucket("logs");
        storm.hours_pass().await;
        let head = storm.commit("idea").await;
        storm.hours_pass().await;
        storm.hours_pass().await;
        met += CALLS.len() - storm.end().await;
        storm.is_told_once(&main, &head);
        storm.is_commented_once(number, &head);
        if storm.heads[&main].is_some() {
            let checks = storm.world.checks(&main);
            assert!(checks.contains("cloudcorrect/compliance: failure"), "{checks}");
        }
        storm.is_followed_once().await;
    }
    world.finish().await;
}

/// GitHub does not answer, whether it did what it was asked for or not.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn faults_hang_before_the_write(pool: PgPool) {
    met(World::with_patience(pool, SOURCE, PATIENCE).await, Effect::Hang).await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn faults_hang_behind_the_write(pool: PgPool) {
    met(World::with_patience(pool, SOURCE, PATIENCE).await, Effect::HangAfter).await;
}

macro_rules! faults {
    ($($name:ident: $effect:expr),+ $(,)?) => {$(
        #[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
        async fn $name(pool: PgPool) {
            met(World::with_sources(pool, SOURCE).await, $effect).await;
        }
    )+};
}

faults! {
    faults_500_before_the_write: Effect::Refuse(500),
    faults_502_behind_the_write: Effect::Lose(502),
    faults_cut_behind_the_write: Effect::Cut,
    faults_401: Effect::RevokedToken,
    faults_403_with_a_time: Effect::SecondaryLimit(Some(20)),
    faults_403_without_a_time: Effect::SecondaryLimit(None),
    faults_403_until_the_hour_ends: Effect::PrimaryLimit(20),
    faults_429_with_a_time: Effect::TooManyRequests(20),
    faults_429_without_a_time: Effect::Refuse(429),
    faults_422: Effect::Refuse(422),
    faults_301: Effect::Refuse(301),
    faults_404: Effect::Refuse(404),
}
