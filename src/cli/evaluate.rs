//! `evaluate`: one run now, without a database.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::bail;
use clap::ValueEnum;

use cloudcorrect::clock::Clock;
use cloudcorrect::diagnostic::Diagnostic;
use cloudcorrect::evaluation::{Checked, Finding, Outcome, Totals, new_only};
use cloudcorrect::fetch::CallStats;
use cloudcorrect::policy::{Account, Covered, Group, PolicySet, Severity};
use cloudcorrect::recorded::RecordedFile;
use cloudcorrect::render::diagnostics;
use cloudcorrect::render::findings::{Results, Stream};
use cloudcorrect::resource::{AccountId, Inventory};

use super::accounts::AccountsAtHand;
use super::origin::snapshot;
use super::output;
use super::repository::Workspace;
use super::sarif::{self, Category};
use super::tree::Tree;
use super::wanted::{accounts, narrow};

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  nothing fails at or above `--fail-on`
  1  something does
  2  the policies have errors, or an argument is wrong
  3  something is unknown, and nothing fails so";

/// Command line arguments of `evaluate`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// Files and directories with policies
    #[arg(default_value = "policies")]
    paths: Vec<PathBuf>,
    /// A recorded inventory to judge, in the place of a live account
    #[arg(long, value_name = "FILE")]
    inventory: Option<PathBuf>,
    /// An `Account` of the tree to judge, whatever accounts the groups select
    #[arg(long, value_name = "NAME")]
    account: Option<String>,
    /// Only the groups of these names
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    group: Vec<String>,
    /// Only these checks: `ID` of each group, `GROUP/ID` of one
    #[arg(long, value_name = "CHECK", value_delimiter = ',')]
    check: Vec<String>,
    /// The lowest severity whose failures give exit status 1
    #[arg(long, value_name = "SEVERITY", default_value = "info")]
    fail_on: Severity,
    /// Show only findings of these outcomes; summary and exit status are of all
    #[arg(long, value_enum, value_name = "OUTCOME", value_delimiter = ',')]
    only: Vec<Shown>,
    /// How results are shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    category: Category,
    #[command(flatten)]
    workspace: Workspace,
}

#[derive(Debug, Clone, Copy, Default, ValueEnum)]
enum Format {
    /// For people
    #[default]
    Text,
    /// One JSON document, for programs
    Json,
    /// A table with a line for each finding
    Csv,
    /// SARIF 2.1.0: what fails or is unknown, at the line of its check
    Sarif,
}

/// Outcome of findings that are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Shown {
    /// What the check does not hold of
    Fail,
    /// What could not be read
    Unknown,
    /// What it holds of
    Pass,
    /// What somebody answers for with a waiver
    Waived,
    /// What there is nothing of
    NotApplicable,
}

impl From<Outcome> for Shown {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Fail => Self::Fail,
            Outcome::Unknown(_) => Self::Unknown,
            Outcome::Pass => Self::Pass,
            Outcome::Waived => Self::Waived,
            Outcome::NotApplicable => Self::NotApplicable,
        }
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let clock = Clock::System;
    let started = clock.now();
    if arguments.inventory.is_none() && arguments.account.is_none() {
        bail!("say what to judge: `--inventory FILE` or `--account NAME`");
    }
    let tree = Tree::read(&arguments.paths)?;
    let reading = tree.reading();
    if reading.diagnostics.iter().any(Diagnostic::is_error) {
        let shown = diagnostics::text(&reading.diagnostics, &tree.sources());
        bail!("the policies have problems; nothing was evaluated\n{shown}");
    }
    let mut policies = Arc::unwrap_or_clone(reading.policies);
    narrow(&mut policies, &arguments.group, &arguments.check)?;
    // Who reads SARIF knows the files of the repository, and not where the command runs.
    if matches!(arguments.format, Format::Sarif) {
        policies.groups = policies.groups.filter_map(|_, group| {
            let mut group = Group::clone(group);
            for check in group.checks.iter_mut().map(Arc::make_mut) {
                check.place.path = arguments.workspace.name_of(&check.place.path);
            }
            Some(Arc::new(group))
        });
    }
    let recording = arguments.inventory.as_deref().map(recording).transpose()?;
    let recorded = recording.as_ref().map(|(account, _)| account);
    let accounts = accounts(&policies, arguments.account.as_deref(), recorded)?;
    if let Some(words) = without_history(&policies) {
        output::note(&words);
    }
    output::progress(&format!("evaluating {} groups ...", policies.groups.len()));
    let (accounts, calls) = collect(&policies, accounts, recording)?;
    let spent = || (clock.now() - started).num_milliseconds().unsigned_abs();
    let requests = serde_json::to_value(&calls)?;
    let checks = judge(&policies, &accounts, arguments);
    let totals = match arguments.format {
        Format::Json | Format::Csv => {
            let results = Stream::new(checks, &requests);
            output::stream(|out| match arguments.format {
                Format::Json => results.json(&spent, out),
                _ => results.csv(out),
            })?;
            results.totals()
        }
        Format::Text | Format::Sarif => {
            let (checks, totals) = all(checks);
            let is_part = !arguments.only.is_empty();
            let duration_ms = spent();
            let results = Results { checks: &checks, totals: &totals, is_part, duration_ms };
            show(&results, arguments)?;
            totals
        }
    };
    Ok(ExitCode::from(status(&totals, arguments.fail_on)))
}

