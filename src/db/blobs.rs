//! Texts kept once, by what they say.

use std::fmt;

use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;

use super::Error;

/// A SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// The digest of `bytes`.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        bytes.try_into().map(Self).map_err(|_| Error::unreadable("digest", hex::encode(bytes)))
    }

    pub(super) fn to_vec(self) -> Vec<u8> {
        self.0.to_vec()
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&hex::encode(self.0))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, out)
    }
}

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
