//! Sending one request, and reading all pages of a list.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use super::error::{Error, limit};
use super::pace::Pace;

/// Entries of a page, the most that GitHub gives.
const PAGE: usize = 100;
/// Pages read at most: a list without end is somebody's attack or error.
const MOST_PAGES: usize = 100;

/// A client with its token, and the pace at which it may ask.
#[derive(Clone)]
pub(super) struct Client {
    octocrab: Octocrab,
    pace: Arc<Pace>,
    timeout: Duration,
}

impl Client {
    /// Of a client, its pace, and how long a request may take altogether.
    pub(super) fn new(octocrab: Octocrab, pace: Arc<Pace>, timeout: Duration) -> Self {
        Self { octocrab, pace, timeout }
    }

    /// Client that makes requests for [`Client::send`].
    pub(super) fn octocrab(&self) -> &Octocrab {
        &self.octocrab
    }

    /// Sends a request, for what is said in `purpose`, unless GitHub asked us to wait.
    pub(super) async fn send<T>(
        &self,
        purpose: &'static str,
        request: impl Future<Output = octocrab::Result<T>>,
    ) -> Result<T, Error> {
        let now = self.pace.wait()?;
        self.ask(now, purpose, Box::pin(request)).await
    }

    /// Takes what is mostly at hand, and needs a request at times; limits do not hold it up.
    pub(super) async fn at_hand<T>(
        &self,
        purpose: &'static str,
        request: impl Future<Output = octocrab::Result<T>>,
    ) -> Result<T, Error> {
        let now = self.pace.now();
        self.ask(now, purpose, Box::pin(request)).await
    }

    /// The request is boxed, since octocrab's are large.
    async fn ask<T>(
        &self,
        now: DateTime<Utc>,
        purpose: &'static str,
        request: Pin<Box<impl Future<Output = octocrab::Result<T>>>>,
    ) -> Result<T, Error> {
        let span = tracing::debug_span!("github", purpose);
        match tokio::time::timeout(self.timeout, request).instrument(span).await {
            Ok(Ok(answer)) => {
                self.pace.answered(now);
                Ok(answer)
            }
            Ok(Err(error)) => match limit(&error) {
                Some(limit) => Err(self.pace.limited(now, limit)),
                None => Err(error.into()),
            },
            Err(_) => Err(Error::timeout(self.timeout)),
        }
    }

    /// Reads a list page by page, until `look` has seen enough or there is no more.
    pub(super) async fn each_page<P: Page>(
        &self,
        purpose: &'static str,
        route: &str,
        query: &[(&str, &str)],
        mut look: impl FnMut(Vec<P::Entry>) -> bool,
    ) -> Result<(), Error> {
        for page in 1..=MOST_PAGES {
            let (size, number) = (PAGE.to_string(), page.to_string());
            let mut query = query.to_vec();
            query.extend([("per_page", size.as_str()), ("page", number.as_str())]);
            let answer = self.octocrab.get::<P, _, _>(route, Some(&query));
            let entries = self.send(purpose, answer).await?.entries();
            let is_last = entries.len() < PAGE;
            if look(entries) || is_last {
                break;
            }
        }
        Ok(())
    }
}

/// A page of a list: GitHub wraps some lists into an object.
pub(super) trait Page: DeserializeOwned {
    /// An entry of the list.
    type Entry;

    /// The entries of the page.
    fn entries(self) -> Vec<Self::Entry>;
}

impl<T: DeserializeOwned> Page for Vec<T> {
    type Entry = T;

    fn entries(self) -> Self {
        self
    }
}
