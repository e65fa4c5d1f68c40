//! Calls that failed, and what the SDK's errors mean.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use url::Url;

use super::response::Malformed;
use crate::resource::{Cause, Failure, schemas};

/// Messages are cut here: EC2 appends a long encoded text that differs each time.
const MAX_MESSAGE: usize = 300;

/// Reason why a call has no answer.
#[derive(Debug, Clone)]
pub(super) struct CallError {
    /// The API's code, such as `NoSuchBucketPolicy`, if it was the API that refused.
    pub(super) code: Option<String>,
    /// Cause and words for people.
    pub(super) failure: Failure,
    /// `true` where there are no credentials to make any call with.
    pub(super) no_login: bool,
    /// `true` where nothing answered, or the service is asked too much.
    pub(super) is_outage: bool,
}

impl From<Failure> for CallError {
    fn from(failure: Failure) -> Self {
        Self { code: None, failure, no_login: false, is_outage: false }
    }
}

/// Region where the session's credentials have proved to be valid, as seen from a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Proven {
    /// The credentials were accepted in the region itself.
    Yes,
    /// They were accepted elsewhere; a region that is not enabled refuses them all the same.
    Elsewhere,
}

impl CallError {
    /// The meaning of an error of `operation`.
    pub(super) fn new<E>(operation: &str, error: &SdkError<E, HttpResponse>, proven: Proven) -> Self
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(login) = credentials_error(error) {
            let failure = Failure::new(Cause::Credentials, one_line(&deepest(login)));
            return Self { no_login: true, ..Self::from(failure) };
        }
        let refused = error.as_service_error();
        let code = refused.and_then(ProvideErrorMetadata::code).map(str::to_owned);
        let status = error.raw_response().map(|response| response.status().as_u16());
        let cause = match error {
            SdkError::TimeoutError(_) => Cause::Timeout,
            SdkError::DispatchFailure(failure) if failure.is_timeout() => Cause::Timeout,
            _ => cause(code.as_deref(), status, proven),
        };
        let message = refused.and_then(ProvideErrorMetadata::message).map(str::to_owned);
        let is_bare = code.is_none() && message.is_none();
        let words = match error.raw_response() {
            Some(response) if is_bare && !response.status().is_success() => {
                without_words(response, Malformed::of(error))
            }
            _ if cause == Cause::Timeout => "no answer in time".to_owned(),
            _ => message.or_else(|| code.clone()).unwrap_or_else(|| deepest(error)),
        };
        let words = match code.as_deref() {
            Some("RequestTimeTooSkewed" | "RequestInTheFuture" | "RequestExpired") => {
                format!("{words} (the clock of this machine may be wrong)")
            }
            _ => words,
        };
        let is_outage = match cause {
            Cause::Timeout | Cause::Throttled => true,
            Cause::ServiceError => Malformed::of(error).is_none() && status.is_none(),
            _ => false,
        };
        let failure = Failure::new(cause, one_line(&format!("{operation}: {words}")));
        // A server that fails says nothing of what there is.
        let code = code.filter(|_| status.is_none_or(|status| status < 500));
        Self { code, failure, no_login: false, is_outage }
    }

    /// The same with what to allow, where the API says that this is what lacks.
    pub(super) fn advised(mut self, operation: &str) -> Self {
        if self.code.is_none() || self.failure.cause != Cause::AccessDenied {
            return self;
        }
        // AWS names what denies: a control policy of the organization, a boundary, a policy.
        let advice = if self.failure.message.contains("explicit deny") {
            "lift what denies it".to_owned()
        } else {
            format!("allow `{}`", actions(operation).join("` and `"))
        };
        self.failure.message = format!("{}; {advice}", self.failure.message);
        self
    }
}

/// The IAM actions that `operation` needs, as its schema says: most are named like it.
fn actions(operation: &str) -> Vec<&str> {
    let actions = schemas().values().find_map(|schema| schema.operations.get(operation));
    match actions.map(|known| &known.permissions) {
        Some(actions) if actions.iter().all(|action| **action != *operation) => {
            actions.iter().map(|action| &**action).collect()
        }
        _ => vec![operation],
    }
}

/// The status of an answer that is not the API's own: a proxy's page, or nothing at all.
fn without_words(response: &HttpResponse, malformed: Option<&Malformed>) -> String {
    let status = response.status().as_u16();
    let target = response.headers().get("location").and_then(|to| Url::parse(to).ok());
    match (malformed, target.as_ref().and_then(Url::host_str)) {
        (_, Some(host)) => format!("HTTP status {status}, which leads to {host}"),
        (Some(malformed), None) => format!("HTTP status {status}: {malformed}"),
        (None, None) => format!("HTTP status {status} without a word of the API"),
    }
}

