//! What surrounds the service in every story: an emulator with a repository, and the database.
//!
//! Users act on the emulator; what the service made of it is read from the emulator and the database,
//! so that it does not matter whether the service runs in the test or as a process of its own.

use std::fmt::Write as _;
use std::future::Future;
use std::iter;
use std::time::Duration;

use github_emulator::{
    CommitStatus, Emulator, EmulatorOptions, Event, NewCommit, RepositoryHandle, Verdict,
    Visibility,
};
use secrecy::ExposeSecret;
use sqlx::{ConnectOptions, PgPool};

/// How long anything in a story may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// One source on the repository's `policies`.
pub(crate) const ONE_SOURCE: &str =
    "[[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\n";

/// The account that most stories judge.
pub(crate) const ACCOUNTS: (&str, &str) = (
    "policies/accounts.yaml",
    "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec:
  aws: { accountId: 123456789012, regions: [us-east-1] }
",
);

/// The group that most stories judge it by.
pub(crate) const STORAGE: &str = "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  schedule: { every: 15m }
  checks:
    - id: buckets-are-private
      title: Buckets block public access
      severity: high
      select: AWS::S3::Bucket
      assert: resource.PublicAccessBlockConfiguration.BlockPublicAcls
";

/// Settings of the repository that ask for issues.
pub(crate) const ISSUES: (&str, &str) = (
    ".cloudcorrect.yaml",
    "apiVersion: cloudcorrect.dev/v1\nkind: Settings\nspec: { issues: true }\n",
);

/// An emulator, its repository and the database.
pub(crate) struct Scene {
    pub(crate) emulator: Emulator,
    pub(crate) repo: RepositoryHandle,
    pub(crate) pool: PgPool,
}

impl Scene {
    pub(crate) async fn new(pool: PgPool) -> Self {
        Self::on_emulator(pool, EmulatorOptions::default()).await
    }

    pub(crate) async fn on_emulator(pool: PgPool, options: EmulatorOptions) -> Self {
        Self::with_repository(pool, options, Visibility::Private).await
    }

    pub(crate) async fn with_repository(
        pool: PgPool,
        options: EmulatorOptions,
        visibility: Visibility,
    ) -> Self {
        let emulator = Emulator::start(options).await.expect("an emulator");
        let created = emulator.create_repository("acme/policies", visibility).await;
        Self { repo: created.expect("a repository"), emulator, pool }
    }

    /// The settings of a service between this emulator and an account that is reached as `account`
    /// says.
    pub(crate) fn settings(&self, sources: &str, account: &str) -> String {
        format!(
            "data_dir = \"data\"\n[listen]\nwebhooks = \"127.0.0.1:0\"\npage = \"127.0.0.1:0\"\n\
             [github]\napi_url = \"{}\"\napp_id = {}\nprivate_key = \"\"\"\n{}\"\"\"\n\
             webhook_secret = \"{}\"\n{sources}\n[accounts.\"123456789012\"]\n{account}\n",
            self.emulator.api_url(),
            self.emulator.app_id(),
            self.emulator.app_private_key().expose_secret(),
            self.emulator.webhook_secret().expose_secret(),
        )
    }

    /// The same of a service that has nothing but the token of a user.
    pub(crate) fn settings_by_token(&self, token: &str, sources: &str, account: &str) -> String {
        format!(
            "data_dir = \"data\"\n[listen]\nwebhooks = \"127.0.0.1:0\"\npage = \"127.0.0.1:0\"\n\
             page_url = \"https://cc.example.com\"\n[github]\napi_url = \"{}\"\ntoken = \"{token}\"\n\
             {sources}\n[accounts.\"123456789012\"]\n{account}\n",
            self.emulator.api_url(),
        )
    }

    /// The database's address, for a process of its own.
    pub(crate) fn database_url(&self) -> String {
        self.pool.connect_options().to_url_lossy().to_string()
    }

    /// Makes a branch where `main` is.
    pub(crate) async fn branch(&self, name: &str) {
        let main = self.repo.branch("main").expect("main has commits");
        self.force_push(name, &main).await;
    }

