//! Any bytes as a policy file, YAML and JSON, and as settings: no panic, and every place lies in the file.

#![no_main]

use cloudcorrect_fuzz::diagnostic::Location;
use cloudcorrect_fuzz::policy::{PolicySet, SETTINGS_FILE, Settings, SourceFile};
use libfuzzer_sys::fuzz_target;

/// Fails unless a place lies in a text of lines with these widths.
fn assert_inside(place: &Location, widths: &[usize]) {
    let (line, column) = (place.line as usize, place.column as usize);
    let (end_line, end_column) = (place.end_line as usize, place.end_column as usize);
    // A place at the end of a line is shown as one character behind it.
    let width = |line: usize| widths.get(line - 1).copied();
    let fits = |width: Option<usize>, column: usize, behind: usize| {
        width.is_some_and(|width| (1..=width + behind).contains(&column))
    };
    assert!(fits(width(line), column, 1), "{place:?} begins outside");
    assert!(fits(width(end_line), end_column, 2), "{place:?} ends outside");
    assert!((end_line, end_column) > (line, column), "{place:?} is empty");
}

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let widths: Vec<usize> = text.split('\n').map(|line| line.chars().count()).collect();
    let policies = ["policies/x.yaml", "policies/x.json"]
        .map(|path| PolicySet::read(&[SourceFile::new(path, bytes)]).diagnostics);
    let settings = Settings::read(&SourceFile::new(SETTINGS_FILE, bytes)).1;
    for found in policies.iter().flatten().chain(&settings) {
        assert_inside(&found.place, &widths);
        if let Some((place, _)) = &found.related {
            assert_inside(place, &widths);
        }
    }
});
