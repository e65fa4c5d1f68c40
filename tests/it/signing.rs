//! Commits that somebody signs, with the commands of the manual, and sources that ask for it.

use std::path::{Path, PathBuf};
use std::process::Command;

use cloudcorrect::config::{Approval, Settings, Signatures};
use github_emulator::EmulatorOptions;
use insta::assert_snapshot;
use sqlx::PgPool;

use crate::world::scene::{ACCOUNTS, ONE_SOURCE, STORAGE};
use crate::world::story::World;

const OPERATING: &str = include_str!("../../docs/operating.md");

/// The block of the manual that begins so.
fn block(beginning: &str) -> &'static str {
    let mut blocks = OPERATING.split("```sh\n").filter(|block| block.starts_with(beginning));
    let block = blocks.next().unwrap_or_else(|| panic!("no block begins `{beginning}`"));
    block.split("```").next().expect("a block")
}

/// Somebody at a desk, with a key and a clone of the repository.
#[derive(Clone)]
struct Desk {
    home: PathBuf,
}

impl Desk {
    /// A desk in a directory, whose key signs as the manual says.
    fn new(directory: &Path, name: &str) -> Self {
        let desk = Self { home: directory.join(name) };
        std::fs::create_dir_all(desk.home.join("clone")).expect("a directory");
        std::fs::create_dir(desk.home.join(".ssh")).expect("a directory");
        desk.types(&format!("git config --global user.name {name}"));
        desk.types(&format!("git config --global user.email {name}@example.com"));
        // The manual leaves it to the user to think of a passphrase.
        desk.types("ssh-keygen -q -t ed25519 -N '' -f ~/.ssh/id_ed25519");
        desk.types(block("test -e ~/.ssh/id_ed25519"));
        desk
    }

    /// Types commands in the clone, and gives what they say.
    fn types(&self, commands: &str) -> String {
        let mut shell = Command::new("sh");
        shell.args(["-e", "-c", commands]).current_dir(self.home.join("clone"));
        shell.env("HOME", &self.home).env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GNUPGHOME");
        let output = shell.output().expect("a shell");
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said).into_owned();
        assert!(output.status.success(), "{commands}\n{said}");
        said
    }

    /// Does what the commands say to the newest state of `main`, and pushes.
    async fn pushes(&self, world: &World, commands: &str) -> String {
        let (desk, url) = (self.clone(), world.repo.clone_url.clone());
        let commands = format!(
            "test -d .git || git clone --quiet {url} .; git fetch --quiet; \
             git reset --quiet --hard origin/main; {commands}; git push --quiet"
        );
        world.pushed(move || drop(desk.types(&commands))).await
    }
}

/// Sources with settings of a directory, in which the operator keeps the keys of desks.
fn sources(directory: &Path, desks: &[&Desk], settings: &str) -> String {
    for desk in desks {
        let key = desk.home.join(".ssh/id_ed25519.pub");
        std::fs::copy(key, directory.join("id_ed25519.pub")).expect("a key that was sent");
        let name = desk.home.file_name().and_then(|name| name.to_str()).expect("a name");
        let noting = block("echo \"ada@example.com").replace("ada@", &format!("{name}@"));
        let mut shell = Command::new("sh");
        let status = shell.args(["-e", "-c", &noting]).current_dir(directory).status();
        assert!(status.expect("a shell").success());
    }
    let file = directory.join("allowed_signers");
    format!("{ONE_SOURCE}allowed_signers = {:?}\n{settings}\n", file.to_str().expect("UTF-8"))
}

/// An emulator that lets whoever is at a desk push.
fn open() -> EmulatorOptions {
    EmulatorOptions { anonymous_user: Some("ada".to_owned()), ..EmulatorOptions::default() }
}

/// A group of another name.
fn named(name: &str) -> String {
    STORAGE.replace("name: storage", &format!("name: {name}"))
}

