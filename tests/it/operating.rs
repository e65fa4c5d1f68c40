//! The manual for operators, docs/operating.md, typed in: what it has commands for is done with them,
//! beside stand-ins for the programs that would change the machine or ask the world.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use cloudcorrect::config::{DatabaseSettings, Remote, Settings};
use cloudcorrect::ssh::known_hosts;
use serde_json::Value as Json;

use crate::deploy::{read, run, yaml};
use crate::world::servers;

const OPERATING: &str = include_str!("../../docs/operating.md");

/// The fenced blocks of a language, in their order.
fn blocks(language: &str) -> Vec<&'static str> {
    let open = format!("```{language}\n");
    let blocks = OPERATING.split(&open).skip(1);
    blocks.map(|block| block.split("```").next().expect("a block")).collect()
}

/// The block of commands that begins so.
fn commands(beginning: &str) -> &'static str {
    let mut found = blocks("sh").into_iter().filter(|block| block.starts_with(beginning));
    found.next().unwrap_or_else(|| panic!("no block begins `{beginning}`"))
}

/// Types a block in a directory, behind some stand-ins for programs.
fn types(stand_ins: &str, block: &str, directory: &Path) -> String {
    let mut bash = Command::new("bash");
    bash.args(["--noprofile", "--norc", "-eu", "-c", &format!("{stand_ins}\n{block}")]);
    let (status, said) = run(bash.current_dir(directory));
    assert_eq!(status, 0, "{block}\n{said}");
    said
}

