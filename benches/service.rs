//! The service from outside: from a push to the posted compliance, and memory at rest.
//!
//! `make bench` runs it on the release build. The service is a process of its own; pushes go over
//! HTTP through `git`, the signed webhook is sent by a post-receive hook, resources live in moto,
//! and posts are read back from the emulator.

#![expect(
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a benchmark measures the time and ends where it cannot go on"
)]

mod figures;

use std::fs;
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use github_emulator::{Emulator, EmulatorOptions, Event, NewCommit, RepositoryHandle, Visibility};
use secrecy::ExposeSecret;
use tokio::sync::broadcast::Receiver;

const PUSHES: usize = 100;
const POLLED_PUSHES: usize = 20;
const POLL: Duration = Duration::from_secs(5);

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    if std::env::args().any(|argument| argument == "--list") {
        return Ok(());
    }
    tokio::runtime::Runtime::new()?.block_on(bench())
}

async fn bench() -> Outcome<()> {
    let directory = tempfile::tempdir()?;
    let moto = Moto::start(directory.path()).await?;
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
    let service = Service::start(directory.path(), &emulator, &moto.url)?;
    posted(&mut events, &head).await?;
    tokio::time::sleep(Duration::from_secs(20)).await;
    let idle = resident(service.child.id())?;
    let what = "idle memory of the service (VmRSS 20 s after the first sync)";
    figures::tell("service", what, &format!("{idle:.1} MiB"));

    let clone = directory.path().join("clone");
    git(
        directory.path(),
        &["clone", "--quiet", &format!("{}/acme/policies.git", emulator.url()), "clone"],
    )?;
    hook(&repository, &emulator, &service.webhooks)?;
    let hooked = pushes(&mut events, &clone, 1..=PUSHES).await?;
    figures::tell(
        "service",
        "push to posted compliance, webhook by post-receive hook",
        &figures::Spread::of(&hooked),
    );
    fs::remove_file(repository.path.join("hooks/post-receive"))?;
    let polled = pushes(&mut events, &clone, PUSHES + 1..=PUSHES + POLLED_PUSHES).await?;
    let what = format!("push to posted compliance, polling every {POLL:?}");
    figures::tell("service", &what, &figures::Spread::of(&polled));
    let after = format!("memory of the service after {} pushes", PUSHES + POLLED_PUSHES);
    figures::tell("service", &after, &format!("{:.1} MiB", resident(service.child.id())?));
    let violations = emulator.violations();
    assert!(violations.is_empty(), "GitHub's description was not kept: {violations:?}");
    Ok(())
}

/// Pushes one after the other; the time of each from the start of `git push`.
async fn pushes(
    events: &mut Receiver<Event>,
    clone: &Path,
    numbers: std::ops::RangeInclusive<usize>,
) -> Outcome<Vec<Duration>> {
    let mut times = Vec::new();
    for number in numbers {
        for (path, text) in policies(number) {
            fs::write(clone.join(path), text)?;
        }
        git(clone, &["commit", "--quiet", "--all", "--message", &format!("Change {number}")])?;
        let head = git(clone, &["rev-parse", "HEAD"])?;
        let started = Instant::now();
        git(clone, &["push", "--quiet", "origin", "HEAD:main"])?;
        posted(events, head.trim()).await?;
        times.push(started.elapsed());
    }
    Ok(times)
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

fn resident(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kibibytes: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kibibytes / 1024.0)
}

fn free_port() -> Outcome<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

struct Service {
    child: Child,
    webhooks: String,
}

impl Service {
    fn start(directory: &Path, emulator: &Emulator, aws: &str) -> Outcome<Self> {
        let webhooks = format!("127.0.0.1:{}", free_port()?);
        let text = format!(
            "data_dir = \"data\"\n[listen]\nwebhooks = \"{webhooks}\"\npage = \"127.0.0.1:{}\"\n\
             [github]\napi_url = \"{}\"\napp_id = {}\nprivate_key = \"\"\"\n{}\"\"\"\nwebhook_secret = \"{}\"\n\
             [[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\npoll = \"{}s\"\n\
             [accounts.\"123456789012\"]\n",
            free_port()?,
            emulator.api_url(),
            emulator.app_id(),
            emulator.app_private_key().expose_secret(),
            emulator.webhook_secret().expose_secret(),
            POLL.as_secs(),
        );
        let config = directory.join("cloudcorrect.toml");
        fs::File::create(&config)?.write_all(text.as_bytes())?;
        let log = fs::File::create(directory.join("service.log"))?;
        let child = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"))
            .args(["serve", "--log", "warn", "--config"])
            .arg(&config)
            .env("AWS_ENDPOINT_URL", aws)
            .env("AWS_ACCESS_KEY_ID", "testing")
            .env("AWS_SECRET_ACCESS_KEY", "testing")
            .env("AWS_DEFAULT_REGION", "us-east-1")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .stderr(log)
            .spawn()?;
        Ok(Self { child, webhooks })
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let pid = self.child.id().to_string();
        // SIGTERM, so that a private Postgres is stopped with it.
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.child.wait();
    }
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