#[test]
fn the_settings_of_the_manual_are_read() {
    let directory = tempfile::tempdir().expect("a directory");
    let made = |name: &str| format!("{}/tests/signatures/{name}", env!("CARGO_MANIFEST_DIR"));
    let key = std::fs::read_to_string(made("ed25519.pub")).expect("a key");
    let line = format!("ada@example.com {key}");
    std::fs::write(directory.path().join("allowed_signers"), line).expect("a file");
    let keys = directory.path().join("openpgp-keys.asc");
    std::fs::copy(made("gpg-rsa.asc"), keys).expect("a file");
    let blocks = OPERATING.split("```toml\n").map(|block| block.split("```").next());
    let mut blocks = blocks.flatten().filter(|block| block.contains("allowed_signers"));
    let block = blocks.next().expect("a block");
    let block = block.replace("repository = \"acme/policies\"", "url = \"https://git.example/p\"");
    let settings = Settings::read(&block, directory.path(), []).expect("settings");
    let [source] = settings.sources.as_slice() else { panic!("{block}") };
    assert_eq!(source.approval, Approval::AllowedSigner);
    assert!(matches!(source.signatures, Signatures::Required(_)), "{block}");
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_nobody_signed_who_may_does_not_come_into_force(pool: PgPool) {
    let directory = tempfile::tempdir().expect("a directory");
    let (ada, eve) = (Desk::new(directory.path(), "ada"), Desk::new(directory.path(), "eve"));
    let sources = sources(directory.path(), &[&ada], "require_signature = true");
    let mut world = World::on_emulator(pool, &sources, open()).await;
    world.cloud.private_bucket("logs");
    let first = world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    world.settle().await;
    assert_snapshot!(world.checks(&first), @"
    cloudcorrect/sync: failure: refused: the commit is not signed
      policies/accounts.yaml:1 the commit is not signed
    ");
    let run = world.emulator.check_runs(&first).remove(0);
    assert_snapshot!(run.summary.expect("a summary"), @"This commit cannot come into force: the operator of the service asks for the signature of an allowed signer, and no revision before it is in force: nothing is evaluated until a signed commit is pushed. Each problem is annotated at its line.");
    assert_snapshot!(run.annotations[0].message, @"
    the commit is not signed

    help: sign it, or push a signed commit on top of it, as by `git commit --allow-empty -S`

    cloudcorrect validate --explain untrusted-commit
    ");
    let (_, page) = world.page(&format!("/sources/main/revisions/{first}")).await;
    assert!(page.contains("None that counts: the commit is not signed"), "{page}");

    // What is signed on top brings it in force.
    let signed = ada.pushes(&world, "git commit --quiet --allow-empty -S -m 'Sign it'").await;
    world.settle().await;
    assert_snapshot!(world.checks(&signed), @"
    cloudcorrect/compliance: success: 1 group passes
    cloudcorrect/sync: success: 1 group with 1 check is valid
    ");
    let (_, page) = world.page(&format!("/sources/main/revisions/{signed}")).await;
    let fingerprint = ada.types("ssh-keygen -lf ~/.ssh/id_ed25519.pub");
    let fingerprint = fingerprint.split(' ').nth(1).expect("a fingerprint");
    assert!(fingerprint.starts_with("SHA256:"), "{fingerprint}");
    for told in ["Signed by", "ada@example.com", fingerprint] {
        assert!(page.contains(told), "{told}: {page}");
    }

    // A key that the operator does not know, and then a change of what was signed.
    let change = "echo '# More' >>policies/storage.yaml; git commit --quiet -S -am 'More'";
    let strange = eve.pushes(&world, change).await;
    world.settle().await;
    let told = world.checks(&strange);
    let fingerprint = eve.types("ssh-keygen -lf ~/.ssh/id_ed25519.pub");
    let fingerprint = fingerprint.split(' ').nth(1).expect("a fingerprint");
    assert_snapshot!(told.replace(fingerprint, "EVES-KEY"), @"
    cloudcorrect/sync: failure: refused: the commit is signed with the key `EVES-KEY`, which is no allowed signer's
      policies/accounts.yaml:1 the commit is signed with the key `EVES-KEY`, which is no allowed signer's
    ");
    let forged = "git cat-file commit HEAD~ >../commit; \
        sed -i 's/Sign it/Signed/' ../commit; \
        git reset --quiet --hard $(git hash-object -t commit -w ../commit); git push --quiet --force; \
        true";
    let forged = ada.pushes(&world, forged).await;
    world.settle().await;
    assert!(world.checks(&forged).contains("does not match"), "{}", world.checks(&forged));
    let (_, page) = world.page("/").await;
    assert!(page.contains(&signed[..7]), "the last good one is in force: {page}");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn what_is_held_is_approved_by_an_allowed_signer(pool: PgPool) {
    let directory = tempfile::tempdir().expect("a directory");
    let ada = Desk::new(directory.path(), "ada");
    let sources = sources(directory.path(), &[&ada], "approval = \"allowed_signer\"");
    let world = World::on_emulator(pool, &sources, open()).await;
    let (network, users) = (named("network"), named("users"));
    let files = [
        ACCOUNTS,
        ("policies/storage.yaml", STORAGE),
        ("policies/network.yaml", &network),
        ("policies/users.yaml", &users),
    ];
    world.commit_to("main", &files).await;
    world.settle().await;
    let removing = "git rm --quiet policies/network.yaml policies/users.yaml; \
        git commit --quiet --no-gpg-sign -m 'Remove'";
    let held = ada.pushes(&world, removing).await;
    world.settle().await;
    let approving = |how: &str| {
        format!(
            "git commit --quiet --allow-empty {how} -m 'Approve' -m 'Cloudcorrect-Approve: {held}'"
        )
    };
    let unsigned = ada.pushes(&world, &approving("--no-gpg-sign")).await;
    world.settle().await;
    let run = world.emulator.check_runs(&unsigned).remove(0);
    let told =
        run.annotations[0].message.replace(&unsigned, "HEAD").replace(&unsigned[..7], "HEAD");
    assert_snapshot!(told.replace(&held[..7], "HELD"), @"
    2 of 3 groups are removed; history is kept

    help: look at what it changes; where that is meant, have an allowed signer push a later commit, signed as by `git commit -S`, whose message has the line `Cloudcorrect-Approve: HEAD`; `HEAD` approves `HELD`, and is not signed

    cloudcorrect validate --explain most-groups-removed
    ");

    let approved = ada.pushes(&world, &approving("-S")).await;
    world.settle().await;
    assert_snapshot!(world.checks(&approved).replace(&approved[..7], "APPROVAL"), @"
    cloudcorrect/compliance: success: 1 group found nothing to judge
    cloudcorrect/sync: success: 1 group with 1 check is valid, 1 warning
      policies/accounts.yaml:1 2 of 3 groups are removed; history is kept; commit `APPROVAL`, signed by `ada@example.com`, approves it
    ");
    world.finish().await;
}

#[sqlx::test(migrator = "cloudcorrect::db::MIGRATOR")]
async fn a_key_of_openpgp_counts_as_well(pool: PgPool) {
    let directory = tempfile::tempdir().expect("a directory");
    let ada = Desk::new(directory.path(), "ada");
    // Shorter than what a socket may be called.
    let agent = tempfile::Builder::new().prefix("gpg").tempdir_in("/tmp").expect("a directory");
    let with_keys = format!("export GNUPGHOME={};", agent.path().display());
    let typing = |commands: &str| format!("{with_keys} {commands}");
    ada.types(&typing(
        "gpg --quiet --batch --pinentry-mode loopback --passphrase '' \
         --quick-generate-key 'Ada <ada@example.com>' ed25519 sign never",
    ));
    ada.types(&typing(&format!("cd {}; {}", directory.path().display(), block("gpg --export"))));
    ada.types(
        "git config --global gpg.format openpgp; git config --global --unset user.signingkey",
    );
    let file = directory.path().join("openpgp-keys.asc");
    let settings =
        format!("openpgp_keys = {:?}\nrequire_signature = true\n", file.display().to_string());
    let sources = format!("{ONE_SOURCE}{settings}");
    let world = World::on_emulator(pool, &sources, open()).await;
    world.commit_to("main", &[ACCOUNTS, ("policies/storage.yaml", STORAGE)]).await;
    let signed = typing("git commit --quiet --allow-empty -S -m 'Sign it'");
    let signed = ada.pushes(&world, &signed).await;
    ada.types(&typing("gpgconf --kill all"));
    world.settle().await;
    assert!(
        world.checks(&signed).contains("cloudcorrect/sync: success"),
        "{}",
        world.checks(&signed)
    );
    let (_, page) = world.page(&format!("/sources/main/revisions/{signed}")).await;
    assert!(page.contains("Ada &#60;ada@example.com&#62;"), "{page}");
    world.finish().await;
}