/// The cause that an API's code stands for, or else the HTTP status.
fn cause(code: Option<&str>, status: Option<u16>, proven: Proven) -> Cause {
    match code.unwrap_or_default() {
        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AllAccessDisabled"
        | "AuthorizationError"
        | "Forbidden" => Cause::AccessDenied,
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "SlowDown"
        | "TooManyRequestsException"
        | "BandwidthLimitExceeded"
        | "PriorRequestNotComplete" => Cause::Throttled,
        "RequestTimeout" | "RequestTimeoutException" => Cause::Timeout,
        "OptInRequired" | "RegionDisabledException" => Cause::RegionDisabled,
        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "SignatureDoesNotMatch"
        | "RequestTimeTooSkewed"
        | "RequestInTheFuture"
        | "MissingAuthenticationToken"
        | "IncompleteSignature" => Cause::Credentials,
        "AuthFailure"
        | "InvalidAccessKeyId"
        | "InvalidClientTokenId"
        | "InvalidToken"
        | "UnrecognizedClientException" => match proven {
            Proven::Yes => Cause::Credentials,
            Proven::Elsewhere => Cause::RegionDisabled,
        },
        _ => match status {
            Some(401) => Cause::Credentials,
            Some(403) => Cause::AccessDenied,
            Some(408 | 504) => Cause::Timeout,
            Some(429) => Cause::Throttled,
            _ => Cause::ServiceError,
        },
    }
}

fn credentials_error<'a>(error: &'a (dyn Error + 'static)) -> Option<&'a CredentialsError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref() {
            return Some(found);
        }
        next = error.source();
    }
    None
}

/// The words of the innermost error: the outer ones only say that there is one inside.
pub(super) fn deepest(error: &dyn Error) -> String {
    let mut innermost = error;
    while let Some(source) = innermost.source() {
        innermost = source;
    }
    innermost.to_string()
}

/// The same every time the same thing is refused, so that it can be compared and stored once.
fn one_line(text: &str) -> String {
    let text = text.split(" Encoded authorization failure message").next().unwrap_or(text);
    let mut line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if let Some((end, _)) = line.char_indices().nth(MAX_MESSAGE) {
        line.truncate(end);
        line.push('…');
    }
    line
}

#[cfg(test)]
mod tests {
    use std::io;

    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    type TestError = SdkError<ErrorMetadata, HttpResponse>;

    fn refused(status: u16, code: &str, message: &str) -> TestError {
        let raw =
            HttpResponse::new(StatusCode::try_from(status).expect("a status"), SdkBody::empty());
        let mut error = ErrorMetadata::builder();
        if !code.is_empty() {
            error = error.code(code);
        }
        if !message.is_empty() {
            error = error.message(message);
        }
        SdkError::service_error(error.build(), raw)
    }

    fn told((operation, error, proven): &(&str, TestError, Proven)) -> String {
        CallError::new(operation, error, *proven).failure.to_string()
    }

