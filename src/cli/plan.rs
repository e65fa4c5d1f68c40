//! `plan`: what a change of policies means, in the words of the comment on a pull request.

mod accounts;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::bail;

use cloudcorrect::app;
use cloudcorrect::clock::Clock;
use cloudcorrect::config::{MAX_REMOVED_PERCENT, is_source_name};
use cloudcorrect::evaluation::{Checked, WaiverStatus};
use cloudcorrect::git::{CommitId, Objects, ReadError};
use cloudcorrect::impact::{Changes, Impact, Removal};
use cloudcorrect::policy::{Account, PolicySet, SETTINGS_FILE, is_policy_file};
use cloudcorrect::proposal::{Policies, PolicyDirectory, Proposal};
use cloudcorrect::render::{
    Judged, KnownWaivers, Past, Proposed, SourceLabel, comment, diagnostics,
};
use cloudcorrect::resource::{AccountId, Inventory};

use self::accounts::{KnownAccounts, Since};
use super::output;

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  nothing changes for the worse
  1  less is demanded, or may be; or a resource newly fails, or nobody knows whether it does
  2  the policies have errors, or an argument is wrong";

/// Command line arguments of `plan`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// Revisions as Git names them: what is proposed, compared with where it parted from the base
    #[arg(value_name = "BASE..HEAD")]
    range: Range,
    /// Directory of the policies, from the root of the repository
    #[arg(long, value_name = "DIRECTORY", default_value = "policies")]
    path: String,
    /// Recorded inventory over which both revisions are judged; one for each account, or with
    /// `--since` several of each
    #[arg(long, value_name = "FILE")]
    inventory: Vec<PathBuf>,
    /// Judge both revisions over what the evaluations of the service stored of its accounts
    #[arg(long, conflicts_with = "inventory")]
    stored: bool,
    /// Also look back: what the change would have found over a time such as `90d`, or since a day
    #[arg(long, value_name = "TIME", value_parser = Since::from_str)]
    since: Option<Since>,
    /// The settings of the service, TOML, for `--stored`; only `data_dir` and `database_url` are
    /// read, and `DATABASE_URL` does as well
    #[arg(long, value_name = "FILE", env = "CLOUDCORRECT_CONFIG")]
    config: Option<PathBuf>,
    /// Also name resources: so many of each check, account and kind of difference, 200 at most
    #[arg(
        long,
        value_name = "NUMBER",
        num_args = 0..=1,
        require_equals = true,
        default_value_t = 0,
        default_missing_value = "20",
        hide_default_value = true
    )]
    resources: usize,
    /// Name of the source that the service watches there, which its comments carry; left out, it is
    /// `main`, or with `--stored` the only one
    #[arg(long, value_name = "NAME", value_parser = source_name)]
    source: Option<String>,
    /// Percent of the groups that may be removed without the commit being held, as the service's settings have it
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = MAX_REMOVED_PERCENT,
        value_parser = clap::value_parser!(u8).range(0..=100)
    )]
    max_removed_percent: u8,
    /// Say of which source it is, as the service does where a repository feeds several
    #[arg(long)]
    shared: bool,
}

/// Name of a source as settings have it.
fn source_name(text: &str) -> Result<String, &'static str> {
    if !is_source_name(text) {
        return Err("the name of a source is at most 40 of a-z, 0-9 and `-`");
    }
    Ok(text.to_owned())
}

/// Revisions to compare.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Range {
    base: String,
    head: String,
}

impl FromStr for Range {
    type Err = String;

