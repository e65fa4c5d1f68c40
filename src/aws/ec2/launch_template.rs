//! `AWS::EC2::LaunchTemplate`.

mod version;

use std::collections::BTreeMap;

use aws_sdk_ec2::operation::describe_launch_template_versions::DescribeLaunchTemplateVersionsOutput;
use aws_sdk_ec2::operation::describe_launch_templates::DescribeLaunchTemplatesOutput;
use aws_sdk_ec2::types::{LaunchTemplate, LaunchTemplateVersion};
use futures::FutureExt;
use serde_json::{Value as Json, json};

use super::super::adapter::{Adapter, FacetCall, ListCall};
use super::super::json::{instant, object};
use super::super::pages::{Entry, Next, Page, Paged};
use super::super::response::{Call, filled, present};
use super::super::session::Session;
use super::{arn, tags};
use crate::resource::Region;

/// Row of launch templates in the table.
pub(in crate::aws) const ADAPTER: Adapter = Adapter {
    type_name: "AWS::EC2::LaunchTemplate",
    list: ListCall::whole(&LIST, |session, region| list(session, region).boxed()),
    facets: &[FacetCall::bulk(&VERSIONS, |session, region| versions(session, region).boxed())],
};

/// Entries a page of both calls: AWS allows fewer here than elsewhere.
const MOST_OF_A_PAGE: i32 = 200;

static LIST: Call = Call::xml(
    "ec2:DescribeLaunchTemplates",
    &[
        present("launchTemplates"),
        filled("launchTemplates/item/launchTemplateName"),
        filled("launchTemplates/item/defaultVersionNumber"),
        filled("launchTemplates/item/latestVersionNumber"),
    ],
);

async fn list(session: &Session, region: &Region) -> Paged<Entry> {
    let client = session.clients.ec2(region);
    let size = session.limits().page_size.min(MOST_OF_A_PAGE);
    let request =
        |token| client.describe_launch_templates().max_results(size).set_next_token(token).send();
    let page = |output: &DescribeLaunchTemplatesOutput| {
        let templates = output.launch_templates().iter();
        let entries = templates.map(|one| Entry::new(region, describe(session, region, one)));
        Page { items: entries.collect(), next: Next::token(output.next_token()) }
    };
    session.pages(&LIST, region, request, page).await
}

fn describe(session: &Session, region: &Region, template: &LaunchTemplate) -> Json {
    let id = template.launch_template_id();
    object([
        ("LaunchTemplateId", id.into()),
        ("Arn", id.map(|id| arn(session, region, "launch-template", id)).into()),
        ("LaunchTemplateName", template.launch_template_name().into()),
        ("CreateTime", instant(template.create_time())),
        ("CreatedBy", template.created_by().into()),
        ("DefaultVersionNumber", template.default_version_number().into()),
        ("LatestVersionNumber", template.latest_version_number().into()),
        ("Tags", tags(template.tags())),
    ])
}

static VERSIONS: Call = Call::xml(
    "ec2:DescribeLaunchTemplateVersions",
    &[
        present("launchTemplateVersionSet"),
        filled("launchTemplateVersionSet/item/launchTemplateId"),
        filled("launchTemplateVersionSet/item/versionNumber"),
        filled("launchTemplateVersionSet/item/defaultVersion"),
        present("launchTemplateVersionSet/item/launchTemplateData"),
    ],
);

/// The default and the latest version of all templates.
async fn versions(session: &Session, region: &Region) -> Paged<(String, Json)> {
    let client = session.clients.ec2(region);
    let size = session.limits().page_size.min(MOST_OF_A_PAGE);
    let request = |token| {
        let request = client.describe_launch_template_versions();
        let request = request.versions("$Default").versions("$Latest");
        request.max_results(size).set_next_token(token).send()
    };
    let page = |output: &DescribeLaunchTemplateVersionsOutput| {
        let versions = output.launch_template_versions().iter();
        let next = Next::token(output.next_token());
        Page { items: versions.filter_map(|one| Version::of(session, one)).collect(), next }
    };
    let versions = session.pages(&VERSIONS, region, request, page).boxed().await;
    // Of a list that broke off nobody knows whether a template's other version was to come.
    let is_whole = versions.failure.is_none();
    versions.with(|all| if is_whole { by_template(all) } else { Vec::new() })
}

/// Version of a template.
struct Version {
    template: String,
    number: i64,
    is_default: bool,
    data: Json,
}

impl Version {
    fn of(session: &Session, version: &LaunchTemplateVersion) -> Option<Self> {
        Some(Self {
            template: version.launch_template_id()?.to_owned(),
            number: version.version_number()?,
            is_default: version.default_version()?,
            data: version::describe(session, version.launch_template_data()?),
        })
    }
}

/// Both versions of each template; nothing of one whose default is missing. The latest is left out
/// where it is the default, or told twice.
fn by_template(versions: Vec<Version>) -> Vec<(String, Json)> {
    let mut latest: BTreeMap<String, (i64, Json)> = BTreeMap::new();
    let mut defaults: BTreeMap<String, Json> = BTreeMap::new();
    for Version { template, number, is_default, data } in versions {
        if is_default {
            defaults.insert(template.clone(), data.clone());
        }
        let newest = latest.entry(template).or_insert((number, Json::Null));
        if number >= newest.0 {
            *newest = (number, data);
        }
    }
    let both = latest.into_iter().filter_map(|(template, (_, latest))| {
        let default = defaults.remove(&template)?;
        let data = json!({ "DefaultVersionData": default, "LatestVersionData": latest });
        Some((template, data))
    });
    both.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is concluded from versions, each a number and whether it is the default.
    fn concluded(versions: &[(i64, bool)]) -> Vec<(String, Json)> {
        let version = |(number, is_default): &(i64, bool)| Version {
            template: "lt-1".to_owned(),
            number: *number,
            is_default: *is_default,
            data: json!({ "ImageId": format!("ami-{number}") }),
        };
        by_template(versions.iter().map(version).collect())
    }

    #[test]
    fn a_template_has_a_default_and_a_latest_version() {
        let both = |default: i64, latest: i64| {
            let data = |number: i64| json!({ "ImageId": format!("ami-{number}") });
            let both = json!({
                "DefaultVersionData": data(default), "LatestVersionData": data(latest),
            });
            vec![("lt-1".to_owned(), both)]
        };
        assert_eq!(concluded(&[(1, true), (3, false)]), both(1, 3));
        assert_eq!(concluded(&[(3, false), (1, true)]), both(1, 3), "in any order");
        assert_eq!(concluded(&[(2, true)]), both(2, 2), "told once");
        assert_eq!(concluded(&[(2, true), (2, true)]), both(2, 2), "told twice");
        assert_eq!(concluded(&[(3, false)]), [], "the default is missing");
    }
}
