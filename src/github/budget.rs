//! How much an installation may create, so that GitHub never has to limit it.
//!
//! GitHub takes 80 requests a minute that create content and 500 an hour, and may ban an App that
//! goes beyond: <https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api>.
//! Each budget is a bucket that is refilled evenly, so that what it holds and what comes in during
//! a span together stay within the limit of that span; all that has to be kept of one is the
//! instant at which it is whole again.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// A bucket of creating requests.
#[derive(Debug)]
struct Bucket {
    size: i32,
    refill: TimeDelta,
}

/// 20 and one each second: 80 in any minute, and one a second is what GitHub advises.
const MINUTE: Bucket = Bucket { size: 20, refill: TimeDelta::seconds(1) };
/// 200 and one each twelve seconds: 500 in any hour.
const HOUR: Bucket = Bucket { size: 200, refill: TimeDelta::seconds(12) };
/// What comments leave of the hour's, as merges wait for check runs.
const KEPT_FOR_CHECK_RUNS: i32 = 50;
/// What issues leave of it.
const KEPT_FOR_PULL_REQUESTS: i32 = 100;

/// Kind of what is created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Created {
    /// A check run, for which a merge may wait.
    CheckRun,
    /// A comment, which somebody will read some time.
    Comment,
    /// An issue, which tells nothing that a check run does not.
    Issue,
}

/// Budget of an installation, as far as it is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// When the minute's is whole again.
    pub minute_whole_at: DateTime<Utc>,
    /// When the hour's is whole again.
    pub hour_whole_at: DateTime<Utc>,
}

impl Budget {
    /// A budget of which nothing is used up.
    pub fn whole(now: DateTime<Utc>) -> Self {
        Self { minute_whole_at: now, hour_whole_at: now }
    }

    /// Takes one creating request, if there is one left; else how long it takes until there is.
    pub fn take(&mut self, kind: Created, now: DateTime<Utc>) -> Result<(), Duration> {
        let kept = match kind {
            Created::CheckRun => 0,
            Created::Comment => KEPT_FOR_CHECK_RUNS,
            Created::Issue => KEPT_FOR_PULL_REQUESTS,
        };
        let wait = MINUTE.wait(self.minute_whole_at, 0, now);
        let wait = wait.max(HOUR.wait(self.hour_whole_at, kept, now));
        if wait > TimeDelta::zero() {
            return Err(wait.to_std().unwrap_or_default());
        }
        self.spend(now);
        Ok(())
    }

    /// Takes one creating request whether there is one left or not.
    pub fn spend(&mut self, now: DateTime<Utc>) {
        self.minute_whole_at = MINUTE.spent(self.minute_whole_at, now);
        self.hour_whole_at = HOUR.spent(self.hour_whole_at, now);
    }
}

impl Bucket {
    /// The time until one can be taken and `kept` are left; no more than zero where that is now.
    fn wait(&self, whole_at: DateTime<Utc>, kept: i32, now: DateTime<Utc>) -> TimeDelta {
        self.held(whole_at, now) + self.refill - now - self.refill * (self.size - kept)
    }

    /// When it is whole again once one is taken.
    fn spent(&self, whole_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        self.held(whole_at, now) + self.refill
    }

