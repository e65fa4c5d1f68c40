//! How to reach accounts, as the operator says.

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroU32;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

use crate::resource::AccountId;

/// How to log in to one account.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    /// Account that the settings are for.
    pub account: AccountId,
    /// The credentials to start from.
    pub base: BaseLogin,
    /// Roles that are assumed with them first, each with the credentials of the one before.
    pub chain: Vec<Role>,
    /// The role to assume at last; without one they must be those of the account itself.
    pub role: Option<Role>,
}

impl AccountSettings {
    /// The credentials of the environment, used as they are.
    pub fn ambient(account: AccountId) -> Self {
        Self { account, base: BaseLogin::Ambient, chain: Vec::new(), role: None }
    }
}

/// Source of the first credentials.
#[derive(Debug, Clone, Default)]
pub enum BaseLogin {
    /// The SDK's chain: environment variables, web identity, container, instance profile.
    #[default]
    Ambient,
    /// A profile of the AWS configuration files.
    Profile(String),
    /// A key pair of an IAM user.
    Keys {
        /// Access key id, such as `AKIAEXAMPLE`.
        id: String,
        /// Secret access key, never shown or logged.
        secret: SecretString,
    },
}

impl BaseLogin {
    /// Text that tells one from another.
    pub(super) fn key(&self) -> String {
        match self {
            Self::Ambient => String::new(),
            Self::Profile(name) => format!("profile {name}"),
            Self::Keys { id, .. } => format!("keys {id}"),
        }
    }
}

/// A role to assume with the first credentials.
#[derive(Debug, Clone)]
pub struct Role {
    /// ARN of the role.
    pub arn: RoleArn,
    /// The external id that the role's trust policy asks for.
    pub external_id: Option<SecretString>,
    /// The name of the session, which `CloudTrail` shows.
    pub session_name: String,
}

impl Role {
    /// The role, with a session named `cloudcorrect`.
    pub fn new(arn: RoleArn, external_id: Option<SecretString>) -> Self {
        Self { arn, external_id, session_name: "cloudcorrect".to_owned() }
    }
}

/// The ARN of a role, such as `arn:aws:iam::123456789012:role/audit/reader`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleArn {
    text: Arc<str>,
    partition: Arc<str>,
    account: AccountId,
}

/// Why a string is not a [`RoleArn`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a role's ARN; write it as in `arn:aws:iam::123456789012:role/reader`")]
pub struct InvalidRoleArn(pub String);

impl RoleArn {
    /// The ARN as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The account that the role is in.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// The partition: `aws`, `aws-cn` or `aws-us-gov`.
    pub(super) fn partition(&self) -> &Arc<str> {
        &self.partition
    }
}

impl FromStr for RoleArn {
    type Err = InvalidRoleArn;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let [arn, partition, service, region, account, resource] = parts[..] else {
            return Err(InvalidRoleArn(text.to_owned()));
        };
        let role = resource.strip_prefix("role/").is_some_and(|name| !name.is_empty());
        let shaped = arn == "arn"
            && partition.starts_with("aws")
            && service == "iam"
            && region.is_empty()
            && role;
        match account.parse() {
            Ok(account) if shaped => {
                Ok(Self { text: text.into(), partition: partition.into(), account })
            }
            _ => Err(InvalidRoleArn(text.to_owned())),
        }
    }
}

impl fmt::Display for RoleArn {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// Bounds of the calls to AWS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Another endpoint than AWS, in the place of `AWS_ENDPOINT_URL`.
    pub endpoint_url: Option<String>,
    /// How long one attempt may take.
    pub attempt_timeout: Duration,
    /// How long a call may take with all its attempts and the waits between them.
    pub call_timeout: Duration,
    /// How often a call is attempted at most.
    pub attempts: u32,
    /// The wait before the second attempt; it doubles, with jitter, up to `max_backoff`.
    pub initial_backoff: Duration,
    /// The longest wait between attempts.
    pub max_backoff: Duration,
    /// Calls under way at a time over all accounts, each of which is a connection.
    pub calls: usize,
    /// Bounds of each service, per account and region.
    pub service: ServiceLimits,
    /// Bounds of services that have their own, by the name that operations begin with: `s3`.
    pub services: BTreeMap<Arc<str>, ServiceLimits>,
    /// Entries a page where a list is paged; a list of which AWS allows fewer asks for those.
    pub page_size: i32,
    /// Pages of a list that are read at most: a list without an end must have one.
    pub pages: usize,
}

/// Bounds of the calls to one service, in each account and region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceLimits {
    /// Calls under way at a time.
    pub concurrency: usize,
    /// Calls that begin in a second, evenly apart; what is tried again comes on top. `None`: as many as
    /// are answered.
    pub per_second: Option<NonZeroU32>,
}

impl Limits {
    /// The bounds of a service.
    pub(super) fn of_service(&self, name: &str) -> &ServiceLimits {
        self.services.get(name).unwrap_or(&self.service)
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            endpoint_url: None,
            attempt_timeout: Duration::from_secs(20),
            call_timeout: Duration::from_secs(90),
            attempts: 5,
            initial_backoff: Duration::from_millis(500),
            max_backoff: Duration::from_secs(10),
            calls: 1000,
            service: ServiceLimits { concurrency: 4, per_second: None },
            // Whose calls are many, one for each facet of each bucket.
            services: [("s3".into(), ServiceLimits { concurrency: 16, per_second: None })].into(),
            page_size: 1000,
            pages: 1000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_arn_names_partition_and_account() {
        let role: RoleArn = "arn:aws-cn:iam::012345678901:role/a/b".parse().expect("a role");
        assert_eq!((&**role.partition(), role.account().as_str()), ("aws-cn", "012345678901"));
        assert_eq!(role.to_string(), "arn:aws-cn:iam::012345678901:role/a/b");
    }

    #[test]
    fn what_is_no_role_arn_is_refused() {
        for text in [
            "",
            "reader",
            "arn:aws:iam::123456789012:role/",
            "arn:aws:iam::123456789012:user/reader",
            "arn:aws:iam::1234:role/reader",
            "arn:aws:iam:eu-west-1:123456789012:role/reader",
            "arn:aws:sts::123456789012:role/reader",
        ] {
            assert_eq!(text.parse::<RoleArn>(), Err(InvalidRoleArn(text.to_owned())));
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let settings = AccountSettings {
            account: "123456789012".parse().expect("an id"),
            base: BaseLogin::Keys { id: "AKIA".to_owned(), secret: "hush".into() },
            chain: Vec::new(),
            role: Some(Role::new(
                "arn:aws:iam::123456789012:role/reader".parse().expect("a role"),
                Some("hush".into()),
            )),
        };
        assert!(!format!("{settings:?}").contains("hush"));
    }
}
