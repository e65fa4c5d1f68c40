//! `get`: a look at resources, recorded or live.

use std::process::ExitCode;

use cloudcorrect::fetch::FetchRequirement;
use cloudcorrect::render::json;
use cloudcorrect::render::resources::{Shown, TAGS, Types};
use cloudcorrect::resource::{Inventory, Resource, schemas};

use super::origin::Origin;
use super::output::{self, Format};
use super::wanted::{Wanted, nothing_found};

/// Statuses as `--help` shows them.
const STATUSES: &str = "\
Exit status:
  0  something was found
  1  nothing was, or there is no such type or property
  2  an argument is wrong, such as the name of an account
  3  something could not be read";

/// Command line arguments of `get`.
#[derive(Debug, clap::Args)]
#[command(after_help = STATUSES)]
pub(super) struct Arguments {
    /// The resource type, such as `AWS::S3::Bucket`; all types with their numbers without it
    #[arg(value_name = "TYPE")]
    type_name: Option<String>,
    /// Id or ARN, or a glob of it with `*` and `?`; a line for each resource without it
    #[arg(value_name = "ID")]
    id: Option<String>,
    #[command(flatten)]
    origin: Origin,
    /// Only these properties, with commas between them
    #[arg(long, value_name = "NAMES", value_delimiter = ',', requires = "type_name")]
    properties: Vec<String>,
    /// How it is shown
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let Some(type_name) = &arguments.type_name else {
        let whole = schemas().live().filter(|schema| schema.listed_by.is_none());
        let lists: Vec<_> = whole.map(FetchRequirement::list).collect();
        return types(&arguments.origin.inventory(&lists)?, arguments.format);
    };
    match Wanted::read(type_name, arguments.id.as_deref(), &arguments.properties) {
        Ok(wanted) => resources(&wanted, arguments),
        Err(wrong_name) => Ok(not_found(&wrong_name)),
    }
}

fn types(inventory: &Inventory, format: Format) -> anyhow::Result<ExitCode> {
    let types = Types::of(inventory);
    output::print(&match format {
        Format::Text => types.text(),
        Format::Json => json::document(&types.json()),
    })?;
    Ok(ExitCode::from(match (types.is_unknown(), types.is_empty()) {
        (true, _) => output::UNKNOWN,
        (false, true) => output::PROBLEMS,
        (false, false) => output::CLEAN,
    }))
}

fn resources(wanted: &Wanted, arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let inventory = arguments.origin.inventory(requirement(wanted).as_slice())?;
    let inventory = wanted.narrowed(inventory);
    let lists: Vec<_> =
        inventory.lists_of(&wanted.schema.type_name).map(|(_, list)| list).collect();
    if lists.is_empty() {
        output::error(&wanted.not_collected(arguments.origin.is_live()));
        return Ok(ExitCode::from(output::UNKNOWN));
    }
    let all = || lists.iter().flat_map(|list| list.resources()).map(AsRef::as_ref);
    let resources: Vec<&Resource> = all().filter(|one| wanted.is_meant(one)).collect();
    let properties = &wanted.properties;
    let shown = Shown { schema: wanted.schema, inventory: &inventory, resources, properties };
    let is_whole = shown.unread().next().is_none();
    let nothing = shown.resources.is_empty() && is_whole;
    if !nothing || arguments.format == Format::Json {
        show(&shown, wanted, arguments.format)?;
    }
    if nothing {
        return Ok(not_found(&nothing_found(wanted, &all().collect::<Vec<_>>())));
    }
    // An id that was found is answered, whatever else there may be.
    let is_answered = is_whole || (wanted.is_one() && !shown.resources.is_empty());
    let unknown = !is_answered || (wanted.in_detail() && shown.is_unknown());
    Ok(ExitCode::from(if unknown { output::UNKNOWN } else { output::CLEAN }))
}

fn show(shown: &Shown<'_>, wanted: &Wanted, format: Format) -> anyhow::Result<()> {
    let text = match format {
        Format::Json => json::document(&shown.json(wanted.in_detail())),
        Format::Text if wanted.in_detail() => shown.details(),
        Format::Text => shown.lines(),
    };
    Ok(output::print(&text)?)
}

fn not_found(why: &anyhow::Error) -> ExitCode {
    output::error(why);
    ExitCode::from(output::PROBLEMS)
}

/// Requirement of what is shown.
fn requirement(wanted: &Wanted) -> Option<FetchRequirement<'_>> {
    let schema = wanted.schema;
    let shown: &[&str] = if wanted.in_detail() { &wanted.properties } else { &[TAGS] };
    wanted.required(if shown.is_empty() {
        FetchRequirement::everything(schema)
    } else {
        let properties = shown.iter().filter_map(|name| schema.properties.get(*name));
        let read: Vec<_> = properties.map(|property| &property.operation).collect();
        let live = schema.live_operations().filter(|operation| read.contains(operation));
        FetchRequirement::new(schema, live.cloned())
    })
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;

    use cloudcorrect::fetch::{AccountScope, execute};
    use cloudcorrect::recorded::{self, Recorded};
    use cloudcorrect::resource::{Listing, Operation, Region};

    use super::*;

    /// Operations that are asked of each resource of the demo account, behind its id.
    fn asked(type_name: &str, id: Option<&str>, properties: &[&str]) -> Vec<String> {
        let text = include_str!("../../examples/demo-account.json");
        let inventory = recorded::read(text.as_bytes(), schemas()).expect("well-formed");
        let recorded = Recorded::new(inventory);
        let scope = AccountScope {
            account: recorded.account().clone(),
            regions: recorded.regions().cloned().collect(),
            taken_at: recorded.inventory().taken_at,
        };
        let properties: Vec<String> = properties.iter().map(ToString::to_string).collect();
        let wanted = Wanted::read(type_name, id, &properties).expect("a type");
        let (inventory, _) = block_on(execute(&recorded, &scope, requirement(&wanted).as_slice()));
        let buckets = inventory.listings.get(&("AWS::S3::Bucket".into(), Region::global()));
        let buckets = buckets.map(Listing::resources).unwrap_or_default();
        let facets = |one: &Resource| {
            let asked: Vec<&str> = one.facets.keys().map(Operation::as_str).collect();
            format!("{}: {}", one.id, asked.join(" "))
        };
        buckets.iter().map(|one| facets(one)).filter(|line| line.contains("eu-")).collect()
    }

    #[test]
    fn a_live_account_is_asked_only_for_what_is_shown() {
        let one =
            asked("AWS::S3::Bucket", Some("acme-eu-prod-*"), &["Policy", "CorsConfiguration"]);
        insta::assert_snapshot!(one.join("\n"), @"
        acme-eu-gdpr-archive: s3:ListBuckets
        acme-eu-prod-logs: s3:GetBucketCors s3:GetBucketPolicy s3:ListBuckets
        acme-eu-prod-uploads: s3:GetBucketCors s3:GetBucketPolicy s3:ListBuckets
        acme-eu-sandbox-tmp: s3:ListBuckets
        ");
        let lines = asked("AWS::S3::Bucket", None, &[]);
        assert!(lines.iter().all(|line| line.ends_with(": s3:GetBucketTagging s3:ListBuckets")));
        let whole = asked("AWS::S3::Bucket", Some("acme-eu-prod-logs"), &[]).concat();
        assert!(whole.contains("s3:GetBucketAcl") && whole.contains("s3:GetBucketCors"), "{whole}");
        assert_eq!(asked("AWS::KMS::Key", None, &[]), [""; 0], "not asked of live accounts yet");
    }
}
