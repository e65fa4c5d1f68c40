//! Which kind a document is of.

use crate::diagnostic::{Code, Diagnostic, Place, meant};

use super::notes::Notes;
use super::schema;
use super::settings::SETTINGS_FILE;
use crate::document::short;
use crate::document::{Node, Tree};

/// Kinds of the design that this version does not have.
const LATER: &[&str] = &["Route"];

/// What a document is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Account,
    Group,
    CheckType,
    Pack,
    Test,
    Waiver,
    /// A kind of a later version.
    Later,
    /// Perhaps one of ours, misspelt.
    Unknown,
}

/// The kind of a document; why it has none is noted.
pub(super) fn kind_of(document: &Node, notes: &mut Notes) -> Kind {
    let refused = match (&document.tree, document.get("kind")) {
        (Tree::Refused, _) => return Kind::Unknown,
        (Tree::Map(_), Some(node)) => match (&node.tree, node.text()) {
            (_, Some("Account")) => return Kind::Account,
            (_, Some("Group")) => return Kind::Group,
            (_, Some("CheckType")) => return Kind::CheckType,
            (_, Some("Pack")) => return Kind::Pack,
            (_, Some("Test")) => return Kind::Test,
            (_, Some("Waiver")) => return Kind::Waiver,
            (_, Some("Settings")) => {
                let message = format!("`Settings` stand in `{SETTINGS_FILE}`, not among policies");
                Diagnostic::error(node.place.clone(), Code::Misplaced, message)
                    .help("move them there, to the root of the repository")
            }
            (_, Some(kind)) if LATER.contains(&kind) => {
                let message = format!("kind `{kind}` is not supported by this version");
                notes.push(Diagnostic::error(node.place.clone(), Code::Unsupported, message));
                return Kind::Later;
            }
            (_, Some(kind)) => unknown_kind(kind, &node.place),
            (Tree::Refused, None) => return Kind::Unknown,
            (_, None) => {
                let message = format!("`kind` is {}, but must be text", node.kind());
                Diagnostic::error(node.place.clone(), Code::WrongType, message)
            }
        },
        (Tree::Map(_), None) => {
            let place = document.place.clone();
            let kinds = of_policies().join("` or `");
            Diagnostic::error(place, Code::MissingKey, "the document lacks `kind`")
                .help(format!("add `kind: `, which is `{kinds}`"))
        }
        (Tree::Scalar(_) | Tree::List(_), _) => {
            let message = format!("a document must be a mapping, but this is {}", document.kind());
            Diagnostic::error(document.place.clone(), Code::WrongType, message)
                .help("start with `apiVersion: cloudcorrect.dev/v1` and `kind`")
        }
    };
    notes.push(refused);
    Kind::Unknown
}

fn unknown_kind(kind: &str, place: &Place) -> Diagnostic {
    let message = format!("there is no kind `{}`", short(kind));
    let help = meant(kind, schema::kinds().into_iter().chain(LATER.iter().copied()))
        .unwrap_or_else(|| format!("the kinds are `{}`", of_policies().join("`, `")));
    Diagnostic::error(place.clone(), Code::UnknownKind, message).help(help)
}

/// The kinds that stand among policies.
fn of_policies() -> Vec<&'static str> {
    schema::kinds().into_iter().filter(|kind| *kind != "Settings").collect()
}
