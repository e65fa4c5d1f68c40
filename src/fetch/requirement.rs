//! What one check has to know of a type, and which facets of a resource are to be asked next.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::resource::{Operation, Resource, Schema, SchemaRegistry, Segment};

/// Answer of a filter over what is known of a resource so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FilterDecision {
    /// The resource passes, whatever further facets say.
    Keep,
    /// The resource does not pass, whatever further facets say.
    Drop,
    /// Facets that are missing, or could not be read, decide.
    Undecided,
}

type Filter<'a> = Box<dyn Fn(&Resource) -> FilterDecision + Send + Sync + 'a>;

/// `true` of a resource of which nothing more need be asked.
type Settles<'a> = Box<dyn Fn(&Resource) -> bool + Send + Sync + 'a>;

/// Least number of resources for which a summary is cheaper than the calls that it spares: it takes
/// a request that makes it, one or two that look whether it is made, and one that reads it.
const WORTH_A_SUMMARY: usize = 4;

/// Facets of one resource type that are to be fetched, for all resources or for those that pass a
/// filter.
pub struct FetchRequirement<'a> {
    schema: &'a Schema,
    segment: Option<Segment>,
    filter: Option<Filter<'a>>,
    settles: Option<Settles<'a>>,
    /// Read by the filter.
    first: BTreeSet<Operation>,
    /// Read once the filter let the resource pass.
    then: BTreeSet<Operation>,
}

impl fmt::Debug for FetchRequirement<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("FetchRequirement")
            .field("type", &self.schema.type_name)
            .field("first", &self.first)
            .field("then", &self.then)
            .finish_non_exhaustive()
    }
}

impl<'a> FetchRequirement<'a> {
    /// Requirement of the type's list and, for every resource, of the facets that these operations
    /// supply.
    pub fn new(schema: &'a Schema, operations: impl IntoIterator<Item = Operation>) -> Self {
        let then = with_prerequisites(schema, operations);
        let (segment, filter, settles, first) = Default::default();
        Self { schema, segment, filter, settles, first, then }
    }

    /// Requirement of the type's list alone.
    pub fn list(schema: &'a Schema) -> Self {
        Self::new(schema, [])
    }

    /// Requirement of all that live accounts are asked of the type.
    pub fn everything(schema: &'a Schema) -> Self {
        Self::new(schema, schema.live_operations().cloned())
    }

    /// Requirements of all that live accounts are asked of these types, those aside whose lists are not
    /// read as a whole.
    pub fn all(schemas: &'a SchemaRegistry) -> Vec<Self> {
        let whole = schemas.live().filter(|schema| schema.listed_by.is_none());
        whole.map(Self::everything).collect()
    }

    /// The same requirement of no others than the resources of a segment.
    #[must_use]
    pub fn within(self, segment: Option<Segment>) -> Self {
        Self { segment, ..self }
    }

    /// Segment that holds its resources, where it is known.
    pub fn segment(&self) -> Option<&Segment> {
        self.segment.as_ref()
    }

    /// The same requirement of only those resources that `filter` lets pass. It reads what
    /// `operations` supply and is asked again as they come in: it is
    /// [`FilterDecision::Undecided`] while one that matters is missing. A resource of which it
    /// stays undecided is kept.
    #[must_use]
    pub fn only(
        mut self,
        operations: impl IntoIterator<Item = Operation>,
        filter: impl Fn(&Resource) -> FilterDecision + Send + Sync + 'a,
    ) -> Self {
        self.first = with_prerequisites(self.schema, operations);
        self.filter = Some(Box::new(filter));
        self
    }

    /// The same requirement, but for resources of which a summary already settles what is to be known.
    #[must_use]
    pub fn unless(mut self, settles: impl Fn(&Resource) -> bool + Send + Sync + 'a) -> Self {
        self.settles = Some(Box::new(settles));
        self
    }

    /// Operations that its filter reads, with all that must be asked before them.
    pub fn of_filter(&self) -> &BTreeSet<Operation> {
        &self.first
    }

    /// Operations for resources that its filter lets pass, with all that must be asked before them.
    pub fn of_rest(&self) -> &BTreeSet<Operation> {
        &self.then
    }

    /// `true` where a summary may settle what is to be known of a resource.
    pub fn may_be_settled(&self) -> bool {
        self.settles.is_some()
    }

