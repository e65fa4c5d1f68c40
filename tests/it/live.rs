//! Live accounts through the whole service: the binary between an emulator and moto, which refuses
//! what a story wants refused.

use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::fault_proxy::{Fault, FaultProxy};
use crate::world::moto::Moto;
use crate::world::process::Process;
use crate::world::scene::{ACCOUNTS, STORAGE, Scene};

const HOME: &str = "us-east-1";

const IDENTITY: &str = "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: identity }
spec:
  schedule: { every: 1h }
  checks:
    - id: robots-have-no-console
      title: Robots have no password
      severity: high
      select: AWS::IAM::User
      assert: '!has(resource.LoginProfile)'
";

/// A scene and moto behind the proxy.
struct World {
    scene: Scene,
    moto: Moto,
    proxy: FaultProxy,
    directory: tempfile::TempDir,
}

impl World {
    async fn new(pool: PgPool) -> Self {
        let moto = Moto::start().await;
        let proxy = FaultProxy::before(moto.url()).await;
        let directory = tempfile::tempdir().expect("a directory");
        Self { scene: Scene::new(pool).await, moto, proxy, directory }
    }

    /// The service, with the account's settings.
    async fn serve(&self, account: &str) -> Process {
        self.serve_logging(account, "info").await
    }

    /// The same, with a log that says so much.
    async fn serve_logging(&self, account: &str, filter: &str) -> Process {
        let variables = [
            ("CLOUDCORRECT_LOG", filter),
            ("AWS_ENDPOINT_URL", &*self.proxy.url()),
            ("AWS_ACCESS_KEY_ID", "testing"),
            ("AWS_SECRET_ACCESS_KEY", "testing"),
            ("AWS_REGION", HOME),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
        ];
        Process::start(&self.scene, self.directory.path(), account, &variables).await
    }

    /// Commits a group and waits until it was judged.
    async fn judge(&self, path: &str, group: &str) -> String {
        let sha = self.scene.commit_to("main", &[ACCOUNTS, (path, group)]).await;
        self.scene.settled().await;
        sha
    }

    /// Everything is judged once more.
    async fn judge_again(&self) {
        self.scene.time_passes().await;
        self.scene.settled().await;
    }
}