    /// When it is whole again, which is never longer away than filling it from nothing takes: the
    /// clock may have been set back.
    fn held(&self, whole_at: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
        whole_at.clamp(now, now + self.refill * self.size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// The seconds at which requests are made by somebody who always wants more.
    fn eager(kind: Created, seconds: i64) -> Vec<i64> {
        let mut budget = Budget::whole(NOW);
        let mut taken = Vec::new();
        for second in 0..seconds {
            while budget.take(kind, NOW + TimeDelta::seconds(second)).is_ok() {
                taken.push(second);
            }
        }
        taken
    }

    /// The most of them within a span.
    fn most(taken: &[i64], span: i64) -> usize {
        let within = |first: i64| {
            let span = first..first + span;
            taken.iter().filter(|at| span.contains(at)).count()
        };
        taken.iter().map(|first| within(*first)).max().unwrap_or(0)
    }

    #[test]
    fn no_minute_and_no_hour_has_more_than_github_takes() {
        for (kind, least) in
            [(Created::CheckRun, 445), (Created::Comment, 445), (Created::Issue, 395)]
        {
            let taken = eager(kind, 3 * 3_600);
            assert_eq!(taken.iter().filter(|at| **at == 0).count(), 20);
            assert!(most(&taken, 60) <= 80 && most(&taken, 60) >= 79, "{}", most(&taken, 60));
            assert!(most(&taken, 3_600) <= 500, "{}", most(&taken, 3_600));
            assert!(most(&taken, 3_600) >= least, "{kind:?}: {}", most(&taken, 3_600));
        }
    }

    #[test]
    fn comments_leave_some_of_the_hour_to_check_runs() {
        let mut budget = Budget::whole(NOW);
        let mut now = NOW;
        let mut comments = 0;
        let refused = loop {
            match budget.take(Created::Comment, now) {
                Ok(()) => comments += 1,
                Err(wait) if wait > Duration::from_secs(1) => break wait,
                Err(wait) => now += TimeDelta::from_std(wait).expect("a second"),
            }
        };
        assert!((150..170).contains(&comments), "{comments}");
        assert!(refused <= Duration::from_secs(12), "{refused:?}");
        let check_runs = (0..60).filter(|second| {
            let now = now + TimeDelta::seconds(*second);
            budget.take(Created::CheckRun, now).is_ok()
        });
        assert_eq!(check_runs.count(), 55, "fifty, and what a minute brings");
        let now = now + TimeDelta::seconds(60);
        assert!(budget.take(Created::Comment, now).is_err());
    }

    #[test]
    fn issues_leave_some_of_the_hour_to_comments() {
        let mut budget = Budget::whole(NOW);
        let mut now = NOW;
        let mut issues = 0;
        loop {
            match budget.take(Created::Issue, now) {
                Ok(()) => issues += 1,
                Err(wait) if wait > Duration::from_secs(1) => break,
                Err(wait) => now += TimeDelta::from_std(wait).expect("a second"),
            }
        }
        assert!((100..120).contains(&issues), "{issues}");
        let comments = (0..60).filter(|second| {
            let now = now + TimeDelta::seconds(*second);
            budget.take(Created::Comment, now).is_ok()
        });
        assert_eq!(comments.count(), 55, "fifty, and what a minute brings");
        assert!(budget.take(Created::CheckRun, now + TimeDelta::seconds(60)).is_ok());
    }

    #[test]
    fn what_waits_can_be_taken_when_it_is_said() {
        let mut budget = Budget::whole(NOW);
        for _ in 0..20 {
            budget.take(Created::CheckRun, NOW).expect("one is left");
        }
        let wait = budget.take(Created::CheckRun, NOW).expect_err("none is left");
        assert_eq!(wait, Duration::from_secs(1));
        let before = budget;
        assert!(budget.take(Created::CheckRun, NOW + TimeDelta::milliseconds(999)).is_err());
        assert_eq!(budget, before, "a refusal costs nothing");
        budget.take(Created::CheckRun, NOW + TimeDelta::seconds(1)).expect("one came in");
        // One that has to be made all the same is paid for.
        budget.spend(NOW + TimeDelta::seconds(2));
        let wait = budget.take(Created::CheckRun, NOW + TimeDelta::seconds(2));
        assert_eq!(wait, Err(Duration::from_secs(1)));
    }

    #[test]
    fn a_clock_that_is_set_back_makes_no_wait_longer() {
        let mut budget = Budget::whole(NOW + TimeDelta::days(1));
        assert_eq!(budget.take(Created::CheckRun, NOW), Err(Duration::from_secs(12)));
        assert_eq!(budget.take(Created::Comment, NOW), Err(Duration::from_secs(51 * 12)));
    }
}
