//! Resources of an inventory: which there are, and what is known of each, for people and as JSON.
//!
//! What is absent is null, what could not be read is unknown with its cause: never the one for the
//! other. Which resources are shown is left to the caller.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use crate::resource::{
    Cause, Failure, Inventory, Listing, Region, Resource, Schema, TypeName, Value, schemas,
};

use super::words::{self, visible};
use super::yaml;

/// The property that holds the tags, where a type has them.
pub const TAGS: &str = "Tags";

/// Some resources of a type.
#[derive(Debug)]
pub struct Shown<'a> {
    /// Type of the resources, with its properties.
    pub schema: &'a Schema,
    /// The inventory that they are of.
    pub inventory: &'a Inventory,
    /// Resources in the order in which they are shown.
    pub resources: Vec<&'a Resource>,
    /// The properties that were asked for by name; none stands for all.
    pub properties: &'a [&'a str],
}

impl<'a> Shown<'a> {
    /// The lists of the type that could not be read whole, by region.
    pub fn unread(&self) -> impl Iterator<Item = (&'a Region, &'a Failure)> {
        unread(self.inventory, &self.schema.type_name)
    }

    /// `true` where one of the properties that are shown could not be read. One that was never
    /// collected only counts where it was asked for by name.
    pub fn is_unknown(&self) -> bool {
        let named = !self.properties.is_empty();
        let counts = |failure: Failure| named || !is_uncollected(&failure);
        self.resources.iter().any(|one| self.known(one).any(|(_, it)| it.is_err_and(counts)))
    }

    /// A line for each resource: id, region and, where the type has tags, the one called `Name`.
    pub fn lines(&self) -> String {
        let rows: Vec<[String; 3]> = self
            .resources
            .iter()
            .map(|one| [visible(&one.id), one.region.to_string(), self.name_in_words(one)])
            .collect();
        let width = |at: fn(&[String; 3]) -> &String| {
            rows.iter().map(|row| at(row).chars().count()).max().unwrap_or_default()
        };
        let (ids, regions) = (width(|[id, ..]| id), width(|[_, region, _]| region));
        let mut text = String::new();
        for [id, region, name] in &rows {
            let line = format!("{id:<ids$}  {region:<regions$}  {name}");
            let _ = writeln!(text, "{}", line.trim_end());
        }
        let count = words::count(rows.len(), &words::noun(&self.schema.type_name));
        let _ = match (rows.len(), self.unread().next()) {
            (0, Some(_)) => Ok(()),
            (_, Some(_)) => writeln!(text, "at least {count}"),
            (_, None) => writeln!(text, "{count}"),
        };
        text + &self.failed_lists("")
    }

    /// Each resource as YAML that people read: what is unknown says why in a comment.
    pub fn details(&self) -> String {
        let parts: Vec<String> = self.resources.iter().map(|one| self.detail(one)).collect();
        parts.join("---\n") + &self.failed_lists("# ")
    }

    /// One JSON document: `resources`, and as `unread` the lists that could not be read whole.
    /// Properties are in it only if they are `wanted`.
    pub fn json(&self, wanted: bool) -> Json {
        let resources: Vec<Json> = self.resources.iter().map(|one| self.one(one, wanted)).collect();
        json!({ "resources": resources, "unread": self.unread().map(failed_list).collect::<Vec<_>>() })
    }

    fn one(&self, resource: &Resource, wanted: bool) -> Json {
        let mut json = json!({
            "account": self.inventory.account,
            "region": resource.region,
            "resourceType": resource.type_name,
            "resourceId": resource.id,
            "arn": resource.arn,
            "name": self.name_tag(resource).and_then(Result::ok).flatten(),
        });
        if let (true, Json::Object(json)) = (wanted, &mut json) {
            let (mut properties, mut unknown) = (Map::new(), Map::new());
            for (name, known) in self.known(resource) {
                match known {
                    Ok(value) => properties.insert(name.to_owned(), value.to_json()),
                    Err(failure) => unknown.insert(name.to_owned(), json!(failure)),
                };
            }
            json.insert("properties".to_owned(), Json::Object(properties));
            json.insert("unknown".to_owned(), Json::Object(unknown));
        }
        json
    }

