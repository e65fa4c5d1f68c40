//! Diagnostics as the database keeps them, for years and over versions.

use serde::{Deserialize, Serialize};

use super::{Code, Diagnostic, Level, Location};

/// A [`Diagnostic`] that some version of cloudcorrect stored. Its code is text, since a later
/// version may have stored one that this version does not know: the message tells it all the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredDiagnostic {
    /// Place in a file of the commit.
    pub place: Location,
    /// Severity at the time.
    pub level: Level,
    /// Name of a [`Code`], of this version or another.
    pub code: String,
    /// Problem in words, values in backticks.
    pub message: String,
    /// Way out of the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// Second place and what it has to do with the problem.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub related: Option<(Location, String)>,
}

impl StoredDiagnostic {
    /// `true` where the commit could not come into force for it.
    pub fn is_error(&self) -> bool {
        self.level == Level::Error
    }

    /// The code, if this version knows it.
    pub fn known_code(&self) -> Option<Code> {
        self.code.parse().ok()
    }
}

impl From<&Diagnostic> for StoredDiagnostic {
    fn from(found: &Diagnostic) -> Self {
        let Diagnostic { place, level, code, message, help, related } = found.clone();
        Self { place, level, code: code.to_string(), message, help, related }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_is_stored_as_it_is_printed() {
        let place = Location::point("a.yaml", 3, 7);
        let plain = Diagnostic::warning(place.clone(), Code::Unused, "`a` is not used");
        let whole = plain.clone().help("remove it").related(place, "declared here");
        for found in [plain, whole] {
            let stored = StoredDiagnostic::from(&found);
            let json = serde_json::to_value(&stored).expect("JSON");
            assert_eq!(json, serde_json::to_value(&found).expect("JSON"));
            assert_eq!(serde_json::from_value::<StoredDiagnostic>(json).expect("read"), stored);
            assert_eq!(stored.known_code(), Some(Code::Unused));
        }
    }

    #[test]
    fn a_code_of_another_version_is_kept_with_its_message() {
        let place = json!({ "path": "a", "line": 1, "column": 2, "endLine": 1, "endColumn": 3 });
        let json = json!({
            "place": place, "level": "error", "code": "of-the-future", "message": "no",
            "severity": "of the future as well",
        });
        let stored: StoredDiagnostic = serde_json::from_value(json).expect("read");
        assert_eq!((stored.code.as_str(), stored.known_code()), ("of-the-future", None));
        assert_eq!((stored.message.as_str(), stored.is_error()), ("no", true));
    }
}
