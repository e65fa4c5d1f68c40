//! How many calls are under way at a time, and how many begin in a second.

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep_until};

use super::{Limits, ServiceLimits};
use crate::resource::Region;

/// Limits of one account by service and region, and the one that it shares with all others.
#[derive(Debug)]
pub(super) struct CallLimiter {
    limits: Limits,
    /// Places of calls, whichever account they are for.
    shared: Arc<Semaphore>,
    services: Mutex<Services>,
}

/// Limits by service and region.
type Services = HashMap<(Box<str>, Region), Arc<Service>>;

/// A service in a region.
#[derive(Debug)]
struct Service {
    places: Arc<Semaphore>,
    pace: Option<Mutex<Pace>>,
}

/// Place among the calls of a service in a region, for whoever may come to make one.
#[derive(Debug)]
pub(super) struct Place {
    permit: OwnedSemaphorePermit,
    service: Arc<Service>,
    shared: Arc<Semaphore>,
}

/// Leave to make a call, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
    _shared: OwnedSemaphorePermit,
}

impl CallLimiter {
    /// Places of the calls of all accounts together.
    pub(super) fn shared(limits: &Limits) -> Arc<Semaphore> {
        Arc::new(Semaphore::new(limits.calls.max(1)))
    }

    /// A limiter of an account with no call under way.
    pub(super) fn new(limits: &Limits, shared: Arc<Semaphore>) -> Self {
        Self { limits: limits.clone(), shared, services: Mutex::default() }
    }

    /// Waits for a place among the calls of the service. It takes nothing from other accounts yet, and
    /// no time from calls behind it.
    pub(super) async fn place(&self, service: &str, region: &Region) -> Option<Place> {
        let service = self.service(service, region);
        // An error means that the semaphore was closed, which never happens.
        let permit = Arc::clone(&service.places).acquire_owned().await.ok()?;
        Some(Place { permit, service, shared: Arc::clone(&self.shared) })
    }

    fn service(&self, name: &str, region: &Region) -> Arc<Service> {
        let mut services = self.services.lock().unwrap_or_else(PoisonError::into_inner);
        let service = services.entry((name.into(), region.clone()));
        service.or_insert_with(|| Arc::new(Service::new(self.limits.of_service(name)))).clone()
    }
}

impl Place {
    /// Waits until the call that it is for may start.
    pub(super) async fn turn(self) -> Option<Turn> {
        let Self { permit, service, shared } = self;
        if let Some(begin) = service.begin() {
            sleep_until(begin).await;
        }
        let shared = if let Ok(free) = Arc::clone(&shared).try_acquire_owned() {
            free
        } else {
            let free = shared.acquire_owned().await.ok()?;
            // Others may have waited as well: they do not all begin at once.
            if let Some(begin) = service.begin() {
                sleep_until(begin).await;
            }
            free
        };
        Some(Turn { _place: permit, _shared: shared })
    }
}

impl Service {
    fn new(limits: &ServiceLimits) -> Self {
        let places = Arc::new(Semaphore::new(limits.concurrency.max(1)));
        Self { places, pace: limits.per_second.map(Pace::new).map(Mutex::new) }
    }

    /// The instant that the next call has to wait for; `None` where it may begin now.
    fn begin(&self) -> Option<Instant> {
        let mut pace = self.pace.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        Some(pace.next(now)).filter(|begin| *begin > now)
    }
}

/// Calls that begin evenly apart. What was missed is not made up for by calls at once.
#[derive(Debug)]
struct Pace {
    apart: Duration,
    free: Option<Instant>,
}

impl Pace {
    fn new(per_second: NonZeroU32) -> Self {
        Self { apart: Duration::from_secs(1) / per_second.get(), free: None }
    }

    /// The instant for the next call, which nobody else gets.
    fn next(&mut self, now: Instant) -> Instant {
        let begin = self.free.map_or(now, |free| free.max(now));
        self.free = Some(begin + self.apart);
        begin
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use super::*;

    fn home() -> Region {
        "eu-west-1".parse().expect("a region")
    }

    fn limits(concurrency: usize, calls: usize) -> Limits {
        let service = ServiceLimits { concurrency, per_second: None };
        Limits { calls, service, ..Limits::default() }
    }

    fn limiter(limits: &Limits) -> CallLimiter {
        CallLimiter::new(limits, CallLimiter::shared(limits))
    }

    async fn enter(limiter: &CallLimiter, service: &str, region: &Region) -> Option<Turn> {
        limiter.place(service, region).await?.turn().await
    }

    /// `true` where a call has to wait for its turn.
    async fn waits(limiter: &CallLimiter, service: &str, region: &Region) -> bool {
        futures::poll!(pin!(enter(limiter, service, region))).is_pending()
    }

    #[tokio::test]
    async fn a_call_that_is_not_made_takes_no_time_and_no_place_of_others() {
        let mut limits = limits(4, 1);
        limits.service.per_second = NonZeroU32::new(1);
        let limiter = limiter(&limits);
        for _ in 0..3 {
            drop(limiter.place("ec2", &home()).await);
        }
        let _unused = limiter.place("ec2", &home()).await;
        assert!(!waits(&limiter, "iam", &home()).await, "the shared place is free");
        assert!(!waits(&limiter, "ec2", &home()).await);
        assert!(waits(&limiter, "ec2", &home()).await, "the next one begins a second later");
    }

    #[tokio::test]
    async fn the_calls_of_a_service_in_a_region_are_bounded() {
        let limiter = limiter(&limits(1, 10));
        let turn = enter(&limiter, "ec2", &home()).await;
        assert!(waits(&limiter, "ec2", &home()).await);
        assert!(!waits(&limiter, "ec2", &Region::global()).await);
        assert!(!waits(&limiter, "iam", &home()).await);
        drop(turn);
        assert!(!waits(&limiter, "ec2", &home()).await);
    }

    #[tokio::test]
    async fn a_service_may_have_limits_of_its_own() {
        let limiter = limiter(&limits(1, 100));
        let mut turns = Vec::new();
        for _ in 0..16 {
            turns.push(enter(&limiter, "s3", &home()).await);
        }
        assert!(waits(&limiter, "s3", &home()).await);
    }

    #[tokio::test]
    async fn all_accounts_share_a_bound_and_who_waits_for_its_own_takes_nothing_of_it() {
        let limits = limits(1, 2);
        let shared = CallLimiter::shared(&limits);
        let [one, other, third] = [(); 3].map(|()| CallLimiter::new(&limits, shared.clone()));
        let region = home();
        let turn = enter(&one, "ec2", &region).await;
        let mut waiting = pin!(enter(&one, "ec2", &region));
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        let _another = enter(&other, "ec2", &region).await;
        assert!(waits(&third, "ec2", &region).await);
        assert!(futures::poll!(waiting.as_mut()).is_pending());
        drop(turn);
        assert!(!waits(&third, "ec2", &region).await);
    }

    #[test]
    fn a_pace_has_calls_evenly_apart_and_makes_up_for_nothing() {
        let start = Instant::now();
        let at = |millis| start + Duration::from_millis(millis);
        let mut pace = Pace::new(NonZeroU32::new(4).expect("more than none"));
        let begins = [0, 0, 10, 5000, 5000].map(|now| pace.next(at(now)));
        assert_eq!(begins, [0, 250, 500, 5000, 5250].map(at));
    }
}