    fn detail(&self, resource: &Resource) -> String {
        let Resource { type_name, id, region, .. } = resource;
        let mut text = format!("# {type_name} {} in {region}\n", visible(id));
        let mut uncollected = Vec::new();
        for (name, known) in self.known(resource) {
            match known {
                Ok(value) => text.push_str(&yaml::entry(name, value)),
                Err(failure) if self.properties.is_empty() && is_uncollected(&failure) => {
                    uncollected.push(name);
                }
                Err(failure) => {
                    let _ = writeln!(text, "{name}: unknown # {}", visible(&failure.to_string()));
                }
            }
        }
        if !uncollected.is_empty() {
            let _ = writeln!(text, "# not collected: {}", uncollected.join(", "));
        }
        text
    }

    fn failed_lists(&self, before: &str) -> String {
        let name = &self.schema.type_name;
        let lists = self.unread().map(|(region, failure)| (name, region, failure));
        could_not_list(lists).iter().fold(String::new(), |text, line| text + before + line + "\n")
    }

    /// The properties that are shown, in the order of the schema, and what is known of each.
    fn known<'r>(
        &self,
        resource: &'r Resource,
    ) -> impl Iterator<Item = (&'a str, Result<&'r Value, Failure>)>
    where
        'a: 'r,
    {
        let asked = |name: &str| self.properties.is_empty() || self.properties.contains(&name);
        let shown = self.schema.properties.iter().filter(move |(name, _)| asked(name));
        shown.map(|(name, known)| (name.as_ref(), resource.property(name, known)))
    }

    /// The tag `Name`; `None` for a type without tags.
    fn name_tag(&self, resource: &Resource) -> Option<Result<Option<String>, Failure>> {
        let (name, tags) = self.schema.properties.get_key_value(TAGS)?;
        Some(resource.property(name, tags).map(|tags| tag(tags, "Name")))
    }

    fn name_in_words(&self, resource: &Resource) -> String {
        match self.name_tag(resource) {
            Some(Ok(name)) => visible(&name.unwrap_or_default()),
            Some(Err(failure)) => format!("unknown ({})", failure.cause.as_str()),
            None => String::new(),
        }
    }
}

/// The tag `Name` of a resource, where it is known and there.
pub fn name_of(schema: &Schema, resource: &Resource) -> Option<String> {
    let (name, tags) = schema.properties.get_key_value(TAGS)?;
    tag(resource.property(name, tags).ok()?, "Name")
}

/// The value of a tag in a list of `{ "Key", "Value" }`.
fn tag(tags: &Value, key: &str) -> Option<String> {
    let Value::List(tags) = tags else { return None };
    let entry = tags.iter().find(|tag| tag.get("Key").and_then(Value::as_str) == Some(key))?;
    entry.get("Value")?.as_str().map(str::to_owned)
}

/// `true` where nobody asked, rather than that the answer was no.
fn is_uncollected(failure: &Failure) -> bool {
    matches!(failure.cause, Cause::NotCollected | Cause::Unsupported)
}

fn unread<'a>(
    inventory: &'a Inventory,
    type_name: &TypeName,
) -> impl Iterator<Item = (&'a Region, &'a Failure)> {
    let lists = inventory.listings.iter().filter(move |((name, _), _)| name == type_name);
    lists.filter_map(|((_, region), list)| Some((region, list.failure()?)))
}

