//! Files whose documents are read, on their way to what they mean.

use std::sync::Arc;

use crate::document::{self, DiagnosticSink, SourceFile};

use super::context::FileContext;
use super::document::ADVICE;
use super::kind::Document;

/// File whose documents are read.
#[derive(Debug, Clone)]
pub(super) struct ReadFile {
    bytes: Arc<[u8]>,
    /// Documents in the order of the file.
    pub(super) documents: Vec<Document>,
    /// `true` where documents could not be read, so that what they declare is not known.
    pub(super) is_partial: bool,
    /// Context of the file, with all that is wrong with how it is written.
    pub(super) context: FileContext,
}

impl ReadFile {
    /// File as it is read, before any document of it.
    pub(super) fn new(file: &SourceFile) -> Self {
        let mut sink = DiagnosticSink::of_file();
        let mut documents = Vec::new();
        let read = document::read(file, ADVICE, &mut sink, |root, reader| {
            documents.extend(Document::read(root, reader));
        });
        let context = FileContext::new(read.source, sink);
        Self { bytes: Arc::clone(&file.bytes), documents, is_partial: read.is_partial, context }
    }

    /// `true` where it was read from this very file.
    pub(super) fn is_of(&self, file: &SourceFile) -> bool {
        Arc::ptr_eq(&self.bytes, &file.bytes)
    }
}
