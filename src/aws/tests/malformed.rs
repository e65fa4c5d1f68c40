//! Answers that are none: never a pass, never an empty list.

use std::sync::{Arc, Mutex};

use super::super::Accounts;
use super::super::adapters::adapters;
use super::super::iam::credential_report;
use super::super::response::{Body, Presence};
use super::recorded::{Answer, answers, element, serve, whole};
use super::stand_in::{Response, StandIn};
use super::{
    accounts, asked, calls, everything, ids, list, live, live_with, schema, shown, source, target,
};
use crate::fetch::Source;
use crate::resource::{Cause, Facet, Failure, Listing, Operation, Schema};

/// A type whose recorded answers are replaced one at a time.
struct Played {
    schema: &'static Schema,
    recorded: Vec<Answer>,
    replaced: Arc<Mutex<Option<(usize, Response)>>>,
    before: Listing,
    accounts: Accounts,
    _server: StandIn,
}

impl Played {
    async fn new(type_name: &str) -> Self {
        let (schema, recorded) = (schema(type_name), answers(type_name));
        let replaced: Arc<Mutex<Option<(usize, Response)>>> = Arc::default();
        let (responses, instead) = (whole(&recorded), replaced.clone());
        let server = StandIn::answering(move |request| {
            let found = responses.iter().position(|(answer, _)| answer.is_for(request));
            let Some(at) = found else {
                return Response::error(&request.service, 404, "NoSuchResource");
            };
            match &*instead.lock().expect("no panic") {
                Some((replaced, response)) if *replaced == at => response.clone(),
                _ => responses[at].1.clone(),
            }
        })
        .await;
        let accounts = accounts(&server, adapters(), 1);
        let before = everything(&source(&accounts).await, schema).await;
        Self { schema, recorded, replaced, before, accounts, _server: server }
    }

    /// Each type that live accounts are asked for.
    async fn all() -> Vec<Self> {
        let mut all = Vec::new();
        for type_name in adapters().0.keys() {
            all.push(Self::new(type_name).await);
        }
        all
    }

    fn body_of(&self, operation: &str) -> Body {
        let adapters = adapters();
        let row = &adapters.0[self.schema.type_name.as_str()];
        calls(row).find(|call| call.operation == operation).expect("a call of the type").body
    }

    /// The reason why something of the type is unknown while this answer is another. What comes of
    /// it must be unknown or what it was before: a value that differs would have been believed.
    async fn unknown_instead(&self, at: usize, response: Response) -> String {
        let body = String::from_utf8_lossy(&response.body).into_owned();
        let context = || format!("{}: {body}", self.recorded[at].operation);
        *self.replaced.lock().expect("no panic") = Some((at, response));
        let live = source(&self.accounts).await;
        let after = list(&live, self.schema).await;

        let mut failures = Vec::new();
        match &after {
            Listing::Failed(failure) => return expect(failure, &context()),
            Listing::Partial(_, failure) => failures.push(failure.clone()),
            Listing::Complete(_) | Listing::Segments(..) => {}
        }
        assert_eq!(after.resources().len(), self.before.resources().len(), "{}", context());
        for (old, listed) in self.before.resources().iter().zip(after.resources()) {
            let mut new = (**old).clone();
            new.facets.extend(listed.facets.clone());
            for operation in self.concerned(at) {
                let facet = live.facet(&target(self.schema), self.schema, &new, operation).await;
                new.facets.insert(operation.clone(), facet);
            }
            for (operation, facet) in &new.facets {
                match facet {
                    Facet::Failed(failure) if *facet != old.facets[operation] => {
                        failures.push(failure.clone());
                    }
                    facet => assert_eq!(facet, &old.facets[operation], "{}", context()),
                }
            }
        }
        let failure = failures.first().unwrap_or_else(|| panic!("believed: {}", context()));
        expect(failure, &context())
    }

    /// The operation of a facet that an answer is of, and those that come after it: what needs a
    /// list of its own, or a report that was made, is asked for all at once.
    fn concerned(&self, at: usize) -> Vec<&'static Operation> {
        let answered = Operation::from(&*self.recorded[at].operation);
        let is_first = answered == self.schema.list
            || answered.as_str() == credential_report::GENERATE.operation;
        let known = |one: &Operation| self.schema.operations.get(one);
        let after =
            |one: &Operation| known(one).is_some_and(|known| known.after.contains(&answered));
        let is_bulk = |one: &Operation| known(one).is_none_or(|known| known.bulk);
        let facets = asked(self.schema).filter(|one| **one != self.schema.list);
        let mut concerned: Vec<_> = facets
            .filter(|one| **one == answered || after(one) || is_first && is_bulk(one))
            .collect();
        concerned.sort_by_key(|one| after(one));
        concerned
    }
}

fn expect(failure: &Failure, context: &str) -> String {
    assert_eq!(failure.cause, Cause::ServiceError, "{failure}: {context}");
    failure.to_string()
}