/// A line for each failure, once, whatever number of lists it kept from being read.
fn could_not_list<'a>(
    lists: impl IntoIterator<Item = (&'a TypeName, &'a Region, &'a Failure)>,
) -> Vec<String> {
    let mut told: Vec<(String, BTreeSet<&str>, BTreeSet<&str>)> = Vec::new();
    for (name, region, failure) in lists {
        let why = visible(&failure.to_string());
        let at = told.iter().position(|(known, ..)| *known == why).unwrap_or_else(|| {
            told.push((why, BTreeSet::new(), BTreeSet::new()));
            told.len() - 1
        });
        if let Some((_, names, regions)) = told.get_mut(at) {
            names.insert(name.as_str());
            regions.insert(region.as_str());
        }
    }
    let line = |(why, names, regions): (String, BTreeSet<&str>, BTreeSet<&str>)| {
        let regions = regions.into_iter().collect::<Vec<_>>().join(", ");
        let what = match names.first() {
            Some(name) if names.len() == 1 => (*name).to_owned(),
            _ => words::count(names.len(), "type"),
        };
        format!("could not list {what} in {regions}: {why}")
    };
    told.into_iter().map(line).collect()
}

fn failed_list((region, failure): (&Region, &Failure)) -> Json {
    json!({ "region": region, "cause": failure.cause.as_str(), "message": failure.message })
}

/// The types that an inventory holds, with the number of their resources.
#[derive(Debug)]
pub struct Types<'a> {
    inventory: &'a Inventory,
    counts: BTreeMap<&'a TypeName, Count>,
}

/// How many resources were seen, in how many lists, and how many lists were not read whole.
#[derive(Debug, Clone, Copy, Default)]
struct Count {
    seen: usize,
    read: usize,
    unread: usize,
}

impl Count {
    /// Knowledge of the number: all, a part, or nothing.
    fn in_words(self) -> String {
        match self {
            Self { seen, unread: 0, .. } => seen.to_string(),
            Self { read: 0, .. } => "unknown".to_owned(),
            Self { seen, .. } => format!("at least {seen}"),
        }
    }
}

impl<'a> Types<'a> {
    /// Counts of the types of an inventory.
    pub fn of(inventory: &'a Inventory) -> Self {
        let mut counts: BTreeMap<&TypeName, Count> = BTreeMap::new();
        for ((name, _), listing) in &inventory.listings {
            let count = counts.entry(name).or_default();
            count.seen += listing.resources().len();
            count.read += usize::from(!matches!(listing, Listing::Failed(_)));
            count.unread += usize::from(listing.failure().is_some());
        }
        Self { inventory, counts }
    }

    /// `true` where there is none of any type.
    pub fn is_empty(&self) -> bool {
        self.counts.is_empty()
    }

    /// `true` where a list could not be read whole.
    pub fn is_unknown(&self) -> bool {
        self.counts.values().any(|count| count.unread > 0)
    }

