//! What operators deploy beside the service: the role that reads an account, and the GitHub App. The
//! files of `templates/deploy/`, filled in from the schemas, so that no list of them is kept by hand.

use std::collections::BTreeSet;

use serde_json::json;
use url::Url;

use cloudcorrect::render::access::policy;
use cloudcorrect::render::yaml;
use cloudcorrect::resource::{Schema, schemas};

/// Manifest of the GitHub App.
pub(super) const MANIFEST: &str = "github-app.json";
/// Page that registers the App by its manifest.
pub(super) const REGISTRATION: &str = "register-github-app.html";
/// Role of an account, for CloudFormation.
pub(super) const CLOUDFORMATION: &str = "reader-role.cloudformation.yaml";
/// Module with the role of an account, for Terraform.
pub(super) const TERRAFORM: &str = "terraform/reader-role.tf";

/// Each file by its path in `deploy/`, and its template.
const TEMPLATES: [(&str, &str); 4] = [
    (MANIFEST, MANIFEST_TEMPLATE),
    (REGISTRATION, include_str!("../../templates/deploy/register-github-app.html")),
    (CLOUDFORMATION, include_str!("../../templates/deploy/reader-role.cloudformation.yaml")),
    (TERRAFORM, include_str!("../../templates/deploy/reader-role.tf")),
];

const MANIFEST_TEMPLATE: &str = include_str!("../../templates/deploy/github-app.json");

/// Each file's path, with `/`, and its text, for a service that GitHub reaches at an address.
pub(super) fn files(app_url: &Url) -> impl Iterator<Item = (&'static str, String)> {
    TEMPLATES.iter().map(move |(path, template)| (*path, filled(template, app_url)))
}

/// The IAM policy with all that live accounts are asked for.
pub(super) fn reader_policy() -> String {
    format!("{:#}\n", policy(&reader_actions()))
}

fn filled(template: &str, app_url: &Url) -> String {
    let actions = reader_actions();
    let hcl = actions.iter().map(|action| format!("      {},", json!(action)));
    let yaml = actions.iter().map(|action| format!("{}- {}", " ".repeat(18), yaml::string(action)));
    // The manifest comes first, as it has an address to be filled in itself.
    template
        .replace("@MANIFEST@", &MANIFEST_TEMPLATE.replace('&', "&amp;").replace('<', "&lt;"))
        .replace("@APP_URL@", app_url.as_str().trim_end_matches('/'))
        .replace("@YAML_ACTIONS@", &yaml.collect::<Vec<_>>().join("\n"))
        .replace("@HCL_ACTIONS@", &hcl.collect::<Vec<_>>().join("\n"))
}

/// The IAM actions that live accounts are asked for.
fn reader_actions() -> BTreeSet<&'static str> {
    schemas().values().flat_map(Schema::live_permissions).map(AsRef::as_ref).collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use serde_json::Value as Json;

    use super::*;

    /// The most characters that AWS takes for the inline policies of a role, white space left out:
    /// IAM's user guide, "IAM and AWS STS quotas".
    const LARGEST_INLINE_POLICY: usize = 10_240;

    fn file(wanted: &str) -> String {
        let app_url = "https://policies.example.com/".parse().expect("an address");
        let found = files(&app_url).find(|(path, _)| *path == wanted);
        found.expect("a file").1
    }

    fn read(path: &str) -> String {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    #[test]
    fn the_committed_files_are_those_of_the_schemas() {
        let app_url = "https://cloudcorrect.example.com".parse().expect("an address");
        let mut count = 0;
        for (path, text) in files(&app_url) {
            assert!(
                read(&format!("deploy/{path}")) == text,
                "renew it: see CONTRIBUTING.md: {path}"
            );
            assert!(!text.contains("_ACTIONS@") && !text.contains("@APP"), "{path}");
            count += 1;
        }
        assert_eq!(count, 4);
        assert_eq!(read("docs/reader-policy.json"), reader_policy());
    }

    #[test]
    fn the_role_reads_what_the_policy_allows_and_nobody_assumes_it_by_mistake() {
        let policy: Json = serde_json::from_str(&reader_policy()).expect("JSON");
        let role: Json = serde_saphyr::from_str(&file(CLOUDFORMATION)).expect("YAML");
        let properties = &role["Resources"]["Reader"]["Properties"];
        assert_eq!(properties["Policies"][0]["PolicyDocument"], policy);
        assert!(policy.to_string().len() < LARGEST_INLINE_POLICY, "split the policy");
        assert_eq!(properties["RoleName"], json!({ "Ref": "RoleName" }));
        let name = &role["Parameters"]["RoleName"]["Default"];
        assert_eq!(*name, "cloudcorrect-reader", "as in docs/operating.md");
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"];
        let external = json!({ "StringEquals": { "sts:ExternalId": { "Ref": "ExternalId" } } });
        assert_eq!(trust[0]["Condition"], external);
        assert_eq!(trust.as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn the_app_asks_for_the_documented_permissions() {
        let manifest: Json = serde_json::from_str(&file(MANIFEST)).expect("JSON");
        let hook = &manifest["hook_attributes"]["url"];
        assert_eq!(*hook, "https://policies.example.com/webhooks/github");
        let operating = read("docs/operating.md");
        let words = [
            ("checks", "*Checks* read and write"),
            ("pull_requests", "*Pull requests* read and write"),
            ("statuses", "*Commit statuses* read and write"),
            ("issues", "*Issues* read and write"),
            ("contents", "*Contents* read"),
            ("merge_queues", "*Merge queues* read"),
            ("metadata", "*Metadata* read"),
        ];
        let asked = manifest["default_permissions"].as_object().expect("permissions");
        assert_eq!(asked.len(), words.len());
        for (permission, sentence) in words {
            assert!(operating.contains(sentence), "{sentence}");
            let access = if sentence.ends_with("write") { "write" } else { "read" };
            assert_eq!(asked[permission], access, "{permission}");
        }
        let events = "*Push*, *Pull request*, *Pull request review*, *Merge group*, *Status*.";
        assert!(operating.contains(&format!("Events: {events}")));
        assert_eq!(
            manifest["default_events"],
            json!(["push", "pull_request", "pull_request_review", "merge_group", "status"])
        );
    }

    #[test]
    fn the_page_that_registers_the_app_posts_its_manifest() {
        let page = file(REGISTRATION);
        let area = page.split("cols=\"80\">\n").nth(1).expect("a text area");
        let posted = area.split("</textarea>").next().expect("its end");
        assert_eq!(posted.replace("&lt;", "<").replace("&amp;", "&"), file(MANIFEST));
    }
}