/// Prints results that are in memory as a whole, since their sums stand before their parts.
fn show(results: &Results<'_>, arguments: &Arguments) -> anyhow::Result<()> {
    if matches!(arguments.format, Format::Text) {
        return Ok(output::print(&results.text())?);
    }
    let log = results.sarif(arguments.category.or("cloudcorrect/evaluate"));
    sarif::print(&log, results.reported())?;
    let words = sarif::over_tags(&results.with_many_tags());
    if let Some(words) = &words {
        output::note(words);
    }
    Ok(())
}

/// Note that nothing is old here, where groups make a difference of it.
fn without_history(policies: &PolicySet) -> Option<String> {
    let differ = policies.groups.values().filter(|group| new_only(group).is_some());
    let names: Vec<_> = differ.map(|group| format!("`{}`", group.name)).collect();
    (!names.is_empty()).then(|| {
        format!(
            "`newOnly` takes the history that the service keeps; without it all that fails counts \
             as new ({})",
            names.join(", ")
        )
    })
}

/// The recorded inventory, and the account that it is of.
fn recording(path: &Path) -> anyhow::Result<(AccountId, RecordedFile)> {
    let file = RecordedFile::new(path);
    let account = snapshot(&file)?.account().clone();
    Ok((account, file))
}

/// Asks the accounts, live or the recorded one, for what the checks read.
fn collect(
    policies: &PolicySet,
    accounts: Vec<Account>,
    recording: Option<(AccountId, RecordedFile)>,
) -> anyhow::Result<(Vec<(Account, Inventory)>, CallStats)> {
    let groups: Vec<&Group> = policies.groups().collect();
    let at_hand = AccountsAtHand::new(recording)?;
    let mut calls = CallStats::default();
    let ask = |account: Account| {
        let collected = at_hand.collect(&account, &groups);
        calls.add(&collected.calls);
        (account, collected.inventory)
    };
    let asked = accounts.into_iter().map(ask).collect();
    Ok((asked, calls))
}

/// Judges the checks of all groups, each as it is asked for. Findings of outcomes that are not to be
/// shown are left out; counts stay those of all.
fn judge<'a>(
    policies: &'a PolicySet,
    accounts: &'a [(Account, Inventory)],
    arguments: &'a Arguments,
) -> impl Iterator<Item = Checked<'a>> {
    let groups = policies.groups.values().filter_map(move |group| {
        let is_chosen =
            |account: &Account| arguments.account.is_some() || group.accounts.selects(account);
        let chosen = accounts.iter().filter(|(account, _)| is_chosen(account));
        let chosen: Vec<_> = chosen.map(|(account, inventory)| (account, inventory)).collect();
        (!chosen.is_empty()).then_some((group, chosen))
    });
    groups.flat_map(move |(group, accounts)| {
        let waivers: Vec<_> = policies.waivers_of(group).collect();
        Checked::each(group, accounts.clone(), waivers).map(move |mut checked| {
            checked
                .waivers
                .retain(|status| was_judged(&status.waiver.covers, &accounts, arguments));
            if !arguments.only.is_empty() {
                let is_shown = |finding: &Finding| arguments.only.contains(&finding.outcome.into());
                checked.result.findings.retain(is_shown);
            }
            checked
        })
    })
}

/// All checks, and their sums.
fn all<'a>(checks: impl Iterator<Item = Checked<'a>>) -> (Vec<Checked<'a>>, Totals) {
    let mut totals = Totals::none();
    let mut all = Vec::new();
    for mut checked in checks {
        totals.add(&mut checked);
        all.push(checked);
    }
    (all, totals)
}

/// `true` where an account that a waiver covers was judged, and all that it covers was asked for, so
/// that it can be told how it stands.
fn was_judged(
    covers: &Covered,
    accounts: &[(&Account, &Inventory)],
    arguments: &Arguments,
) -> bool {
    accounts.iter().any(|(account, _)| covers.has_account(account))
        && (arguments.group.is_empty() || covers.group.is_some())
        && (arguments.check.is_empty() || covers.check.is_some())
}

/// 1 with a failure at or above the severity, else 3 with an unknown, else 0.
fn status(totals: &Totals, fail_on: Severity) -> u8 {
    if totals.failing.is_some_and(|severity| severity >= fail_on) {
        output::PROBLEMS
    } else if totals.counts.unknown > 0 {
        output::UNKNOWN
    } else {
        output::CLEAN
    }
}
