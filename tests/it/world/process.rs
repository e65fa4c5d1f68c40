//! The service as a process of its own, which can be killed, stopped and woken.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use super::scene::{ONE_SOURCE, PATIENCE, Scene};

/// A running `cloudcorrect serve`.
pub(crate) struct Process {
    child: Child,
    page: String,
    logs: UnboundedReceiver<Json>,
    said: Arc<Mutex<String>>,
    failures: Vec<Json>,
}

impl Process {
    /// Starts the service on the scene's database and lets the emulator send it webhooks.
    pub(crate) async fn start(
        scene: &Scene,
        directory: &Path,
        account: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        Self::with_settings(scene, directory, &scene.settings(ONE_SOURCE, account), variables).await
    }

    /// The same with all of the settings given.
    pub(crate) async fn with_settings(
        scene: &Scene,
        directory: &Path,
        settings: &str,
        variables: &[(&str, &str)],
    ) -> Self {
        let file = directory.join("cloudcorrect.toml");
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
        let lines = BufReader::new(child.stderr.take().expect("piped")).lines();
        let (log, logs) = unbounded_channel();
        let said: Arc<Mutex<String>> = Arc::default();
        let heard = said.clone();
        // Read to the end, so that the pipe never fills up.
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                let _ = log.send(entry(&line));
                *heard.lock().expect("no panic") += &(line + "\n");
            }
        });
        let mut service = Self { child, page: String::new(), logs, said, failures: Vec::new() };
        let listening = service.says("listening").await;
        let address = |name: &str| listening[name].as_str().expect("an address").to_owned();
        service.page = format!("http://{}", address("address.page"));
        let webhooks = format!("http://{}/webhooks/github", address("address.webhooks"));
        scene.emulator.set_webhook(Some(&webhooks));
        service
    }

    /// Waits until the service logs a message.
    pub(crate) async fn says(&mut self, message: &str) -> Json {
        let saying = async {
            loop {
                let Some(log) = self.logs.recv().await else {
                    panic!("the service ended: {:?}", self.failures);
                };
                if log["message"] == message {
                    return log;
                }
                self.failures.extend(Some(log).filter(is_failure));
            }
        };
        let said = tokio::time::timeout(PATIENCE, saying).await;
        said.unwrap_or_else(|_| panic!("never said: {message}"))
    }

    /// All that it logged so far.
    pub(crate) fn said(&self) -> String {
        self.said.lock().expect("no panic").clone()
    }

    /// The address of the page's listener.
    pub(crate) fn address(&self) -> &str {
        self.page.trim_start_matches("http://")
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

    /// SIGSTOP: as if the machine slept.
    pub(crate) fn sleep(&self) {
        self.signal(Signal::STOP);
    }

    /// SIGCONT: it goes on as if no time had passed.
    pub(crate) fn wake(&self) {
        self.signal(Signal::CONT);
    }

    /// SIGTERM: what runs is finished. Nothing was logged as an error.
    pub(crate) async fn stop(self) {
        assert_eq!(self.stop_after_trouble().await, Vec::<Json>::new(), "failures were logged");
    }

    /// SIGTERM, and what was logged as an error.
    pub(crate) async fn stop_after_trouble(mut self) -> Vec<Json> {
        self.signal(Signal::TERM);
        let ending = tokio::task::spawn_blocking(move || {
            let ended = self.child.wait().expect("the service ends");
            let rest = std::iter::from_fn(|| self.logs.blocking_recv());
            self.failures.extend(rest.filter(is_failure));
            (ended, std::mem::take(&mut self.failures))
        });
        let ended = tokio::time::timeout(PATIENCE, ending).await.expect("it stops in time");
        let (ended, failures): (ExitStatus, Vec<Json>) = ended.expect("waiting ends");
        assert!(ended.success(), "{ended}");
        failures
    }

    fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("the service was running");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Has ended already where the story came to its end.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A line of the log; what is none is the failure of something that knows no log.
fn entry(line: &str) -> Json {
    serde_json::from_str(line)
        .unwrap_or_else(|_| serde_json::json!({ "level": "ERROR", "message": line }))
}

fn is_failure(log: &Json) -> bool {
    log["level"] == "ERROR"
}