    /// Three dots mean the same, since it is always compared with where the two parted.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once("...").or_else(|| text.split_once(".."));
        let (base, head) = parts.unwrap_or((text, ""));
        if base.is_empty() || head.contains("..") {
            return Err("write it as `BASE..HEAD`, such as `main..HEAD`".to_owned());
        }
        let head = if head.is_empty() { "HEAD" } else { head };
        Ok(Self { base: base.to_owned(), head: head.to_owned() })
    }
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { resources, source, shared, since, .. } = arguments;
    let is_judged = arguments.stored || !arguments.inventory.is_empty();
    if *resources > 0 && !is_judged {
        bail!("`--resources` names those of `--inventory FILE` or `--stored`; give one of them");
    }
    if since.is_some() && !is_judged {
        bail!(
            "`--since` looks back over `--inventory FILE`, given several times, or `--stored`; give one of them"
        );
    }
    let objects = Objects::around(Path::new("."))?;
    let compared = compare(&objects, arguments).map_err(|error| {
        let is_damaged = matches!(error.downcast_ref(), Some(ReadError::Damaged(_)));
        if is_damaged && objects.is_partial() {
            return error.context(
                "this is a partial clone, which lacks some objects; clone the repository without \
                 `--filter`",
            );
        }
        error
    })?;
    let Compared { before, proposal: Proposal { head, reading, changes, .. } } = compared;
    let accounts = known_accounts(arguments, &before)?;
    let inventories = accounts.now();
    let impact = (is_judged && changes.is_some()).then(|| {
        output::progress("judging both revisions ...");
        Impact::of(&before, &reading.policies, &inventories, *resources)
    });
    let since = since.filter(|_| changes.is_some());
    let backtest = since.map(|since| accounts.backtest(since, &before, &reading.policies));
    let backtest = backtest.transpose()?.flatten();
    let past = backtest.as_ref().map(|backtest| Past { backtest, examples: *resources });
    note_strangers([&before, &reading.policies], &inventories);
    let statuses = standing(&before, &inventories);
    let known = KnownWaivers { today: Clock::System.now().date_naive(), statuses: &statuses };
    let (changes, impact) = (changes.as_ref(), impact.as_ref());
    let judged = impact.map_or(Judged::NotAsked, Judged::By);
    let removal = Removal::between(&before, &reading.policies);
    let held = removal.exceeds(arguments.max_removed_percent) && changes.is_some();
    let proposed = Proposed {
        head: &head.to_string(),
        reading: &reading,
        changes,
        judged,
        stack: None,
        held: held.then_some(removal),
        past,
        foreign: &[],
    };
    let source = source.as_deref().or(accounts.source()).unwrap_or("main");
    let label = SourceLabel { source, is_alone: !shared };
    output::print(&format!("{}\n", comment(label, 0, proposed, known).body))?;
    Ok(ExitCode::from(status(changes, impact)))
}

/// A proposal, and the policies that it is compared with.
struct Compared {
    before: Arc<PolicySet>,
    proposal: Proposal,
}

fn compare(objects: &Objects, arguments: &Arguments) -> anyhow::Result<Compared> {
    let Arguments { range, path, .. } = arguments;
    let path: Vec<_> = path.split('/').filter(|part| !["", "."].contains(part)).collect();
    let path = path.join("/");
    let directory = PolicyDirectory { objects, path: &path, known: None };
    let (base, head) = (objects.resolve(&range.base)?, objects.resolve(&range.head)?);
    if !objects.has_directory(base, &path)? && !objects.has_directory(head, &path)? {
        bail!(
            "neither `{}` nor `{}` has a directory `{path}`; name that of the policies with \
             `--path`, from the root of the repository",
            range.base,
            range.head
        );
    }
    let parted = objects.parted((base, &range.base), (head, &range.head))?;
    if parted.is_none() {
        output::note(&format!(
            "`{}` and `{}` have no history in common; they are compared as they are",
            range.base, range.head
        ));
    }
    let parted = parted.unwrap_or(base);
    let known = in_force(directory, (base, &range.base), parted)?;
    let before = Arc::clone(&known.reading.policies);
    let directory = PolicyDirectory { known: Some(&known), ..directory };
    let gates = directory.settings(base)?.0;
    let proposal = directory.proposal(head, (parted, &before), gates.as_ref())?;
    let is_policy = |file: &str| {
        file == SETTINGS_FILE || is_policy_file(file) && Path::new(file).starts_with(&path)
    };
    if objects.resolve("HEAD").is_ok_and(|checked_out| checked_out == head)
        && objects.has_uncommitted(&[&path, SETTINGS_FILE], is_policy)
    {
        output::note("what is not committed is not part of it");
    }
    Ok(Compared { before, proposal })
}

