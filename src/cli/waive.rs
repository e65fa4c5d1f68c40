//! `waive`: waivers for what fails now, to begin with a clean slate.

use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use crate::clock::Clock;
use crate::policy::{PolicySet, SourceFile};
use crate::render::diagnostics;
use crate::render::waivers::{Failing, Terms, documents};

use super::output;

/// Days that waivers hold where nothing else is said.
const DAYS: u64 = 30;

/// What is wrong with the documents only because the tree that they belong to is not at hand.
const ELSEWHERE: [&str; 3] = ["unknown-group", "unknown-check", "unknown-account"];

/// Arguments of `waive`.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `evaluate --format json` wrote; `-` for standard input
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// Why this may fail
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// The last day on which the waivers hold, such as 2026-12-31; 30 days from now without it
    #[arg(long, value_name = "DATE")]
    expires: Option<NaiveDate>,
    /// Only what fails in this group
    #[arg(long, value_name = "NAME")]
    group: Option<String>,
    /// Only what fails this check
    #[arg(long, value_name = "ID")]
    check: Option<String>,
    /// The file to write, which must not be there; standard output without it
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// The part of the JSON of `evaluate` that is needed.
#[derive(Deserialize)]
struct Evaluated {
    findings: Vec<Found>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    group: String,
    check: String,
    outcome: String,
    account: String,
    region: String,
    resource_id: String,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let failing = failing(arguments)?;
    if failing.is_empty() {
        output::print("# nothing of it fails, so there is nothing to waive\n")?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    let terms = Terms {
        reason: arguments.reason.trim(),
        owner: arguments.owner.trim(),
        expires: expires(arguments)?,
    };
    let findings = failing.len();
    let written = documents(failing, terms);
    let text = written.join("---\n");
    check(&text)?;
    match &arguments.output {
        None => output::print(&text)?,
        Some(path) => {
            write(path, &text)?;
            let waivers = written.len();
            let told = format!("{}: {waivers} waivers of {findings} findings\n", path.display());
            output::print(&told)?;
        }
    }
    Ok(ExitCode::from(output::CLEAN))
}

/// What fails and was asked for, each once.
fn failing(arguments: &Arguments) -> anyhow::Result<BTreeSet<Failing>> {
    let is_wanted = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    let Evaluated { findings } = read(&arguments.from)?;
    let wanted = findings.into_iter().filter(|found| {
        found.outcome == "fail"
            && is_wanted(&arguments.group, &found.group)
            && is_wanted(&arguments.check, &found.check)
    });
    Ok(wanted
        .map(|Found { group, check, account, region, resource_id, .. }| Failing {
            group,
            check,
            account,
            region,
            resource: resource_id,
        })
        .collect())
}

fn read(path: &Path) -> anyhow::Result<Evaluated> {
    let (name, text) = if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        ("standard input".to_owned(), text)
    } else {
        let name = format!("`{}`", path.display());
        let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
        (name, text)
    };
    serde_json::from_str(&text).map_err(|error| {
        anyhow!("{name} is not what `cloudcorrect evaluate --format json` writes: {error}")
    })
}

fn expires(arguments: &Arguments) -> anyhow::Result<NaiveDate> {
    let today = Clock::System.now().date_naive();
    match arguments.expires {
        Some(day) if day < today => bail!("{day} is over; a waiver holds through its last day"),
        Some(day) => Ok(day),
        None => today.checked_add_days(Days::new(DAYS)).context("there is no day to end on"),
    }
}

/// Makes sure that what is written is good.
fn check(text: &str) -> anyhow::Result<()> {
    let file = SourceFile::new("waivers.yaml", text.as_bytes());
    let mut found = PolicySet::read(std::slice::from_ref(&file)).diagnostics;
    found.retain(|diagnostic| !ELSEWHERE.contains(&diagnostic.code));
    if found.is_empty() {
        return Ok(());
    }
    let shown = diagnostics::text(&found, &[file]);
    bail!("the waivers would have problems; nothing was written\n{shown}")
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let shown = path.display();
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    match file.and_then(|mut file| file.write_all(text.as_bytes())) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            bail!("`{shown}` is there already and is left as it is; name another file")
        }
        result => result.with_context(|| format!("cannot write `{shown}`")),
    }
}
