//! The credential report: what IAM knows of all users' passwords, second factors and keys.
//!
//! IAM makes it at most every four hours, and it names neither keys nor devices. So it gives the
//! values that a user's properties may have ([`crate::resource::Summary`]), by AWS's description of
//! its columns ("Get credential reports for your AWS account"):
//!
//! | columns | tell |
//! | --- | --- |
//! | `password_enabled` | whether there is a `LoginProfile` |
//! | `mfa_active` | whether `MFADevices` is empty, or has one to eight devices, the most that a user may have |
//! | `access_key_N_active`, `access_key_N_last_rotated` | an active key and its age. Else the key is inactive, or there is none: the date is `N/A` for both |

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iam::types::ReportStateType;
use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::super::call_error::CallError;
use super::super::json::object;
use super::super::pages::Paged;
use super::super::response::{Call, filled};
use super::super::session::Session;
use crate::resource::{Cause, Failure, MADE, Region};

/// Call that has a report made, if there is none of late; it comes before [`CALL`].
pub(in crate::aws) static GENERATE: Call =
    Call::xml("iam:GenerateCredentialReport", &[filled("State")]);

/// Call that reads it.
pub(in crate::aws) static CALL: Call =
    Call::xml("iam:GetCredentialReport", &[filled("Content"), filled("GeneratedTime")]);

/// Age at which a report says nothing any more: IAM would have made a new one.
const OLDEST: TimeDelta = TimeDelta::hours(4);

/// Time by which the clocks of IAM and of this machine may differ.
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// Devices that a user has at most (IAM and AWS STS quotas, "MFA devices in use by an IAM user").
const MOST_DEVICES: usize = 8;

/// What the report says of each user, by name.
pub(super) async fn read(session: &Session, global: &Region) -> Paged<(String, Json)> {
    Paged::once(CALL.operation, users(session, global).await)
}

async fn users(session: &Session, global: &Region) -> Result<Vec<(String, Json)>, CallError> {
    let (made, text) = report(session, global).await?;
    let rows = csv::Reader::from_reader(text.as_slice()).into_deserialize::<Row>();
    let users = rows.map(|row| row.map(|row| (row.user.clone(), row.possible(made))));
    let users: Result<Vec<(String, Json)>, _> = users.collect();
    users.map(once).map_err(|error| {
        let message = format!("{}: the report cannot be read: {error}", CALL.operation);
        CallError::from(Failure::new(Cause::ServiceError, message))
    })
}

/// What is said of users who have one row. Two of one user cannot both be right.
fn once(users: Vec<(String, Json)>) -> Vec<(String, Json)> {
    let mut rows: BTreeMap<String, usize> = BTreeMap::new();
    for (user, _) in &users {
        *rows.entry(user.clone()).or_default() += 1;
    }
    users.into_iter().filter(|(user, _)| rows.get(user) == Some(&1)).collect()
}

/// The report as it was made last, if that is not long ago, or a new one, with the instant.
async fn report(session: &Session, global: &Region) -> Result<(DateTime<Utc>, Vec<u8>), CallError> {
    let client = session.clients.iam();
    let request = client.generate_credential_report().send();
    let made = session.call(&GENERATE, global, request).await?;
    let mut pause = session.limits().initial_backoff;
    let mut waited = Duration::ZERO;
    if made.state() != Some(&ReportStateType::Complete) {
        wait(&mut pause, &mut waited).await;
    }
    loop {
        let request = client.get_credential_report().send();
        match session.call(&CALL, global, request).await {
            Ok(found) => {
                let at = found.generated_time().map(|at| DateTime::from_timestamp(at.secs(), 0));
                let made = fresh(at.flatten(), session.now())?;
                let content = found.content().map(|content| content.as_ref().to_vec());
                return Ok((made, content.unwrap_or_default()));
            }
            Err(error) if is_in_progress(&error) && waited < session.limits().call_timeout => {
                wait(&mut pause, &mut waited).await;
            }
            Err(error) => return Err(error),
        }
    }
}

async fn wait(pause: &mut Duration, waited: &mut Duration) {
    tokio::time::sleep(*pause).await;
    *waited += *pause;
    *pause *= 2;
}

fn is_in_progress(error: &CallError) -> bool {
    matches!(error.code.as_deref(), Some("ReportInProgress" | "ReportNotPresent"))
}

/// Refuses a report that is too old, or from the future.
fn fresh(made: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<DateTime<Utc>, CallError> {
    if let Some(at) = made.filter(|at| now - *at <= OLDEST && *at - now <= SKEW) {
        return Ok(at);
    }
    let words = match made {
        Some(at) if at > now => "the report is from the future; see to the clock of this machine",
        _ => "the report is older than four hours",
    };
    let message = format!("{}: {words}", CALL.operation);
    Err(CallError::from(Failure::new(Cause::NotCollected, message)))
}

/// Row of the report, of which only these columns are read.
#[derive(Debug, Deserialize)]
struct Row {
    user: String,
    user_creation_time: String,
    password_enabled: String,
    mfa_active: String,
    access_key_1_active: String,
    access_key_1_last_rotated: String,
    access_key_2_active: String,
    access_key_2_last_rotated: String,
}

impl Row {
    /// For each property the values that it may have; none where the report says nothing of it.
    fn possible(&self, made: DateTime<Utc>) -> Json {
        let profiles = match truth(&self.password_enabled) {
            Some(true) => json!([{}]),
            Some(false) => json!([null]),
            None => Json::Null,
        };
        let devices = match truth(&self.mfa_active) {
            Some(true) => (1..=MOST_DEVICES).map(|count| json!(vec![json!({}); count])).collect(),
            Some(false) => json!([[]]),
            None => Json::Null,
        };
        let keys = [
            (&self.access_key_1_active, &self.access_key_1_last_rotated),
            (&self.access_key_2_active, &self.access_key_2_last_rotated),
        ];
        object([
            ("LoginProfile", profiles),
            ("MFADevices", devices),
            ("AccessKeys", lists(keys)),
            ("CreateDate", self.user_creation_time.as_str().into()),
            (MADE, made.to_rfc3339().into()),
        ])
    }
}

fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// The lists of keys that there may be, by whether each of two is active and the date of it.
fn lists(keys: [(&String, &String); 2]) -> Json {
    let mut lists: Vec<Vec<Json>> = vec![Vec::new()];
    for (active, date) in keys {
        let date = DateTime::parse_from_rfc3339(date).ok().map(|_| date.as_str());
        let inactive = object([("Status", "Inactive".into()), ("CreateDate", date.into())]);
        let slots = match (truth(active), date) {
            (Some(true), _) => {
                vec![Some(object([("Status", "Active".into()), ("CreateDate", date.into())]))]
            }
            (Some(false), Some(_)) => vec![Some(inactive)],
            (Some(false), None) => vec![None, Some(inactive)],
            (None, _) => return Json::Null,
        };
        let with = |list: &Vec<Json>, slot: &Option<Json>| {
            list.iter().cloned().chain(slot.clone()).collect::<Vec<Json>>()
        };
        lists = lists.iter().flat_map(|list| slots.iter().map(|slot| with(list, slot))).collect();
    }
    json!(lists)
}
