//! Whether a document has the shape of its kind.
//!
//! The JSON Schema of the kind decides, in the shape of a [`Form`]: which keys there are, which are required, and which type a
//! scalar takes. Where it asks for text, the text of the scalar is kept as it is written, so that
//! `012`, `no` and `123456789012` stay what the author sees.

use std::fmt;

use crate::diagnostic::{Code, Diagnostic, meant};

use super::fitted::Fitted;
use super::form::{Form, Kind};
use super::notes::Notes;
use super::samples;
use crate::document::{Entry, Node, Scalar, Tree, short};

/// Keys of the design that this version does not have, with what to do in the meantime.
const LATER: &[(&str, &str)] =
    &[("maxAge", "leave it out; what is read is never older than the evaluation")];

/// What of a node fits `form`: parts that do not are noted and left out, items of lists are nothing
/// in their place. `None` where something required is missing.
pub(super) fn fit<'d>(node: &'d Node, form: &Form, notes: &mut Notes) -> Option<Fitted<'d>> {
    Fitting { notes }.node(node, form, What::Document)
}

/// What a problem is about.
#[derive(Clone, Copy)]
enum What<'a> {
    Document,
    Key(&'a str),
    Item(&'a Self),
}

impl fmt::Display for What<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Document => out.write_str("the document"),
            Self::Key(key) => write!(out, "`{}`", short(key)),
            Self::Item(of) => write!(out, "an item of {of}"),
        }
    }
}

struct Fitting<'a> {
    notes: &'a mut Notes,
}