    /// The types that nobody asked for: how many there are of these is not known.
    fn uncollected(&self) -> impl Iterator<Item = &'static TypeName> {
        schemas().keys().filter(|name| !self.counts.contains_key(*name))
    }

    /// A line for each type, those that were not collected last.
    pub fn text(&self) -> String {
        let collected = self.counts.keys().map(|name| name.as_str().len());
        let uncollected = self.uncollected().map(|name| name.as_str().len());
        let width = collected.chain(uncollected).max().unwrap_or_default();
        let mut text = String::new();
        for (name, count) in &self.counts {
            let _ = writeln!(text, "{:<width$}  {:>6}", name.as_str(), count.in_words());
        }
        let lists = self.counts.keys().flat_map(|name| {
            unread(self.inventory, name).map(move |(region, failure)| (*name, region, failure))
        });
        for name in self.uncollected() {
            let _ = writeln!(text, "{:<width$}  not collected", name.as_str());
        }
        for line in could_not_list(lists) {
            let _ = writeln!(text, "{line}");
        }
        text
    }

    /// One JSON document: `types`, each with the lists that could not be read whole, and
    /// `notCollected`. The count is null where none was read at all.
    pub fn json(&self) -> Json {
        let types = self.counts.iter().map(|(name, count)| {
            let seen = (count.read > 0).then_some(count.seen);
            let unread: Vec<Json> = unread(self.inventory, name).map(failed_list).collect();
            json!({ "resourceType": name, "count": seen, "unread": unread })
        });
        let uncollected: Vec<_> = self.uncollected().collect();
        json!({ "types": types.collect::<Vec<_>>(), "notCollected": uncollected })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::resource::{Facet, Facets};

    /// Two buckets, of which one keeps its policy to itself, and a list that broke off.
    fn inventory() -> Inventory {
        let schema = schema();
        let bucket = |id: &str, tags: Json, policy: Facet| {
            let read =
                |operation: &str, json: &Json| Facet::Read(schema.refine(&operation.into(), json));
            let listed = json!({ "BucketName": id, "CreationDate": "2024-01-22T07:10:54Z" });
            Arc::new(Resource {
                type_name: schema.type_name.clone(),
                id: id.into(),
                arn: Some(format!("arn:aws:s3:::{id}").into()),
                region: "eu-west-1".parse().expect("a region"),
                facets: Facets::from_iter([
                    ("s3:ListBuckets".into(), read("s3:ListBuckets", &listed)),
                    ("s3:GetBucketTagging".into(), read("s3:GetBucketTagging", &tags)),
                    ("s3:GetBucketPolicy".into(), policy),
                    ("s3:GetBucketWebsite".into(), Facet::Absent),
                ]),
            })
        };
        let denied = Failure::new(Cause::AccessDenied, "s3:GetBucketPolicy: Access\nDenied");
        let named = json!({ "Tags": [{ "Key": "Name", "Value": "the \u{1b}[31mlogs" }] });
        let resources = vec![
            bucket("logs", named, Facet::Failed(denied)),
            bucket("a-much-longer-name", json!({}), Facet::Absent),
        ];
        let account = "123456789012".parse().expect("an id");
        let mut inventory =
            Inventory::empty(account, "2026-11-16T08:00:00Z".parse().expect("an instant"));
        let cut = Failure::new(Cause::Throttled, "s3:ListBuckets: Slow down");
        inventory
            .listings
            .insert((schema.type_name.clone(), Region::global()), Listing::Partial(resources, cut));
        inventory
    }

    fn schema() -> &'static Schema {
        &schemas()["AWS::S3::Bucket"]
    }

    fn shown<'a>(inventory: &'a Inventory, properties: &'a [&'a str]) -> Shown<'a> {
        let resources = inventory.listings.values().flat_map(Listing::resources);
        let resources = resources.map(AsRef::as_ref).collect();
        Shown { schema: schema(), inventory, resources, properties }
    }

    #[test]
    fn a_list_has_a_line_for_each_and_says_what_it_lacks() {
        insta::assert_snapshot!(shown(&inventory(), &[]).lines(), @"
        logs                eu-west-1  the �[31mlogs
        a-much-longer-name  eu-west-1
        at least 2 buckets
        could not list AWS::S3::Bucket in global: throttled: s3:ListBuckets: Slow down
        ");
    }

    #[test]
    fn null_and_unknown_are_not_the_same() {
        let inventory = inventory();
        let shown = shown(&inventory, &["BucketName", "Policy", "WebsiteConfiguration"]);
        insta::assert_snapshot!(shown.details(), @"
        # AWS::S3::Bucket logs in eu-west-1
        BucketName: logs
        Policy: unknown # access_denied: s3:GetBucketPolicy: Access�Denied
        WebsiteConfiguration: null
        ---
        # AWS::S3::Bucket a-much-longer-name in eu-west-1
        BucketName: a-much-longer-name
        Policy: null
        WebsiteConfiguration: null
        # could not list AWS::S3::Bucket in global: throttled: s3:ListBuckets: Slow down
        ");
        let logs = &shown.json(true)["resources"][0];
        assert_eq!(logs["unknown"]["Policy"]["cause"], "access_denied");
        assert_eq!(logs["properties"].get("Policy"), None);
        assert_eq!(logs["properties"]["WebsiteConfiguration"], Json::Null);
        assert_eq!(shown.json(true)["unread"][0]["cause"], "throttled");
        assert_eq!(shown.json(false)["resources"][0].get("properties"), None);
    }

    #[test]
    fn what_nobody_asked_matters_only_where_it_is_named() {
        let inventory = inventory();
        let unknown = |properties: &[&str], resource: usize| {
            let mut shown = shown(&inventory, properties);
            shown.resources = vec![shown.resources[resource]];
            shown.is_unknown()
        };
        assert!(unknown(&[], 0), "the policy is denied");
        assert!(!unknown(&[], 1), "the ACL was not collected, and nobody wants it");
        assert!(unknown(&["Acl"], 1));
        assert!(!unknown(&["BucketName"], 0));

        let mut whole = shown(&inventory, &[]);
        whole.resources = vec![whole.resources[1]];
        let details = whole.details();
        assert!(details.contains("\n# not collected: Acl, BucketEncryption, "), "{details}");
        assert!(!details.contains("Acl:"), "{details}");
    }

    /// The types as text, without those that were not collected.
    fn collected(inventory: &Inventory) -> String {
        let types = Types::of(inventory);
        let text = types.text();
        let (uncollected, collected): (Vec<_>, Vec<_>) =
            text.lines().partition(|line| line.ends_with(" not collected"));
        let names: Vec<_> = uncollected.iter().filter_map(|line| line.split(' ').next()).collect();
        assert_eq!(types.json()["notCollected"], json!(names));
        assert_eq!(names.len() + types.counts.len(), schemas().len());
        collected.join("\n")
    }

    #[test]
    fn types_are_counted() {
        insta::assert_snapshot!(collected(&inventory()), @r"
        AWS::S3::Bucket                      at least 2
        could not list AWS::S3::Bucket in global: throttled: s3:ListBuckets: Slow down
        ");
        assert_eq!(Types::of(&inventory()).json()["types"][0]["count"], 2);
    }

    #[test]
    fn what_keeps_several_lists_from_being_read_is_told_once() {
        let mut inventory = inventory();
        let denied = Listing::Failed(Failure::new(Cause::Unsupported, "no adapter"));
        let list = |name: &str, region: &str| (name.into(), region.parse().expect("a region"));
        for region in ["us-east-1", "eu-west-1"] {
            inventory.listings.insert(list("AWS::EC2::Instance", region), denied.clone());
        }
        insta::assert_snapshot!(collected(&inventory), @"
        AWS::EC2::Instance                   unknown
        AWS::S3::Bucket                      at least 2
        could not list AWS::EC2::Instance in eu-west-1, us-east-1: unsupported: no adapter
        could not list AWS::S3::Bucket in global: throttled: s3:ListBuckets: Slow down
        ");
        inventory.listings.insert(list("AWS::IAM::User", "global"), denied);
        insta::assert_snapshot!(collected(&inventory), @"
        AWS::EC2::Instance                   unknown
        AWS::IAM::User                       unknown
        AWS::S3::Bucket                      at least 2
        could not list 2 types in eu-west-1, global, us-east-1: unsupported: no adapter
        could not list AWS::S3::Bucket in global: throttled: s3:ListBuckets: Slow down
        ");
    }

    #[test]
    fn what_could_not_be_listed_is_not_none() {
        let mut inventory = inventory();
        let denied = Failure::new(Cause::AccessDenied, "s3:ListBuckets: Access Denied");
        inventory.listings.values_mut().for_each(|list| *list = Listing::Failed(denied.clone()));
        insta::assert_snapshot!(collected(&inventory), @r"
        AWS::S3::Bucket                      unknown
        could not list AWS::S3::Bucket in global: access_denied: s3:ListBuckets: Access Denied
        ");
        assert_eq!(Types::of(&inventory).json()["types"][0]["count"], Json::Null);
        let told = "could not list AWS::S3::Bucket in global: access_denied: s3:ListBuckets: Access Denied";
        assert_eq!(shown(&inventory, &[]).lines().trim_end(), told);
    }
}
