//! Texts of documents, shortened for messages.

/// As much of a text as fits into a message, where it stands in backticks: it has none itself.
pub fn short(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let shown: String = line.chars().take(60).map(|c| if c == '`' { '\'' } else { c }).collect();
    if shown.len() == text.len() { shown } else { format!("{shown}…") }
}
