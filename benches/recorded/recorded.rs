//! A large recorded account: what it costs to load it, and to judge it by the checks of the baseline.
//!
//! `scripts/bench.sh recorded`, or `cargo bench --bench recorded -- INVENTORY [FIGURES]` of a file
//! that `scripts/large-inventory.py` wrote. Fails beyond the limits. What a pair of a check and a
//! resource costs, by check, is written to FIGURES, beside which another program can be measured.

#![expect(clippy::disallowed_methods, reason = "a benchmark measures the time")]

#[path = "../figures/mod.rs"]
mod figures;

use std::collections::BTreeMap;
use std::error::Error;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cloudcorrect::evaluation::{Checked, Verdicts};
use cloudcorrect::policy::{Account, Check, Group, PolicySet, SourceFile};
use cloudcorrect::recorded::RecordedFile;
use cloudcorrect::resource::Inventory;
use rustix::time::{ClockId, clock_gettime};

/// The allocator of the binary.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const LOADS: usize = 5;
const ROUNDS: u32 = 11;

/// Least megabytes that are loaded in a second of CPU.
const MEGABYTES_A_SECOND: f64 = 120.0;
/// Least pairs that are judged in a second, on all processors of which there should be two.
const PAIRS_A_SECOND: f64 = 2e6;

const POLICIES: [&str; 2] = ["accounts.yaml", "aws-baseline.yaml"];
const GROUP: &str = "aws-baseline";

type Outcome<T> = Result<T, Box<dyn Error>>;

fn main() -> Outcome<()> {
    // Cargo adds an option of its own.
    let mut paths = std::env::args().skip(1).filter(|argument| !argument.starts_with("--"));
    let inventory = PathBuf::from(paths.next().ok_or("say which inventory to load")?);
    let loaded = load(&inventory)?;
    let policies = policies()?;
    let group = policies.groups.values().find(|group| group.name.as_str() == GROUP);
    let group = group.ok_or("there is no such group")?;
    let recorded = RecordedFile::new(inventory).snapshot()?;
    let account = policies.accounts.values().find(|account| account.id == *recorded.account());
    let judging = Judging {
        group,
        account: account.ok_or("there is no such account")?,
        inventory: recorded.inventory(),
    };
    let (judged, costs) = judging.rounds();
    if let Some(path) = paths.next() {
        fs::write(path, serde_json::to_vec(&costs)?)?;
    }
    if loaded < MEGABYTES_A_SECOND {
        return Err(format!("fewer than {MEGABYTES_A_SECOND} MB a CPU second were loaded").into());
    }
    if judged < PAIRS_A_SECOND {
        return Err(format!("fewer than {PAIRS_A_SECOND} pairs a second were judged").into());
    }
    Ok(())
}

/// Megabytes that are loaded in a second of CPU, in the middle one of several times.
fn load(path: &Path) -> Outcome<f64> {
    let bytes = fs::metadata(path)?.len();
    let mut times = Vec::with_capacity(LOADS);
    for _ in 0..LOADS {
        let began = cpu();
        let recorded = RecordedFile::new(path).snapshot()?;
        times.push(cpu().saturating_sub(began));
        drop(recorded);
    }
    times.sort();
    let median = times.get(LOADS / 2).copied().unwrap_or_default();
    #[expect(clippy::cast_precision_loss, reason = "a figure for people")]
    let megabytes = bytes as f64 / 1e6;
    let rate = megabytes / median.as_secs_f64();
    let spread = figures::Spread::of(&times);
    let figure =
        format!("{rate:.0} MB a CPU second (at least {MEGABYTES_A_SECOND}); CPU: {spread}");
    figures::tell("recorded", &format!("loading {megabytes:.0} MB"), &figure);
    Ok(rate)
}

/// A group in an account, judged again and again.
struct Judging<'a> {
    group: &'a Group,
    account: &'a Account,
    inventory: &'a Inventory,
}

impl Judging<'_> {
    /// Pairs that are judged in a second of the fastest round; nanoseconds of CPU by pair of each check
    /// that is judged alone, findings and their words included.
    fn rounds(&self) -> (f64, BTreeMap<&str, f64>) {
        let rules = || self.group.checks.iter().map(|check| &check.rule);
        let pairs: u32 = self.group.checks.iter().map(|check| self.pairs(check)).sum();
        let what = format!("judging {pairs} pairs (at least {PAIRS_A_SECOND:.0} a second)");
        let judged = Self::timed(&what, pairs, || {
            drop(black_box(Verdicts::of(rules(), &[(self.account, self.inventory)])));
        });
        let what = format!("judging {pairs} pairs and telling all findings");
        Self::timed(&what, pairs, || {
            black_box(self.tell(self.group));
        });
        let costs = self.group.checks.iter().map(|check| {
            let alone = Group { checks: vec![Arc::clone(check)], ..self.group.clone() };
            let times = (0..ROUNDS).map(|_| {
                let began = cpu();
                black_box(self.tell(&alone));
                cpu().saturating_sub(began)
            });
            let cost = each(times.sum(), self.pairs(check)).as_secs_f64();
            (check.id.as_str(), cost * 1e9)
        });
        (judged, costs.collect())
    }

    /// Tells the findings of each check and drops them before those of the next, as `evaluate` does.
    /// Gives how many there are.
    fn tell(&self, group: &Group) -> usize {
        let accounts = vec![(self.account, self.inventory)];
        Checked::each(group, accounts, Vec::new()).map(|one| one.result.findings.len()).sum()
    }

    /// Pairs a second of the fastest of several rounds.
    fn timed(what: &str, pairs: u32, round: impl Fn()) -> f64 {
        let before = cpu();
        let rounds = (0..ROUNDS).map(|_| {
            let began = Instant::now();
            round();
            began.elapsed()
        });
        let rounds: Vec<Duration> = rounds.collect();
        let a_cpu_second = each(cpu().saturating_sub(before), pairs).as_secs_f64().recip();
        let least = rounds.iter().min().copied().unwrap_or_default();
        let rate = f64::from(pairs) / least.as_secs_f64();
        let figure = format!(
            "{:.2} million a second at best, {:.2} million a CPU second; {}",
            rate / 1e6,
            a_cpu_second / 1e6,
            figures::Spread::of(&rounds)
        );
        figures::tell("recorded", what, &figure);
        rate
    }

    /// Resources of the type that a check selects.
    fn pairs(&self, check: &Check) -> u32 {
        let lists = self.inventory.lists_of(&check.rule.schema.type_name);
        let count: usize = lists.map(|(_, listing)| listing.resources().len()).sum();
        u32::try_from(count).unwrap_or(u32::MAX)
    }
}

/// The part of a time of all rounds that each of so many pairs of a round took.
fn each(time: Duration, pairs: u32) -> Duration {
    time.div_f64(f64::from(pairs.max(1)) * f64::from(ROUNDS))
}

/// CPU that the process used, of all its threads.
fn cpu() -> Duration {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(used).unwrap_or_default()
}

fn policies() -> Outcome<PolicySet> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../example-policies/policies");
    let files = POLICIES
        .map(|name| fs::read(directory.join(name)).map(|bytes| SourceFile::new(name, bytes)));
    let files = files.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Arc::unwrap_or_clone(PolicySet::read(&files).policies))
}
