//! What is known of accounts: recorded, or stored by the service; now, and over a time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use anyhow::bail;
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use tokio::runtime::Runtime;

use cloudcorrect::app::{self, Kept};
use cloudcorrect::config::DatabaseSettings;
use cloudcorrect::impact::{self, Backtest, Impact};
use cloudcorrect::policy::PolicySet;
use cloudcorrect::recorded::{Recorded, RecordedFile};
use cloudcorrect::resource::{AccountId, Inventory};

use super::super::origin::snapshot;
use super::super::output;

/// Accounts as they are known.
pub(super) enum KnownAccounts {
    /// From recordings, by account and instant.
    Recorded(BTreeMap<(AccountId, DateTime<Utc>), Arc<Recorded>>),
    /// From the database of the service.
    Stored { kept: Kept, runtime: Runtime, now: Vec<Inventory> },
}

/// Beginning of the time that is looked back on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Since {
    /// So long before the last that is known of an account.
    Ago(TimeDelta),
    /// An instant.
    At(DateTime<Utc>),
}

impl FromStr for Since {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(day) = text.parse::<NaiveDate>() {
            return Ok(Self::At(day.and_time(NaiveTime::MIN).and_utc()));
        }
        let span = humantime::parse_duration(text).ok();
        let span = span.and_then(|span| TimeDelta::from_std(span).ok());
        match span.filter(|span| *span > TimeDelta::zero() && *span <= LONGEST) {
            Some(span) => Ok(Self::Ago(span)),
            None => {
                Err("write a time such as `90d`, ten years at most, or a day such as `2026-09-01`")
            }
        }
    }
}

/// The longest time that is looked back on.
const LONGEST: TimeDelta = TimeDelta::days(3_653);

impl Since {
    /// The instant, seen from another one.
    pub(super) fn before(self, now: DateTime<Utc>) -> DateTime<Utc> {
        match self {
            Self::Ago(span) => now - span,
            Self::At(instant) => instant,
        }
    }
}

/// Judges two revisions over recordings of an account: each is what was known until the next one, the last
/// until now.
fn judge_recorded(
    backtest: &mut Backtest,
    (base, head): (&PolicySet, &PolicySet),
    recordings: &BTreeMap<DateTime<Utc>, &Inventory>,
    until: DateTime<Utc>,
) {
    let changed = recordings.keys().copied().collect();
    for at in impact::instants(&changed, (backtest.since, until), TimeDelta::milliseconds(1)) {
        if let Some((_, known)) = recordings.range(..=at).next_back() {
            backtest.judge(base, head, &Inventory { taken_at: at, ..(*known).clone() });
        }
    }
}

impl KnownAccounts {
    /// What was recorded, of each account once, or where it `may_repeat` once for an instant.
    pub(super) fn recorded(paths: &[PathBuf], may_repeat: bool) -> anyhow::Result<Self> {
        let mut recordings: BTreeMap<(AccountId, DateTime<Utc>), _> = BTreeMap::new();
        for path in paths {
            output::progress(&format!("reading {} ...", path.display()));
            let recorded = snapshot(&RecordedFile::new(path))?;
            let (account, at) = (recorded.account().clone(), recorded.inventory().taken_at);
            let path = path.display();
            if !may_repeat && recordings.keys().any(|(known, _)| *known == account) {
                bail!(
                    "`{path}` is of account {account}, and so is another; give one for each account, \
                     or look back over several with `--since`"
                );
            }
            if recordings.insert((account.clone(), at), recorded).is_some() {
                bail!("`{path}` is of account {account} at {at}, and so is another");
            }
        }
        Ok(Self::Recorded(recordings))
    }

    /// What the evaluations of a source stored of the accounts of policies.
    pub(super) fn stored(
        settings: &DatabaseSettings,
        source: Option<&str>,
        policies: &PolicySet,
    ) -> anyhow::Result<Self> {
        output::progress("reading what the service stored ...");
        let runtime = app::runtime()?;
        let (kept, now) = runtime.block_on(async {
            let kept = Kept::open(settings, source).await?;
            let now = kept.inventories(policies).await?;
            anyhow::Ok((kept, now))
        })?;
        Ok(Self::Stored { kept, runtime, now })
    }

    /// Name of the source whose evaluations stored it.
    pub(super) fn source(&self) -> Option<&str> {
        match self {
            Self::Recorded(_) => None,
            Self::Stored { kept, .. } => Some(kept.name()),
        }
    }

    /// The last that is known of each.
    pub(super) fn now(&self) -> Vec<&Inventory> {
        match self {
            Self::Recorded(recordings) => {
                let all = recordings.iter().map(|((account, _), it)| (account, it.inventory()));
                let last: BTreeMap<&AccountId, &Inventory> = all.collect();
                last.into_values().collect()
            }
            Self::Stored { now, .. } => now.iter().collect(),
        }
    }

    /// Judges two revisions over what was known of each account until now.
    pub(super) fn backtest(
        &self,
        since: Since,
        base: &PolicySet,
        head: &PolicySet,
    ) -> anyhow::Result<Option<Backtest>> {
        let Some(last) = self.now().iter().map(|one| one.taken_at).max() else { return Ok(None) };
        let since = since.before(last);
        if since >= last {
            bail!("`--since` lies after the last that is known of the accounts, of {last}");
        }
        let mut backtest = Backtest::new(since);
        match self {
            Self::Recorded(recordings) => {
                for inventory in self.now() {
                    let account = &inventory.account;
                    let of_account = recordings.range((account.clone(), DateTime::UNIX_EPOCH)..);
                    let of_account = of_account.take_while(|((it, _), _)| it == account);
                    let all = of_account.map(|((_, at), one)| (*at, one.inventory())).collect();
                    judge_recorded(&mut backtest, (base, head), &all, last);
                }
            }
            Self::Stored { kept, runtime, now } => {
                let types = Impact::types(base, head);
                let close = impact::resolution(since, last);
                backtest.resolution = Some(close);
                for Inventory { account, .. } in now {
                    output::progress(&format!("reading what was known of account {account} ..."));
                    let history = kept.history(account, &types, since);
                    let mut history = runtime.block_on(history)?;
                    let changed: BTreeSet<_> = history.instants();
                    let instants = impact::instants(&changed, (since, last), close);
                    let all = instants.len();
                    for (at, instant) in instants.into_iter().enumerate() {
                        if at % 50 == 0 {
                            output::progress(&format!(
                                "judging account {account} as of {instant}, {at} of {all} ..."
                            ));
                        }
                        if let Some(inventory) = history.at(instant) {
                            backtest.judge(base, head, &inventory);
                        }
                    }
                }
            }
        }
        Ok(Some(backtest))
    }
}
