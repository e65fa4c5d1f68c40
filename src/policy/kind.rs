//! Documents that stand among policies, each in the type of its kind.

use crate::diagnostic::{Code, Diagnostic, Location, meant};
use crate::document::{Deserializer, Discriminator, FromNode, Located, Root, short};

use super::document::settings::SETTINGS_FILE;
use super::document::{account, check_type, group, pack, test_case, waiver};
use super::schema;

/// Kinds of the design that this version does not have.
const LATER: &[&str] = &["Route"];

/// Document of a kind that stands among policies.
#[derive(Debug, Clone)]
pub(super) enum Document {
    Account(Box<account::AccountDocument>),
    Group(Box<group::GroupDocument>),
    CheckType(Box<check_type::CheckTypeDocument>),
    Pack(Box<pack::PackDocument>),
    Test(Box<test_case::TestDocument>),
    Waiver(Box<waiver::WaiverDocument>),
    /// Perhaps one of ours, misspelt.
    Unknown,
}

impl Document {
    /// Document in the type of its kind; what is wrong with it is reported. `None` for one that
    /// holds nothing, or is of a kind that only a later version has.
    pub(super) fn read<'t>(root: Root<'t>, reader: &mut Deserializer<'t>) -> Option<Self> {
        if root.is_null() {
            return None;
        }
        let Discriminator::Text(kind, span) = root.discriminator("kind") else {
            if let Some(refused) = lacks_kind(root, reader) {
                reader.sink().push(refused);
            }
            return Some(Self::Unknown);
        };
        let read = match kind {
            "Account" => typed(root, kind, reader).map(Self::Account),
            "Group" => typed(root, kind, reader).map(Self::Group),
            "CheckType" => typed(root, kind, reader).map(Self::CheckType),
            "Pack" => typed(root, kind, reader).map(Self::Pack),
            "Test" => typed(root, kind, reader).map(Self::Test),
            "Waiver" => typed(root, kind, reader).map(Self::Waiver),
            kind => {
                let refused = other_kind(kind, reader.source().place_of(span));
                let is_later = refused.code == Code::Unsupported;
                reader.sink().push(refused);
                return (!is_later).then_some(Self::Unknown);
            }
        };
        Some(read.unwrap_or(Self::Unknown))
    }
}

fn typed<'t, T: FromNode>(
    root: Root<'t>,
    kind: &str,
    reader: &mut Deserializer<'t>,
) -> Option<Box<T>> {
    let Located { value, .. } = root.read::<T>(schema::node(kind)?, schema::nodes(), reader)?;
    Some(Box::new(value))
}

/// Refusal of a document that does not say its kind; of what was refused already nothing is said.
fn lacks_kind(root: Root<'_>, reader: &Deserializer<'_>) -> Option<Diagnostic> {
    let place = |span| reader.source().place_of(span);
    match root.discriminator("kind") {
        Discriminator::Text(..)
        | Discriminator::NoText(None, _)
        | Discriminator::NoMapping(None) => None,
        Discriminator::NoText(Some(found), span) => {
            let message = format!("`kind` is {found}, but must be text");
            Some(Diagnostic::error(place(span), Code::WrongType, message))
        }
        Discriminator::Missing => {
            let kinds = of_policies().join("` or `");
            let message = "the document lacks `kind`";
            let refused = Diagnostic::error(place(root.span()), Code::MissingKey, message);
            Some(refused.help(format!("add `kind: `, which is `{kinds}`")))
        }
        Discriminator::NoMapping(Some(found)) => {
            let message = format!("a document must be a mapping, but this is {found}");
            let refused = Diagnostic::error(place(root.span()), Code::WrongType, message);
            Some(refused.help("start with `apiVersion: cloudcorrect.dev/v1` and `kind`"))
        }
    }
}

/// Refusal of a kind that does not stand among policies.
fn other_kind(kind: &str, place: Location) -> Diagnostic {
    if kind == "Settings" {
        let message = format!("`Settings` stand in `{SETTINGS_FILE}`, not among policies");
        let refused = Diagnostic::error(place, Code::Misplaced, message);
        return refused.help("move them there, to the root of the repository");
    }
    if LATER.contains(&kind) {
        let message = format!("kind `{kind}` is not supported by this version");
        return Diagnostic::error(place, Code::Unsupported, message);
    }
    let message = format!("there is no kind `{}`", short(kind));
    let help = meant(kind, schema::kinds().into_iter().chain(LATER.iter().copied()))
        .unwrap_or_else(|| format!("the kinds are `{}`", of_policies().join("`, `")));
    Diagnostic::error(place, Code::UnknownKind, message).help(help)
}

/// Kinds that stand among policies.
fn of_policies() -> Vec<&'static str> {
    schema::kinds().into_iter().filter(|kind| *kind != "Settings").collect()
}
