//! Services that do not answer, which a sweep asks nothing more: evaluations need what they do answer.

use std::collections::BTreeMap;

use crate::resource::{Cause, Failure, Operation, Region};

/// Answers in a row that did not come, after which nothing more is asked.
const MOST: usize = 5;

/// What is known of services that do not answer.
#[derive(Debug, Default)]
pub(super) struct Silence {
    /// Number of answers in a row that did not come, by service and region.
    in_a_row: BTreeMap<(Box<str>, Region), usize>,
    /// `true` once there are no credentials any more, without which nobody answers.
    is_total: bool,
}

impl Silence {
    /// Takes note of an answer. One that was throttled asked more than the service has answers for.
    pub(super) fn note(
        &mut self,
        operation: &Operation,
        region: &Region,
        failure: Option<&Failure>,
    ) {
        let in_a_row = self.in_a_row.entry(key(operation, region)).or_default();
        match failure.map(|failure| failure.cause) {
            Some(Cause::Credentials) => self.is_total = true,
            Some(Cause::Throttled) => *in_a_row = MOST,
            Some(Cause::Timeout | Cause::ServiceError) => *in_a_row += 1,
            _ => *in_a_row = 0,
        }
    }

    /// `true` where nobody answers at all.
    pub(super) fn is_total(&self) -> bool {
        self.is_total
    }

    /// `true` where an operation has no answer in a region.
    pub(super) fn is_of(&self, operation: &Operation, region: &Region) -> bool {
        self.in_a_row.get(&key(operation, region)).is_some_and(|number| *number >= MOST)
    }
}

fn key(operation: &Operation, region: &Region) -> (Box<str>, Region) {
    let service = operation.as_str().split(':').next().unwrap_or_default();
    (service.into(), region.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_is_silent_where_it_throttles_or_fails_in_a_row() {
        let region = |name: &str| name.parse::<Region>().expect("a region");
        let (here, there) = (region("eu-west-1"), region("us-east-1"));
        let (list, volumes) = ("ec2:DescribeInstances".into(), "ec2:DescribeVolumes".into());
        let failure = |cause| Failure::new(cause, "no answer");
        let mut silence = Silence::default();
        for _ in 1..MOST {
            silence.note(&list, &here, Some(&failure(Cause::Timeout)));
        }
        assert!(!silence.is_of(&list, &here));
        silence.note(&list, &here, None);
        silence.note(&list, &here, Some(&failure(Cause::Timeout)));
        silence.note(&list, &here, Some(&failure(Cause::AccessDenied)));
        assert!(!silence.is_of(&list, &here), "a refusal is an answer");
        silence.note(&list, &here, Some(&failure(Cause::Throttled)));
        assert!(silence.is_of(&volumes, &here) && !silence.is_of(&volumes, &there));
        assert!(!silence.is_of(&"iam:ListUsers".into(), &here) && !silence.is_total());
        silence.note(&list, &there, Some(&failure(Cause::Credentials)));
        assert!(silence.is_total());
    }
}