/// The policies that a proposal is compared with: those of the commit at which it parted from the base
/// or, where these have errors, of the base; none where there are none yet.
fn in_force(
    directory: PolicyDirectory<'_>,
    (base, name): (CommitId, &str),
    parted: CommitId,
) -> anyhow::Result<Policies> {
    let mut read = Policies::default();
    for commit in [parted, base] {
        if !directory.objects.has_directory(commit, directory.path)? {
            return Ok(Policies::default());
        }
        read = directory.policies(commit, None)?;
        if read.reading.is_clean() {
            return Ok(read);
        }
    }
    let shown = diagnostics::text(&read.reading.diagnostics, &read.tree.files());
    bail!(
        "the policies of `{name}` ({}) have problems; name a revision that is good to compare with\n{}",
        base.short(),
        shown.trim_end()
    );
}

/// What is known of the accounts of policies: recorded, or stored by the service.
fn known_accounts(arguments: &Arguments, policies: &PolicySet) -> anyhow::Result<KnownAccounts> {
    let Arguments { inventory, stored, config, source, since, .. } = arguments;
    if !stored {
        return KnownAccounts::recorded(inventory, since.is_some());
    }
    let settings = app::database_settings(config.as_deref())?;
    KnownAccounts::stored(&settings, source.as_deref(), policies)
}

/// Says of which recordings neither revision has the account: they decide nothing.
fn note_strangers(policies: [&PolicySet; 2], inventories: &[&Inventory]) {
    let known = |id: &AccountId| {
        policies.iter().flat_map(|set| set.accounts.values()).any(|account| account.id == *id)
    };
    for inventory in inventories.iter().filter(|one| !known(&one.account)) {
        output::note(&format!(
            "no policies name account {}, of which there is an inventory",
            inventory.account
        ));
    }
}

/// How the waivers in force stand, those of groups of which all accounts are known.
fn standing(policies: &PolicySet, inventories: &[&Inventory]) -> Vec<WaiverStatus> {
    let known = |account: &Account| inventories.iter().find(|one| one.account == account.id);
    let statuses = policies.groups.values().filter_map(|group| {
        let waivers: Vec<_> = policies.waivers_of(group).collect();
        let accounts = policies.accounts_of(group).map(|one| Some((one, *known(one)?)));
        let accounts: Vec<_> = accounts.collect::<Option<_>>()?;
        (!waivers.is_empty())
            .then(|| Checked::each(group, accounts, waivers).flat_map(|checked| checked.waivers))
    });
    WaiverStatus::merged(statuses.flatten())
}

fn status(changes: Option<&Changes>, impact: Option<&Impact>) -> u8 {
    let Some(changes) = changes else { return output::USAGE };
    let may_fail = |impact: &Impact| impact.total().bad() > 0 || !impact.unknown.is_empty();
    if impact.is_some_and(may_fail)
        || changes.weaker().next().is_some()
        || changes.to_judge().next().is_some()
    {
        output::PROBLEMS
    } else {
        output::CLEAN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_written_as_git_has_them() {
        for (text, base, head) in [
            ("main..HEAD", "main", "HEAD"),
            ("main...feature/x", "main", "feature/x"),
            ("v1.2..", "v1.2", "HEAD"),
            ("origin/main", "origin/main", "HEAD"),
        ] {
            let range = Range { base: base.into(), head: head.into() };
            assert_eq!(text.parse::<Range>(), Ok(range), "{text}");
        }
        for text in ["", "..HEAD", "a..b..c"] {
            assert!(text.parse::<Range>().is_err(), "{text}");
        }
    }
}
