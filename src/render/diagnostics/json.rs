//! Diagnostics as JSON.

use crate::diagnostic::Diagnostic;
use crate::render::json::document;

/// A JSON array of all diagnostics.
pub fn json(diagnostics: &[Diagnostic]) -> String {
    document(&diagnostics)
}

#[cfg(test)]
mod tests {
    use super::super::testing::files;
    use super::*;
    use crate::policy::PolicySet;

    #[test]
    fn json_has_all_of_each_diagnostic() {
        let reading = PolicySet::read(&files());
        let json: serde_json::Value =
            serde_json::from_str(&json(&reading.diagnostics)).expect("JSON");
        assert_eq!(json[0]["place"]["line"], 2);
        assert_eq!(json[0]["code"], "unknown-kind");
        assert_eq!(json[0]["help"], "did you mean `Group`?");
    }
}
