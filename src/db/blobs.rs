//! Texts kept once, by what they say.

use sqlx::PgConnection;

use super::Error;
use crate::digest::Digest;

/// Keeps texts that are not yet kept.
pub(super) async fn keep(
    connection: &mut PgConnection,
    bodies: impl IntoIterator<Item = (Digest, Vec<u8>)>,
) -> Result<(), Error> {
    // In one order everywhere, so that two transactions with the same texts never wait in a ring.
    let bodies: std::collections::BTreeMap<_, _> = bodies.into_iter().collect();
    if bodies.is_empty() {
        return Ok(());
    }
    let (digests, bodies): (Vec<_>, Vec<_>) =
        bodies.into_iter().map(|(digest, body)| (digest.to_vec(), body)).unzip();
    sqlx::query!(
        "insert into blob (digest, body)
         select digest, body from unnest($1::bytea[], $2::bytea[]) as new (digest, body)
         where not exists (select from blob where blob.digest = new.digest)
         on conflict do nothing",
        &digests,
        &bodies,
    )
    .execute(connection)
    .await?;
    Ok(())
}
