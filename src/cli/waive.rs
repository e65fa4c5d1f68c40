//! `waive`: waivers for what fails now, to begin with a clean slate.
//!
//! What fails is told by the JSON of `evaluate`, or by a run that the service kept.

use cloudcorrect::diagnostic::Code;
use std::collections::BTreeSet;
use std::convert::Infallible;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;

use anyhow::{Context, anyhow, bail};
use chrono::{Days, NaiveDate};
use serde::Deserialize;

use cloudcorrect::app::{self, KeptRun};
use cloudcorrect::clock::Clock;
use cloudcorrect::db::runs::RunId;
use cloudcorrect::evaluation::NO_RESOURCE;
use cloudcorrect::policy::{PolicySet, SourceFile};
use cloudcorrect::render::diagnostics;
use cloudcorrect::render::waivers::{Failing, Terms, documents};

use super::output;
use super::wanted::none_such;

/// Days that waivers hold where nothing else is said.
const DAYS: u64 = 30;

/// Codes of what is wrong with the documents only because the tree that they belong to is not at hand.
const ELSEWHERE: [Code; 3] = [Code::UnknownGroup, Code::UnknownCheck, Code::UnknownAccount];

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  the waivers are written, or there is nothing to waive
  2  they cannot be, or an argument is wrong";

/// Command line arguments of `waive`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// A run of the service by its id or the address of its page, a group's last run by the
    /// group's name, or what `evaluate --format json` wrote: a file, or `-` for standard input
    #[arg(long, value_name = "RUN")]
    from: From,
    /// Why this may fail
    #[arg(long, value_name = "TEXT", value_parser = said)]
    reason: String,
    /// Who answers for it
    #[arg(long, value_name = "NAME", value_parser = said)]
    owner: String,
    /// The last day on which the waivers hold, such as 2026-12-31; 30 days from now without it
    #[arg(long, value_name = "DATE", value_parser = day)]
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
    /// The settings of the service, TOML, where `--from` is a run of it; only `data_dir` and
    /// `database_url` are read, and `DATABASE_URL` does as well
    #[arg(long, value_name = "FILE", env = "CLOUDCORRECT_CONFIG")]
    config: Option<PathBuf>,
}

/// Text that says something.
fn said(text: &str) -> Result<String, &'static str> {
    match text.trim() {
        "" => Err("it must not be empty"),
        said => Ok(said.to_owned()),
    }
}

/// Day as a waiver writes it.
fn day(text: &str) -> Result<NaiveDate, &'static str> {
    text.parse().map_err(|_| "write a day, as in `2026-12-31`")
}

/// Source that says what fails.
#[derive(Debug, Clone, PartialEq, Eq)]
enum From {
    Stdin,
    File(PathBuf),
    Kept(KeptRun),
}

impl FromStr for From {
    type Err = Infallible;

    /// The name of a group could be one of a file as well: [`read`] looks.
    fn from_str(text: &str) -> Result<Self, Infallible> {
        let id = |digits: &str| Some(Self::Kept(KeptRun::Id(RunId(digits.parse().ok()?))));
        let address = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let page = address.and_then(|address| address.split_once("/runs/"));
        let digits = page.map(|(_, run)| run.split(['?', '#']).next().unwrap_or_default());
        Ok(match (text, text.parse()) {
            ("-", _) => Self::Stdin,
            (text, name) => id(digits.unwrap_or(text))
                .or_else(|| Some(Self::Kept(KeptRun::LastOf(name.ok()?))))
                .unwrap_or_else(|| Self::File(text.into())),
        })
    }
}

/// The part of the JSON of `evaluate` that is needed.
#[derive(Deserialize)]
struct Evaluated {
    findings: Vec<Found>,
    summary: Option<Summary>,
}

#[derive(Deserialize)]
struct Summary {
    findings: Totals,
}

/// Numbers of findings, those included that the document leaves out.
#[derive(Deserialize)]
struct Totals {
    fail: usize,
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
    let all = failing(arguments)?;
    let nothing = if all.is_empty() { "fails" } else { "that fails has an id that is no glob" };
    let failing = literal(all);
    if failing.is_empty() {
        output::print(&format!("# nothing of it {nothing}, so there is nothing to waive\n"))?;
        return Ok(ExitCode::from(output::CLEAN));
    }
    let terms =
        Terms { reason: &arguments.reason, owner: &arguments.owner, expires: expires(arguments)? };
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

/// Failures that were asked for, each once.
fn failing(arguments: &Arguments) -> anyhow::Result<BTreeSet<Failing>> {
    let Read { mut failing, known } = read(arguments)?;
    let is_wanted = |wanted: &Option<String>, found: &str| {
        wanted.as_deref().is_none_or(|wanted| wanted == found)
    };
    if let Some(wanted) = &arguments.group {
        must_be_known("group", wanted, known.iter().map(|(group, _)| group.as_str()))?;
    }
    if let Some(wanted) = &arguments.check {
        let of_group = known.iter().filter(|(group, _)| is_wanted(&arguments.group, group));
        must_be_known("check", wanted, of_group.filter_map(|(_, check)| check.as_deref()))?;
    }
    failing.retain(|one| {
        is_wanted(&arguments.group, &one.group) && is_wanted(&arguments.check, &one.check)
    });
    Ok(failing.into_iter().collect())
}

/// Refuses a name that is none of those that are known, if any are.
fn must_be_known<'a>(
    kind: &str,
    wanted: &str,
    known: impl Iterator<Item = &'a str>,
) -> anyhow::Result<()> {
    let known: BTreeSet<&str> = known.collect();
    if known.is_empty() || known.contains(wanted) {
        Ok(())
    } else {
        Err(none_such(kind, wanted, known))
    }
}

