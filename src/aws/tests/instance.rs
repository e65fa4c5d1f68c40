//! What is asked of all instances at once, and what its silence about one of them means.

use super::recorded::{Answer, answers, serve, whole};
use super::stand_in::{Response, StandIn};
use super::{everything, list, live, schema, shown, target};
use crate::fetch::Source;

const TYPE: &str = "AWS::EC2::Instance";
const STATUS: &str = "ec2:DescribeInstanceStatus";
const CREDITS: &str = "ec2:DescribeInstanceCreditSpecifications";
const TERMINATION: &str = "ec2:DescribeInstanceAttribute(disableApiTermination)";

/// The recorded answers, of which some are others.
async fn instances(other: impl Fn(&Answer) -> Option<Response>) -> StandIn {
    let mut all = whole(&answers(TYPE));
    for (answer, response) in &mut all {
        if let Some(other) = other(answer) {
            *response = other;
        }
    }
    serve(all).await
}

/// What an operation says of each instance, a line each.
async fn said(server: &StandIn, operation: &str) -> Vec<String> {
    let listing = everything(&live(server).await, schema(TYPE)).await;
    let resources = listing.resources().iter();
    resources.map(|one| format!("{}: {}", one.id, shown(&one.facets[&operation.into()]))).collect()
}

#[tokio::test]
async fn an_instance_that_an_answer_leaves_out_is_unknown() {
    let server = instances(|_| None).await;
    let unknown = "i-22222222222222222: service_error: ec2:DescribeInstanceStatus: the answer has \
                   nothing of `i-22222222222222222`";
    assert_eq!(said(&server, STATUS).await[2], unknown);
    // It was launched since, or is of a type that has credits to come.
    assert_eq!(
        said(&server, CREDITS).await,
        [
            r#"i-0123456789abcdef0: {"CreditSpecification":{"CPUCredits":"unlimited"}}"#,
            "i-11111111111111111: absent",
            "i-22222222222222222: service_error: ec2:DescribeInstanceCreditSpecifications: the \
             answer has nothing of `i-22222222222222222`",
        ]
    );
}

#[tokio::test]
async fn where_no_credits_can_be_told_only_burstable_instances_are_unknown() {
    let refused = Response::error("ec2", 400, "InvalidParameterValue");
    let server = instances(|answer| (answer.operation == CREDITS).then(|| refused.clone())).await;
    let failed = format!("service_error: {CREDITS}: the message");
    assert_eq!(
        said(&server, CREDITS).await,
        [
            format!("i-0123456789abcdef0: {failed}"),
            "i-11111111111111111: absent".to_owned(),
            format!("i-22222222222222222: {failed}"),
        ]
    );
}

/// So many instances that have credits, of which it tells those that it is asked for.
async fn burstable(count: usize) -> StandIn {
    burstable_but(count, "", |_| String::new()).await
}

/// The same where one is gone since it was listed, which the API tells in some words.
async fn burstable_but(
    count: usize,
    gone: &'static str,
    words: impl Fn(&str) -> String + Send + Sync + 'static,
) -> StandIn {
    let instance = |number: usize| {
        format!(
            "<item><instanceId>i-{number}</instanceId><instanceType>t3.micro</instanceType>\
             <instanceState><name>running</name></instanceState><groupSet/>\
             <networkInterfaceSet/></item>"
        )
    };
    let all = (0..count).map(instance).collect::<String>();
    StandIn::answering(move |request| match &*request.name() {
        "DescribeInstances" => Response::new(
            200,
            format!(
                "<DescribeInstancesResponse><reservationSet><item><instancesSet>{all}\
                 </instancesSet></item></reservationSet></DescribeInstancesResponse>"
            ),
        ),
        "DescribeInstanceCreditSpecifications" => {
            let ids = request.fields.iter().filter(|(name, _)| name.starts_with("InstanceId."));
            if ids.clone().any(|(_, id)| id == gone) {
                let code = "<Code>InvalidInstanceID.NotFound</Code>";
                let error = format!("<Error>{code}<Message>{}</Message></Error>", words(gone));
                return Response::new(
                    400,
                    format!("<Response><Errors>{error}</Errors></Response>"),
                );
            }
            let told = ids.map(|(_, id)| {
                format!(
                    "<item><instanceId>{id}</instanceId><cpuCredits>standard</cpuCredits></item>"
                )
            });
            let told = told.collect::<String>();
            let set = "instanceCreditSpecificationSet";
            let root = "DescribeInstanceCreditSpecificationsResponse";
            Response::new(200, format!("<{root}><{set}>{told}</{set}></{root}>"))
        }
        _ => Response::error("ec2", 400, "InvalidInstanceID.NotFound"),
    })
    .await
}