impl Fitting<'_> {
    fn node<'d>(&mut self, node: &'d Node, form: &Form, what: What<'_>) -> Option<Fitted<'d>> {
        if form.is_open && (form.takes_null || !node.is_null()) {
            return Some(Fitted::Nothing);
        }
        match &node.tree {
            Tree::Map(entries) if form.allows(Kind::Map) => self.map(node, entries, form, what),
            Tree::List(items) if form.allows(Kind::List) => self.list(node, items, form, what),
            Tree::Scalar(text) if !node.is_null() => self.scalar(node, text, form, what),
            Tree::Refused => None,
            _ => self.mismatch(node, form, what),
        }
    }

    fn map<'d>(
        &mut self,
        node: &Node,
        entries: &'d [Entry],
        form: &Form,
        what: What<'_>,
    ) -> Option<Fitted<'d>> {
        let mut map = Vec::with_capacity(entries.len());
        for entry in entries {
            let Some(form) = form.of(&entry.key) else {
                self.unknown_key(entry, form, what);
                continue;
            };
            let key = entry.key.as_str();
            if let Some(value) = self.node(&entry.value, form, What::Key(key)) {
                map.push((key, value));
            }
        }
        let mut is_whole = true;
        for key in &form.required {
            is_whole &= map.iter().any(|(name, _)| name == key);
            if !entries.iter().any(|entry| entry.key == *key) {
                let message = format!("{what} lacks `{key}`");
                let mut missing = Diagnostic::error(node.place.clone(), Code::MissingKey, message);
                missing.help = form.description_of(key).map(str::to_owned);
                self.notes.push(missing);
            }
        }
        is_whole.then_some(Fitted::Map(map))
    }

    fn unknown_key(&mut self, entry: &Entry, form: &Form, what: What<'_>) {
        if self.notes.is_full() {
            return;
        }
        let key = &short(&entry.key);
        if let Some((_, instead)) = LATER.iter().find(|(later, _)| later == key) {
            let message = format!("`{key}` is not supported by this version");
            let refused = Diagnostic::error(entry.place.clone(), Code::Unsupported, message);
            self.notes.push(refused.help(*instead));
            return;
        }
        let message = format!("{what} has no `{key}`");
        let mut refused = Diagnostic::error(entry.place.clone(), Code::UnknownKey, message);
        refused.help = meant(key, form.keys()).or_else(|| {
            let names: Vec<_> = form.keys().map(|name| format!("`{name}`")).collect();
            Some(format!("known here: {}", names.join(", ")))
        });
        self.notes.push(refused);
    }

    fn list<'d>(
        &mut self,
        node: &Node,
        items: &'d [Node],
        form: &Form,
        what: What<'_>,
    ) -> Option<Fitted<'d>> {
        if (items.len() as u64) < form.fewest_items {
            let message = format!("{what} must not be empty");
            self.notes.push(Diagnostic::error(node.place.clone(), Code::EmptyList, message));
            return None;
        }
        let anything = Form::anything();
        let item_form = form.items.as_deref().unwrap_or(&anything);
        let fitted = items.iter().map(|item| self.node(item, item_form, What::Item(&what)));
        Some(Fitted::List(fitted.map(Option::unwrap_or_default).collect()))
    }

    fn scalar<'d>(
        &mut self,
        node: &Node,
        scalar: &'d Scalar,
        form: &Form,
        what: What<'_>,
    ) -> Option<Fitted<'d>> {
        let text = scalar.as_str();
        if let Some(words) = &form.words {
            return self.word(node, text, words, what);
        }
        if form.allows(Kind::Text) {
            return self.text(node, text, form, what);
        }
        if form.allows(Kind::Truth) && scalar.is_plain() && matches!(text, "true" | "false") {
            return Some(Fitted::Truth(text == "true"));
        }
        self.mismatch(node, form, what)
    }

    fn text<'d>(
        &mut self,
        node: &Node,
        text: &'d str,
        form: &Form,
        what: What<'_>,
    ) -> Option<Fitted<'d>> {
        let most = form.most_characters;
        // The break at the end of a block is YAML's, not the author's.
        let text = text.trim_end_matches('\n');
        // No text has more characters than bytes.
        if text.len() as u64 <= most || text.chars().count() as u64 <= most {
            return Some(Fitted::Text(text));
        }
        let length = text.chars().count();
        let message = format!("{what} has {length} characters; at most {most} are allowed");
        self.notes.push(Diagnostic::error(node.place.clone(), Code::TooLong, message));
        None
    }

    fn word<'d>(
        &mut self,
        node: &Node,
        text: &'d str,
        words: &[String],
        what: What<'_>,
    ) -> Option<Fitted<'d>> {
        if words.iter().any(|word| word == text) {
            return Some(Fitted::Text(text));
        }
        let shown: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
        let message = format!("{what} is `{}`, but must be {}", short(text), one_of(&shown));
        let mut refused = Diagnostic::error(node.place.clone(), Code::UnknownWord, message);
        refused.help = meant(text, words.iter().map(String::as_str));
        self.notes.push(refused);
        None
    }

    fn mismatch<'d>(&mut self, node: &Node, form: &Form, what: What<'_>) -> Option<Fitted<'d>> {
        let wanted: Vec<_> = [
            (Kind::Text, "text"),
            (Kind::Truth, "`true` or `false`"),
            (Kind::List, "a list"),
            (Kind::Map, "a mapping"),
        ]
        .into_iter()
        .filter(|(kind, _)| form.allows(*kind))
        .map(|(_, name)| name.to_owned())
        .collect();
        let found = match &node.tree {
            Tree::Scalar(text) if !node.is_null() => format!("`{}`", short(text.as_str())),
            _ => node.kind().to_owned(),
        };
        let message = format!("{what} is {found}, but must be {}", one_of(&wanted));
        let mut refused = Diagnostic::error(node.place.clone(), Code::WrongType, message);
        let sample = match (what, &node.tree) {
            (What::Key(key), Tree::List(_) | Tree::Map(_)) => {
                samples::of_expression(key).map(str::to_owned).or_else(|| samples::of(key))
            }
            (What::Key(key), _) => samples::of(key),
            _ => None,
        };
        refused.help = sample.or_else(|| form.description.clone());
        self.notes.push(refused);
        None
    }
}

fn one_of(names: &[String]) -> String {
    match names {
        [] => "left out".to_owned(),
        [only] => only.clone(),
        [several @ .., last] => format!("{} or {last}", several.join(", ")),
    }
}
