//! The demo: the unchanged service between an emulated GitHub and a recorded account.
//!
//! Everything is made from what the binary carries, in one directory, which each start begins anew:
//! repository, account, settings and database. The emulator's events tell what the service does.

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use cloudcorrect::app::{Programs, Service};
use cloudcorrect::config::Settings;
use github_emulator::{Emulator, EmulatorOptions, Event, NewCommit, Visibility};
use rustix::fs::{FlockOperation, flock};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// The repository's files, from `example-policies/`, and the schemas that they name for editors.
const POLICIES: &[(&str, &str)] = &[
    ("policies/accounts.yaml", include_str!("../../../example-policies/policies/accounts.yaml")),
    ("policies/identity.yaml", include_str!("../../../example-policies/policies/identity.yaml")),
    ("policies/network.yaml", include_str!("../../../example-policies/policies/network.yaml")),
    ("policies/storage.yaml", include_str!("../../../example-policies/policies/storage.yaml")),
    ("schemas/account.schema.json", include_str!("../../../schemas/account.schema.json")),
    ("schemas/group.schema.json", include_str!("../../../schemas/group.schema.json")),
];
/// Recorded account of the demo, from `examples/`.
const ACCOUNT: &str = include_str!("../../../examples/demo-account.json");
/// Name of the demo's repository.
const REPOSITORY: &str = "acme/policies";
/// File that tells a directory that the demo made from any other.
const MARKER: &str = ".cloudcorrect-demo";

/// Place of a demo on this machine.
#[derive(Debug, Clone)]
pub(super) struct DemoOptions {
    /// Directory of all its files.
    pub(super) directory: PathBuf,
    /// Port of the emulated GitHub, 0 for free ones; the next two are for webhooks and the page.
    pub(super) port: u16,
    /// This program as each of its workers.
    pub(super) programs: Programs,
}

/// A demo that is ready to run.
pub(super) struct Demo {
    /// Holds the directory, so that no other demo begins it anew.
    _lock: fs::File,
    emulator: Emulator,
    service: Service,
    events: broadcast::Receiver<Event>,
    /// Address at which the page is.
    pub(super) page_url: String,
    /// Address that the repository is cloned from.
    pub(super) clone_url: String,
    /// The API of the emulated GitHub.
    pub(super) api_url: String,
    /// The recorded account, to be changed by hand.
    pub(super) account: PathBuf,
}

impl Demo {
    /// Makes the directory anew, starts the emulator and opens the service.
    pub(super) async fn start(options: &DemoOptions) -> Result<Self> {
        let lock = lock(&options.directory)?;
        let repositories = options.directory.join("git");
        refuse_foreign(&options.directory, &repositories)?;
        let emulator = Emulator::start(EmulatorOptions {
            port: options.port,
            directory: Some(repositories.clone()),
            app_slug: "cloudcorrect".to_owned(),
            anonymous_user: Some("you".to_owned()),
            ..EmulatorOptions::default()
        })
        .await
        .map_err(|error| {
            anyhow!(
                "{error}; is another demo running? `--port` and `--directory` make room for two"
            )
        })?;
        begin_anew(&options.directory, &repositories)?;
        let events = emulator.subscribe();
        let handle = emulator.create_repository(REPOSITORY, Visibility::Private).await?;
        let first = POLICIES
            .iter()
            .fold(NewCommit::on("main"), |commit, (path, text)| commit.write(path, *text))
            .message("Begin with the example policies")
            .by("you");
        handle.commit(first).await?;
        let account = options.directory.join("account.json");
        fs::write(&account, ACCOUNT).context("cannot write the account")?;
        let settings = settings(options, &emulator, &account)?;
        let service = Service::start(settings, &options.programs).await?;
        emulator
            .set_webhook(Some(&format!("http://{}/webhooks/github", service.webhooks_address()?)));
        Ok(Self {
            page_url: format!("http://{}/", service.page_address()?),
            clone_url: format!("{}/{REPOSITORY}.git", emulator.url()),
            api_url: emulator.api_url().to_owned(),
            account,
            emulator,
            service,
            events,
            _lock: lock,
        })
    }

