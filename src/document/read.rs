//! From the bytes of a file to its documents.

use std::sync::Arc;

use saphyr_parser::StrInput;

use super::ascii::Ascii;
use super::json;
use super::limits::MAX_COMMAS;
use super::node::Each;
use super::refusal;
use super::sink::DiagnosticSink;
use super::source::{MAX_FILE_BYTES, SourceFile};
use super::text::SourceText;
use super::yaml;

/// File whose documents were handed over.
#[derive(Debug)]
pub struct ReadFile {
    /// Text of the file; empty for one that is no text.
    pub source: Arc<SourceText>,
    /// `true` where documents could not be read, so that what they declare is not known.
    pub is_partial: bool,
}

/// Reads the documents of a file, hands over each with its text, and reports all that is wrong with
/// its YAML. After what cannot be read at all the next document is tried; what is merely refused is
/// left out. A file named `.json` is JSON, of which there is one document.
pub(super) fn read(file: &SourceFile, sink: &mut DiagnosticSink, each: &mut Each<'_>) -> ReadFile {
    let SourceFile { path, bytes } = file;
    let text = match refusal::not_text(path, bytes, MAX_FILE_BYTES) {
        Ok(text) => text,
        Err(refused) => {
            sink.push(*refused);
            let source = Arc::new(SourceText::new(Arc::clone(path), ""));
            return ReadFile { source, is_partial: true };
        }
    };
    let source = Arc::new(SourceText::new(Arc::clone(path), text));
    let is_partial = if path.ends_with(".json") {
        !json::read(&source, sink, each)
    } else if let Some(comma) = memchr::memchr2_iter(b',', b'?', bytes).nth(MAX_COMMAS) {
        let before = bytes.get(..comma).unwrap_or_default();
        let line = memchr::memchr_iter(b'\n', before).count();
        sink.push(refusal::too_long(source.place_of_line(line), MAX_COMMAS));
        true
    } else if source.is_ascii() {
        !yaml::read(&source, Ascii::new, sink, each)
    } else {
        !yaml::read(&source, StrInput::new, sink, each)
    };
    ReadFile { source, is_partial }
}
