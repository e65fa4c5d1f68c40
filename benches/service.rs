//! The service from outside: from a push to the posted compliance, and memory at rest.
//!
//! `make bench` runs it on the release build. The service is a process of its own; pushes go over
//! HTTP through `git`, the signed webhook is sent by a post-receive hook, resources live in moto, or in
//! a recording where the build has no adapter for live accounts, and posts are read back from the
//! emulator. `SERVICE_BESIDE` names the binary of another build, which is measured at the same time. With
//! `SERVICE_CLOUD=recorded` the resources live in a recording also where they need not: what is missing
//! then of the time is the cloud's share.

#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark measures the time and ends where it cannot go on"
)]

mod figures;
mod served;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use github_emulator::{Emulator, EmulatorOptions, Event, NewCommit, RepositoryHandle, Visibility};
use secrecy::ExposeSecret;
use serde_json::{Value as Json, json};
use tokio::sync::broadcast::Receiver;

use served::{Outcome, POLL, Service, free_port, resident};

const PUSHES: usize = 100;
/// Time from one push to the next at least: each makes two check runs, of which GitHub takes one a second
/// for long.
const PACE: Duration = Duration::from_millis(2_100);

fn main() -> Outcome<()> {
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    let polled = match std::env::var("POLLED_PUSHES") {
        Ok(number) => number.parse()?,
        Err(_) => 20,
    };
    let own = PathBuf::from(env!("CARGO_BIN_EXE_cloudcorrect"));
    let beside =
        std::env::var_os("SERVICE_BESIDE").map(|binary| ("the other build: ", binary.into()));
    let builds = beside.into_iter().chain([("", own)]);
    let running: Vec<_> = builds
        .map(|(name, binary): (&'static str, PathBuf)| {
            std::thread::spawn(move || {
                tokio::runtime::Runtime::new()?.block_on(measure(name, &binary, polled))
            })
        })
        .collect();
    for one in running {
        one.join().unwrap_or_else(|_| Err("a measurement panicked".into()))?;
    }
    Ok(())
}

/// Measures a build of the service, whose figures begin with its name.
async fn measure(name: &str, binary: &Path, polled_pushes: usize) -> Outcome<()> {
    let tell = |what: &str, figure: &dyn std::fmt::Display| {
        figures::tell("service", &format!("{name}{what}"), figure);
    };
    let directory = tempfile::tempdir()?;
    let is_recorded = std::env::var_os("SERVICE_CLOUD").is_some_and(|cloud| cloud == "recorded");
    let cloud = if cfg!(feature = "aws") && !is_recorded {
        Cloud::Live(Moto::start(directory.path()).await?)
    } else {
        Cloud::Recorded(recording(directory.path())?)
    };
    let emulator = Emulator::start(EmulatorOptions {
        anonymous_user: Some("bench".to_owned()),
        ..EmulatorOptions::default()
    })
    .await?;
    let repository = emulator.create_repository("acme/policies", Visibility::Public).await?;
    let first = policies(0)
        .into_iter()
        .fold(NewCommit::on("main"), |commit, (path, text)| commit.write(path, text));
    let mut events = emulator.subscribe();
    let head = repository.commit(first.by("bench")).await?;
    let account = match &cloud {
        Cloud::Live(moto) => (None, moto.url.as_str()),
        Cloud::Recorded(file) => (Some(file.as_path()), ""),
    };
    let service = Service::start(binary, directory.path(), &emulator, account)?;
    posted(&mut events, &head).await?;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let idle = resident(service.child.id())?;
    let what = "idle memory of the service (VmRSS 20 s after the first sync)";
    tell(what, &format!("{idle:.1} MiB"));

    let clone = directory.path().join("clone");
    git(
        directory.path(),
        &["clone", "--quiet", &format!("{}/acme/policies.git", emulator.url()), "clone"],
    )?;
    hook(&repository, &emulator, &service.webhooks)?;
    let (hooked, pushing) = pushes(&mut events, &clone, 1..=PUSHES).await?;
    let what = "push to posted compliance, webhook by post-receive hook";
    tell(what, &figures::Spread::of(&hooked));
    tell("`git push` alone, with the hook", &figures::Spread::of(&pushing));
    fs::remove_file(repository.path.join("hooks/post-receive"))?;
    let all = PUSHES + polled_pushes;
    let (polled, _) = pushes(&mut events, &clone, PUSHES + 1..=all).await?;
    let what = format!("push to posted compliance, polling every {POLL:?}");
    tell(&what, &figures::Spread::of(&polled));
    let after = format!("memory of the service after {all} pushes");
    tell(&after, &format!("{:.1} MiB", resident(service.child.id())?));
    let violations = emulator.violations();
    assert!(violations.is_empty(), "GitHub's description was not kept: {violations:?}");
    Ok(())
}

