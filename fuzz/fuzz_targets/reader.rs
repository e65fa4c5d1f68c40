//! Any bytes as a policy file, YAML and JSON: no panic, and every place lies in the file.

#![no_main]

use cloudcorrect_fuzz::diagnostic::Place;
use cloudcorrect_fuzz::policy::{PolicySet, SourceFile};
use libfuzzer_sys::fuzz_target;

/// Fails unless a place lies in a text of lines with these widths.
fn assert_inside(place: &Place, widths: &[usize]) {
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
    for path in ["policies/x.yaml", "policies/x.json"] {
        let reading = PolicySet::read(&[SourceFile::new(path, bytes)]);
        for found in &reading.diagnostics {
            assert_inside(&found.place, &widths);
            for (place, _) in &found.related {
                assert_inside(place, &widths);
            }
        }
    }
});
