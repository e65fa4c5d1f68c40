//! What a new policy repository holds: the files of `templates/init/`, filled in.

use std::collections::BTreeSet;

use anyhow::Context;
use url::Url;

use cloudcorrect::policy::schema;
use cloudcorrect::render::yaml;
use cloudcorrect::resource::{AccountId, Region, schemas};

/// Each file of a template, and the template.
const TEMPLATES: [(&str, &str); 13] = [
    ("policies/accounts.yaml", include_str!("../../../templates/init/accounts.yaml")),
    ("policies/storage.yaml", include_str!("../../../templates/init/storage.yaml")),
    ("policies/tests/storage.yaml", include_str!("../../../templates/init/storage-tests.yaml")),
    (".pre-commit-config.yaml", include_str!("../../../templates/init/pre-commit-config.yaml")),
    (".github/workflows/policies.yaml", include_str!("../../../templates/init/workflow.yaml")),
    (".vscode/settings.json", include_str!("../../../templates/init/vscode-settings.json")),
    (".vscode/extensions.json", include_str!("../../../templates/init/vscode-extensions.json")),
    (".prettierignore", include_str!("../../../templates/init/prettierignore")),
    (".gitignore", include_str!("../../../templates/init/gitignore")),
    ("README.md", include_str!("../../../templates/init/README.md")),
    ("operator/github-app.json", MANIFEST),
    (
        "operator/register-github-app.html",
        include_str!("../../../templates/init/register-github-app.html"),
    ),
    ("operator/reader-role.yaml", include_str!("../../../templates/init/reader-role.yaml")),
];

const MANIFEST: &str = include_str!("../../../templates/init/github-app.json");

/// Values that the files are filled in with.
#[derive(Debug)]
pub(super) struct Skeleton<'a> {
    /// The account to begin with.
    pub(super) account: &'a AccountId,
    /// Regions that the account uses.
    pub(super) regions: &'a [Region],
    /// Address at which GitHub reaches the service.
    pub(super) app_url: &'a Url,
}

impl Skeleton<'_> {
    /// Each file's path, with `/`, and its text.
    pub(super) fn files(&self) -> anyhow::Result<Vec<(String, String)>> {
        let templates = TEMPLATES.iter();
        let mut files: Vec<_> =
            templates.map(|(path, text)| ((*path).to_owned(), self.filled(text))).collect();
        for kind in schema::kinds() {
            let schema = schema::of(kind).with_context(|| format!("`{kind}` has no schema"))?;
            let path = format!("schemas/{}.schema.json", kind.to_lowercase());
            files.push((path, schema::printed(&schema)));
        }
        files.push(("schemas/policy.schema.json".to_owned(), schema::printed(&schema::all())));
        Ok(files)
    }

    fn filled(&self, template: &str) -> String {
        let regions: BTreeSet<&str> = self.regions.iter().map(Region::as_str).collect();
        let regions = regions.into_iter().map(yaml::string);
        let regions: Vec<String> =
            regions.map(|region| format!("{}- {region}", " ".repeat(6))).collect();
        let address = self.app_url.as_str().trim_end_matches('/');
        let actions = reader_actions().into_iter().map(yaml::string);
        let actions: Vec<String> =
            actions.map(|action| format!("{}- {action}", " ".repeat(18))).collect();
        // The manifest comes first, as it has an address to be filled in itself.
        template
            .replace("@MANIFEST@", &MANIFEST.replace('&', "&amp;").replace('<', "&lt;"))
            .replace("@APP_URL@", address)
            .replace("@ACCOUNT_ID@", &yaml::string(self.account.as_str()))
            .replace("@REGIONS@", &regions.join("\n"))
            .replace("@ACTIONS@", &actions.join("\n"))
    }
}

/// The IAM actions that live accounts are asked for.
fn reader_actions() -> BTreeSet<&'static str> {
    let operations = schemas().values().flat_map(|schema| schema.operations.values());
    let asked = operations.filter(|operation| !operation.recorded_only);
    asked.flat_map(|operation| &operation.permissions).map(AsRef::as_ref).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn file(wanted: &str) -> String {
        let account = "012345678901".parse().expect("an id");
        let regions = ["eu-west-1", "us-east-1", "eu-west-1"];
        let regions = regions.map(|region| region.parse().expect("a region"));
        let app_url = "https://policies.example.com/".parse().expect("an address");
        let skeleton = Skeleton { account: &account, regions: &regions, app_url: &app_url };
        let files = skeleton.files().expect("schemas of all kinds");
        assert!(files.iter().all(|(_, text)| !text.contains("@REGIONS@")));
        files.into_iter().find(|(path, _)| path == wanted).expect("a file of the skeleton").1
    }

    #[test]
    fn the_role_reads_what_the_documented_policy_allows() {
        let documented: Json =
            serde_json::from_str(include_str!("../../../docs/reader-policy.json")).expect("JSON");
        let role: Json = serde_saphyr::from_str(&file("operator/reader-role.yaml")).expect("YAML");
        let properties = &role["Resources"]["Reader"]["Properties"];
        assert_eq!(properties["Policies"][0]["PolicyDocument"], documented);
        assert_eq!(properties["RoleName"], "cloudcorrect-reader", "as in docs/operating.md");
        let trust = &properties["AssumeRolePolicyDocument"]["Statement"][0];
        let external = json!({ "StringEquals": { "sts:ExternalId": { "Ref": "ExternalId" } } });
        assert_eq!(trust["Condition"], external, "nobody assumes it by mistake");
    }

    #[test]
    fn the_app_asks_for_the_documented_permissions() {
        let manifest: Json = serde_json::from_str(&file("operator/github-app.json")).expect("JSON");
        let hook = &manifest["hook_attributes"]["url"];
        assert_eq!(*hook, "https://policies.example.com/webhooks/github");
        let operating = include_str!("../../../docs/operating.md");
        let words = [
            ("checks", "*Checks* read and write"),
            ("pull_requests", "*Pull requests* read and write"),
            ("contents", "*Contents* read"),
            ("metadata", "*Metadata* read"),
        ];
        let asked = manifest["default_permissions"].as_object().expect("permissions");
        assert_eq!(asked.len(), words.len());
        for (permission, sentence) in words {
            assert!(operating.contains(sentence), "{sentence}");
            let access = if sentence.ends_with("write") { "write" } else { "read" };
            assert_eq!(asked[permission], access, "{permission}");
        }
        assert!(operating.contains("Events: *Push*, *Pull request*."));
        assert_eq!(manifest["default_events"], json!(["push", "pull_request"]));
    }

    #[test]
    fn the_page_that_registers_the_app_posts_its_manifest() {
        let page = file("operator/register-github-app.html");
        let area = page.split("cols=\"80\">\n").nth(1).expect("a text area");
        let posted = area.split("</textarea>").next().expect("its end");
        assert_eq!(
            posted.replace("&lt;", "<").replace("&amp;", "&"),
            file("operator/github-app.json")
        );
    }

    #[test]
    fn an_account_has_its_regions_once() {
        let accounts = file("policies/accounts.yaml");
        assert!(accounts.contains("accountId: \"012345678901\""), "{accounts}");
        assert!(
            accounts.contains("regions:\n      - eu-west-1\n      - us-east-1\n"),
            "{accounts}"
        );
    }
}