/// The outcomes that a page shows now, leaving its history out.
async fn shown(service: &Process, path: &str) -> String {
    let (status, page) = service.page(path).await;
    assert_eq!(status, 200, "{page}");
    let now = page.split("id=\"runs\"").next().expect("a beginning");
    let badge = regex::Regex::new(r#"<span class="badge \w+">.*?</svg>([^<]+)</span>"#);
    let badge = badge.expect("a pattern");
    let words: Vec<&str> =
        badge.captures_iter(now).map(|found| found.get(1).expect("a group").as_str()).collect();
    words.join(", ")
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn an_open_bucket_turns_the_commit_red_and_closing_it_turns_it_green(pool: PgPool) {
    let world = World::new(pool).await;
    let logs = world.moto.bucket("logs", HOME).await.public_access_block(false).await;
    world.moto.bucket("backup", HOME).await.public_access_block(true).await;
    let service = world.serve("").await;
    let sha = world.judge("policies/storage.yaml", STORAGE).await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: failure: storage: 1 of 2 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.scene.findings().await, @"
    storage/buckets-are-private backup pass
    storage/buckets-are-private logs fail
    ");
    logs.public_access_block(true).await;
    world.judge_again().await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(shown(&service, "/").await, @"
    passes
    ");
    service.stop().await;
    world.scene.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_refused_role_makes_all_unknown_until_it_is_granted(pool: PgPool) {
    let world = World::new(pool).await;
    world.moto.user("robot", "ci").await;
    let role = world.moto.role("reader").await;
    world.proxy.fail("sts:AssumeRole", "", Fault::Deny);
    let service = world.serve(&format!("role_arn = \"{role}\"\nexternal_id = \"only-us\"")).await;
    let sha = world.judge("policies/identity.yaml", IDENTITY).await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: failure: could not evaluate identity: 1 of 1 findings is unknown (credentials)
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.scene.findings().await, @"
    identity/robots-have-no-console * unknown credentials
    ");
    assert_snapshot!(shown(&service, "/sources/main/groups/identity").await, @"
    unknown: credentials, unknown: credentials, unknown: credentials
    ");
    let mut asked = world.proxy.requests();
    asked.dedup();
    assert_eq!(asked, ["sts:AssumeRole us-east-1"], "nothing is asked without a login");

    world.proxy.heal();
    world.judge_again().await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.scene.findings().await, @"
    identity/robots-have-no-console robot pass
    ");
    service.stop().await;
    world.scene.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_denied_call_makes_its_bucket_unknown_and_no_other(pool: PgPool) {
    let world = World::new(pool).await;
    for (name, private) in [("logs", true), ("public", false), ("secret", true)] {
        world.moto.bucket(name, HOME).await.public_access_block(private).await;
    }
    for bucket in ["secret", "public"] {
        world.proxy.fail("s3:GetPublicAccessBlock", bucket, Fault::Deny);
    }
    let service = world.serve("").await;
    let sha = world.judge("policies/storage.yaml", STORAGE).await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: failure: could not evaluate storage: 2 of 3 buckets are unknown (access denied)
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.scene.findings().await, @"
    storage/buckets-are-private logs pass
    storage/buckets-are-private public unknown access_denied
    storage/buckets-are-private secret unknown access_denied
    ");
    assert_snapshot!(shown(&service, "/sources/main/groups/storage").await, @"
    unknown: access denied, unknown: access denied, unknown: access denied, unknown: access denied, passes
    ");

    world.proxy.heal();
    world.judge_again().await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: failure: storage: 1 of 3 buckets fails
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.scene.findings().await, @"
    storage/buckets-are-private logs pass
    storage/buckets-are-private public fail
    storage/buckets-are-private secret pass
    ");
    assert_snapshot!(shown(&service, "/sources/main/groups/storage").await, @"
    fails, fails, fails, passes, passes
    ");

    // A list that is denied leaves nothing known of what it would hold.
    world.proxy.fail("s3:ListBuckets", "", Fault::Deny);
    world.judge_again().await;
    assert_snapshot!(world.scene.checks(&sha), @"
    cloudcorrect/compliance: failure: could not evaluate storage: 4 of 4 findings are unknown (access denied)
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    assert_snapshot!(world.scene.findings().await, @"
    storage/buckets-are-private * unknown access_denied
    storage/buckets-are-private logs unknown access_denied
    storage/buckets-are-private public unknown access_denied
    storage/buckets-are-private secret unknown access_denied
    ");
    service.stop().await;
    world.scene.finish().await;
}

const OBJECTS: &str = "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: objects }
spec:
  schedule: { every: 1h }
  checks:
    - id: report-is-there
      uses: aws/s3-object-exists
      with: { bucketName: logs, objectKey: 2026/the report }
    - id: logs-are-small
      title: No log of the year is large
      severity: low
      select: AWS::S3::Object
      where: resource.BucketName == 'logs' && resource.Key.startsWith('2026/')
      assert: resource.Size < 5
    - id: backup-is-large
      title: A backup is not empty
      severity: low
      select: AWS::S3::Object
      where: resource.BucketName == 'backup'
      assert: resource.Size > 5
";

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn objects_are_judged_bucket_by_bucket(pool: PgPool) {
    let world = World::new(pool).await;
    let logs = world.moto.bucket("logs", "eu-west-1").await;
    let logs = logs.object("2025/large", "many words").await.object("2026/small", "few").await;
    world.moto.bucket("backup", HOME).await.object("all", "many words").await;
    let service = world.serve("").await;
    let (path, accounts) = ACCOUNTS;
    let accounts = accounts.replace("[us-east-1]", "[us-east-1, eu-west-1]");
    let files = [(path, &*accounts), ("policies/objects.yaml", OBJECTS)];
    world.scene.commit_to("main", &files).await;
    world.scene.settled().await;
    assert_snapshot!(world.scene.findings().await, @"
    objects/backup-is-large backup/all pass
    objects/logs-are-small logs/2026/small pass
    objects/report-is-there * fail
    ");
    let asked = world.proxy.requests();
    let lists = asked.iter().filter(|one| one.starts_with("s3:ListObjectsV2 "));
    assert_eq!(lists.collect::<Vec<_>>(), ["s3:ListObjectsV2 backup", "s3:ListObjectsV2 logs"]);

    // What is true of one bucket is not lost with the other.
    logs.object("2026/the%20report", "many words").await;
    world.proxy.fail("s3:ListObjectsV2", "backup", Fault::Deny);
    world.judge_again().await;
    assert_snapshot!(world.scene.findings().await, @"
    objects/backup-is-large * unknown access_denied
    objects/backup-is-large backup/all unknown access_denied
    objects/logs-are-small logs/2026/small pass
    objects/logs-are-small logs/2026/the report fail
    objects/report-is-there * pass
    ");
    service.stop().await;
    world.scene.finish().await;
}

const MACHINES: &str = "apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: machines }
spec:
  schedule: { every: 1h }
  checks:
    - id: templates-are-small
      title: Launch templates start small machines
      severity: low
      select: AWS::EC2::LaunchTemplate
      assert: resource.LatestVersionData.InstanceType == 't3.nano'
    - id: instances-are-protected
      title: Instances cannot be terminated by mistake
      severity: low
      select: AWS::EC2::Instance
      assert: resource.DisableApiTermination
    - id: instances-start-with-nothing
      title: Instances start with nothing
      severity: low
      select: AWS::EC2::Instance
      assert: size(resource.UserData.Digest) == 0 || resource.UserData.Length > 1000
";

/// The script of a machine may hold passwords.
#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn of_user_data_its_length_and_a_keyed_digest_are_kept(pool: PgPool) {
    // `password=CANARY-4711`.
    const DATA: &str = "cGFzc3dvcmQ9Q0FOQVJZLTQ3MTE=";
    const KEY: &str = "0123456789abcdef0123456789abcdef";
    const DIGEST: &str = "f20f11d78018249d6db5b2aa99ec9937c7445d34ecd018f53242cc4e136df1f8";
    let settings = format!("[inventory]\ndigest_key = \"{KEY}\"\n");
    let world = World::new(pool).await;
    world.moto.with_user_data(HOME, DATA).await;
    let service = world.serve_logging(&settings, "trace").await;
    world.judge("policies/machines.yaml", MACHINES).await;
    let findings = world.scene.findings().await;
    assert_eq!(findings.lines().filter(|line| line.ends_with(" fail")).count(), 3, "{findings}");

    let templates = world.proxy.requests();
    let asked =
        templates.iter().filter(|one| one.starts_with("ec2:DescribeLaunchTemplateVersions"));
    assert_eq!(asked.count(), 1, "what holds it is read");
    let logs = service.said();
    assert!(logs.contains("DescribeLaunchTemplateVersions"), "the log is thorough");
    let database = world.scene.everything().await;
    assert!(database.contains("t3.micro"), "the database is looked through");
    let told = format!(r#""UserData":{{"Digest":"{DIGEST}","Length":20}}"#);
    assert!(database.contains(&told), "a digest stands for it");
    for (place, text) in [("the log", &logs), ("the database", &database)] {
        for secret in [KEY, DATA, "CANARY-4711", &hex::encode(DATA), &hex::encode("CANARY-4711")] {
            assert!(!text.contains(secret), "{secret} is in {place}");
        }
    }
    service.stop().await;
    world.scene.finish().await;
}
