//! The bounds of calls to AWS.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use super::fields::Fields;
use super::settings::{AwsServiceSettings, AwsSettings};
use crate::diagnostic::{Code, meant_or_known};

/// Services that accounts are asked by, as the operations of resource types name them.
pub const AWS_SERVICES: &[&str] = &["ec2", "iam", "organizations", "s3", "s3control"];

/// Most calls to a service that may be under way in an account and region.
const MOST: usize = 1000;

impl Default for AwsSettings {
    fn default() -> Self {
        // Calls to S3 are many, one for each facet of each bucket.
        let s3 = AwsServiceSettings { concurrency: Some(16), calls_per_second: None };
        Self {
            concurrency: 4,
            calls_per_second: None,
            calls: 1000,
            attempts: 5,
            attempt_timeout: Duration::from_secs(20),
            call_timeout: Duration::from_secs(90),
            services: [("s3".to_owned(), s3)].into(),
        }
    }
}

/// The settings of `[aws]` and of the tables of services inside it.
pub(super) fn aws(mut fields: Fields<'_, '_>) -> AwsSettings {
    let defaults = AwsSettings::default();
    let concurrency = fields.number("concurrency", 1..=MOST).unwrap_or(defaults.concurrency);
    let calls_per_second = rate(&mut fields);
    let calls = fields.number("calls", 1..=100_000).unwrap_or(defaults.calls);
    let attempts = fields.number("attempts", 1..=20).unwrap_or(defaults.attempts);
    let call_timeout = fields.span("call_timeout", defaults.call_timeout);
    let attempt_timeout =
        fields.span("attempt_timeout", defaults.attempt_timeout.min(call_timeout));
    if attempt_timeout > call_timeout {
        let message = format!(
            "must not be longer than a call with all its attempts, `call_timeout`, which is {}",
            humantime::format_duration(call_timeout)
        );
        fields.push(fields.error("attempt_timeout", Code::Conflict, &message));
    }
    let services = services(fields.section("services"), defaults.services);
    fields.finish(&[
        "concurrency",
        "calls_per_second",
        "calls",
        "attempts",
        "attempt_timeout",
        "call_timeout",
        "services",
    ]);
    AwsSettings {
        concurrency,
        calls_per_second,
        calls,
        attempts,
        attempt_timeout,
        call_timeout,
        services,
    }
}

/// What services have of their own, over what they have without settings.
fn services(
    mut fields: Fields<'_, '_>,
    mut services: BTreeMap<String, AwsServiceSettings>,
) -> BTreeMap<String, AwsServiceSettings> {
    for (name, table) in fields.entries() {
        if !AWS_SERVICES.contains(&name.as_str()) {
            let refused = fields.error(&name, Code::UnknownKey, "is no service that is asked");
            fields.push(refused.help(meant_or_known(&name, AWS_SERVICES.iter().copied())));
            continue;
        }
        let mut fields = fields.inner(&name, table);
        let service = services.entry(name).or_default();
        service.concurrency = fields.number("concurrency", 1..=MOST).or(service.concurrency);
        service.calls_per_second = rate(&mut fields);
        fields.finish(&["concurrency", "calls_per_second"]);
    }
    services
}

fn rate(fields: &mut Fields<'_, '_>) -> Option<NonZeroU32> {
    fields.number("calls_per_second", 1..=1000).and_then(NonZeroU32::new)
}
