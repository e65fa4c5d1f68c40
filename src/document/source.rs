//! Files of a policy repository.

use std::sync::Arc;

/// A file with policies, as it was committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// The path from the repository's root, with `/`.
    pub path: Arc<str>,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

impl SourceFile {
    /// A file of these bytes.
    pub fn new(path: impl Into<Arc<str>>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { path: path.into(), bytes: bytes.into() }
    }

    /// The text as far as it can be shown.
    pub fn text(&self) -> std::borrow::Cow<'_, str> {
        String::from_utf8_lossy(&self.bytes)
    }
}

/// Whether a file of this name holds policies: `*.yaml`, `*.yml` and `*.json`.
pub fn is_policy_file(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').is_some_and(|(stem, extension)| {
        !stem.is_empty() && matches!(extension, "yaml" | "yml" | "json")
    })
}