    /// Moves a branch to a commit, whatever is lost thereby.
    pub(crate) async fn force_push(&self, branch: &str, sha: &str) {
        let pushed = self.repo.set_branch(branch, sha, "ada");
        self.after_webhooks(&self.told_of(branch), pushed).await.expect("a branch");
    }

    /// Commits files to a branch, as `path, text` pairs, and waits until the webhook is answered.
    pub(crate) async fn commit_to(&self, branch: &str, files: &[(&str, &str)]) -> String {
        let commit = files
            .iter()
            .fold(NewCommit::on(branch), |commit, (path, text)| commit.write(path, *text))
            .message("Change policies")
            .by("ada");
        let made = self.repo.commit(commit);
        self.after_webhooks(&self.told_of(branch), made).await.expect("a commit")
    }

    /// What a push to a branch is told by: itself, and the pull requests that it changes.
    fn told_of(&self, branch: &str) -> Vec<&'static str> {
        let pulls = self.repo.pull_requests();
        let changed = pulls.iter().filter(|pull| pull.open && pull.head_ref == branch);
        iter::once("push").chain(changed.map(|_| "pull_request")).collect()
    }

    pub(crate) async fn commit(&self, commit: NewCommit) -> String {
        self.after_webhooks(&["push"], self.repo.commit(commit)).await.expect("a commit")
    }

    /// Has a user type commands that end with a push to `main`; gives the commit that it is at then.
    pub(crate) async fn pushed(&self, typing: impl FnOnce() + Send + 'static) -> String {
        let typed = tokio::task::spawn_blocking(typing);
        self.after_webhooks(&["push"], typed).await.expect("the commands succeed");
        self.repo.branch("main").expect("a branch")
    }

    /// Opens a pull request; gives its number.
    pub(crate) async fn propose(&self, branch: &str) -> u64 {
        let opened = self.repo.open_pull_request((branch, "main"), "A proposal", "ada");
        self.after_webhooks(&["pull_request"], opened).await.expect("a pull request")
    }

    /// Opens a pull request into another branch than `main`; gives its number.
    pub(crate) async fn propose_into(&self, branch: &str, base: &str) -> u64 {
        let opened = self.repo.open_pull_request((branch, base), "A proposal", "ada");
        self.after_webhooks(&["pull_request"], opened).await.expect("a pull request")
    }

    /// Opens a pull request of somebody from their fork; gives its number.
    pub(crate) async fn propose_from(
        &self,
        fork: &RepositoryHandle,
        branch: &str,
        by: &str,
    ) -> u64 {
        let ends = (branch, "main");
        let opened = self.repo.open_pull_request_from(fork, ends, "A proposal", by);
        self.after_webhooks(&["pull_request"], opened).await.expect("a pull request")
    }

    /// Presses the button for another run of a check.
    pub(crate) async fn rerequest(&self, check_run: u64) {
        let asked = async { self.emulator.rerequest(check_run, "ada") };
        assert!(self.after_webhooks(&["check_run"], asked).await, "there is such a run");
    }

    /// Presses another button of a check run, as somebody who may write.
    pub(crate) async fn press(&self, check_run: u64, button: &str) {
        self.press_as(check_run, button, "ada").await;
    }

    /// Presses another button of a check run as somebody.
    pub(crate) async fn press_as(&self, check_run: u64, button: &str, by: &str) {
        let pressed = async { self.emulator.press(check_run, button, by) };
        assert!(self.after_webhooks(&["check_run"], pressed).await, "there is such a button");
    }

    /// Reviews a pull request as somebody.
    pub(crate) async fn review(&self, number: u64, verdict: Verdict, by: &str) {
        let reviewed = async { self.repo.review(number, verdict, by) };
        self.after_webhooks(&["pull_request_review"], reviewed).await.expect("a review");
    }

    /// Waits until the webhooks that the action sends have been answered.
    async fn after_webhooks<T>(&self, wanted: &[&str], action: impl Future<Output = T>) -> T {
        let mut events = self.emulator.subscribe();
        let done = action.await;
        let mut wanted = wanted.to_vec();
        let answered = async {
            while !wanted.is_empty() {
                let event = events.recv().await.expect("the emulator runs");
                let Event::Delivered { event, status, .. } = event else { continue };
                let Some(found) = wanted.iter().position(|wanted| *wanted == event) else {
                    continue;
                };
                assert!(status.is_some_and(|status| status < 300), "{event}: {status:?}");
                wanted.swap_remove(found);
            }
        };
        tokio::time::timeout(PATIENCE, answered).await.expect("the webhooks are answered");
        done
    }

    /// Makes every group due, as if its interval had passed.
    pub(crate) async fn time_passes(&self) {
        self.change("update policy_group set due_at = now() where retired_at is null", "groups")
            .await;
    }

    /// Makes every sweep due, as if a day had passed.
    pub(crate) async fn a_day_passes(&self) {
        self.change("update account_sweep set due_at = now()", "sweeps").await;
    }

    /// Makes every source due, as if its poll had come.
    pub(crate) async fn poll_comes(&self) {
        self.change("update source set due_at = now()", "sources").await;
    }

    /// Makes a look for lost webhooks due, as if its hour had passed.
    pub(crate) async fn a_look_comes(&self) {
        let due = sqlx::query("update webhook_look set due_at = now()").execute(&self.pool).await;
        due.expect("a change");
    }

    /// Makes every post due that waits, as if its pause were over.
    pub(crate) async fn posts_come_due(&self) {
        self.change("update outbox set due_at = now() where dead_reason is null", "outbox").await;
    }

    /// Fills the budgets of creating calls for posts that are due and wait for them; `false` where none does.
    pub(crate) async fn budgets_are_refilled(&self) -> bool {
        let refill = "delete from creation_budget where exists (select from outbox
            where posted_version < version and dead_reason is null and due_at <= now()
                and lease_until is null)";
        let refilled = sqlx::query(refill).execute(&self.pool).await.expect("budgets");
        refilled.rows_affected() > 0
    }

    /// Changes the database behind the service's back, and wakes who waits for it.
    async fn change(&self, sql: &'static str, topic: &str) {
        sqlx::query(sql).execute(&self.pool).await.expect("a change");
        let notify = sqlx::query("select pg_notify('cloudcorrect', $1)").bind(topic);
        notify.execute(&self.pool).await.expect("a hint");
    }

    /// The check runs of a commit, a line each.
    pub(crate) fn checks(&self, sha: &str) -> String {
        let mut runs = self.emulator.check_runs(sha);
        runs.sort_by(|one, other| one.name.cmp(&other.name));
        let mut text = String::new();
        for run in runs {
            let state = run.conclusion.as_deref().unwrap_or(&run.status);
            let _ = writeln!(text, "{}: {state}: {}", run.name, run.title.unwrap_or_default());
            for note in run.annotations {
                let message = note.message.lines().next().unwrap_or_default();
                let _ = writeln!(text, "  {}:{} {message}", note.path, note.start_line);
            }
        }
        text
    }

    /// The statuses of a commit by their contexts, of each in the order in which they came, a line each.
    pub(crate) fn statuses(&self, sha: &str) -> String {
        let mut statuses = self.emulator.statuses(sha);
        statuses.sort_by(|one, other| one.context.cmp(&other.context));
        let line = |status: CommitStatus| {
            let CommitStatus { context, state, description, creator, .. } = status;
            format!("{context} by {creator}: {state}: {}\n", description.unwrap_or_default())
        };
        statuses.into_iter().map(line).collect()
    }

    /// Open findings as `group/check resource outcome`, a line each.
    pub(crate) async fn findings(&self) -> String {
        let rows: Vec<(String, String, String, String)> = sqlx::query_as(
            "select group_name, check_id, resource_id, concat_ws(' ', outcome, cause) from finding
             where until is null order by 1, 2, 3",
        )
        .fetch_all(&self.pool)
        .await
        .expect("findings");
        let line = |(group, check, id, outcome)| format!("{group}/{check} {id} {outcome}\n");
        rows.into_iter().map(line).collect()
    }

    /// All that the database holds, as text: the rows of each table, and the bodies that they name.
    pub(crate) async fn everything(&self) -> String {
        let tables: Vec<String> = sqlx::query_scalar(
            "select quote_ident(table_name) from information_schema.tables
             where table_schema = 'public' and table_type = 'BASE TABLE'",
        )
        .fetch_all(&self.pool)
        .await
        .expect("tables");
        let mut text = String::new();
        for table in tables {
            let rows = format!("select coalesce(string_agg(one::text, ' '), '') from {table} one");
            let rows = sqlx::query_scalar(sqlx::AssertSqlSafe(rows));
            let rows: String = rows.fetch_one(&self.pool).await.expect("rows");
            text += &rows;
        }
        let bodies: Vec<Vec<u8>> = sqlx::query_scalar("select body from blob")
            .fetch_all(&self.pool)
            .await
            .expect("bodies");
        for body in &bodies {
            text += &String::from_utf8_lossy(body);
        }
        text
    }

    /// What the outbox says of each post, a line each, without the commits.
    pub(crate) async fn posts(&self) -> String {
        let rows: Vec<(String, bool, Option<String>, Option<String>)> = sqlx::query_as(
            "select key, posted_version = version, dead_reason, last_error from outbox order by key",
        )
        .fetch_all(&self.pool)
        .await
        .expect("posts");
        let line = |(key, posted, dead, error): (String, bool, Option<String>, Option<String>)| {
            let kind = key.split('/').next().unwrap_or_default();
            match (posted, dead, error) {
                (_, Some(reason), _) => format!("{kind} given up: {reason}\n"),
                (true, None, _) => format!("{kind} posted\n"),
                (false, None, error) => format!("{kind} waits: {}\n", error.unwrap_or_default()),
            }
        };
        rows.into_iter().map(line).collect()
    }

    /// The seconds until each waiting post is due, the soonest first.
    pub(crate) async fn pauses(&self) -> Vec<f64> {
        sqlx::query_scalar(
            "select extract(epoch from due_at - now())::float8 from outbox
             where posted_version < version and dead_reason is null order by due_at",
        )
        .fetch_all(&self.pool)
        .await
        .expect("posts")
    }

    /// Waits until a service that works by itself has nothing left to do.
    pub(crate) async fn settled(&self) {
        self.until_left(&[]).await;
    }

    /// Waits until there is only this left to do, such as `group storage`.
    pub(crate) async fn only_left(&self, work: &str) {
        self.until_left(&[work]).await;
    }

    async fn until_left(&self, wanted: &[&str]) {
        let working = async {
            let mut looks = tokio::time::interval(Duration::from_millis(20));
            while self.left().await != wanted {
                looks.tick().await;
            }
        };
        let settled = tokio::time::timeout(PATIENCE, working).await.is_ok();
        assert!(settled, "the service does not settle: {:?} are left", self.left().await);
    }

    /// What is due or claimed.
    async fn left(&self) -> Vec<String> {
        let left = "select concat_ws(' ', 'source', name, last_error) from source
            where retired_at is null and (due_at <= now() or lease_until is not null)
            union all select concat_ws(' ', 'group', name, last_error) from policy_group
            where retired_at is null and not suspended
                and (due_at <= now() or lease_until is not null)
            union all select concat_ws(' ', 'post', key, last_error) from outbox
            where dead_reason is null and posted_version < version";
        sqlx::query_scalar(left).fetch_all(&self.pool).await.expect("rows")
    }

    /// Ends all leases, as if whoever held them had been gone for long.
    pub(crate) async fn leases_end(&self) {
        for (sql, topic) in [
            ("update source set lease_until = now() where lease_until is not null", "sources"),
            ("update policy_group set lease_until = now() where lease_until is not null", "groups"),
            ("update outbox set lease_until = now() where lease_until is not null", "outbox"),
        ] {
            self.change(sql, topic).await;
        }
    }

    /// A number from the database.
    pub(crate) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.expect("a number")
    }

    /// The end of every story: GitHub was spoken to as it describes itself, and nothing waits.
    pub(crate) async fn finish(self) {
        let waiting = "select count(*) from outbox
                       where posted_version < version or dead_reason is not null";
        assert_eq!(self.count(waiting).await, 0, "posts are left");
        self.leave().await;
    }

    /// The end of a story whose posts do not all arrive.
    pub(crate) async fn leave(self) {
        assert_eq!(self.emulator.violations(), [], "GitHub's description was not kept");
        self.emulator.shutdown().await;
    }
}
