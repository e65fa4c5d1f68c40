//! Texts kept once, by what they say.

use std::collections::BTreeMap;

use sqlx::PgConnection;

use super::Error;
use crate::digest::Digest;

/// Texts that are written at once: what a statement takes of many is as large again as these.
const AT_ONCE: usize = 4096;

/// Keeps texts that are not yet kept.
pub(super) async fn keep<'a>(
    connection: &mut PgConnection,
    bodies: impl IntoIterator<Item = (Digest, &'a [u8])>,
) -> Result<(), Error> {
    // In one order everywhere, so that two transactions with the same texts never wait in a ring.
    let bodies: BTreeMap<_, _> = bodies.into_iter().collect();
    let bodies: Vec<_> = bodies.into_iter().collect();
    for run in bodies.chunks(AT_ONCE) {
        let digests: Vec<_> = run.iter().map(|(digest, _)| digest.to_vec()).collect();
        let bodies: Vec<&[u8]> = run.iter().map(|(_, body)| *body).collect();
        sqlx::query!(
            "insert into blob (digest, body)
         select digest, body from unnest($1::bytea[], $2::bytea[]) as new (digest, body)
         where not exists (select from blob where blob.digest = new.digest)
         on conflict do nothing",
            &digests,
            &bodies as &[&[u8]],
        )
        .execute(&mut *connection)
        .await?;
    }
    Ok(())
}