fn mode(path: &Path) -> u32 {
    let found = fs::metadata(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    found.permissions().mode() & 0o777
}

/// A checkout with what is deployed, and what GitHub gave for the App.
fn checkout() -> tempfile::TempDir {
    let checkout = tempfile::tempdir().expect("a directory");
    let deploy = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    types("", &format!("cp -r '{}' .", deploy.display()), checkout.path());
    let answer = r#"{ "id": 7, "pem": "-----BEGIN\nKEY\n", "webhook_secret": "signs" }"#;
    fs::write(checkout.path().join("answer.json"), answer).expect("a file");
    let gh = "gh() { [ \"$*\" = 'api --method POST /app-manifests/CODE/conversions' ] && cat answer.json; }";
    let said = types(gh, commands("umask 077\ngh api "), checkout.path());
    assert_eq!(said, "7\n", "the number is shown");
    let file = |name: &str| fs::read_to_string(checkout.path().join(name)).expect("a file");
    assert_eq!(file("app.pem"), "-----BEGIN\nKEY\n");
    assert_eq!(file("webhook-secret"), "signs");
    assert!(!checkout.path().join("app.json").exists(), "no second copy lies about");
    checkout
}

#[test]
fn no_block_is_left_to_itself() {
    let languages = OPERATING.split("```").skip(1).step_by(2);
    let languages = languages.map(|block| block.split_once('\n').expect("lines").0);
    let languages: BTreeSet<_> = languages.collect();
    assert_eq!(languages, BTreeSet::from(["hcl", "ini", "json", "sh", "toml", "yaml"]));
    let known = [
        "cargo install ", // what README.md begins with
        "ssh-keygen -q -t ed25519 ",
        "sudo install ",
        "cd deploy\n",
        "docker compose ",
        "docker build ",
        "sudo systemctl ",
        "umask 077\ngh api ",
        "aws cloudformation deploy ",
        "aws cloudformation create-stack-set ",
        "cloudcorrect accounts check ", // what access.rs types
        "git commit --allow-empty ",    // what holding.rs types
        "test -e ~/.ssh/id_ed25519 ",   // what signing.rs types
        "echo \"ada@example.com ",
        "gpg --export ",
        "curl -sSf https://github.com/web-flow.gpg ", // what nobody types: it needs GitHub itself
    ];
    for block in blocks("sh") {
        assert!(known.iter().any(|known| block.starts_with(known)), "nobody types {block}");
    }
    assert_eq!(blocks("sh").len(), known.len());
}

#[test]
fn the_secrets_of_compose_are_files_that_its_containers_can_read() {
    let checkout = checkout();
    types("umask 077", commands("cd deploy\n"), checkout.path());
    let secrets = checkout.path().join("deploy/secrets");
    assert_eq!(mode(&secrets), 0o700);
    assert_eq!(mode(&checkout.path().join("deploy/cloudcorrect.toml")), 0o644);
    let compose = yaml("deploy/compose.yaml");
    let mut named = BTreeSet::new();
    for (name, secret) in compose["secrets"].as_object().expect("secrets") {
        let file = secret["file"].as_str().expect("a file");
        assert_eq!(file, format!("secrets/{name}"));
        assert_eq!(mode(&checkout.path().join("deploy").join(file)), 0o444, "{name}");
        named.insert(name.clone());
    }
    let files = fs::read_dir(&secrets).expect("a directory").map(|it| it.expect("an entry"));
    let files: BTreeSet<_> = files.map(|it| it.file_name().into_string().expect("UTF-8")).collect();
    assert_eq!(files, named, "each file is somebody's");

    let text = |name: &str| fs::read_to_string(secrets.join(name)).expect("a file");
    let password = text("database-password");
    assert!(password.trim().len() >= 32, "{password}");
    assert!(text("database-url").contains(&format!("cloudcorrect:{}@", password.trim())));
    let toml = format!("database_url_file = \"{}\"", secrets.join("database-url").display());
    let database = DatabaseSettings::read(&toml, Path::new("/"), []).expect("an address");
    assert!(database.url.is_some());
    let service = &compose["services"]["cloudcorrect"];
    let socket = service["volumes"].as_array().expect("volumes").iter();
    let socket = socket.filter(|it| it["source"] == "socket").map(|it| it["target"].as_str());
    let socket = socket.flatten().next().expect("a shared socket");
    assert!(text("database-url").trim().ends_with(&format!("?host={socket}")));
    // What is committed never holds them.
    assert!(read(".gitignore").lines().any(|line| line == "/deploy/secrets"));
}

#[test]
fn the_deploy_key_and_the_known_hosts_are_those_that_the_settings_name() {
    let directory = tempfile::tempdir().expect("a directory");
    let key = include_str!("../signatures/ed25519.pub");
    let key = key.split_whitespace().take(2).collect::<Vec<_>>().join(" ");
    let answer = format!("{{ \"ssh_keys\": [\"{key}\"], \"web\": [] }}");
    fs::write(directory.path().join("answer.json"), answer).expect("a file");
    let curl = "curl() { [ \"$*\" = '-sSf https://api.github.com/meta' ] && cat answer.json; }";
    let shown = types(curl, commands("ssh-keygen -q "), directory.path());
    assert!(shown.starts_with("ssh-ed25519 ") && shown.ends_with(" cloudcorrect\n"), "{shown}");
    assert_eq!(mode(&directory.path().join("deploy-key")), 0o600);

    let mut settings = blocks("toml").into_iter().filter(|block| block.contains("known_hosts"));
    let settings = settings.next().expect("a block");
    let settings = settings.replace("/run/secrets", directory.path().to_str().expect("UTF-8"));
    let settings = Settings::read(&settings, directory.path(), []).expect("settings");
    let source = &settings.sources[0];
    let Remote::Ssh(address) = &source.remote else { panic!("{source:?}") };
    let access = source.access.as_ref().expect("access");
    let (hosts, _) = known_hosts(&format!("github.com {key}\n"));
    assert_eq!((address.host(), &*access.known_hosts), ("github.com", &hosts));
    let fingerprint = access.key.fingerprint();
    let told = types("", "ssh-keygen -lf deploy-key.pub", directory.path());
    assert!(told.contains(&fingerprint), "{told}");
}

#[test]
fn the_unit_is_installed_with_all_that_it_names() {
    let checkout = checkout();
    let root = checkout.path().join("root");
    for directory in ["usr/local/bin", "etc/systemd/system", "home/.cargo/bin"] {
        fs::create_dir_all(root.join(directory)).expect("a directory");
    }
    fs::write(root.join("home/.cargo/bin/cloudcorrect"), "").expect("a binary");
    let place = root.to_str().expect("UTF-8");
    let block = commands("sudo install ");
    let block = block.replace(" /usr/", &format!(" {place}/usr/"));
    let block = block.replace(" /etc/", &format!(" {place}/etc/"));
    let stand_ins = format!(
        "HOME='{place}/home'\nsudo() {{ \"$@\"; }}\nsystemctl() {{ echo \"systemctl $*\"; }}"
    );
    assert_eq!(types(&stand_ins, &block, checkout.path()), "");
    let said = types(&stand_ins, commands("sudo systemctl "), checkout.path());
    assert_eq!(said, "systemctl enable --now cloudcorrect\n");
    for secret in ["app.pem", "webhook-secret", "external-id"] {
        assert_eq!(mode(&checkout.path().join(secret)), 0o600, "{secret}");
    }

    let unit = read("deploy/cloudcorrect.service");
    let values = |key: &str| {
        let key = format!("{key}=");
        let values = unit.lines().filter_map(|line| line.strip_prefix(&key).map(str::to_owned));
        values.collect::<Vec<_>>()
    };
    for credential in values("LoadCredential") {
        let (_, path) = credential.split_once(':').expect("a name and a path");
        assert_eq!(mode(&root.join(&path[1..])), 0o600, "{path}");
    }
    let start = &values("ExecStart")[0];
    let program = start.split(' ').next().expect("a program");
    assert_eq!(mode(&root.join(&program[1..])), 0o755);
    let settings = &values("Environment")[0];
    let settings = settings.strip_prefix("CLOUDCORRECT_CONFIG=/").expect("the settings come first");
    assert_eq!(mode(&root.join(settings)), 0o644, "the service's user reads them itself");

    let [own] = blocks("ini")[..] else { panic!("one addition to the unit") };
    assert!(own.contains("\nEnvironment=CLOUDCORRECT_DATABASE_URL_FILE=%d/database-url\n"));
    assert!(own.contains("\nLoadCredential=database-url:/etc/cloudcorrect/database-url\n"));
}

#[test]
fn the_images_are_built_and_run_by_what_is_there() {
    let dockerfile = read("deploy/Dockerfile");
    let docker = "docker() { for word; do echo \"$word\"; done; }";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for (beginning, directory) in [("docker build ", "."), ("docker compose ", "deploy")] {
        let said = types(docker, commands(beginning), &root.join(directory));
        let words: Vec<&str> = said.lines().collect();
        for pair in words.windows(2).filter(|pair| pair[0] == "--build-arg") {
            let (name, _) = pair[1].split_once('=').expect("a value");
            assert!(dockerfile.contains(&format!("\nARG {name}=")), "{name}");
        }
        for pair in words.windows(2).filter(|pair| pair[0] == "--file") {
            assert!(root.join(pair[1]).exists(), "{}", pair[1]);
        }
        assert!(root.join(directory).join("compose.yaml").exists() || words.contains(&"--file"));
    }
    assert!(commands("docker build ").contains("--no-default-features"));
}

/// Words of a command, with what stands behind an option that there is once.
fn option<'a>(words: &'a [String], name: &str) -> &'a str {
    let at = words.iter().position(|word| word == name);
    let value = at.and_then(|at| words.get(at + 1));
    value.unwrap_or_else(|| panic!("no {name} in {words:?}"))
}

