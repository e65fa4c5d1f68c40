//! Words that editors show: what a key means, what the words of an enum mean, and what to write in
//! the place of a text that does not fit.

use serde_json::{Map, Value as Json, json};

use crate::document::Words;
use crate::policy::document::PATTERN_WORDS;

/// What to write in the place of a text that its pattern does not take.
pub(super) const PATTERNS: &Words = PATTERN_WORDS;

/// Gives a schema its description as Markdown, each paragraph in one line: editors take a line break
/// for a new paragraph.
pub(super) fn describe(schema: &mut Map<String, Json>) {
    let Some(description) = schema.get("description").and_then(Json::as_str) else { return };
    let paragraphs = description.split("\n\n").map(|it| it.replace('\n', " "));
    let text = paragraphs.collect::<Vec<_>>().join("\n\n");
    tell(schema, &text);
}

/// Gives a schema a description, as Markdown too: an editor shows the marks of one that is not.
pub(super) fn tell(schema: &mut Map<String, Json>, text: &str) {
    schema.insert("description".to_owned(), text.into());
    schema.insert("markdownDescription".to_owned(), text.into());
}

/// Gives what a list or a mapping holds the description of the whole, where it has none.
pub(super) fn pass_down(schema: &mut Map<String, Json>) {
    let Some(text) = schema.get("description").and_then(Json::as_str).map(str::to_owned) else {
        return;
    };
    for key in ["items", "additionalProperties"] {
        let inner = schema.get_mut(key).and_then(Json::as_object_mut);
        if let Some(inner) = inner.filter(|inner| !inner.contains_key("description")) {
            tell(inner, &text);
        }
    }
}

/// Makes one list of the words of an enum, with what each means beside it: an editor that reads
/// alternatives shows the meaning of one word in the place of what the key means.
pub(super) fn list_words(schema: &mut Map<String, Json>) {
    let Some(several) = schema.get("oneOf").and_then(Json::as_array) else { return };
    let text = |one: &Json, key: &str| one.get(key).and_then(Json::as_str).map(str::to_owned);
    let words = several.iter().map(|one| Some((text(one, "const")?, text(one, "description")?)));
    let Some(words) = words.collect::<Option<Vec<_>>>() else { return };
    let (words, meanings): (Vec<_>, Vec<_>) = words.into_iter().unzip();
    schema.remove("oneOf");
    schema.insert("type".to_owned(), "string".into());
    schema.insert("enum".to_owned(), json!(words));
    schema.insert("markdownEnumDescriptions".to_owned(), json!(meanings));
}