#[tokio::test]
async fn an_instance_that_is_gone_costs_the_others_nothing() {
    for (is_named, calls) in [(true, 2), (false, 5)] {
        let words = move |id: &str| {
            let what = if is_named { format!("The instance ID '{id}'") } else { "It".to_owned() };
            format!("{what} does not exist")
        };
        let server = burstable_but(5, "i-2", words).await;
        let live = live(&server).await;
        let listing = list(&live, schema(TYPE)).await;
        let mut told = Vec::new();
        for instance in listing.resources() {
            let target = target(schema(TYPE));
            let facet = live.facet(&target, schema(TYPE), instance, &CREDITS.into()).await;
            told.push(format!("{}: {}", instance.id, shown(&facet)));
        }
        let (gone, others): (Vec<_>, Vec<_>) =
            told.into_iter().partition(|one| one.starts_with("i-2:"));
        let nothing = format!("i-2: service_error: {CREDITS}: the answer has nothing of `i-2`");
        assert_eq!(gone, [nothing]);
        assert_eq!(others.len(), 4);
        assert!(others.iter().all(|one| one.ends_with(r#""standard"}}"#)), "{others:?}");
        let asked = server.requests();
        let asked = asked.iter().filter(|name| *name == "DescribeInstanceCreditSpecifications");
        assert_eq!(asked.count(), calls, "named: {is_named}");
    }
}

/// The API takes a thousand ids in a call.
#[tokio::test]
async fn credits_of_many_instances_take_a_call_for_each_thousand() {
    let server = burstable(1001).await;
    let live = live(&server).await;
    let listing = list(&live, schema(TYPE)).await;
    for instance in listing.resources() {
        let facet =
            live.facet(&target(schema(TYPE)), schema(TYPE), instance, &CREDITS.into()).await;
        assert_eq!(shown(&facet), r#"{"CreditSpecification":{"CPUCredits":"standard"}}"#);
    }
    assert_eq!(listing.resources().len(), 1001);
    assert_eq!(
        server.requests(),
        [
            "DescribeInstances",
            "DescribeInstanceCreditSpecifications",
            "DescribeInstanceCreditSpecifications",
        ]
    );
}

#[tokio::test]
async fn instances_of_a_list_that_is_taken_over_are_asked_for_together() {
    let server = burstable(3).await;
    let listing = list(&live(&server).await, schema(TYPE)).await;
    let spared = live(&server).await;
    spared.knows(&target(schema(TYPE)), schema(TYPE), &listing);
    for instance in listing.resources() {
        let facet =
            spared.facet(&target(schema(TYPE)), schema(TYPE), instance, &CREDITS.into()).await;
        assert_eq!(shown(&facet), r#"{"CreditSpecification":{"CPUCredits":"standard"}}"#);
    }
    let requests = ["DescribeInstances", "DescribeInstanceCreditSpecifications"];
    assert_eq!(server.requests(), requests);
}

#[tokio::test]
async fn without_a_burstable_instance_nobody_is_asked_for_credits() {
    let bodies = answers(TYPE);
    let list = bodies.iter().rfind(|answer| answer.operation == "ec2:DescribeInstances");
    let body = list.expect("recorded").body.replace("t3.micro", "m5.large").replace("t9.", "m9.");
    let server = instances(|answer| {
        (answer.operation == "ec2:DescribeInstances").then(|| Response::new(200, body.clone()))
    })
    .await;
    assert!(said(&server, CREDITS).await.iter().all(|one| one.ends_with(": absent")));
    let requests = server.requests();
    assert!(!requests.iter().any(|name| name == "DescribeInstanceCreditSpecifications"));
}

#[tokio::test]
async fn an_answer_of_another_attribute_is_none() {
    let bodies = answers(TYPE);
    let stop = bodies.iter().find(|answer| answer.body.contains("<disableApiStop>"));
    let stop = stop.expect("recorded").body.clone();
    let server = instances(|answer| {
        (answer.operation == TERMINATION).then(|| Response::new(200, stop.clone()))
    })
    .await;
    assert_eq!(
        said(&server, TERMINATION).await[0],
        format!(
            "i-0123456789abcdef0: service_error: {TERMINATION}: the answer lacks \
             `disableApiTermination`"
        )
    );
}
