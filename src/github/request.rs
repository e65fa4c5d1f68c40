//! Sending one request, and reading all pages of a list.

use std::future::Future;
use std::time::Duration;

use octocrab::Octocrab;
use serde::de::DeserializeOwned;
use tracing::Instrument;

use super::error::Error;

/// How long a request may take altogether.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// Entries of a page, the most that GitHub gives.
const PAGE: usize = 100;
/// Pages read at most: a list without end is somebody's attack or error.
const MOST_PAGES: usize = 100;

/// Sends a request, for what is said in `purpose`.
pub(super) async fn send<T>(
    purpose: &'static str,
    request: impl Future<Output = octocrab::Result<T>>,
) -> Result<T, Error> {
    let span = tracing::debug_span!("github", purpose);
    match tokio::time::timeout(REQUEST_TIMEOUT, request).instrument(span).await {
        Ok(answer) => answer.map_err(Error::from),
        Err(_) => Err(Error::timeout(REQUEST_TIMEOUT)),
    }
}

/// A page of a list: GitHub wraps some lists into an object.
pub(super) trait Page: DeserializeOwned {
    /// What is listed.
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

/// Reads a list page by page, until `look` has seen enough or there is no more.
pub(super) async fn each_page<P: Page>(
    purpose: &'static str,
    client: &Octocrab,
    route: &str,
    query: &[(&str, &str)],
    mut look: impl FnMut(Vec<P::Entry>) -> bool,
) -> Result<(), Error> {
    for page in 1..=MOST_PAGES {
        let (size, number) = (PAGE.to_string(), page.to_string());
        let mut query = query.to_vec();
        query.extend([("per_page", size.as_str()), ("page", number.as_str())]);
        let entries = send(purpose, client.get::<P, _, _>(route, Some(&query))).await?.entries();
        let is_last = entries.len() < PAGE;
        if look(entries) || is_last {
            break;
        }
    }
    Ok(())
}
