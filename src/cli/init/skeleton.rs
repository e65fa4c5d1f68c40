//! What a new policy repository holds: the files of `templates/init/`, filled in.

use std::collections::BTreeSet;

use anyhow::Context;
use url::Url;

use cloudcorrect::policy::schema;
use cloudcorrect::render::yaml;
use cloudcorrect::resource::{AccountId, Region};

use super::super::deploy;

/// Each file of a template, and the template.
const TEMPLATES: [(&str, &str); 10] = [
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
];

/// Files of `deploy/` that a new repository has in `operator/`, and their names there.
const OPERATOR: [(&str, &str); 3] = [
    (deploy::MANIFEST, "operator/github-app.json"),
    (deploy::REGISTRATION, "operator/register-github-app.html"),
    (deploy::CLOUDFORMATION, "operator/reader-role.yaml"),
];

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
        for (path, text) in deploy::files(self.app_url) {
            let name = OPERATOR.iter().find(|(source, _)| *source == path);
            files.extend(name.map(|(_, name)| ((*name).to_owned(), text)));
        }
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
        template
            .replace("@ACCOUNT_ID@", &yaml::string(self.account.as_str()))
            .replace("@REGIONS@", &regions.join("\n"))
    }
}

#[cfg(test)]
mod tests {
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
    fn what_the_operator_needs_is_as_it_is_deployed() {
        let app_url = "https://policies.example.com/".parse().expect("an address");
        let deployed: Vec<_> = deploy::files(&app_url).collect();
        for (source, name) in OPERATOR {
            let text = deployed.iter().find(|(path, _)| *path == source);
            assert_eq!(text.map(|(_, text)| text), Some(&file(name)), "{name}");
        }
        let hook = "\"https://policies.example.com/webhooks/github\"";
        assert!(file("operator/github-app.json").contains(hook));
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
