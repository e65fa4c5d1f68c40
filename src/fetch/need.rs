//! What one check needs to know, and which facets of a resource are to be asked next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::resource::{Operation, Resource, Schema, schemas};

/// Whether a resource passes `where`, as far as its facets tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// It does.
    Yes,
    /// It does not, whatever further facets say.
    No,
    /// That depends on facets that are missing or could not be read.
    Unknown,
}

type Filter<'a> = Box<dyn Fn(&Resource) -> Keep + Send + Sync + 'a>;

/// What one check reads of one resource type.
pub struct Need<'a> {
    schema: &'static Schema,
    filter: Option<Filter<'a>>,
    first: BTreeSet<Operation>,
    then: BTreeSet<Operation>,
}

impl fmt::Debug for Need<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Need")
            .field("type", &self.schema.type_name)
            .field("first", &self.first)
            .field("then", &self.then)
            .finish_non_exhaustive()
    }
}

impl<'a> Need<'a> {
    /// The list of the type, and for every resource what these operations say.
    pub fn new(schema: &'static Schema, operations: impl IntoIterator<Item = Operation>) -> Self {
        let then = with_prerequisites(schema, operations);
        Self { schema, filter: None, first: BTreeSet::new(), then }
    }

    /// Everything of the type that live accounts are asked.
    pub fn everything(schema: &'static Schema) -> Self {
        let live = schema.operations.iter().filter(|(_, known)| !known.recorded_only);
        Self::new(schema, live.map(|(operation, _)| operation.clone()))
    }

    /// Everything of every type that live accounts are asked.
    pub fn all() -> Vec<Self> {
        schemas().values().filter(|schema| schema.is_live()).map(Self::everything).collect()
    }

    /// The same, but only for resources that `keep` lets pass. It reads what `operations` say and
    /// is asked again as they come in: it answers [`Keep::Unknown`] while one that matters is
    /// missing. A resource of which it stays unknown is kept.
    #[must_use]
    pub fn only(
        mut self,
        operations: impl IntoIterator<Item = Operation>,
        keep: impl Fn(&Resource) -> Keep + Send + Sync + 'a,
    ) -> Self {
        self.first = with_prerequisites(self.schema, operations);
        self.filter = Some(Box::new(keep));
        self
    }

    /// The resource type.
    pub fn schema(&self) -> &'static Schema {
        self.schema
    }

    fn keep(&self, resource: &Resource) -> Keep {
        self.filter.as_ref().map_or(Keep::Yes, |keep| keep(resource))
    }
}

/// The operations and all that must be asked before them.
fn with_prerequisites(
    schema: &Schema,
    operations: impl IntoIterator<Item = Operation>,
) -> BTreeSet<Operation> {
    let mut all = BTreeSet::new();
    let mut open: Vec<Operation> = operations.into_iter().collect();
    while let Some(operation) = open.pop() {
        if let Some(known) = schema.operations.get(&operation) {
            open.extend(known.after.iter().filter(|before| !all.contains(*before)).cloned());
        }
        all.insert(operation);
    }
    all
}