/// Those that a waiver can name and nothing else with them: ids are globs there.
fn literal(failing: BTreeSet<Failing>) -> BTreeSet<Failing> {
    let is_literal =
        |one: &Failing| one.resource == NO_RESOURCE || !one.resource.contains(['*', '?']);
    let (literal, globs): (BTreeSet<_>, BTreeSet<_>) = failing.into_iter().partition(is_literal);
    for Failing { group, check, resource, .. } in &globs {
        output::note(&format!(
            "`{}` ({group}/{check}) is not waived: as a glob it would cover other resources as well; \
             write the waiver yourself if these may fail",
            resource.escape_debug()
        ));
    }
    literal
}

/// Failures of one source, and the names that it knows.
struct Read {
    failing: Vec<Failing>,
    /// The groups with their checks; of a run that was kept no check is known.
    known: BTreeSet<(String, Option<String>)>,
}

impl Read {
    fn kept(failing: Vec<Failing>) -> Self {
        let known = failing.iter().map(|one| (one.group.clone(), None)).collect();
        Self { failing, known }
    }
}

fn read(arguments: &Arguments) -> anyhow::Result<Read> {
    match &arguments.from {
        From::Stdin => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
            evaluated("standard input", &text)
        }
        From::File(path) => read_file(path),
        From::Kept(KeptRun::LastOf(name)) if Path::new(name.as_str()).is_file() => {
            read_file(Path::new(name.as_str()))
        }
        From::Kept(kept) => {
            let settings = app::database_settings(arguments.config.as_deref())?;
            let failures = app::runtime()?.block_on(app::failures(&settings, kept));
            failures.map(Read::kept).with_context(|| match kept {
                KeptRun::Id(id) => format!("cannot tell what failed in run {id}"),
                KeptRun::LastOf(name) => format!(
                    "cannot tell what failed in the last run of group `{name}`, which is no file"
                ),
            })
        }
    }
}

fn read_file(path: &Path) -> anyhow::Result<Read> {
    let name = format!("`{}`", path.display());
    let text = std::fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    evaluated(&name, &text)
}

/// Failures that the JSON of `evaluate` tells.
fn evaluated(name: &str, text: &str) -> anyhow::Result<Read> {
    let Evaluated { findings, summary } = serde_json::from_str(text).map_err(|error| {
        anyhow!("{name} is not what `cloudcorrect evaluate --format json` writes: {error}")
    })?;
    let told = findings.iter().filter(|found| found.outcome == "fail").count();
    if let Some(Summary { findings: Totals { fail } }) = summary
        && fail > told
    {
        bail!("{name} has {told} of {fail} findings that fail; write it without `--only`");
    }
    let known = findings.iter().map(|found| (found.group.clone(), Some(found.check.clone())));
    let known = known.collect();
    let failing = findings.into_iter().filter(|found| found.outcome == "fail");
    let failing = failing.map(|Found { group, check, account, region, resource_id, .. }| Failing {
        group,
        check,
        account,
        region,
        resource: resource_id,
    });
    Ok(Read { failing: failing.collect(), known })
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

#[cfg(test)]
mod tests {
    use super::*;

    fn from(text: &str) -> From {
        text.parse().unwrap_or(From::Stdin)
    }

    #[test]
    fn what_a_waiver_says_is_told_where_it_cannot_be() {
        assert_eq!(said(" known \n"), Ok("known".to_owned()));
        assert_eq!(said(" "), Err("it must not be empty"));
        assert_eq!(day("2026-12-31").map(|day| day.to_string()), Ok("2026-12-31".to_owned()));
        for text in ["tomorrow", "31.12.2026", "2026-02-30", ""] {
            assert_eq!(day(text), Err("write a day, as in `2026-12-31`"), "{text}");
        }
    }

    #[test]
    fn what_waivers_are_written_from_is_told_apart() {
        let run = From::Kept(KeptRun::Id(RunId(17)));
        let page = "https://cloudcorrect.example.com/runs/17";
        assert_eq!(
            [from("17"), from(page), from(&format!("{page}?after=x#y"))],
            [run.clone(), run.clone(), run]
        );
        let group = "storage".parse().map(KeptRun::LastOf);
        assert_eq!(group.map(From::Kept), Ok(from("storage")));
        assert_eq!(from("-"), From::Stdin);
        for file in ["results.json", "./17", "out/runs/17", "https://example.com/runs/x"] {
            assert_eq!(from(file), From::File(file.into()));
        }
    }
}
