//! What lies in `deploy/`, beside the service that it deploys, and our hooks in the real pre-commit.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use cloudcorrect::config::Settings;
use cloudcorrect::resource::{Schema, schemas};
use github_emulator::EmulatorOptions;
use insta::assert_snapshot;
use serde_json::Value as Json;
use sqlx::PgPool;

use crate::page;
use crate::world::cloud::Cloud;
use crate::world::process::Process;
use crate::world::scene::Scene;
use crate::world::servers;

pub(crate) fn read(path: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub(crate) fn yaml(path: &str) -> Json {
    serde_saphyr::from_str(&read(path)).expect("YAML")
}

/// The IAM actions that the schemas say live accounts are asked for.
fn asked() -> BTreeSet<String> {
    schemas().values().flat_map(Schema::live_permissions).map(ToString::to_string).collect()
}

/// The texts of a list; one that is there twice fails.
fn texts(list: &Json) -> BTreeSet<String> {
    let items = list.as_array().expect("a list");
    let texts: BTreeSet<_> =
        items.iter().map(|it| it.as_str().expect("text").trim_matches('"').to_owned()).collect();
    assert_eq!(texts.len(), items.len(), "{list}");
    texts
}

#[test]
fn both_roles_allow_what_the_schemas_ask_and_nothing_else() {
    let policy: Json = serde_json::from_str(&read("docs/reader-policy.json")).expect("JSON");
    assert_eq!(texts(&policy["Statement"][0]["Action"]), asked());

    let template = yaml("deploy/reader-role.cloudformation.yaml");
    let role = &template["Resources"]["Reader"]["Properties"];
    assert_eq!(role["Policies"].as_array().map(Vec::len), Some(1));
    let statements = &role["Policies"][0]["PolicyDocument"]["Statement"];
    assert_eq!(statements.as_array().map(Vec::len), Some(1));
    assert_eq!(texts(&statements[0]["Action"]), asked());

    let module = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/terraform/reader-role.tf");
    let parsed = Command::new(servers::program("hcl2tojson")).arg(module).output();
    let parsed = parsed.expect("python-hcl2 runs");
    assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr));
    let parsed: Json = serde_json::from_slice(&parsed.stdout).expect("JSON");
    let documents = parsed["data"].as_array().expect("data").iter();
    let documents = documents.map(|it| &it["\"aws_iam_policy_document\""]);
    let mut found = BTreeMap::new();
    for document in documents {
        let (name, document) = document.as_object().expect("a block").iter().next().expect("one");
        assert_eq!(document["statement"].as_array().map(Vec::len), Some(1), "{document}");
        found.insert(name.trim_matches('"'), &document["statement"][0]);
    }
    assert_eq!(found.keys().copied().collect::<Vec<_>>(), ["reads", "trust"]);
    assert_eq!(texts(&found["reads"]["actions"]), asked());
    assert_eq!(texts(&found["trust"]["actions"]), texts(&serde_json::json!(["sts:AssumeRole"])));
    let condition = &found["trust"]["condition"][0];
    assert_eq!(condition["variable"], "\"sts:ExternalId\"");
    assert_eq!(condition["values"][0], "${var.external_id}");
}

/// All stories are told with these permissions, and the emulator refuses what they do not allow.
#[test]
fn the_app_of_the_stories_has_the_permissions_of_the_manifest() {
    let manifest: Json = serde_json::from_str(&read("deploy/github-app.json")).expect("JSON");
    let asked = manifest["default_permissions"].as_object().expect("permissions");
    let asked = asked.iter();
    let asked = asked.map(|(name, level)| (name.clone(), level.as_str().expect("text").to_owned()));
    let asked: BTreeMap<_, _> = asked.collect();
    assert_eq!(asked, EmulatorOptions::default().permissions);
    // The names are GitHub's.
    let api = read("crates/github-emulator/src/openapi.json");
    let api: Json = serde_json::from_str(&api).expect("JSON");
    let known = &api["components"]["schemas"]["app-permissions"]["properties"];
    for (name, level) in asked {
        let levels = known[&name]["enum"].as_array().expect("a permission of GitHub's");
        assert!(levels.contains(&Json::from(level.as_str())), "{name}");
    }
}

/// Settings beside variables, where both name the secrets in a directory that is mounted: what they
/// find in the one that stands for it.
fn settings(
    toml: &str,
    variables: &BTreeMap<String, String>,
    secrets: &Path,
    mounted: &str,
) -> Settings {
    let place = secrets.to_str().expect("UTF-8");
    let toml = toml.replace(mounted, place);
    let variables = variables.iter().map(|(name, value)| {
        let value = value.replace(mounted, place).replace("%S", "/var/lib");
        (name.clone(), value)
    });
    Settings::read(&toml, Path::new("/etc/cloudcorrect"), variables).expect("good settings")
}