/// The operations to ask next of a resource; none when all needs are met or turned down.
///
/// What is certainly needed comes at once. While nothing is, the operations that undecided filters
/// read come one at a time, as the first answer may decide and spare the others: those that answer
/// for all resources at once before others, then those that most filters wait for.
pub(super) fn next(needs: &[&Need<'_>], resource: &Resource) -> BTreeSet<Operation> {
    let Some(schema) = needs.first().map(|need| need.schema) else { return BTreeSet::new() };
    let asked = |operation: &Operation| resource.facets.contains_key(operation);
    let ready = |operation: &Operation| {
        let known = schema.operations.get(operation);
        known.is_none_or(|known| known.after.iter().all(asked))
    };
    let missing = |operations: &BTreeSet<Operation>| -> Vec<Operation> {
        operations.iter().filter(|one| !asked(one) && ready(one)).cloned().collect()
    };

    let mut certain = BTreeSet::new();
    let mut waiting: BTreeMap<Operation, usize> = BTreeMap::new();
    for need in needs {
        let undecided = match need.keep(resource) {
            Keep::No => continue,
            Keep::Yes => Vec::new(),
            Keep::Unknown => missing(&need.first),
        };
        if undecided.is_empty() {
            certain.extend(missing(&need.then));
        }
        for operation in undecided {
            *waiting.entry(operation).or_default() += 1;
        }
    }
    if !certain.is_empty() {
        return certain;
    }
    let bulk = |operation: &Operation| schema.operations.get(operation).is_some_and(|o| o.bulk);
    let best = waiting.into_iter().min_by_key(|(operation, filters)| {
        (!bulk(operation), Reverse(*filters), operation.clone())
    });
    best.into_iter().map(|(operation, _)| operation).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::{Facet, Region, Value};

    fn resource(type_name: &str, asked: &[&str]) -> Resource {
        let facets = asked.iter().map(|name| (Operation::from(*name), Facet::Absent));
        Resource {
            type_name: type_name.into(),
            id: "x".into(),
            arn: None,
            region: Region::global(),
            facets: facets.collect(),
        }
    }

    fn operations(names: &[&str]) -> Vec<Operation> {
        names.iter().map(|name| Operation::from(*name)).collect()
    }

    /// The rounds of questions until nothing is open, as `first a, b; then c`.
    fn rounds(type_name: &str, needs: &[Need<'_>]) -> Vec<Vec<String>> {
        let needs: Vec<&Need<'_>> = needs.iter().collect();
        let mut resource = resource(type_name, &[schemas()[type_name].list.as_str()]);
        let mut rounds = Vec::new();
        loop {
            let next = next(&needs, &resource);
            if next.is_empty() {
                return rounds;
            }
            rounds.push(next.iter().map(ToString::to_string).collect());
            for operation in next {
                let answer = Facet::Read(Value::map::<&str>([]));
                assert!(resource.facets.insert(operation, answer).is_none(), "asked twice");
            }
        }
    }

    const BUCKET: &str = "AWS::S3::Bucket";
    const USER: &str = "AWS::IAM::User";

    fn need<'a>(type_name: &str, then: &[&str]) -> Need<'a> {
        Need::new(&schemas()[type_name], operations(then))
    }

    /// A filter that is decided once `facet` is there.
    fn once(facet: &'static str, verdict: Keep) -> impl Fn(&Resource) -> Keep {
        move |resource| {
            if resource.facets.contains_key(facet) { verdict } else { Keep::Unknown }
        }
    }

    #[test]
    fn without_a_filter_all_is_asked_at_once() {
        let needs = [
            need(BUCKET, &["s3:ListBuckets", "s3:GetBucketAcl"]),
            need(BUCKET, &["s3:GetBucketAcl", "s3:GetBucketPolicy"]),
        ];
        assert_eq!(rounds(BUCKET, &needs), [["s3:GetBucketAcl", "s3:GetBucketPolicy"]]);
        assert_eq!(rounds(BUCKET, &[need(BUCKET, &["s3:ListBuckets"])]), Vec::<Vec<String>>::new());
    }

    #[test]
    fn a_resource_that_a_cheap_filter_drops_costs_nothing() {
        let dropped =
            need(BUCKET, &["s3:GetBucketAcl"]).only(operations(&["s3:ListBuckets"]), |_| Keep::No);
        assert_eq!(rounds(BUCKET, &[dropped]), Vec::<Vec<String>>::new());
    }

    #[test]
    fn what_where_reads_comes_before_what_assert_reads() {
        let tagged = |verdict| {
            need(BUCKET, &["s3:GetBucketAcl"])
                .only(operations(&["s3:GetBucketTagging"]), once("s3:GetBucketTagging", verdict))
        };
        let whole: &[&[&str]] = &[&["s3:GetBucketTagging"], &["s3:GetBucketAcl"]];
        assert_eq!(rounds(BUCKET, &[tagged(Keep::Yes)]), whole);
        assert_eq!(rounds(BUCKET, &[tagged(Keep::Unknown)]), whole, "unknown is kept");
        assert_eq!(rounds(BUCKET, &[tagged(Keep::No)]), [["s3:GetBucketTagging"]]);
    }

    #[test]
    fn a_filter_is_read_one_facet_at_a_time() {
        let two = operations(&["s3:GetBucketPolicy", "s3:GetBucketTagging"]);
        let decided_first =
            need(BUCKET, &[]).only(two.clone(), once("s3:GetBucketPolicy", Keep::No));
        assert_eq!(rounds(BUCKET, &[decided_first]), [["s3:GetBucketPolicy"]]);
        let shared = [
            need(BUCKET, &[]).only(two, once("s3:GetBucketTagging", Keep::No)),
            need(BUCKET, &[])
                .only(operations(&["s3:GetBucketTagging"]), once("s3:GetBucketTagging", Keep::No)),
        ];
        assert_eq!(rounds(BUCKET, &shared), [["s3:GetBucketTagging"]], "most filters wait for it");
    }

    #[test]
    fn a_certain_facet_may_decide_a_filter_for_free() {
        let needs = [
            need(BUCKET, &["s3:GetBucketTagging"]),
            need(BUCKET, &["s3:GetBucketAcl"]).only(
                operations(&["s3:GetBucketPolicy", "s3:GetBucketTagging"]),
                once("s3:GetBucketTagging", Keep::No),
            ),
        ];
        assert_eq!(rounds(BUCKET, &needs), [["s3:GetBucketTagging"]]);
    }

    #[test]
    fn answers_for_all_come_before_answers_for_one() {
        let both = operations(&["iam:GetAccountAuthorizationDetails", "iam:GetLoginProfile"]);
        let bulk = need(USER, &[]).only(both, once("iam:GetAccountAuthorizationDetails", Keep::No));
        assert_eq!(rounds(USER, &[bulk]), [["iam:GetAccountAuthorizationDetails"]]);
    }

    #[test]
    fn what_only_recordings_hold_is_no_part_of_everything() {
        let all = Need::all();
        assert!(all.iter().all(|need| need.schema().is_live()));
        assert!(all.iter().any(|need| need.schema().type_name.as_str() == BUCKET));
        let bucket = &schemas()[BUCKET];
        let asked = rounds(BUCKET, &[Need::everything(bucket)]).concat();
        let left_out = bucket.operations.iter().filter(|(_, known)| known.recorded_only);
        assert_eq!(asked.len() + left_out.clone().count() + 1, bucket.operations.len());
        for (operation, _) in left_out {
            assert!(!asked.contains(&operation.to_string()), "{operation}");
        }
    }

    #[test]
    fn prerequisites_are_asked_first() {
        let needs = [need(USER, &["iam:GetAccessKeyLastUsed"])];
        let order: &[&[&str]] = &[&["iam:ListAccessKeys"], &["iam:GetAccessKeyLastUsed"]];
        assert_eq!(rounds(USER, &needs), order);
    }
}