/// Pushes one after the other; the time of each from the start of `git push`, and how long that took.
async fn pushes(
    events: &mut Receiver<Event>,
    clone: &Path,
    numbers: std::ops::RangeInclusive<usize>,
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let (mut times, mut pushing) = (Vec::new(), Vec::new());
    let mut pace = tokio::time::interval(PACE);
    for number in numbers {
        pace.tick().await;
        for (path, text) in policies(number) {
            fs::write(clone.join(path), text)?;
        }
        git(clone, &["commit", "--quiet", "--all", "--message", &format!("Change {number}")])?;
        let head = git(clone, &["rev-parse", "HEAD"])?;
        let started = Instant::now();
        git(clone, &["push", "--quiet", "origin", "HEAD:main"])?;
        pushing.push(started.elapsed());
        posted(events, head.trim()).await?;
        times.push(started.elapsed());
    }
    Ok((times, pushing))
}

/// Waits until the commit's compliance is concluded at the emulator.
async fn posted(events: &mut Receiver<Event>, head: &str) -> Outcome<()> {
    let concluded = async {
        loop {
            match events.recv().await {
                Ok(Event::CheckRun { run, .. })
                    if run.head_sha == head
                        && run.name == "cloudcorrect/compliance"
                        && run.status == "completed" =>
                {
                    return;
                }
                Ok(_) | Err(tokio::sync::broadcast::error::RecvError::Lagged(_)) => {}
                Err(error) => panic!("the emulator ended: {error}"),
            }
        }
    };
    let waited = tokio::time::timeout(Duration::from_mins(1), concluded).await;
    waited.map_err(|_| format!("no compliance on {head} within a minute").into())
}

/// The policies of a push: each push changes what one check asserts.
fn policies(number: usize) -> Vec<(&'static str, String)> {
    let group = |name: &str, checks: &str| {
        format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Group\nmetadata: {{ name: {name} }}\nspec:\n  \
             schedule: {{ every: 1h }}\n  checks:\n{checks}"
        )
    };
    let check = |id: &str, kind: &str, assertion: &str| {
        format!("    - id: {id}\n      select: {kind}\n      assert: {assertion}\n")
    };
    let account = "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: { name: bench }\nspec:\n  \
                   aws: { accountId: 123456789012, regions: [us-east-1] }\n";
    let storage = check(
        "private",
        "AWS::S3::Bucket",
        &format!("resource.PublicAccessBlockConfiguration.BlockPublicAcls && {number} >= 0"),
    );
    let network = check("named", "AWS::EC2::SecurityGroup", "resource.GroupName != \"x\"")
        + &check("running", "AWS::EC2::Instance", "resource.State.Name == \"running\"");
    let identity = check("no-console", "AWS::IAM::User", "\"resource.LoginProfile == null\"");
    vec![
        ("policies/accounts.yaml", account.to_owned()),
        ("policies/storage.yaml", group("storage", &storage)),
        ("policies/network.yaml", group("network", &network)),
        ("policies/identity.yaml", group("identity", &identity)),
    ]
}

