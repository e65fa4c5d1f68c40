//! Fields of documents, each of which something reads: one that nothing names would be a key that
//! authors write for nothing.

use crate::modules::SourceFile;
use crate::tokens::Token;

/// Field of a document, where it is declared: `"matchLabels" match_labels: Entries<String>,`.
struct Declaration<'f> {
    path: &'f str,
    line: usize,
    mapping: &'f str,
    field: &'f str,
}

/// Fields that the `mapping!`s of these files declare and nothing in them names, and how many are
/// declared.
pub(crate) fn unnamed<'f>(
    files: &(impl Iterator<Item = &'f SourceFile> + Clone),
) -> (Vec<String>, usize) {
    let declared: Vec<Declaration<'_>> = files.clone().flat_map(declarations).collect();
    let is_declaration = |path: &str, line: usize| {
        declared.iter().any(|declared| declared.path == path && declared.line == line)
    };
    let is_named = |declared: &&Declaration<'_>| {
        files.clone().any(|file| {
            let knows = file.code.iter().any(|token| token.text == declared.mapping);
            file.code.windows(3).any(|tokens| {
                names(tokens, declared.field, knows) && !is_declaration(&file.path, tokens[1].line)
            })
        })
    };
    let unnamed = declared.iter().filter(|declared| !is_named(declared));
    let unnamed = unnamed.map(|Declaration { path, line, mapping, field }| {
        format!("{path}:{line}: nothing names `{field}` of `{mapping}`")
    });
    (unnamed.collect(), declared.len())
}

/// `true` where the middle one of three tokens is the field: behind a `.`, or in the pattern of a
/// file that knows the mapping.
fn names(tokens: &[Token], field: &str, knows: bool) -> bool {
    let is_pattern = || {
        knows
            && matches!(tokens[0].text.as_str(), "{" | ",")
            && matches!(tokens[2].text.as_str(), "," | "}" | ":")
    };
    tokens[1].text == field && (tokens[0].text == "." || is_pattern())
}

fn declarations(file: &SourceFile) -> Vec<Declaration<'_>> {
    let mut found = Vec::new();
    let mut mapping = "";
    for (line, text) in file.text.lines().enumerate() {
        let text = text.trim();
        if let Some(name) = text.split("struct ").nth(1) {
            mapping = name.trim_end_matches(" {");
        }
        let declared = text.strip_prefix('"').and_then(|rest| rest.split_once("\" "));
        let field = declared.and_then(|(_, rest)| rest.split_once(": "));
        if let Some((field, _)) = field.filter(|(field, _)| is_name(field)) {
            found.push(Declaration { path: &file.path, line: line + 1, mapping, field });
        }
    }
    found
}

fn is_name(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
