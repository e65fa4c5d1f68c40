//! Heads that are signed, or not, where the operator asks.

use super::*;
use crate::signature::testing::{Key, signers};
use crate::signature::{Signer, Standing};

impl World {
    /// Has a reconciler that asks for one of these signers, by lines of their file.
    fn restart_with(&mut self, lines: &str, is_required: bool) {
        let signers = Arc::new(signers(lines));
        let signatures =
            if is_required { Signatures::Required(signers) } else { Signatures::Told(signers) };
        let following = Following { signatures, ..Following::default() };
        self.syncer = Self::following(&self.pool, &self.origin, "main", following);
    }

    /// State and standing of the head, and whether it is in force.
    async fn standing(&self) -> anyhow::Result<(revisions::State, Option<Standing>, bool)> {
        let source = self.source().await?;
        let head = source.head.clone().context("a head")?;
        let found = revisions::find(&self.pool, source.id, &head).await?.context("a revision")?;
        Ok((found.record.state, found.record.signature, source.revision == source.head))
    }
}

fn files() -> [(&'static str, String); 2] {
    [("policies/a.yaml", prod()), ("policies/b.yaml", group("storage", "15m"))]
}

fn commit(world: &World, more: &str, key: Option<&Key>) -> CommitId {
    let files = files();
    let mut files: Vec<_> = files.iter().map(|(path, text)| (*path, text.as_str())).collect();
    files.push(("README", more));
    match key {
        Some(key) => world.origin.commit_signed(&files, "Change", |payload| key.sign(payload)),
        None => world.origin.commit(&files),
    }
}

fn is_of(standing: Option<&Standing>, wanted: &str) -> bool {
    matches!(standing, Some(Standing::SignedBy(Signer { name, .. })) if name == wanted)
}

#[sqlx::test]
async fn the_head_decides_and_what_is_in_force_stays(pool: PgPool) -> TestResult {
    use revisions::State::{InForce, Refused};
    let (ada, bob) = (Key::new(1), Key::new(2));
    let mut world = World::watched(pool).await?;
    let first = commit(&world, "1", None);
    world.sync().await?;
    assert_eq!(world.standing().await?, (InForce, None, true), "nobody asks");
    // From now on it is asked, of what comes.
    world.restart_with(&ada.line("ada"), true);
    world.sync().await?;
    assert_eq!(world.standing().await?, (InForce, None, true));
    commit(&world, "2", None);
    world.sync().await?;
    let unsigned = Some(Standing::Refused("is not signed".to_owned()));
    assert_eq!(world.standing().await?, (Refused, unsigned.clone(), false));
    let error = world.source().await?.last_error.unwrap_or_default();
    assert!(error.ends_with("is refused: the commit is not signed"), "{error}");
    // A branch that is moved back to what is in force brings nothing new, and takes nothing away.
    world.origin.point("refs/heads/main", first);
    world.sync().await?;
    assert_eq!(world.standing().await?, (InForce, unsigned, true));
    commit(&world, "3", Some(&bob));
    world.sync().await?;
    let (state, standing, is_in_force) = world.standing().await?;
    assert_eq!((state, is_in_force), (Refused, false));
    assert!(matches!(standing, Some(Standing::Refused(why)) if why.contains("no allowed signer")));
    commit(&world, "4", Some(&ada));
    world.sync().await?;
    let (state, standing, is_in_force) = world.standing().await?;
    assert!(state == InForce && is_in_force && is_of(standing.as_ref(), "ada"), "{standing:?}");
    Ok(())
}

#[sqlx::test]
async fn a_head_that_was_refused_is_judged_anew_by_who_knows_its_key(pool: PgPool) -> TestResult {
    use revisions::State::{InForce, Refused};
    let (ada, bob) = (Key::new(1), Key::new(2));
    let mut world = World::watched(pool).await?;
    world.restart_with(&ada.line("ada"), true);
    commit(&world, "1", Some(&bob));
    world.sync().await?;
    world.sync().await?;
    assert_eq!(world.standing().await?.0, Refused);
    // With the same keys it is refused as before.
    world.restart_with(&ada.line("ada"), true);
    world.sync().await?;
    let (state, _, is_in_force) = world.standing().await?;
    assert_eq!((state, is_in_force), (Refused, false));
    world.restart_with(&(ada.line("ada") + &bob.line("bob")), true);
    world.sync().await?;
    let (state, standing, is_in_force) = world.standing().await?;
    assert!(state == InForce && is_in_force && is_of(standing.as_ref(), "bob"), "{standing:?}");
    Ok(())
}

#[sqlx::test]
async fn where_nobody_asks_it_is_told_all_the_same(pool: PgPool) -> TestResult {
    use revisions::State::InForce;
    let ada = Key::new(1);
    let mut world = World::watched(pool).await?;
    world.restart_with(&ada.line("ada"), false);
    commit(&world, "1", None);
    world.sync().await?;
    let unsigned = Some(Standing::Refused("is not signed".to_owned()));
    assert_eq!(world.standing().await?, (InForce, unsigned, true));
    commit(&world, "2", Some(&ada));
    world.sync().await?;
    let (state, standing, _) = world.standing().await?;
    assert!(state == InForce && is_of(standing.as_ref(), "ada"), "{standing:?}");
    Ok(())
}
