//! Diagnostics, in a file for each format.

mod github;
mod json;
mod lines;
mod sarif;
mod text;

pub use github::github;
pub use json::json;
pub use sarif::sarif;
pub use text::{Excerpt, summary, text, text_with_excerpts};

#[cfg(test)]
mod testing {
    use crate::policy::SourceFile;

    pub(super) fn files() -> Vec<SourceFile> {
        let text =
            "apiVersion: cloudcorrect.dev/v1\nkind: Groop\n---\nkind: Account\nmetdata: {}\n";
        vec![SourceFile::new("policies/a,b.yaml", text.as_bytes())]
    }
}