/// Files for all secrets but those that a deployment has no use for.
fn secrets(names: impl IntoIterator<Item = impl AsRef<str>>) -> tempfile::TempDir {
    let directory = tempfile::tempdir().expect("a directory");
    for name in names {
        let secret = if name.as_ref() == "database-url" { ADDRESS } else { "secret" };
        fs::write(directory.path().join(name.as_ref()), secret).expect("a file");
    }
    directory
}

/// The address of the database as docs/operating.md writes it for `compose.yaml`.
const ADDRESS: &str = "postgres://cloudcorrect:secret@localhost/cloudcorrect?host=/run/postgresql";

#[test]
fn the_service_of_compose_reads_its_settings_from_what_is_mounted() {
    let compose = yaml("deploy/compose.yaml");
    let service = &compose["services"]["cloudcorrect"];
    let defined = compose["secrets"].as_object().expect("secrets");
    let used = texts(&service["secrets"]);
    let database = texts(&compose["services"]["postgres"]["secrets"]);
    assert_eq!(defined.keys().cloned().collect::<BTreeSet<_>>(), &used | &database);
    let variables = service["environment"].as_object().expect("variables").iter();
    let variables: BTreeMap<_, _> = variables
        .map(|(name, value)| (name.clone(), value.as_str().expect("text").to_owned()))
        .collect();
    for value in variables.values() {
        let name = value.strip_prefix("/run/secrets/").expect("no secret is said here");
        assert!(used.contains(name), "{name}");
    }

    let directory = secrets(&used);
    let toml = read("deploy/cloudcorrect.toml");
    let settings = settings(&toml, &variables, directory.path(), "/run/secrets");
    assert!(settings.database_url.is_some() && settings.github.is_some());
    // Both listeners are on the loopback of the machine, which the container shares.
    assert_eq!(service["network_mode"], "host");
    for address in [settings.listen.webhooks, settings.listen.page] {
        assert!(address.ip().is_loopback(), "{address}");
    }
    assert_eq!(
        service["healthcheck"]["test"],
        serde_json::json!(["CMD", "cloudcorrect", "health"])
    );
    let image = read("deploy/Dockerfile");
    assert!(image.contains("HEALTHCHECK") && image.contains("CMD [\"cloudcorrect\", \"health\"]"));
    assert_eq!(service["user"], "10001:10001");
    assert!(image.contains("\nUSER 10001:10001\n"));
    for (name, service) in compose["services"].as_object().expect("services") {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], serde_json::json!(["ALL"]), "{name}");
        assert!(service.get("ports").is_none(), "{name} publishes a port");
    }
    // The oldest Postgres that is promised, which the tests' machines have.
    let image = compose["services"]["postgres"]["image"].as_str().expect("an image");
    let major = image.strip_prefix("postgres:").and_then(|tag| tag.split('-').next());
    let major = major.expect("a tag with a major version");
    assert!(read("docs/operating.md").contains(&format!("your Postgres {major} or later")));
}

#[test]
fn the_unit_of_systemd_names_its_credentials_as_the_settings_do() {
    let unit = read("deploy/cloudcorrect.service");
    let values = |key: &'static str| {
        unit.lines().filter_map(move |line| line.strip_prefix(key)?.strip_prefix('='))
    };
    let credentials: BTreeSet<_> =
        values("LoadCredential").filter_map(|it| Some(it.split_once(':')?.0.to_owned())).collect();
    let variables: BTreeMap<_, _> = values("Environment")
        .filter_map(|it| it.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("%d", CREDENTIALS)))
        .collect();
    let directory = secrets(&credentials);
    let settings = settings(&edited(), &variables, directory.path(), CREDENTIALS);
    assert!(settings.database_url.is_none() && settings.github.is_some());
    assert_eq!(settings.data_dir, Path::new("/var/lib/cloudcorrect"));
    assert!(read("deploy/cloudcorrect.toml").contains(&format!("{CREDENTIALS}/external-id")));
    assert!(credentials.contains("external-id"), "the settings name it");
}

/// Where the service finds what systemd hands over, `%d` of the unit
/// (<https://systemd.io/CREDENTIALS/>).
const CREDENTIALS: &str = "/run/credentials/cloudcorrect.service";