#[tokio::test]
async fn every_call_has_a_recorded_answer() {
    let adapters = adapters();
    for row in adapters.0.values() {
        let recorded = answers(row.type_name);
        // Logging in makes the calls of STS, and no adapter does.
        for call in calls(row).filter(|call| !call.operation.starts_with("sts:")) {
            let found = recorded.iter().any(|answer| answer.operation == call.operation);
            assert!(found, "{}: no answer of {}", row.type_name, call.operation);
        }
    }
}

#[tokio::test]
async fn a_body_that_ends_early_is_unknown() {
    for played in Played::all().await {
        for (at, answer) in played.recorded.iter().enumerate() {
            let (body, length) = (answer.body.as_bytes(), answer.body.len());
            for place in [0, length / 3, length / 2, length * 3 / 4, length - 1] {
                let cut = Response::unframed(200, &body[..place]);
                played.unknown_instead(at, cut).await;
            }
        }
    }
}

#[tokio::test]
async fn a_success_without_an_answer_is_unknown() {
    let page = "<!DOCTYPE html><html><body><h1>Welcome</h1></body></html>";
    for played in Played::all().await {
        for (at, answer) in played.recorded.iter().enumerate() {
            let operation = &answer.operation;
            for status in [200, 204] {
                let mut empty = Response::new(status, "");
                if status == 204 {
                    empty.headers.clear();
                }
                let failure = played.unknown_instead(at, empty).await;
                assert_eq!(failure, format!("service_error: {operation}: an empty answer"));
            }
            for other in [page, "{}", "null", "[]", "OK", "<Other/>"] {
                played.unknown_instead(at, Response::new(200, other)).await;
            }
        }
    }
}

/// The answer without an element, in the first of those that this path leads to; `None` where it
/// leads nowhere, since another recorded answer has the other form.
fn without(body: &str, path: &str) -> Option<String> {
    let (above, last) = path.rsplit_once('/').unwrap_or(("", path));
    let mut start = 0;
    for name in above.split('/').filter(|name| !name.is_empty()) {
        start += element(&body[start..], name)?.0 + 1;
    }
    let mut rest = body[start..].to_owned();
    for name in last.split('|') {
        while let Some((from, to)) = element(&rest, name) {
            rest.replace_range(from..to, "");
            if !above.is_empty() {
                break;
            }
        }
    }
    (rest != body[start..]).then(|| format!("{}{rest}", &body[..start]))
}

