//! The policies that are in force, compiled once for each commit.
//!
//! Whoever works by the policies of a source asks here, so that all of them share what was compiled.
//! What is in force is kept in [`crate::db`], and decided by who syncs.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result};
use sqlx::PgPool;
use tokio::task::spawn_blocking;

use crate::catalog;
use crate::db::policies::{self, InForce};
use crate::db::sources::{self, SourceId};
use crate::git::CommitId;
use crate::policy::{PolicySet, SourceFile};

/// All that compiled policies depend on: a run leads back to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyVersion {
    /// Commit of the policy files; empty before the first good one.
    pub revision: String,
    /// Version of cloudcorrect, which decides what the files mean.
    pub engine: &'static str,
}

impl PolicyVersion {
    /// Version of a commit's policies, compiled by this process.
    fn of(revision: Option<String>) -> Self {
        Self { revision: revision.unwrap_or_default(), engine: env!("CARGO_PKG_VERSION") }
    }
}

/// The policies of a source, compiled.
#[derive(Debug)]
pub struct CompiledPolicies {
    /// Version of what was compiled.
    pub version: PolicyVersion,
    /// Policies of its files.
    pub policies: Arc<PolicySet>,
}

/// Policies that were compiled last, by source. An unchanged commit costs one small query.
#[derive(Debug, Default)]
pub struct PolicyCache(Mutex<BTreeMap<SourceId, Arc<CompiledPolicies>>>);

impl PolicyCache {
    /// Policies of a source that are in force. The files are loaded only where another commit is in
    /// force than the one that was compiled last.
    pub async fn in_force(&self, pool: &PgPool, source: SourceId) -> Result<Arc<CompiledPolicies>> {
        let found = sources::find(pool, source).await.context("cannot look up the source")?;
        let version = PolicyVersion::of(found.and_then(|source| source.revision));
        let load = async || {
            let loaded = policies::in_force(pool, source).await;
            loaded.context("cannot read the policies in force")
        };
        self.get_or_compile(source, &version, load).await
    }

    /// Keeps policies of a source that came into force, as this process compiled them.
    pub fn keep(&self, source: SourceId, revision: CommitId, policies: Arc<PolicySet>) {
        let version = PolicyVersion::of(Some(revision.to_string()));
        self.compiled().insert(source, Arc::new(CompiledPolicies { version, policies }));
    }

    async fn get_or_compile(
        &self,
        source: SourceId,
        version: &PolicyVersion,
        load: impl AsyncFnOnce() -> Result<InForce>,
    ) -> Result<Arc<CompiledPolicies>> {
        let known = self.compiled().get(&source).filter(|it| it.version == *version).cloned();
        if let Some(known) = known {
            return Ok(known);
        }
        // Another commit may have come into force since: the files say which one they are of.
        let fresh = Arc::new(compile(load().await?).await?);
        self.compiled().insert(source, Arc::clone(&fresh));
        Ok(fresh)
    }

    fn compiled(&self) -> MutexGuard<'_, BTreeMap<SourceId, Arc<CompiledPolicies>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn compile(loaded: InForce) -> Result<CompiledPolicies> {
    let version = PolicyVersion::of(loaded.revision);
    let files: Vec<SourceFile> =
        loaded.files.into_iter().map(|file| SourceFile::new(file.path, file.body)).collect();
    let reading = spawn_blocking(move || catalog::read(&files)).await;
    let policies = reading.context("compiling broke off")?.policies;
    Ok(CompiledPolicies { version, policies })
}

#[cfg(test)]
mod tests {
    use crate::db::policies::PolicyFile;

    use super::*;

    /// A cache whose loads are counted.
    #[derive(Default)]
    struct Counted {
        cache: PolicyCache,
        loads: usize,
    }

    impl Counted {
        /// Asks for a source's policies where `asked` is in force, and `loaded` once files are read.
        async fn ask(&mut self, source: i64, asked: &str, loaded: &str) -> Arc<CompiledPolicies> {
            let version = PolicyVersion::of(Some(asked.to_owned()));
            let loads = &mut self.loads;
            let load = async || {
                *loads += 1;
                Ok(InForce { revision: Some(loaded.to_owned()), files: vec![account(loaded)] })
            };
            let compiled = self.cache.get_or_compile(SourceId(source), &version, load).await;
            compiled.expect("good policies")
        }
    }

    /// A file with an account that is named as a commit.
    fn account(commit: &str) -> PolicyFile {
        let text = format!(
            "apiVersion: cloudcorrect.dev/v1\nkind: Account\nmetadata: {{ name: {commit} }}\n\
             spec: {{ aws: {{ accountId: \"123456789012\", regions: [eu-west-1] }} }}\n"
        );
        PolicyFile {
            path: "accounts.yaml".to_owned(),
            body: text.into_bytes(),
            since_commit: commit.to_owned(),
        }
    }

    #[tokio::test]
    async fn an_unchanged_commit_loads_no_files() {
        let mut counted = Counted::default();
        let first = counted.ask(1, "c1", "c1").await;
        assert_eq!(first.policies.accounts.len(), 1, "the file was compiled");
        for _ in 0..3 {
            assert!(Arc::ptr_eq(&counted.ask(1, "c1", "c1").await, &first));
        }
        assert_eq!(counted.loads, 1);
        counted.ask(2, "c1", "c1").await;
        assert_eq!(counted.loads, 2, "another source may have the same commit and another path");
        assert_eq!(counted.ask(1, "c2", "c2").await.version.revision, "c2");
        assert_eq!(counted.loads, 3);
    }

    #[tokio::test]
    async fn files_of_a_newer_commit_are_known_as_such() {
        let mut counted = Counted::default();
        let compiled = counted.ask(1, "c1", "c2").await;
        assert_eq!(compiled.version, PolicyVersion::of(Some("c2".to_owned())));
        assert!(Arc::ptr_eq(&counted.ask(1, "c2", "c2").await, &compiled));
        assert_eq!(counted.loads, 1);
    }
}