/// The settings of `deploy/` as docs/operating.md changes them for systemd.
fn edited() -> String {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("cloudcorrect.toml");
    fs::write(&file, read("deploy/cloudcorrect.toml")).expect("a file");
    let manual = read("docs/operating.md");
    let line = manual.lines().find_map(|line| line.strip_prefix("sudo sed ")).expect("a change");
    let line = line.replace("/etc/cloudcorrect/cloudcorrect.toml", file.to_str().expect("UTF-8"));
    let (status, said) = run(Command::new("bash").args(["-c", &format!("sed {line}")]));
    assert_eq!((status, said.as_str()), (0, ""));
    fs::read_to_string(&file).expect("a file")
}

/// What is copied into the image is what the key of the Action's cache is made of, but for the
/// settings of Cargo.
#[test]
fn the_image_is_built_from_what_the_action_is_built_from() {
    let ignored = read(".dockerignore");
    let copied = ignored.lines().filter_map(|line| line.strip_prefix('!'));
    let copied: BTreeSet<_> = copied.filter(|path| *path != ".cargo").collect();
    let action = read("action.yml");
    let found = action.split_once("find ").and_then(|(_, rest)| rest.split_once(" -type f"));
    let listed: BTreeSet<_> = found.expect("a list").0.split_whitespace().collect();
    assert_eq!(copied, listed);
    assert!(ignored.lines().any(|line| line == "*"), "all else stays out");
    // With the compiler that Cargo.toml asks for, and for the C library of the machine that runs it.
    let cargo = read("Cargo.toml");
    let version = cargo.lines().find_map(|line| line.strip_prefix("rust-version = "));
    let version = version.expect("a version").trim_matches('"');
    let image = read("deploy/Dockerfile");
    let bases: Vec<_> = image.lines().filter_map(|line| line.strip_prefix("FROM ")).collect();
    assert_eq!(bases, [&format!("rust:{version}-slim-bookworm AS build"), "debian:bookworm-slim"]);
}

pub(crate) fn run(command: &mut Command) -> (i32, String) {
    let Output { status, stdout, stderr } = command.output().expect("it runs");
    let said = String::from_utf8([stdout, stderr].concat()).expect("UTF-8");
    (status.code().expect("no signal"), said)
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn health_says_whether_the_service_can_work(pool: PgPool) {
    let directory = tempfile::tempdir().expect("a directory");
    let cloud = Cloud::new(directory.path());
    let scene = Scene::new(pool).await;
    let service = Process::start(&scene, directory.path(), &cloud.setting(), &[]).await;
    // The test's service takes any port, and says which one.
    let page = service.address().to_owned();
    let file = directory.path().join("health.toml");
    fs::write(&file, "[listen]\npage = \"127.0.0.1:1\"\n").expect("a file");
    let ask = |page: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        command.args(["health", "--config"]).arg(&file);
        command.env("CLOUDCORRECT_LISTEN_PAGE", page).env("HTTP_PROXY", "http://127.0.0.1:1");
        run(&mut command)
    };
    let ready = format!("ready: the service on {page} reaches its database\n");
    assert_eq!(ask(&page), (0, ready));
    let (status, said) = ask("0.0.0.0:8501");
    assert!(status == 2 && said.contains("which is not loopback"), "{status}: {said}");
    service.kill();
    let (status, said) = ask(&page);
    let expected = format!("error: not ready: no service answers on `{page}`: ");
    assert!(status == 1 && said.starts_with(&expected), "{status}: {said}");
}

/// A repository that `init` began, with a configuration of pre-commit, all committed.
struct Repository {
    root: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { root: tempfile::tempdir().expect("a directory") };
        let place = repository.place().to_str().expect("UTF-8").to_owned();
        repository.types(&format!("cloudcorrect init '{place}'"));
        fs::write(repository.place().join("policies/test.yaml"), TEST).expect("a file");
        repository.types("git init -q -b main . && git add --all && git commit -qm First");
        repository
    }

    fn place(&self) -> &Path {
        self.root.path()
    }

    /// Types a line of shell that must end well, `cloudcorrect` and `pre-commit` on the path.
    fn types(&self, line: &str) -> String {
        let (status, said) = self.tries(line);
        assert_eq!(status, 0, "{line}: {said}");
        said
    }

    fn tries(&self, line: &str) -> (i32, String) {
        let binary = Path::new(env!("CARGO_BIN_EXE_cloudcorrect"));
        let binaries = binary.parent().expect("a directory");
        let programs = servers::directory().join("bin");
        let path = format!("{}:{}:/usr/bin:/bin", binaries.display(), programs.display());
        let mut bash = Command::new("bash");
        bash.args(["--noprofile", "--norc", "-ec", line]).current_dir(self.place());
        bash.stdin(Stdio::null()).env_clear().env("PATH", path);
        bash.env("HOME", self.place().join(".git")).env("NO_COLOR", "1");
        let name = ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"].map(|it| (it, "Ada"));
        let email = ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"].map(|it| (it, "ada@example.com"));
        run(bash.envs(name).envs(email))
    }
}