#[test]
fn the_commands_that_make_the_role_make_it() {
    let aws = "aws() { for word; do echo \"$word\"; done; echo; }\nprintf 'secret\\n' >external-id";
    let directory = tempfile::tempdir().expect("a directory");
    let asked = |beginning| {
        let said = types(aws, commands(beginning), directory.path());
        let calls = said.trim_end().split("\n\n");
        let calls = calls.map(|call| call.lines().map(str::to_owned).collect::<Vec<_>>());
        calls.collect::<Vec<_>>()
    };
    let deploy = asked("aws cloudformation deploy ");
    let [deploy] = &deploy[..] else { panic!("one call: {deploy:?}") };
    assert_eq!(option(deploy, "--capabilities"), "CAPABILITY_NAMED_IAM");
    let template = option(deploy, "--template-file").to_owned();
    let at = deploy.iter().position(|word| word == "--parameter-overrides").expect("parameters");
    let parameters = &deploy[at + 1..];
    assert_eq!(parameters[1], "ExternalId=secret", "without the end of its line");

    let sets = asked("aws cloudformation create-stack-set ");
    let [set, instances] = &sets[..] else { panic!("two calls: {sets:?}") };
    assert_eq!(option(set, "--template-body"), format!("file://{template}"));
    assert_eq!(option(set, "--capabilities"), "CAPABILITY_NAMED_IAM");
    assert_eq!(option(set, "--stack-set-name"), option(instances, "--stack-set-name"));
    let of_set = set
        .iter()
        .filter(|word| word.starts_with("ParameterKey="))
        .map(|word| word.replace("ParameterKey=", "").replace(",ParameterValue=", "="));
    assert_eq!(of_set.collect::<Vec<_>>(), parameters);

    let principal = "arn:aws:iam::111122223333:role/cloudcorrect";
    let boundary = "arn:aws:iam::123456789012:policy/bound";
    let making = |more: &[&str]| {
        let mut python = Command::new(servers::program("python"));
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/stack.py");
        python.arg(script).arg(Path::new(env!("CARGO_MANIFEST_DIR")).join(&template));
        python.args(parameters.iter().map(|it| it.replace("ARN-OF-THE-SERVICE", principal)));
        let output = python.args(more).output().expect("python runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Json>(&output.stdout).expect("JSON")
    };
    let role = making(&[]);
    let settings = read("docs/operating.md");
    let arn = role["outputs"]["RoleArn"].as_str().expect("an output");
    assert!(settings.contains(&format!("role_arn = \"{arn}\"")), "{arn}");
    assert_eq!((&role["boundary"], &role["session"]), (&Json::Null, &Json::from(3600)));
    let trust = &role["trust"]["Statement"];
    assert_eq!(trust[0]["Principal"]["AWS"], principal);
    assert_eq!(trust[0]["Condition"]["StringEquals"]["sts:ExternalId"], "secret");
    assert_eq!(role["policies"].as_array().map(Vec::len), Some(1));
    let bound = making(&["RoleName=other", &format!("PermissionsBoundary={boundary}")]);
    assert_eq!((&bound["name"], &bound["boundary"]), (&"other".into(), &boundary.into()));

    // What the service runs as becomes that role, and nothing else.
    let [own] = blocks("json")[..] else { panic!("one policy") };
    let own: Json = serde_json::from_str(own).expect("JSON");
    assert_eq!(own["Statement"][0]["Action"], "sts:AssumeRole");
    let resource = own["Statement"][0]["Resource"].as_str().expect("an ARN");
    assert_eq!(resource.replace('*', "123456789012"), arn);
}

#[test]
fn the_module_of_terraform_has_the_variables_that_are_set() {
    let [block] = blocks("hcl")[..] else { panic!("one module") };
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("main.tf");
    fs::write(&file, block).expect("a file");
    let parsed = |path: &Path| {
        let output = Command::new(servers::program("hcl2tojson")).arg(path).output();
        let output = output.expect("python-hcl2 runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice::<Json>(&output.stdout).expect("JSON")
    };
    let used = parsed(&file);
    let module = &used["module"][0]["\"cloudcorrect_reader\""];
    let set = module.as_object().expect("a module").keys();
    let set: BTreeSet<_> =
        set.filter(|key| !["source", "__is_block__"].contains(&&***key)).collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/terraform/reader-role.tf");
    let declared = parsed(&path);
    let variables = declared["variable"].as_array().expect("variables").iter();
    let required = variables.flat_map(|it| it.as_object().expect("a block"));
    let required = required.filter(|(_, variable)| variable.get("default").is_none());
    let required: BTreeSet<String> =
        required.map(|(name, _)| name.trim_matches('"').to_owned()).collect();
    assert_eq!(set, required.iter().collect());
    let source = module["source"].as_str().expect("a source");
    assert!(source.trim_matches('"').ends_with("/deploy/terraform"), "{source}");
}
