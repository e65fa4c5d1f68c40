//! Webhooks of the App that did not arrive: GitHub sends none again by itself.

use chrono::{DateTime, Utc};
use octocrab::{Page, map_github_error};
use serde::Deserialize;

use super::app::GitHub;
use super::error::Error;

const ROUTE: &str = "/app/hook/deliveries";
/// Pages read at most, of a hundred attempts each.
const MOST_PAGES: usize = 10;

/// Attempt of GitHub's to deliver a webhook, which failed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct FailedDelivery {
    /// Number of the attempt.
    pub id: u64,
    /// Id of the webhook, which all attempts share: `X-GitHub-Delivery`.
    pub guid: String,
    /// Time of the attempt.
    pub delivered_at: DateTime<Utc>,
    /// `true` where somebody asked for it.
    pub redelivery: bool,
    /// HTTP status of the answer; 0 or 502 where there was none.
    status_code: i64,
}

impl GitHub {
    /// Attempts to deliver a webhook that failed since then, the last one first; a thousand at most.
    pub async fn failed_deliveries(
        &self,
        since: DateTime<Utc>,
    ) -> Result<Vec<FailedDelivery>, Error> {
        let app = self.itself();
        let (mut failed, mut cursor) = (Vec::new(), None::<String>);
        for _ in 0..MOST_PAGES {
            // A GHES that does not know `status` yet lists all.
            let mut query = vec![("per_page", "100".to_owned()), ("status", "failure".to_owned())];
            query.extend(cursor.take().map(|cursor| ("cursor", cursor)));
            let page = app.octocrab().get::<Page<FailedDelivery>, _, _>(ROUTE, Some(&query));
            let page = app.send("list failed webhooks", page).await?;
            let reaches_back = page.items.last().is_some_and(|last| last.delivered_at < since);
            let is_failed = |one: &FailedDelivery| !(200..300).contains(&one.status_code);
            let new = page.items.into_iter().filter(|one| one.delivered_at >= since);
            failed.extend(new.filter(is_failed));
            // Of the address of the next page only the cursor is believed.
            cursor = page.next.as_ref().and_then(|next| {
                let query = next.query()?.as_bytes();
                let mut pairs = url::form_urlencoded::parse(query);
                pairs.find(|(name, _)| name == "cursor").map(|(_, cursor)| cursor.into_owned())
            });
            if reaches_back || cursor.is_none() {
                break;
            }
        }
        Ok(failed)
    }

    /// Has GitHub make another attempt in the place of one that failed.
    pub async fn redeliver(&self, attempt: u64) -> Result<(), Error> {
        let app = self.itself();
        let route = format!("{ROUTE}/{attempt}/attempts");
        let asking = async {
            map_github_error(app.octocrab()._post(route, None::<&()>).await?).await.map(drop)
        };
        app.send("ask for a webhook again", asking).await
    }
}
