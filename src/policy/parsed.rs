//! Files whose documents are known, on their way to what they mean.

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Code, Diagnostic};

use super::notes::Notes;
use super::schema;
use super::shape::fit;
use crate::document::SourceFile;
use crate::document::{self, Documents, Node};

/// A file whose documents are known, and what is wrong with its YAML.
pub(super) struct Parsed {
    pub(super) bytes: Arc<[u8]>,
    pub(super) documents: Documents,
    pub(super) notes: Notes,
}

impl Parsed {
    /// Parses a file.
    pub(super) fn new(file: &SourceFile) -> Self {
        let mut notes = Notes::default();
        notes.start_file();
        let documents = document::read(&file.path, &file.bytes, &mut notes.sink);
        Self { bytes: Arc::clone(&file.bytes), documents, notes }
    }

    /// Whether it was parsed from this very file.
    pub(super) fn is_of(&self, file: &SourceFile) -> bool {
        Arc::ptr_eq(&self.bytes, &file.bytes)
    }

    /// The documents that say that they are of a kind.
    pub(super) fn of_kind<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = &'a Node> {
        let says = move |document: &&Node| document.get("kind").and_then(Node::text) == Some(kind);
        self.documents.roots.iter().filter(says)
    }
}

/// The document as written, as far as it fits the schema of its kind.
pub(super) fn as_written<T: DeserializeOwned>(
    document: &Node,
    kind: &str,
    notes: &mut Notes,
) -> Option<T> {
    let fitted = fit(document, schema::form(kind)?, notes)?;
    match T::deserialize(fitted) {
        Ok(written) => Some(written),
        Err(error) => {
            let message = format!("the document cannot be read: {error}");
            notes.push(Diagnostic::error(document.place.clone(), Code::WrongType, message));
            None
        }
    }
}