    /// Schema of the resource type.
    pub fn schema(&self) -> &'a Schema {
        self.schema
    }

    fn decide(&self, resource: &Resource) -> FilterDecision {
        if self.settles.as_ref().is_some_and(|settles| settles(resource)) {
            return FilterDecision::Drop;
        }
        self.filter.as_ref().map_or(FilterDecision::Keep, |filter| filter(resource))
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

/// The operations to ask next of a resource; none when all requirements are met or turned down.
///
/// What is certainly needed comes at once. While nothing is, the operations that undecided filters
/// read come one at a time, as the first answer may decide and spare the others: those that answer
/// for all resources at once before others, then those that most filters wait for. What a summary may
/// spare waits for it, if the resource is one of so many `listed` that it is worth asking.
pub(super) fn next(
    requirements: &[&FetchRequirement<'_>],
    resource: &Resource,
    listed: usize,
) -> BTreeSet<Operation> {
    let wanted = wanted(requirements, resource);
    let Some(summary) = requirements.first().and_then(|one| one.schema.summary.as_ref()) else {
        return wanted;
    };
    let may_spare = |operation: &Operation| {
        summary.of.contains(operation) && requirements.iter().any(|one| one.settles.is_some())
    };
    let is_asked = resource.facets.contains_key(&summary.operation);
    if is_asked || listed < WORTH_A_SUMMARY || !wanted.iter().any(may_spare) {
        return wanted;
    }
    let others = wanted.into_iter().filter(|operation| !summary.of.contains(operation));
    others.chain([summary.operation.clone()]).collect()
}

fn wanted(requirements: &[&FetchRequirement<'_>], resource: &Resource) -> BTreeSet<Operation> {
    let Some(schema) = requirements.first().map(|one| one.schema) else { return BTreeSet::new() };
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
    for requirement in requirements {
        let undecided = match requirement.decide(resource) {
            FilterDecision::Drop => continue,
            FilterDecision::Keep => Vec::new(),
            FilterDecision::Undecided => missing(&requirement.first),
        };
        if undecided.is_empty() {
            certain.extend(missing(&requirement.then));
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
    use crate::resource::{Facet, Region, Value, schemas};

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
    fn rounds(type_name: &str, requirements: &[FetchRequirement<'_>]) -> Vec<Vec<String>> {
        rounds_of(type_name, requirements, 100)
    }

    /// The same for one of so many resources.
    fn rounds_of(
        type_name: &str,
        requirements: &[FetchRequirement<'_>],
        listed: usize,
    ) -> Vec<Vec<String>> {
        let requirements: Vec<&FetchRequirement<'_>> = requirements.iter().collect();
        let mut resource = resource(type_name, &[schemas()[type_name].list.as_str()]);
        let mut rounds = Vec::new();
        loop {
            let next = next(&requirements, &resource, listed);
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

    fn requirement<'a>(type_name: &str, then: &[&str]) -> FetchRequirement<'a> {
        FetchRequirement::new(&schemas()[type_name], operations(then))
    }

    /// A filter that is decided once `facet` is there.
    fn once(facet: &'static str, decision: FilterDecision) -> impl Fn(&Resource) -> FilterDecision {
        move |resource| {
            if resource.facets.contains_key(facet) { decision } else { FilterDecision::Undecided }
        }
    }

    #[test]
    fn without_a_filter_all_is_asked_at_once() {
        let requirements = [
            requirement(BUCKET, &["s3:ListBuckets", "s3:GetBucketAcl"]),
            requirement(BUCKET, &["s3:GetBucketAcl", "s3:GetBucketPolicy"]),
        ];
        assert_eq!(rounds(BUCKET, &requirements), [["s3:GetBucketAcl", "s3:GetBucketPolicy"]]);
        assert_eq!(
            rounds(BUCKET, &[requirement(BUCKET, &["s3:ListBuckets"])]),
            Vec::<Vec<String>>::new()
        );
    }

    #[test]
    fn a_resource_that_a_cheap_filter_drops_costs_nothing() {
        let dropped = requirement(BUCKET, &["s3:GetBucketAcl"])
            .only(operations(&["s3:ListBuckets"]), |_| FilterDecision::Drop);
        assert_eq!(rounds(BUCKET, &[dropped]), Vec::<Vec<String>>::new());
    }

    #[test]
    fn what_where_reads_comes_before_what_assert_reads() {
        let tagged = |decision| {
            requirement(BUCKET, &["s3:GetBucketAcl"])
                .only(operations(&["s3:GetBucketTagging"]), once("s3:GetBucketTagging", decision))
        };
        let whole: &[&[&str]] = &[&["s3:GetBucketTagging"], &["s3:GetBucketAcl"]];
        assert_eq!(rounds(BUCKET, &[tagged(FilterDecision::Keep)]), whole);
        assert_eq!(rounds(BUCKET, &[tagged(FilterDecision::Undecided)]), whole, "unknown is kept");
        assert_eq!(rounds(BUCKET, &[tagged(FilterDecision::Drop)]), [["s3:GetBucketTagging"]]);
    }

    #[test]
    fn a_filter_is_read_one_facet_at_a_time() {
        let two = operations(&["s3:GetBucketPolicy", "s3:GetBucketTagging"]);
        let decided_first = requirement(BUCKET, &[])
            .only(two.clone(), once("s3:GetBucketPolicy", FilterDecision::Drop));
        assert_eq!(rounds(BUCKET, &[decided_first]), [["s3:GetBucketPolicy"]]);
        let shared = [
            requirement(BUCKET, &[]).only(two, once("s3:GetBucketTagging", FilterDecision::Drop)),
            requirement(BUCKET, &[]).only(
                operations(&["s3:GetBucketTagging"]),
                once("s3:GetBucketTagging", FilterDecision::Drop),
            ),
        ];
        assert_eq!(rounds(BUCKET, &shared), [["s3:GetBucketTagging"]], "most filters wait for it");
    }

    #[test]
    fn a_certain_facet_may_decide_a_filter_for_free() {
        let requirements = [
            requirement(BUCKET, &["s3:GetBucketTagging"]),
            requirement(BUCKET, &["s3:GetBucketAcl"]).only(
                operations(&["s3:GetBucketPolicy", "s3:GetBucketTagging"]),
                once("s3:GetBucketTagging", FilterDecision::Drop),
            ),
        ];
        assert_eq!(rounds(BUCKET, &requirements), [["s3:GetBucketTagging"]]);
    }

    #[test]
    fn answers_for_all_come_before_answers_for_one() {
        let both = operations(&["iam:GetAccountAuthorizationDetails", "iam:GetLoginProfile"]);
        let bulk = requirement(USER, &[])
            .only(both, once("iam:GetAccountAuthorizationDetails", FilterDecision::Drop));
        assert_eq!(rounds(USER, &[bulk]), [["iam:GetAccountAuthorizationDetails"]]);
    }

    #[test]
    fn what_only_recordings_hold_is_no_part_of_everything() {
        let all = FetchRequirement::all(schemas());
        assert!(all.iter().all(|one| one.schema().is_live()));
        assert!(all.iter().any(|one| one.schema().type_name.as_str() == BUCKET));
        let bucket = &schemas()[BUCKET];
        let asked = rounds(BUCKET, &[FetchRequirement::everything(bucket)]).concat();
        let left_out = bucket.operations.iter().filter(|(_, known)| known.recorded_only);
        assert_eq!(asked.len() + left_out.clone().count() + 1, bucket.operations.len());
        for (operation, _) in left_out {
            assert!(!asked.contains(&operation.to_string()), "{operation}");
        }
    }

    #[test]
    fn a_summary_comes_before_the_calls_that_it_may_spare() {
        const REPORT: &str = "iam:GetCredentialReport";
        const PROFILE: &str = "iam:GetLoginProfile";
        const DETAILS: &str = "iam:GetAccountAuthorizationDetails";
        let settled = |by: &'static str| {
            requirement(USER, &[PROFILE]).unless(move |user| user.facets.contains_key(by))
        };
        assert_eq!(rounds(USER, &[settled(REPORT)]), [[REPORT]]);
        let open = || settled("nothing");
        assert_eq!(rounds(USER, &[open()]), [[REPORT], [PROFILE]]);
        let both = [settled(REPORT), requirement(USER, &[DETAILS])];
        assert_eq!(rounds(USER, &both), [[DETAILS, REPORT]]);
        // What one check needs is asked, whatever is settled of another.
        let both = [settled(REPORT), requirement(USER, &[PROFILE])];
        assert_eq!(rounds(USER, &both), [[REPORT], [PROFILE]]);
        assert_eq!(rounds(USER, &[requirement(USER, &[PROFILE])]), [[PROFILE]]);
        assert_eq!(rounds(USER, &[requirement(USER, &[DETAILS])]), [[DETAILS]]);
        // Of a few users the calls are cheaper.
        assert_eq!(rounds_of(USER, &[settled(REPORT)], WORTH_A_SUMMARY - 1), [[PROFILE]]);
        assert_eq!(rounds_of(USER, &[settled(REPORT)], WORTH_A_SUMMARY), [[REPORT]]);
    }

    #[test]
    fn prerequisites_are_asked_first() {
        let requirements = [requirement(USER, &["iam:GetAccessKeyLastUsed"])];
        let order: &[&[&str]] = &[&["iam:ListAccessKeys"], &["iam:GetAccessKeyLastUsed"]];
        assert_eq!(rounds(USER, &requirements), order);
    }
}
