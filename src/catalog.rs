//! The check types that come with cloudcorrect, written as every other check type: the files in
//! `catalog/`, compiled in.

use std::sync::LazyLock;

use crate::policy::{CheckTypes, LoadOutcome, PolicySet, Reading, SourceFile};

/// A file of the catalog.
macro_rules! files {
    ($($path:literal),+ $(,)?) => {
        [$(($path, include_str!(concat!("../", $path)))),+]
    };
}

/// The files, with their paths in the repository.
const FILES: [(&str, &str); 3] = files!["catalog/ec2.yaml", "catalog/iam.yaml", "catalog/s3.yaml"];

/// The check types of the catalog.
pub fn types() -> &'static CheckTypes {
    static TYPES: LazyLock<CheckTypes> = LazyLock::new(|| {
        let files = FILES.map(|(path, text)| SourceFile::new(path, text.as_bytes()));
        #[expect(clippy::expect_used, reason = "compiled in, and read by a test")]
        CheckTypes::built_in(&files).expect("the catalog has no problems")
    });
    &TYPES
}

/// Reads policy files, whose checks may use the catalog.
pub fn read(files: &[SourceFile]) -> LoadOutcome {
    PolicySet::read_with(files, types())
}

/// Reading of the policy files of a directory, which is kept for the next one.
pub fn reading(files: &[SourceFile]) -> Reading {
    Reading::new(files, types())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_files_have_no_problems() {
        let files = FILES.map(|(path, text)| SourceFile::new(path, text.as_bytes()));
        let problems = CheckTypes::built_in(&files).err().unwrap_or_default();
        let problems: Vec<_> =
            problems.iter().map(|it| format!("{}: {}", it.place, it.message)).collect();
        assert!(problems.is_empty(), "{}", problems.join("\n"));
    }
}
