//! The examples of codes that are commands in a clone of the repository.

use std::path::Path;
use std::process::Command;

use super::*;
use crate::diagnostic::{Code, Example, ExampleContext};
use crate::signature::{Signers, allowed_signers};

/// Has a key, lets Git sign with it and the operator know it.
const SIGNING: &str = "ssh-keygen -q -t ed25519 -N '' -f ../key
    git config gpg.format ssh
    git config user.signingkey ../key.pub
    echo \"ada $(cat ../key.pub)\" >../allowed_signers";

/// Runs commands in a directory, apart from whatever settings of Git the machine has.
fn run(directory: &Path, commands: &str) {
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", commands]).current_dir(directory);
    shell.env("HOME", directory).env("GIT_CONFIG_NOSYSTEM", "1");
    for who in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{who}_NAME"), "Ada");
        shell.env(format!("GIT_{who}_EMAIL"), "ada@example.com");
    }
    let output = shell.output().expect("a shell");
    assert!(output.status.success(), "{commands}\n{}", String::from_utf8_lossy(&output.stderr));
}

/// The codes of what is wrong with the branch after the commands of an example.
async fn codes(
    pool: &PgPool,
    example: Example,
    name: &str,
    asks_for_signatures: bool,
) -> anyhow::Result<Vec<String>> {
    let mut world = World::new(pool.clone());
    world.watch(&[world.registration(name, "policies")]).await?;
    world.origin.commit(&[("README", "none yet")]);
    let groups = ["storage", "network", "identity"].map(|name| group(name, "15m"));
    let [storage, network, identity] = &groups;
    world.origin.commit(&[
        ("policies/accounts.yaml", &prod()),
        ("policies/storage.yaml", storage),
        ("policies/network.yaml", network),
        ("policies/identity.yaml", identity),
        ("shared/buckets.yaml", &group("buckets", "15m")),
    ]);
    world.sync().await?;
    let root = world.origin.root.path();
    let (clone, url) = (root.join("clone"), world.origin.url());
    run(root, &format!("git clone --quiet --branch main {url} clone"));
    if asks_for_signatures {
        run(&clone, SIGNING);
        let (ssh, _) = allowed_signers(&std::fs::read_to_string(root.join("allowed_signers"))?);
        let signatures = Signatures::Required(Arc::new(Signers { ssh, ..Signers::default() }));
        let following = Following { signatures, ..Following::default() };
        world.syncer = World::following(&world.pool, &world.origin, name, following);
    }
    run(&clone, "echo '# More' >> policies/storage.yaml; git add policies; git stash --quiet");
    if example.text.starts_with("git commit") {
        run(&clone, "git stash pop --quiet; git add policies");
    }
    run(&clone, example.text);
    world.sync().await?;
    let source = sources::by_name(pool, name).await?.context("a source")?;
    let head = source.head.context("a head")?;
    let revision = revisions::find(pool, source.id, &head).await?.context("a revision")?;
    Ok(revision.record.diagnostics.into_iter().map(|found| found.code).collect())
}

#[sqlx::test]
async fn commands_give_the_codes_that_they_are_examples_of(pool: PgPool) -> TestResult {
    let mut seen = 0;
    for code in Code::ALL {
        let examples = code.examples().filter(|it| it.context == ExampleContext::Shell);
        for (number, example) in examples.enumerate() {
            let is_asking = *code == Code::UntrustedCommit;
            let found = codes(&pool, example, &format!("{code}-{number}"), is_asking).await?;
            let wanted = if example.is_right { vec![] } else { vec![code.to_string()] };
            assert_eq!(found, wanted, "{}", example.text);
            seen += 1;
        }
    }
    assert_eq!(seen, 10);
    Ok(())
}
