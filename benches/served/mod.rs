//! The service as benches have it: a process of its own, between an emulator and an account.

use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command};
use std::time::Duration;

use github_emulator::Emulator;
use secrecy::ExposeSecret;

/// How often the service asks the remote without a webhook.
pub(crate) const POLL: Duration = Duration::from_secs(5);

pub(crate) type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// Mebibytes that a process holds.
pub(crate) fn resident(pid: u32) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).ok_or("no VmRSS")?;
    let kibibytes: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kibibytes / 1024.0)
}

/// A port that nobody listens on.
pub(crate) fn free_port() -> Outcome<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A service of a build, over an emulator.
pub(crate) struct Service {
    pub(crate) child: Child,
    pub(crate) webhooks: String,
}

impl Service {
    /// Starts it on an account: a recording, or live ones at the endpoint `aws`.
    pub(crate) fn start(
        binary: &Path,
        directory: &Path,
        emulator: &Emulator,
        (recording, aws): (Option<&Path>, &str),
    ) -> Outcome<Self> {
        let recorded = |file: &Path| format!("recorded = \"{}\"\n", file.display());
        let account = recording.map(recorded).unwrap_or_default();
        let webhooks = format!("127.0.0.1:{}", free_port()?);
        let text = format!(
            "data_dir = \"data\"\n[listen]\nwebhooks = \"{webhooks}\"\npage = \"127.0.0.1:{}\"\n\
             [github]\napi_url = \"{}\"\napp_id = {}\nprivate_key = \"\"\"\n{}\"\"\"\nwebhook_secret = \"{}\"\n\
             [[sources]]\nname = \"main\"\nrepository = \"acme/policies\"\npoll = \"{}s\"\n\
             [accounts.\"123456789012\"]\n{account}",
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
        let child = Command::new(binary)
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
