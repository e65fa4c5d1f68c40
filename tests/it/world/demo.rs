//! `cloudcorrect demo` as a process, and a terminal beside it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

use super::scene::PATIENCE;

/// A running demo. Its actions block.
pub(crate) struct Demo {
    child: Child,
    told: Receiver<String>,
    lines: Vec<String>,
    /// Lines before this one were told before the last action.
    mark: usize,
}

impl Demo {
    /// Starts a demo on free ports in `demo-data` of a directory.
    pub(crate) fn start(directory: &Path) -> Self {
        // Its Postgres runs as another user where the test is root.
        let open = std::fs::Permissions::from_mode(0o755);
        std::fs::set_permissions(directory, open).expect("permissions");
        let mut child = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"))
            .args(["demo", "--port", "0"])
            .current_dir(directory)
            .env("NO_PROXY", "127.0.0.1")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the demo starts");
        let told = lines(child.stdout.take().expect("piped"));
        Self { child, told, lines: Vec::new(), mark: 0 }
    }

    /// What is told from now on is what [`Demo::tells`] looks at.
    pub(crate) fn mark(&mut self) {
        self.lines.extend(self.told.try_iter());
        self.mark = self.lines.len();
    }

    /// Waits for a line with all of these words.
    pub(crate) fn tells(&mut self, words: &[&str]) -> String {
        let mut next = self.mark;
        loop {
            while let Some(line) = self.lines.get(next) {
                if words.iter().all(|word| line.contains(word)) {
                    return line.clone();
                }
                next += 1;
            }
            match self.told.recv_timeout(PATIENCE) {
                Ok(line) => self.lines.push(line),
                Err(why) => panic!("{why}: never told {words:?}, but\n{}", self.lines.join("\n")),
            }
        }
    }

    /// Stops it as Ctrl-C does, its Postgres included.
    pub(crate) fn stop(mut self) {
        self.interrupt();
        let ended = self.child.wait().expect("the demo ends");
        assert!(ended.success(), "{ended}");
    }

    fn interrupt(&self) {
        let pid = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(pid, rustix::process::Signal::INT).expect("a signal");
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        if self.child.try_wait().is_ok_and(|ended| ended.is_none()) {
            self.interrupt();
            let _ = self.child.wait();
        }
    }
}

/// A shell that a user types into; it ends at the first command that fails.
pub(crate) struct Terminal {
    shell: Child,
    input: ChildStdin,
    said: Receiver<String>,
}

impl Terminal {
    /// Opens a terminal in a directory, for a user of Git with a name.
    pub(crate) fn open(directory: &Path) -> Self {
        let mut shell = Command::new("bash")
            .args(["-e", "-o", "pipefail"])
            .current_dir(directory)
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_AUTHOR_NAME", "Ann")
            .env("GIT_AUTHOR_EMAIL", "ann@example.com")
            .env("GIT_COMMITTER_NAME", "Ann")
            .env("GIT_COMMITTER_EMAIL", "ann@example.com")
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("GIT_DIR")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash runs");
        let input = shell.stdin.take().expect("piped");
        let said = lines(shell.stdout.take().expect("piped"));
        Self { shell, input, said }
    }

    /// Types commands and waits until they are done; gives what they said.
    pub(crate) fn types(&mut self, commands: &str) -> String {
        const DONE: &str = "-- done --";
        writeln!(self.input, "{commands}\necho; echo '{DONE}'").expect("the shell reads");
        let mut said = String::new();
        loop {
            match self.said.recv_timeout(PATIENCE) {
                Ok(line) if line == DONE => return said,
                Ok(line) => said.extend([line.as_str(), "\n"]),
                Err(RecvTimeoutError::Disconnected) => panic!("failed: {commands}\n{said}"),
                Err(RecvTimeoutError::Timeout) => panic!("hangs: {commands}\n{said}"),
            }
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.shell.kill();
        let _ = self.shell.wait();
    }
}

fn lines(output: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = channel();
    thread::spawn(move || {
        // Read to the end, so that the pipe never fills up.
        for line in BufReader::new(output).lines().map_while(Result::ok) {
            let _ = tell.send(line);
        }
    });
    told
}