    #[test]
    fn errors_have_a_cause_and_the_words_of_the_api() {
        let io = |kind: io::ErrorKind| ConnectorError::io(Box::new(io::Error::from(kind)));
        let denied = CredentialsError::provider_error("sts:AssumeRole: not authorized");
        let denied = ConnectorError::other(Box::new(denied), None);
        let long = format!("no. Encoded authorization failure message: {}", "x".repeat(999));
        let cases: [(&str, TestError, Proven); 18] = [
            ("acl", refused(403, "AccessDenied", "Access Denied"), Proven::Yes),
            ("encoded", refused(403, "UnauthorizedOperation", &long), Proven::Yes),
            ("head", refused(403, "", ""), Proven::Yes),
            ("s3", refused(503, "SlowDown", "Please reduce your\nrequest rate."), Proven::Yes),
            ("ec2", refused(503, "RequestLimitExceeded", ""), Proven::Yes),
            ("429", refused(429, "", ""), Proven::Yes),
            ("home", refused(401, "AuthFailure", "not able to validate"), Proven::Yes),
            ("opt-in", refused(401, "AuthFailure", "not able to validate"), Proven::Elsewhere),
            ("expired", refused(400, "ExpiredToken", "expired"), Proven::Elsewhere),
            ("skew", refused(403, "RequestTimeTooSkewed", "too large."), Proven::Yes),
            ("gateway", refused(504, "", ""), Proven::Yes),
            ("500", refused(500, "InternalError", "oops"), Proven::Yes),
            ("gone", refused(404, "NoSuchBucket", "The bucket does not exist"), Proven::Yes),
            ("timer", SdkError::timeout_error("after 20 s"), Proven::Yes),
            (
                "connect",
                SdkError::dispatch_failure(ConnectorError::timeout("after 3 s".into())),
                Proven::Yes,
            ),
            (
                "refused",
                SdkError::dispatch_failure(io(io::ErrorKind::ConnectionRefused)),
                Proven::Yes,
            ),
            ("login", SdkError::dispatch_failure(denied), Proven::Yes),
            ("long", refused(500, "X", &"é".repeat(400)), Proven::Yes),
        ];
        let shown: Vec<String> = cases.iter().map(told).collect();
        assert_eq!(
            shown,
            [
                "access_denied: acl: Access Denied",
                "access_denied: encoded: no.",
                "access_denied: head: HTTP status 403 without a word of the API",
                "throttled: s3: Please reduce your request rate.",
                "throttled: ec2: RequestLimitExceeded",
                "throttled: 429: HTTP status 429 without a word of the API",
                "credentials: home: not able to validate",
                "region_disabled: opt-in: not able to validate",
                "credentials: expired: expired",
                "credentials: skew: too large. (the clock of this machine may be wrong)",
                "timeout: gateway: HTTP status 504 without a word of the API",
                "service_error: 500: oops",
                "service_error: gone: The bucket does not exist",
                "timeout: timer: no answer in time",
                "timeout: connect: no answer in time",
                "service_error: refused: connection refused",
                "credentials: sts:AssumeRole: not authorized",
                &format!("service_error: long: {}…", "é".repeat(294)),
            ]
        );
    }

    #[test]
    fn each_code_has_its_cause_whatever_the_status_is() {
        let cases: [(Cause, &[&str]); 5] = [
            (
                Cause::AccessDenied,
                &[
                    "AccessDenied",
                    "AccessDeniedException",
                    "UnauthorizedOperation",
                    "AllAccessDisabled",
                    "AuthorizationError",
                    "Forbidden",
                ],
            ),
            (
                Cause::Throttled,
                &[
                    "Throttling",
                    "ThrottlingException",
                    "ThrottledException",
                    "RequestLimitExceeded",
                    "RequestThrottled",
                    "RequestThrottledException",
                    "SlowDown",
                    "TooManyRequestsException",
                    "BandwidthLimitExceeded",
                    "PriorRequestNotComplete",
                ],
            ),
            (Cause::Timeout, &["RequestTimeout", "RequestTimeoutException"]),
            (Cause::RegionDisabled, &["OptInRequired", "RegionDisabledException"]),
            (
                Cause::Credentials,
                &[
                    "ExpiredToken",
                    "ExpiredTokenException",
                    "RequestExpired",
                    "SignatureDoesNotMatch",
                    "RequestTimeTooSkewed",
                    "RequestInTheFuture",
                    "MissingAuthenticationToken",
                    "IncompleteSignature",
                ],
            ),
        ];
        let clock = ["RequestTimeTooSkewed", "RequestInTheFuture", "RequestExpired"];
        for (cause, codes) in cases {
            for code in codes {
                let error = CallError::new("x", &refused(400, code, "no"), Proven::Elsewhere);
                assert_eq!(error.failure.cause, cause, "{code}");
                let is_told = error.failure.message.contains("the clock of this machine");
                assert_eq!(is_told, clock.contains(code), "{code}");
            }
        }
    }

    #[test]
    fn what_a_region_does_not_know_is_wrong_where_it_was_never_proven() {
        for code in [
            "AuthFailure",
            "InvalidAccessKeyId",
            "InvalidClientTokenId",
            "InvalidToken",
            "UnrecognizedClientException",
        ] {
            let cause = |proven| CallError::new("x", &refused(400, code, ""), proven).failure.cause;
            let causes = [Proven::Yes, Proven::Elsewhere].map(cause);
            assert_eq!(causes, [Cause::Credentials, Cause::RegionDisabled], "{code}");
        }
    }

    #[test]
    fn a_status_without_a_code_has_its_cause() {
        for (status, cause) in [
            (401, Cause::Credentials),
            (403, Cause::AccessDenied),
            (408, Cause::Timeout),
            (504, Cause::Timeout),
            (429, Cause::Throttled),
            (404, Cause::ServiceError),
            (500, Cause::ServiceError),
        ] {
            let error = CallError::new("x", &refused(status, "", ""), Proven::Yes);
            assert_eq!(error.failure.cause, cause, "{status}");
        }
    }
}
