//! CPU credits of all burstable instances of a region.
//!
//! Asked without ids the API tells `unlimited` instances alone, and silence would stand for
//! `standard`. Asked with ids it tells both, but also `standard` of instances without credits. So
//! the burstable ones are asked by their ids, and no others.

use aws_sdk_ec2::operation::describe_instance_credit_specifications::DescribeInstanceCreditSpecificationsOutput;
use serde_json::{Value as Json, json};

use super::super::super::pages::{Next, Page, Paged};
use super::super::super::response::{Call, filled, present};
use super::super::super::session::Session;
use crate::resource::{Facet, Region, Resource, Value};

pub(super) static CALL: Call = Call::xml(
    "ec2:DescribeInstanceCreditSpecifications",
    &[
        present("instanceCreditSpecificationSet"),
        filled("instanceCreditSpecificationSet/item/instanceId"),
        filled("instanceCreditSpecificationSet/item/cpuCredits"),
    ],
);

/// Ids that the API allows in one call.
const MOST_IDS: usize = 1000;

/// The credits of these instances.
pub(super) async fn read(
    session: &Session,
    region: &Region,
    ids: Vec<String>,
) -> Paged<(String, Json)> {
    let mut some = ids.chunks(MOST_IDS);
    let mut told = credits(session, region, some.next().unwrap_or_default()).await;
    for ids in some {
        told = told.and(credits(session, region, ids).await);
    }
    told
}

async fn credits(session: &Session, region: &Region, ids: &[String]) -> Paged<(String, Json)> {
    let client = session.clients.ec2(region);
    let request = |token| {
        let request = client.describe_instance_credit_specifications();
        request.set_instance_ids(Some(ids.to_vec())).set_next_token(token).send()
    };
    let page = |output: &DescribeInstanceCreditSpecificationsOutput| {
        let specifications = output.instance_credit_specifications().iter();
        let items = specifications.filter_map(|one| {
            let credits = json!({ "CreditSpecification": { "CPUCredits": one.cpu_credits()? } });
            Some((one.instance_id()?.to_owned(), credits))
        });
        Page { items: items.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&CALL, region, request, page).await
}

/// `true` of an instance that has credits, and of one of which nobody knows.
pub(super) fn may_have(instance: &Resource) -> bool {
    let kind = match instance.facets.get(super::LIST.operation) {
        Some(Facet::Read(listed)) => listed.get("InstanceType").and_then(Value::as_str),
        _ => None,
    };
    kind.is_none_or(is_burstable)
}

/// `true` of types such as `t3a.micro`. A `t1.micro`, which came before credits could be chosen,
/// is none; a `t` of a generation to come is believed to be one, and is unknown if it is not.
fn is_burstable(kind: &str) -> bool {
    let generation = kind.strip_prefix('t').and_then(|rest| rest.chars().next());
    generation.is_some_and(|digit| digit.is_ascii_digit() && digit != '1')
}

#[cfg(test)]
mod tests {
    use super::is_burstable;

    #[test]
    fn burstable_types_begin_with_t_and_a_generation() {
        for kind in ["t2.nano", "t3.micro", "t3a.small", "t4g.2xlarge", "t5x.large"] {
            assert!(is_burstable(kind), "{kind}");
        }
        for kind in ["t1.micro", "trn1.2xlarge", "m4.large", "t", "", "u-6tb1.metal"] {
            assert!(!is_burstable(kind), "{kind}");
        }
    }
}
