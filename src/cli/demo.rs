//! `demo`: the whole service at work, told line by line.

mod setup;

use std::path::PathBuf;
use std::process::ExitCode;

use cloudcorrect::app;
use cloudcorrect::diagnostic::is_hidden;
use github_emulator::{Annotation, Event};

use super::logs::Logs;
use super::{output, worker};
use setup::{Demo, DemoOptions};

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  it was stopped
  2  it cannot go on, or an argument is wrong";

/// Command line arguments of `demo`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The directory of all its files; each start begins it anew
    #[arg(long, value_name = "DIRECTORY", default_value = "demo-data")]
    directory: PathBuf,
    /// The port of the emulated GitHub; webhooks and the page take the next two, and 0 takes free ones
    #[arg(long, value_name = "PORT", default_value_t = 8418)]
    port: u16,
    #[command(flatten)]
    logs: Logs,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    // The story is on standard output; only what goes wrong is logged, unless more is asked for.
    arguments.logs.quiet()?;
    let options = DemoOptions {
        directory: arguments.directory.clone(),
        port: arguments.port,
        programs: worker::programs(&arguments.logs)?,
    };
    output::print("cloudcorrect demo: starting (a private Postgres is set up first) ...\n")?;
    app::run(async {
        let stopping = app::stopping()?;
        let demo = Demo::start(&options).await?;
        output::print(&introduction(&demo))?;
        demo.run(stopping, |event| {
            if let Some(line) = line(&event) {
                let _ = output::print(&format!("{line}\n"));
            }
        })
        .await
    })??;
    Ok(ExitCode::from(output::CLEAN))
}

fn introduction(demo: &Demo) -> String {
    let Demo { page_url, clone_url, api_url, account, .. } = demo;
    let account = account.display();
    format!(
        "
  page        {page_url}
  repository  {clone_url}
  account     {account}

Each start begins anew, with a repository of its own: clone it again. In a second terminal:

  # Change a policy: edit, commit, push.
  git clone {clone_url} && cd policies

  # Propose a change: commit on a branch, then open a pull request.
  git push origin HEAD:refs/heads/idea
  curl -sS {api_url}/repos/acme/policies/pulls \\
    -d '{{\"title\":\"Idea\",\"head\":\"idea\",\"base\":\"main\"}}'

  # Let the account drift: change the file above; it is read every three seconds.

What the Git server is told, as it comes (Ctrl-C stops):

"
    )
}

fn line(event: &Event) -> Option<String> {
    let (what, words) = match event {
        Event::Pushed { reference, after, by, .. } => {
            let reference = reference.trim_start_matches("refs/heads/");
            let after = after.as_deref().map_or("deleted", short);
            ("push", format!("{reference} {after} by {by}"))
        }
        Event::PullRequest { number, action, .. } => ("pull", format!("#{number} {action}")),
        Event::CheckRun { run, .. } => {
            let state = run.conclusion.as_deref().unwrap_or(&run.status);
            let title = run.title.as_deref().unwrap_or_default();
            ("check", format!("{} {} {state}: {title}", short(&run.head_sha), run.name))
        }
        Event::CommitStatus { status, .. } => {
            ("status", format!("{} {} {}", short(&status.sha), status.context, status.state))
        }
        Event::Comment { comment, .. } => {
            let said = |line: &&str| !line.is_empty() && !line.starts_with(['<', '#']);
            let first = comment.body.lines().find(said).unwrap_or_default();
            ("comment", format!("#{} {first}", comment.issue))
        }
        Event::Issue { issue, .. } => {
            let state = if issue.open { "open" } else { "closed" };
            ("issue", format!("#{} {state}: {}", issue.number, issue.title))
        }
        Event::Violated(violation) => {
            ("WRONG", format!("{}: {}", violation.call, violation.problem))
        }
        _ => return None,
    };
    let head = format!("{what:>8}  {}", words.replace('\n', " "));
    let lines: Vec<String> = std::iter::once(head).chain(below(event)).collect();
    let seen = |c| if is_hidden(c) && c != '\n' { ' ' } else { c };
    Some(lines.join("\n            ").chars().map(seen).collect())
}

/// The most lines that stand below one that has more to say: those of a comment on some changes.
const BELOW: usize = 60;

/// What is shown below an event: the annotations of a check at their places, the text of a comment.
fn below(event: &Event) -> Vec<String> {
    let mut lines: Vec<String> = match event {
        Event::CheckRun { run, .. } if run.conclusion.is_some() => {
            run.annotations.iter().flat_map(note).collect()
        }
        Event::Comment { comment, .. } => {
            comment.body.lines().map(untagged).filter(|line| !line.is_empty()).collect()
        }
        Event::Issue { issue, .. } => {
            let body = issue.body.as_deref().unwrap_or_default();
            body.lines().map(untagged).filter(|line| !line.is_empty()).collect()
        }
        _ => return Vec::new(),
    };
    let more = lines.len().saturating_sub(BELOW);
    if more > 0 {
        lines.truncate(BELOW);
        lines.push(format!("... and {more} more lines"));
    }
    lines
}

/// A line of a comment without the tags of HTML that we write; nothing of one that is hidden.
fn untagged(line: &str) -> String {
    if line.starts_with("<!--") {
        return String::new();
    }
    let tags = ["details", "summary", "sub"].map(|tag| [format!("<{tag}>"), format!("</{tag}>")]);
    tags.iter().flatten().fold(line.to_owned(), |line, tag| line.replace(tag, ""))
}

/// An annotation at its place, what to do about it on lines of their own.
fn note(note: &Annotation) -> impl Iterator<Item = String> {
    let mut lines = note.message.lines();
    let first = lines.next().unwrap_or_default();
    let first = format!("{}:{} {first}", note.path, note.start_line);
    let rest = lines.map(str::trim).filter(|line| !line.is_empty());
    std::iter::once(first).chain(rest.map(|line| format!("  {line}")))
}

fn short(sha: &str) -> &str {
    sha.get(..7).unwrap_or(sha)
}