#[tokio::test]
async fn a_required_element_that_is_missing_is_unknown() {
    let mut removed = 0;
    for played in Played::all().await {
        for (at, answer) in played.recorded.iter().enumerate() {
            let Body::Xml(required) = played.body_of(&answer.operation) else {
                let lacking = Response::new(200, r#"{"Version":"2012-10-17"}"#);
                let failure = played.unknown_instead(at, lacking).await;
                assert!(failure.ends_with("the answer lacks `Statement`"), "{failure}");
                continue;
            };
            for Presence { path, .. } in required {
                let Some(lacking) = without(&answer.body, path) else { continue };
                let lacking = Response::new(200, lacking);
                let failure = played.unknown_instead(at, lacking).await;
                let lacks = format!("service_error: {}: the answer lacks `", answer.operation);
                assert!(failure.starts_with(&lacks), "{path}: {failure}");
                removed += 1;
            }
        }
    }
    assert!(removed > 50, "{removed}");
}

/// The root of the answer, with nothing in it.
fn emptied(body: &str) -> String {
    let start = body.find("<?xml").map_or(0, |_| body.find("?>").expect("closed") + 2);
    let root = body[start..].trim_start().trim_start_matches('<');
    let name = root.split(['>', ' ']).next().expect("a name");
    format!("<{name}/>")
}

#[tokio::test]
async fn an_empty_root_says_nothing_unless_the_api_says_so() {
    // By the API's documents an empty answer is how these say that nothing was configured, or that a
    // bucket is where S3 began.
    let told = [
        "s3:GetBucketLocation",
        "s3:GetBucketLogging",
        "s3:GetBucketNotificationConfiguration",
        "s3:GetBucketVersioning",
    ];
    for played in Played::all().await {
        for (at, answer) in played.recorded.iter().enumerate() {
            let empty = match played.body_of(&answer.operation) {
                Body::Json(_) => "{}".to_owned(),
                Body::Xml(_) => emptied(&answer.body),
            };
            if !told.contains(&&*answer.operation) {
                played.unknown_instead(at, Response::new(200, empty)).await;
            }
        }
    }
}

#[tokio::test]
async fn an_error_that_is_not_the_apis_names_its_status() {
    let bucket = schema("AWS::S3::Bucket");
    let page = "<html><head><title>no</title></head><body><hr></body></html>";
    let redirect = |to: &str| {
        let mut response = Response::new(307, "");
        response.headers = format!("{}Location: {to}\r\n", response.headers);
        response
    };
    let cut = "<Error><Code>NoSuchBucketPolicy</Code><Mess";
    let in_html = "an HTML page in place of an answer";
    for (response, expected) in [
        (Response::new(502, page), format!("service_error: OP: HTTP status 502: {in_html}")),
        (Response::new(403, page), format!("access_denied: OP: HTTP status 403: {in_html}")),
        (Response::new(404, page), format!("service_error: OP: HTTP status 404: {in_html}")),
        (
            Response::new(407, ""),
            "service_error: OP: HTTP status 407 without a word of the API".into(),
        ),
        (
            Response::new(503, "busy"),
            "service_error: OP: HTTP status 503: the answer is cut off, or no XML".into(),
        ),
        (
            Response::new(307, ""),
            "service_error: OP: HTTP status 307 without a word of the API".into(),
        ),
        (
            redirect("https://login.example.com/a?b=c"),
            "service_error: OP: HTTP status 307, which leads to login.example.com".into(),
        ),
        (
            Response::unframed(404, cut),
            "service_error: OP: HTTP status 404: the answer is cut off, or no XML".into(),
        ),
        (
            Response::error("s3", 403, "RequestTimeTooSkewed"),
            "credentials: OP: the message (the clock of this machine may be wrong)".into(),
        ),
    ] {
        let server = StandIn::answering(move |_| response.clone()).await;
        let listing = list(&live(&server).await, bucket).await;
        assert_eq!(ids(&listing), format!(" ({})", expected.replace("OP", "s3:ListBuckets")));
    }
    // A code that is not whole is no word of the API: the bucket may well have a policy.
    let mut all = whole(&answers("AWS::S3::Bucket"));
    for (answer, response) in &mut all {
        if answer.operation == "s3:GetBucketPolicy" {
            *response = Response::unframed(404, cut);
        }
    }
    let listing = everything(&live(&serve(all).await).await, bucket).await;
    let policy = shown(&listing.resources()[0].facets[&"s3:GetBucketPolicy".into()]);
    let expected = "HTTP status 404: the answer is cut off, or no XML";
    assert_eq!(policy, format!("service_error: s3:GetBucketPolicy: {expected}"));
}

#[tokio::test]
async fn an_answer_that_is_none_is_asked_for_again() {
    use std::sync::atomic::{AtomicUsize, Ordering};

    let whole = answers("AWS::EC2::SecurityGroup")[0].body.clone();
    let asked = AtomicUsize::new(0);
    let server = StandIn::answering(move |_| {
        let cut = asked.fetch_add(1, Ordering::SeqCst) == 0;
        let end = if cut { whole.len() / 2 } else { whole.len() };
        Response::unframed(200, &whole.as_bytes()[..end])
    })
    .await;
    let live = live_with(&server, adapters(), 3).await;
    let listing = list(&live, schema("AWS::EC2::SecurityGroup")).await;
    assert_eq!(ids(&listing), "sg-0123456789abcdef0 sg-11111111111111111");
    assert_eq!(server.requests(), ["DescribeSecurityGroups"; 2]);
}

#[tokio::test]
async fn the_versioning_of_a_stand_in_is_believed_only_if_it_is_whole() {
    let all_of_it = "<GetBucketVersioningResponse><Status>Enabled</Status>\
                     </GetBucketVersioningResponse>";
    let versioning = async |body: &str| {
        let mut all = whole(&answers("AWS::S3::Bucket"));
        for (answer, response) in &mut all {
            if answer.operation == "s3:GetBucketVersioning" {
                *response = Response::unframed(200, body);
            }
        }
        let server = serve(all).await;
        let listing = everything(&live(&server).await, schema("AWS::S3::Bucket")).await;
        shown(&listing.resources()[0].facets[&"s3:GetBucketVersioning".into()])
    };
    let enabled = r#"{"VersioningConfiguration":{"Status":"Enabled"}}"#;
    assert_eq!(versioning(all_of_it).await, enabled);
    let broken = "service_error: s3:GetBucketVersioning: the answer is cut off, or no XML";
    assert_eq!(versioning(&all_of_it[..all_of_it.len() - 3]).await, broken);
}

#[tokio::test]
async fn a_policy_of_a_user_that_is_none_stays_text() {
    let mut all = whole(&answers("AWS::IAM::User"));
    let (_, details) = &mut all[1];
    let body = String::from_utf8(details.body.clone()).expect("text");
    let start = body.find("<PolicyDocument>").expect("a policy") + "<PolicyDocument>".len();
    let end = body.find("</PolicyDocument>").expect("closed");
    let nulled = format!("{}null{}", &body[..start], &body[end..]);
    *details = Response::new(200, nulled);
    let listing = everything(&live(&serve(all).await).await, schema("AWS::IAM::User")).await;
    let details =
        shown(&listing.resources()[0].facets[&"iam:GetAccountAuthorizationDetails".into()]);
    assert!(details.contains(r#""PolicyDocument":"null""#), "{details}");
}
