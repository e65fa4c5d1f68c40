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

/// Code by which the API refuses all ids, where one is of no instance any more.
const GONE: &str = "InvalidInstanceID.NotFound";

/// Refusals for the sake of instances that are gone, after which no more are believed.
const MOST_REFUSALS: usize = 40;

/// The credits of these instances. One that is gone since it was listed costs the others nothing: they
/// are asked again without it, or in halves where the API does not say which it is.
pub(super) async fn read(
    session: &Session,
    region: &Region,
    ids: Vec<String>,
) -> Paged<(String, Json)> {
    let mut open: Vec<Vec<String>> = ids.chunks(MOST_IDS).rev().map(<[_]>::to_vec).collect();
    let mut told = Paged::once(CALL.operation, Ok(Vec::new()));
    let mut refusals = 0;
    while let Some(ids) = open.pop() {
        let answer = credits(session, region, &ids).await;
        match answer.refusal(GONE) {
            Some(refusal) if refusals < MOST_REFUSALS => {
                refusals += 1;
                open.extend(without_gone(ids, &refusal.message));
            }
            _ => told = told.and(answer),
        }
    }
    told
}

/// What to ask in the place of ids of which the API says in these words that some are gone.
fn without_gone(ids: Vec<String>, words: &str) -> Vec<Vec<String>> {
    let is_named = |id: &String| words.split(|c: char| !is_of_id(c)).any(|word| word == id);
    let (gone, mut rest): (Vec<String>, Vec<String>) = ids.into_iter().partition(is_named);
    if gone.is_empty() {
        let half = rest.split_off(rest.len() / 2);
        // One alone is the one that is gone.
        return if rest.is_empty() { Vec::new() } else { vec![half, rest] };
    }
    if rest.is_empty() { Vec::new() } else { vec![rest] }
}

fn is_of_id(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
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
    use super::{is_burstable, without_gone};

    #[test]
    fn what_is_gone_is_not_asked_again() {
        let ids = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let asked = |all: &str, words: &str| {
            let asked = without_gone(ids(all), words);
            asked.iter().map(|ids| ids.join(" ")).collect::<Vec<_>>()
        };
        let one = "The instance ID 'i-2' does not exist";
        assert_eq!(asked("i-1 i-2 i-22", one), ["i-1 i-22"]);
        assert_eq!(asked("i-2", one), [""; 0]);
        assert_eq!(asked("i-1 i-2 i-3", "The instance IDs 'i-1, i-3' do not exist"), ["i-2"]);
        let none = "The instance does not exist";
        assert_eq!(asked("i-1 i-2 i-3", none), ["i-2 i-3", "i-1"]);
        assert_eq!(asked("i-1", none), [""; 0]);
    }

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