    /// Works until `stopping` is cancelled; `tell` hears what happens at the emulator.
    pub(super) async fn run(
        self,
        stopping: CancellationToken,
        mut tell: impl FnMut(Event),
    ) -> Result<()> {
        let Self { emulator, service, mut events, _lock, .. } = self;
        let running = service.run(stopping);
        let mut running = std::pin::pin!(running);
        loop {
            tokio::select! {
                result = &mut running => {
                    emulator.shutdown().await;
                    return result;
                }
                event = events.recv() => match event {
                    Ok(event) => tell(event),
                    Err(broadcast::error::RecvError::Lagged(_)) => {}
                    Err(broadcast::error::RecvError::Closed) => bail!("the emulated GitHub has ended"),
                }
            }
        }
    }
}

/// Takes the directory for as long as the file is open.
fn lock(directory: &Path) -> Result<fs::File> {
    let shown = directory.display();
    fs::create_dir_all(directory).with_context(|| format!("cannot make `{shown}`"))?;
    let file = fs::File::open(directory).with_context(|| format!("cannot open `{shown}`"))?;
    flock(&file, FlockOperation::NonBlockingLockExclusive)
        .map_err(|_| anyhow!("another demo uses `{shown}`; `--directory` picks another place"))?;
    Ok(file)
}

/// Refuses a directory that holds what no demo has put there.
fn refuse_foreign(directory: &Path, keep: &Path) -> Result<()> {
    let foreign = || -> std::io::Result<bool> {
        let mut others = fs::read_dir(directory)?.filter_map(Result::ok);
        let known = directory.join(MARKER).exists();
        Ok(!known && others.any(|entry| entry.path() != keep))
    };
    let shown = directory.display();
    if foreign().with_context(|| format!("cannot read `{shown}`"))? {
        bail!("`{shown}` holds files that are not the demo's; name an empty `--directory`");
    }
    Ok(())
}

/// Empties a directory of an earlier demo, which [`refuse_foreign`] has looked at.
fn begin_anew(directory: &Path, keep: &Path) -> Result<()> {
    for entry in fs::read_dir(directory)?.filter_map(Result::ok) {
        let path = entry.path();
        let removed =
            if path.is_dir() { fs::remove_dir_all(&path) } else { fs::remove_file(&path) };
        removed.with_context(|| format!("cannot remove `{}`", path.display()))?;
    }
    fs::create_dir_all(keep)?;
    fs::write(directory.join(MARKER), "`cloudcorrect demo` begins this directory anew\n")?;
    Ok(())
}

fn settings(options: &DemoOptions, emulator: &Emulator, account: &Path) -> Result<Settings> {
    let loopback = |port: u16| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let (webhooks, page) = match options.port {
        // The page's port has to be known beforehand, since posts link to it.
        0 => (loopback(0), TcpListener::bind(loopback(0))?.local_addr()?),
        port => (loopback(port.saturating_add(1)), loopback(port.saturating_add(2))),
    };
    let account = account.canonicalize()?;
    let recorded = toml::Value::from(account.to_string_lossy().into_owned());
    let text = format!(
        "# What the demo runs with; `cloudcorrect serve --help` explains each setting.\n\
         data_dir = \"data\"\n\n\
         [listen]\nwebhooks = \"{webhooks}\"\npage = \"{page}\"\npage_url = \"http://{page}\"\n\n\
         [github]\napi_url = \"{}\"\napp_id = {}\nprivate_key_file = \"app.pem\"\n\
         webhook_secret_file = \"webhook-secret\"\n\n\
         [evaluation]\n# So that a change of account.json shows within seconds.\n\
         longest_interval = \"3s\"\n\n\
         [[sources]]\nname = \"main\"\nrepository = \"{REPOSITORY}\"\nbranch = \"main\"\n\
         path = \"policies\"\npoll = \"60s\"\n\n\
         [accounts.\"123456789012\"]\nrecorded = {recorded}\n",
        emulator.api_url(),
        emulator.app_id(),
    );
    let directory = options.directory.canonicalize()?;
    let file = directory.join("cloudcorrect.toml");
    fs::write(&file, &text).context("cannot write the settings")?;
    secret(&directory.join("app.pem"), &emulator.app_private_key())?;
    secret(&directory.join("webhook-secret"), &emulator.webhook_secret())?;
    Ok(Settings::read(&text, &directory, [])?)
}

fn secret(path: &Path, secret: &SecretString) -> Result<()> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let mut options = fs::OpenOptions::new();
    let mut file = options.write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(secret.expose_secret().as_bytes())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_has_one_demo_at_a_time() {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path().join("demo");
        let first = lock(&place).unwrap();
        let refused = lock(&place).unwrap_err().to_string();
        assert!(refused.ends_with("`--directory` picks another place"), "{refused}");
        drop(first);
        lock(&place).unwrap();
    }
}
