//! The authorization details of IAM: each type asks for its own part, and what they do not tell is
//! unknown.

use super::recorded::{Answer, answers, serve, whole};
use super::stand_in::{Request, Response, StandIn};
use super::{everything, live, schema, shown};

const DETAILS: &str = "iam:GetAccountAuthorizationDetails";

/// Types that the details are of, by the kind that they ask for and the list that it is in.
const TYPES: [(&str, &str, &str); 4] = [
    ("AWS::IAM::Group", "Group", "GroupDetailList"),
    ("AWS::IAM::ManagedPolicy", "LocalManagedPolicy", "Policies"),
    ("AWS::IAM::Role", "Role", "RoleDetailList"),
    ("AWS::IAM::User", "User", "UserDetailList"),
];

/// The facet of each resource of a type, where the recorded details are changed so.
async fn details(type_name: &str, change: impl Fn(&Answer) -> Response) -> Vec<String> {
    let mut all = whole(&answers(type_name));
    for (answer, response) in &mut all {
        if answer.operation == DETAILS {
            *response = change(answer);
        }
    }
    let listing = everything(&live(&serve(all).await).await, schema(type_name)).await;
    let resources = listing.resources().iter();
    let shown = resources.map(|one| format!("{}: {}", one.id, shown(&one.facets[&DETAILS.into()])));
    shown.collect()
}

#[tokio::test]
async fn a_resource_that_the_details_do_not_tell_of_is_unknown() {
    for (type_name, _, list) in TYPES {
        let nothing = format!(
            "<GetAccountAuthorizationDetailsResponse><GetAccountAuthorizationDetailsResult><{list}/>\
             </GetAccountAuthorizationDetailsResult></GetAccountAuthorizationDetailsResponse>"
        );
        let found = details(type_name, |_| Response::new(200, nothing.clone())).await;
        assert!(!found.is_empty());
        for facet in found {
            let (id, why) = facet.split_once(": service_error: ").expect(&facet);
            assert_eq!(why, format!("{DETAILS}: the answer has nothing of `{id}`"));
        }
    }
}

#[tokio::test]
async fn what_is_on_a_page_that_is_refused_is_unknown_alone() {
    let responses = whole(&answers("AWS::IAM::Role"));
    let server = StandIn::answering(move |request: &Request| {
        let found = responses.iter().find(|(answer, _)| answer.is_for(request));
        let (answer, response) = found.expect("an answer");
        if answer.operation != DETAILS {
            return response.clone();
        }
        if request.field("Marker").is_some() {
            return Response::error("iam", 400, "Throttling");
        }
        let second = answer.body.match_indices("<RoleName>idle").next().expect("a second role").0;
        let end = answer.body[..second].rfind("<member>").expect("its start");
        let first = &answer.body[..end];
        let goes_on = "<IsTruncated>true</IsTruncated><Marker>2</Marker>";
        let first = first.replace("<IsTruncated>false</IsTruncated>", goes_on);
        let tail = "</RoleDetailList></GetAccountAuthorizationDetailsResult>\
                    </GetAccountAuthorizationDetailsResponse>";
        Response::new(200, first + tail)
    })
    .await;
    let listing = everything(&live(&server).await, schema("AWS::IAM::Role")).await;
    let facets = listing.resources().iter().map(|role| {
        let facet = shown(&role.facets[&DETAILS.into()]);
        (&*role.id, facet.split(':').next().expect("a word").to_owned())
    });
    let facets: Vec<(&str, String)> = facets.collect();
    let lost = "partial_list".to_owned();
    let read = "{\"InstanceProfiles\"".to_owned();
    let expected = [("AWSServiceRoleForSupport", lost.clone()), ("deploy", read), ("idle", lost)];
    assert_eq!(facets, expected);
}

#[tokio::test]
async fn each_type_asks_for_its_own_part_once() {
    for (type_name, kind, _) in TYPES {
        let responses = whole(&answers(type_name));
        let server = StandIn::answering(move |request: &Request| {
            if request.field("Action") == Some("GetAccountAuthorizationDetails") {
                assert_eq!(request.field("Filter.member.1"), Some(kind));
                assert_eq!(request.field("Filter.member.2"), None);
            }
            match responses.iter().find(|(answer, _)| answer.is_for(request)) {
                Some((_, response)) => response.clone(),
                None => Response::error("iam", 404, "NoSuchResource"),
            }
        })
        .await;
        let listing = everything(&live(&server).await, schema(type_name)).await;
        for resource in listing.resources() {
            let facet = shown(&resource.facets[&DETAILS.into()]);
            assert!(facet.starts_with('{'), "{type_name}: {facet}");
        }
        let requests = server.requests();
        let details = requests.iter().filter(|name| DETAILS.ends_with(&**name));
        assert_eq!(details.count(), 1, "{type_name}");
    }
}

#[tokio::test]
async fn the_document_of_a_managed_policy_is_that_of_the_version_in_force() {
    let policy = "arn:aws:iam::123456789012:policy/team/builds";
    let document = async |from: &str, to: &str| {
        let changed = |answer: &Answer| Response::new(200, answer.body.replacen(from, to, 1));
        let found = details("AWS::IAM::ManagedPolicy", changed).await;
        let found = found.into_iter().find(|facet| facet.starts_with(policy)).expect("the policy");
        let document = found.split(r#","PolicyVersionList"#).next().expect("text");
        document.trim_start_matches(policy).to_owned()
    };
    let reads = document("", "").await;
    assert!(reads.contains(r#""Action":"s3:GetObject""#), "{reads}");
    let default = |value: &str| format!("<IsDefaultVersion>{value}</IsDefaultVersion>");
    let all = document(&default("false"), &default("true")).await;
    assert!(all.contains(r#""Action":"*""#), "{all}");
    let none = document(&default("true"), &default("false")).await;
    let unknown = format!(": service_error: {DETAILS}: the answer has nothing of `{policy}`");
    assert_eq!(none, unknown);
}