fn git(directory: &Path, arguments: &[&str]) -> Outcome<String> {
    let output = Command::new("git")
        .current_dir(directory)
        .args(["-c", "user.name=bench", "-c", "user.email=bench@example.com"])
        .args(arguments)
        .output()?;
    if !output.status.success() {
        return Err(
            format!("git {arguments:?}: {}", String::from_utf8_lossy(&output.stderr)).into()
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Makes the bare repository send the webhook itself.
fn hook(repository: &RepositoryHandle, emulator: &Emulator, webhooks: &str) -> Outcome<()> {
    // What curl says is a failure shows in the output of `git push`.
    let script = format!(
        "#!/bin/sh -e\nread -r before after reference\n\
         body=$(printf '{{\"ref\":\"%s\",\"before\":\"%s\",\"after\":\"%s\",\"repository\":{{\"id\":{},\"full_name\":\"acme/policies\"}}}}' \\\n  \
         \"$reference\" \"$before\" \"$after\")\n\
         signature=$(printf %s \"$body\" | openssl dgst -sha256 -hmac '{}' | sed 's/.*= //')\n\
         curl --silent --show-error --fail --max-time 10 --noproxy '*' -H 'content-type: application/json' -H 'x-github-event: push' \\\n  \
         -H \"x-github-delivery: $(cat /proc/sys/kernel/random/uuid)\" -H \"x-hub-signature-256: sha256=$signature\" \\\n  \
         --data-binary \"$body\" http://{webhooks}/webhooks/github >/dev/null\n",
        repository.id,
        emulator.webhook_secret().expose_secret(),
    );
    let path = repository.path.join("hooks/post-receive");
    fs::create_dir_all(path.parent().ok_or("a hook has a directory")?)?;
    fs::write(&path, script)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

/// Resources that the checks are about.
enum Cloud {
    Live(Moto),
    Recorded(PathBuf),
}

/// A recording of what `fill.py` makes, as far as the checks read it.
fn recording(directory: &Path) -> Outcome<PathBuf> {
    let all = |number: usize, region: Option<&str>, facets: fn(usize) -> Json| {
        let resources = (0..number).map(|at| match region {
            Some(region) => json!({ "region": region, "facets": facets(at) }),
            None => json!({ "facets": facets(at) }),
        });
        json!({ "resources": resources.collect::<Vec<_>>() })
    };
    let buckets = all(20, Some("us-east-1"), |at| {
        let block = json!({ "BlockPublicAcls": at % 2 == 0, "BlockPublicPolicy": true,
            "IgnorePublicAcls": true, "RestrictPublicBuckets": true });
        json!({
            "s3:ListBuckets": { "read": { "BucketName": format!("bucket-{at}"),
                "Arn": format!("arn:aws:s3:::bucket-{at}") } },
            "s3:GetPublicAccessBlock": { "read": { "PublicAccessBlockConfiguration": block } },
        })
    });
    let groups = all(15, None, |at| {
        json!({ "ec2:DescribeSecurityGroups": { "read": { "GroupId": format!("sg-{at:08}"),
            "Arn": format!("arn:aws:ec2:us-east-1:123456789012:security-group/sg-{at:08}"),
            "GroupName": format!("group-{at}") } } })
    });
    let instances = all(10, None, |at| {
        json!({ "ec2:DescribeInstances": { "read": { "InstanceId": format!("i-{at:08}"),
            "Arn": format!("arn:aws:ec2:us-east-1:123456789012:instance/i-{at:08}"),
            "State": { "Name": "running", "Code": 16 } } } })
    });
    let users = all(5, None, |at| {
        json!({
            "iam:ListUsers": { "read": { "UserName": format!("user-{at}"),
                "Arn": format!("arn:aws:iam::123456789012:user/user-{at}") } },
            "iam:GetLoginProfile": { "absent": true },
        })
    });
    let recording = json!({
        "apiVersion": "cloudcorrect.dev/v1", "kind": "Inventory",
        "account": "123456789012", "recordedAt": "2026-11-16T08:00:00Z",
        "lists": {
            "AWS::S3::Bucket": { "global": buckets },
            "AWS::EC2::SecurityGroup": { "us-east-1": groups },
            "AWS::EC2::Instance": { "us-east-1": instances },
            "AWS::IAM::User": { "global": users },
        },
    });
    let file = directory.join("account.json");
    fs::write(&file, recording.to_string())?;
    Ok(file)
}

struct Moto {
    child: Child,
    url: String,
}

impl Moto {
    async fn start(directory: &Path) -> Outcome<Self> {
        let servers = servers();
        let port = free_port()?;
        let log = fs::File::create(directory.join("moto.log"))?;
        let child = Command::new(servers.join("bin/moto_server"))
            .args(["-H", "127.0.0.1", "-p", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let moto = Self { child, url: format!("http://127.0.0.1:{port}") };
        let deadline = Instant::now() + Duration::from_mins(1);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            if Instant::now() > deadline {
                return Err("moto does not start".into());
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        let filled = Command::new(servers.join("bin/python"))
            .args([concat!(env!("CARGO_MANIFEST_DIR"), "/benches/service/fill.py"), &moto.url])
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .status()?;
        if filled.success() { Ok(moto) } else { Err("cannot fill moto".into()) }
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Where `make setup` installs the servers of tests and benches.
fn servers() -> PathBuf {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    variable("TEST_SERVERS").unwrap_or_else(|| {
        let cache = variable("XDG_CACHE_HOME").or_else(|| Some(variable("HOME")?.join(".cache")));
        cache.unwrap_or_default().join("cloudcorrect/servers")
    })
}
