//! `accounts check` on accounts of moto: who logs in, what works, and what lacks.

use std::fs;
use std::path::Path;
use std::process::Command;

use insta::assert_snapshot;
use serde_json::Value as Json;

use crate::world::fault_proxy::{Fault, FaultProxy};
use crate::world::moto::{Moto, between};

const POLICIES: &str = "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod, labels: { env: prod } }
spec: { aws: { accountId: '123456789012', regions: [us-east-1, eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: idle }
spec: { aws: { accountId: '210987654321', regions: [us-east-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: storage }
spec:
  schedule: { every: 1h }
  accounts: { matchLabels: { env: prod } }
  checks:
    - id: private
      select: AWS::S3::Bucket
      assert: '!isPublic(resource.Policy)'
    - id: blocked
      select: AWS::S3::AccountPublicAccessBlock
      assert: resource.BlockPublicPolicy
    - id: encrypted
      select: AWS::EC2::Volume
      assert: resource.Encrypted
    - id: rotated
      select: AWS::KMS::Key
      assert: resource.EnableKeyRotation
    - id: protected
      select: AWS::EC2::Instance
      assert: resource.DisableApiTermination
";

/// Moto behind the proxy, and policies in a directory.
struct World {
    moto: Moto,
    proxy: FaultProxy,
    directory: tempfile::TempDir,
}

impl World {
    async fn new() -> Self {
        let moto = Moto::start().await;
        let proxy = FaultProxy::before(moto.url()).await;
        let directory = tempfile::tempdir().expect("a directory");
        fs::write(directory.path().join("policies.yaml"), POLICIES).expect("written");
        Self { moto, proxy, directory }
    }

    /// Runs `accounts check`: its status and output.
    async fn check(&self, arguments: &[&str]) -> (i32, String) {
        let check = ["accounts", "check", "--policies", "policies.yaml"];
        self.run(&[&check, arguments].concat()).await
    }

    /// Runs the binary with credentials of the account: its status and output.
    async fn run(&self, arguments: &[&str]) -> (i32, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        command
            .args(arguments)
            .current_dir(self.directory.path())
            .env("AWS_ENDPOINT_URL", self.proxy.url())
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", self.path().join("credentials"));
        let ran = tokio::task::spawn_blocking(move || command.output().expect("it runs"));
        let output = ran.await.expect("no panic");
        let text = [output.stdout, output.stderr].concat();
        (output.status.code().expect("no signal"), String::from_utf8(text).expect("UTF-8"))
    }

    fn path(&self) -> &Path {
        self.directory.path()
    }
}

#[tokio::test]
async fn each_call_that_the_checks_need_is_tried_once() {
    let world = World::new().await;
    for name in ["logs", "web"] {
        world.moto.bucket(name, "eu-west-1").await;
    }

    let (status, text) = world.check(&[]).await;

    assert_snapshot!(text, @"
    account prod (123456789012), eu-west-1, us-east-1
    asked by arn:aws:sts::123456789012:user/moto

      ec2:DescribeInstanceAttribute(disableApiTermination)  not tried, as there is no resource to ask about
      ec2:DescribeInstances                                 works
      ec2:DescribeVolumes                                   works
      s3:GetBucketPolicy                                    works
      s3:ListBuckets                                        works
      s3control:GetPublicAccessBlock                        works
      sts:GetCallerIdentity                                 works
      kms:GetKeyRotationStatus                              in recorded inventories only; unknown live
      kms:ListKeys                                          in recorded inventories only; unknown live
    ");
    assert_eq!(status, 0);
    let requests = world.proxy.requests();
    let policies = requests.iter().filter(|one| one.starts_with("s3:GetBucketPolicy "));
    assert_eq!(policies.count(), 1, "one of two buckets is asked: {requests:?}");
}

#[tokio::test]
async fn what_lacks_is_named_with_the_policy_that_allows_it() {
    let world = World::new().await;
    world.moto.bucket("logs", "eu-west-1").await;
    world.proxy.fail("s3:GetBucketPolicy", "", Fault::Deny);
    world.proxy.fail("s3control:GetPublicAccessBlock", "", Fault::Deny);
    world.proxy.fail("ec2:DescribeVolumes", "eu-west-1", Fault::Unrecognized);

    let (status, text) = world.check(&["prod"]).await;

    assert_snapshot!(text, @r#"
    account prod (123456789012), eu-west-1, us-east-1
    asked by arn:aws:sts::123456789012:user/moto

      ec2:DescribeInstanceAttribute(disableApiTermination)  not tried, as there is no resource to ask about
      ec2:DescribeInstances                                 works
      ec2:DescribeVolumes                                   region_disabled in eu-west-1: AWS was not able to validate the credentials
      s3:GetBucketPolicy                                    access_denied in eu-west-1: Access Denied; allow `s3:GetBucketPolicy`
      s3:ListBuckets                                        works
      s3control:GetPublicAccessBlock                        access_denied: Access Denied; allow `s3:GetAccountPublicAccessBlock`
      sts:GetCallerIdentity                                 works
      kms:GetKeyRotationStatus                              in recorded inventories only; unknown live
      kms:ListKeys                                          in recorded inventories only; unknown live

    2 of 7 calls denied. This policy allows all that the checks of the account read:
    {
      "Version": "2012-10-17",
      "Statement": [
        {
          "Sid": "CloudcorrectReads",
          "Effect": "Allow",
          "Action": [
            "ec2:DescribeInstanceAttribute",
            "ec2:DescribeInstances",
            "ec2:DescribeVolumes",
            "s3:GetAccountPublicAccessBlock",
            "s3:GetBucketLocation",
            "s3:GetBucketPolicy",
            "s3:ListAllMyBuckets",
            "sts:GetCallerIdentity"
          ],
          "Resource": "*"
        }
      ]
    }
    "#);
    assert_eq!(status, 1);

    let (status, text) = world.check(&["prod", "--format", "json"]).await;
    assert_eq!(status, 1);
    let json: Json = serde_json::from_str(&text).expect("JSON");
    let account = &json["accounts"][0];
    assert_eq!(account["caller"], "arn:aws:sts::123456789012:user/moto");
    let calls = account["calls"].as_array().expect("a list");
    let denied = calls.iter().filter(|call| call["failures"][0]["cause"] == "access_denied");
    let denied: Vec<&Json> = denied.map(|call| &call["permissions"][0]).collect();
    assert_eq!(denied, ["s3:GetBucketPolicy", "s3:GetAccountPublicAccessBlock"]);
}

#[tokio::test]
async fn a_profile_that_is_named_counts_whatever_the_environment_has() {
    let world = World::new().await;
    world.moto.user("reader", "platform").await;
    let key = [("Action", "CreateAccessKey"), ("UserName", "reader")];
    let key = between(&world.moto.iam(&key).await, "AccessKeyId");
    let credentials = format!(
        "[audit]\naws_access_key_id = {key}\naws_secret_access_key = x\n\
         [assuming]\nrole_arn = arn:aws:iam::123456789012:role/auditor\nsource_profile = audit\n"
    );
    fs::write(world.path().join("credentials"), credentials).expect("written");
    for (profile, expected) in [
        ("audit", "asked by arn:aws:iam::123456789012:user/reader\n"),
        ("assuming", "asked by arn:aws:sts::123456789012:assumed-role/auditor/"),
        ("nowhere", "nobody can log in: "),
    ] {
        let settings = format!(
            "[accounts.\"123456789012\"]\nprofile = \"{profile}\"\n\
             [[sources]]\nname = \"main\"\nurl = \"https://git.example/p.git\"\n"
        );
        fs::write(world.path().join("cloudcorrect.toml"), settings).expect("written");
        let (_, text) = world.check(&["--config", "cloudcorrect.toml"]).await;
        assert!(text.contains(expected), "{text}");
        assert!(profile != "nowhere" || text.contains(profile), "{text}");
    }
}

#[tokio::test]
async fn a_login_that_fails_says_what_to_look_at() {
    let world = World::new().await;
    let settings = "[accounts.\"123456789012\"]\n\
                    role_arn = \"arn:aws:iam::123456789012:role/reader\"\nexternal_id = \"hush\"\n\
                    [[sources]]\nname = \"main\"\nurl = \"https://git.example/p.git\"\n";
    fs::write(world.path().join("cloudcorrect.toml"), settings).expect("written");
    world.proxy.fail("sts:AssumeRole", "", Fault::Deny);

    let (status, text) = world.check(&["--config", "cloudcorrect.toml"]).await;

    assert_snapshot!(text, @"
    account prod (123456789012), eu-west-1, us-east-1
    nobody can log in: sts:AssumeRole: Access Denied; see that there is the role arn:aws:iam::123456789012:role/reader, that its trust policy names the caller, with the `external_id` of the settings as `sts:ExternalId`, and that the caller is allowed `sts:AssumeRole` on it
    ");
    assert_eq!(status, 1);
    assert!(!text.contains("hush"));

    let (status, text) = world.check(&["idle"]).await;
    assert_eq!(status, 2);
    assert_snapshot!(text, @"error: no group selects `idle`");
}

const OBJECTS: &str = "apiVersion: cloudcorrect.dev/v1
kind: Account
metadata: { name: prod }
spec: { aws: { accountId: '123456789012', regions: [eu-west-1] } }
---
apiVersion: cloudcorrect.dev/v1
kind: Group
metadata: { name: objects }
spec:
  schedule: { every: 1h }
  checks:
    - id: logs-are-small
      select: AWS::S3::Object
      where: resource.BucketName == 'logs' && resource.Key.startsWith('2026/')
      assert: resource.Size < 10
    - id: backup-is-there
      select: AWS::S3::Object
      where: resource.BucketName == 'backup'
      assertAll: size(resources) > 0
";

#[tokio::test]
async fn of_objects_what_checks_name_is_recorded_and_judged_as_live() {
    let world = World::new().await;
    fs::write(world.path().join("policies.yaml"), OBJECTS).expect("written");
    let logs = world.moto.bucket("logs", "eu-west-1").await;
    logs.object("2025/old", "many many words").await.object("2026/new", "few").await;
    world.moto.bucket("backup", "eu-west-1").await.object("all", "many words").await;
    world.proxy.fail("s3:ListObjectsV2", "backup", Fault::Deny);

    let (status, text) = world.check(&[]).await;
    assert_eq!(status, 1);
    let told: Vec<&str> = text.lines().filter(|line| line.contains("s3:ListObjectsV2 ")).collect();
    assert_snapshot!(told.join("\n"), @"  s3:ListObjectsV2  access_denied: `backup/`: Access Denied; allow `s3:ListBucket` and `s3:GetBucketLocation`");

    let record = ["record", "--account", "prod", "--output", "prod.json", "policies.yaml"];
    let (status, text) = world.run(&record).await;
    let of_objects: Vec<&str> =
        text.lines().filter(|line| line.contains("AWS::S3::Object")).collect();
    assert_snapshot!(of_objects.join("\n"), @"
    AWS::S3::Object: those that checks of the account name, `backup/`, `logs/2026/`
      AWS::S3::Object `backup/`: access_denied: s3:ListObjectsV2: Access Denied; allow `s3:ListBucket` and `s3:GetBucketLocation`
    ");
    assert_eq!(status, 1);

    let judge = ["evaluate", "policies.yaml", "--format", "csv"];
    let (_, live) = world.run(&[&judge[..], &["--account", "prod"]].concat()).await;
    let (_, recorded) = world.run(&[&judge[..], &["--inventory", "prod.json"]].concat()).await;
    let outcomes = |text: &str| {
        let lines = text.lines().filter(|line| line.contains("objects"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_snapshot!(outcomes(&recorded).join("\n"), @r#"
    objects,logs-are-small,pass,,123456789012,eu-west-1,AWS::S3::Object,logs/2026/new,medium,resource.Size < 10,,logs-are-small,policies.yaml,12,,,,
    objects,backup-is-there,unknown,access_denied,123456789012,global,AWS::S3::Object,*,medium,size(resources) > 0,"s3:ListObjectsV2: Access Denied; allow `s3:ListBucket` and `s3:GetBucketLocation`",backup-is-there,policies.yaml,16,,,,
    "#);
    assert_eq!(outcomes(&recorded), outcomes(&live));
}