/// A test of a group that another file has.
const TEST: &str = "\
apiVersion: cloudcorrect.dev/v1
kind: Test
metadata: { name: private }
spec:
  check: storage/public-access-blocked
  given:
    AWS::S3::Bucket:
      - { BucketName: logs }
  expect: { fail: [logs] }
";

#[test]
fn a_commit_that_only_deletes_meets_the_hook_of_init() {
    let repository = Repository::new();
    repository.types("pre-commit install");
    // A commit of something else is let through.
    repository.types("echo Ours > NOTES && git add NOTES && git commit -qm Notes");
    // Nor is it told of the old name of what is moved away.
    repository.types("git mv policies/storage.yaml storage.yaml.old");
    let (status, said) = repository.tries("git commit -m Move");
    assert!(status != 0 && said.contains("there is no group `storage`"), "{status}: {said}");
    repository.types("git reset -q --hard");
    // What a test needs is not deleted unnoticed, and what nothing needs may go.
    repository.types("git rm -q policies/storage.yaml");
    let (status, said) = repository.tries("git commit -m Delete");
    assert!(status != 0 && said.contains("there is no group `storage`"), "{status}: {said}");
    repository.types("git reset -q --hard && git rm -q policies/test.yaml && git commit -qm Less");
    assert_eq!(repository.types("git status --porcelain"), "");
}

#[test]
fn a_commit_that_only_deletes_meets_the_hooks_of_this_repository() {
    let repository = Repository::new();
    // As pre-commit fetches them: a repository with our file, at a commit.
    let hooks = repository.place().join(".git/hooks-of-cloudcorrect");
    fs::create_dir(&hooks).expect("a directory");
    fs::write(hooks.join(".pre-commit-hooks.yaml"), read(".pre-commit-hooks.yaml")).expect("hooks");
    let hooks = hooks.to_str().expect("UTF-8");
    let git = format!("git -C '{hooks}'");
    repository
        .types(&format!("git init -q '{hooks}' && {git} add --all && {git} commit -qm Hooks"));
    let commit = repository.types(&format!("{git} rev-parse HEAD"));
    for hook in ["cloudcorrect-validate", "cloudcorrect-test"] {
        let configuration = format!(
            "repos:\n- repo: {hooks}\n  rev: {}\n  hooks:\n  - id: {hook}\n",
            commit.trim()
        );
        let file = repository.place().join(".pre-commit-config.yaml");
        fs::write(file, configuration).expect("a file");
        repository.types("git add --all && git commit -qm Hook && pre-commit install");
        let (status, said) =
            repository.tries("git rm -q policies/storage.yaml && git commit -m Delete");
        let is_refused = status != 0 && said.contains("there is no group `storage`");
        assert!(is_refused, "{hook}: {status}: {said}");
        repository.types("git reset -q --hard && rm .git/hooks/pre-commit");
    }
}

#[tokio::test]
async fn the_page_that_registers_the_app_posts_to_the_github_that_is_named() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/register-github-app.html");
    let manifest: Json = serde_json::from_str(&read("deploy/github-app.json")).expect("JSON");
    let cases = [
        ("https://github.com", ""),
        ("https://github.com", "acme"),
        ("https://github.example.com", "acme"),
        ("https://github.example.com:8443/", ""),
        ("http://ghe.internal", "a_b-c"),
        // Nothing is sent where the address cannot be right.
        ("https://github.example.com/api/v3", ""),
        ("github.example.com", ""),
        ("javascript:alert(1)", ""),
        ("https://github.com", "acme/x"),
    ];
    let mut told = Vec::new();
    for posted in page::registers(&file, &cases).await {
        if let Some(manifest_sent) = &posted.manifest {
            let sent: Json = serde_json::from_str(manifest_sent).expect("JSON");
            assert_eq!(sent, manifest, "{}", posted.url);
        }
        told.push(posted.url);
    }
    assert_snapshot!(told.join("\n"), @"
    https://github.com/settings/apps/new
    https://github.com/organizations/acme/settings/apps/new
    https://github.example.com/organizations/acme/settings/apps/new
    https://github.example.com:8443/settings/apps/new
    http://ghe.internal/organizations/a_b-c/settings/apps/new
    refused
    refused
    refused
    refused
    ");
}
