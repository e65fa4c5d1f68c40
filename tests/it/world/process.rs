//! The service as a process of its own, which can be killed.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;

use serde_json::Value as Json;
use tokio::sync::{mpsc, oneshot};

use super::scene::{PATIENCE, Scene};

/// A running `cloudcorrect serve`.
pub(crate) struct Process {
    child: Child,
    page: String,
    failures: mpsc::UnboundedReceiver<String>,
}

impl Process {
    /// Starts the service on the scene's database and lets the forge send it webhooks.
    pub(crate) async fn start(
        scene: &Scene,
        directory: &Path,
        account: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        let file = directory.join("cloudcorrect.toml");
        let settings = scene.settings(super::scene::ONE_SOURCE, account);
        std::fs::write(&file, settings).expect("settings");
        let mut child = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"))
            .args(["serve", "--log-format", "json", "--config"])
            .arg(&file)
            .env("DATABASE_URL", scene.database_url())
            .env("NO_PROXY", "127.0.0.1")
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the service starts");
        let (listening, told) = oneshot::channel();
        let (failed, failures) = mpsc::unbounded_channel();
        let logs = BufReader::new(child.stderr.take().expect("piped"));
        thread::spawn(move || {
            let mut listening = Some(listening);
            for line in logs.lines().map_while(Result::ok) {
                let Ok(log) = serde_json::from_str::<Json>(&line) else {
                    failed.send(line).ok();
                    continue;
                };
                if log["message"] == "listening" {
                    listening.take().map(|told| told.send(log));
                } else if log["level"] == "ERROR" {
                    failed.send(line).ok();
                }
            }
        });
        let told = tokio::time::timeout(PATIENCE, told).await.expect("the service listens");
        let told = told.expect("the service runs");
        let address = |name: &str| format!("http://{}", told[name].as_str().expect("an address"));
        let (webhooks, page) = (address("address.webhooks"), address("address.page"));
        scene.forge.set_webhook(Some(&format!("{webhooks}/webhooks/github")));
        Self { child, page, failures }
    }

    /// A page, as text.
    pub(crate) async fn page(&self, path: &str) -> (u16, String) {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let answer = client.get(format!("{}{path}", self.page)).send().await.expect("an answer");
        (answer.status().as_u16(), answer.text().await.expect("text"))
    }

    /// SIGKILL: no warning, no last word.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("the service was running");
        let ended = self.child.wait().expect("the service ends");
        assert_eq!(ended.signal(), Some(9), "{ended}");
    }

    /// SIGTERM: what runs is finished. Nothing was logged as an error.
    pub(crate) async fn stop(mut self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).expect("a signal");
        let ended = tokio::task::spawn_blocking(move || {
            let ended = self.child.wait().expect("the service ends");
            let failures: Vec<String> =
                std::iter::from_fn(|| self.failures.blocking_recv()).collect();
            (ended, failures)
        });
        let ended: (ExitStatus, Vec<String>) = tokio::time::timeout(PATIENCE, ended)
            .await
            .expect("the service stops in time")
            .expect("waiting ends");
        assert!(ended.0.success(), "{}", ended.0);
        assert_eq!(ended.1, Vec::<String>::new(), "failures were logged");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Has ended already where the story came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
