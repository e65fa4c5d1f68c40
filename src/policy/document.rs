//! Documents of each kind as they are written: what their fields hold, and where.
//!
//! A kind is declared once, here: its JSON Schema and its reader come of it. What the fields mean
//! together is left to the types of the kinds.

pub(super) mod account;
pub(super) mod check;
pub(super) mod check_type;
pub(super) mod group;
pub(super) mod pack;
pub(super) mod settings;
pub(super) mod test_case;
pub(super) mod waiver;

use crate::document::{Advice, Entries, Field, Span, Words, mapping};
use crate::resource::AccountId;

use super::names::{NAME_PATTERN, TYPE_NAME_PATTERN};
use super::words::words;

use check_type::CheckTypeMetadata;

/// Advice on the keys of policies.
pub(super) const ADVICE: &Advice = &Advice {
    samples: &[
        ("accounts", "accounts: { names: [prod] }"),
        ("annotations", "annotations: { note: text }"),
        ("aws", "aws: { accountId: 123456789012, regions: [eu-west-1] }"),
        ("checks", "checks: [{ id: versioned, uses: team/versioned }]"),
        ("compliance", "compliance: [cis-aws-3.0.0/2.1.4]"),
        ("enforce", "enforce: { newOnly: 2026-12-31 }"),
        ("formerly", "formerly: [old-id]"),
        ("inventory", "inventory: { sweep: off }"),
        ("labels", "labels: { env: prod }"),
        ("let", "let: { web: { select: AWS::EC2::SecurityGroup } }"),
        ("matchLabels", "matchLabels: { env: prod }"),
        ("metadata", "metadata: { name: storage }"),
        ("names", "names: [prod]"),
        ("packs", "packs: [{ name: cis-storage }]"),
        ("parameters", "parameters: { key: { type: string } }"),
        ("regions", "regions: [us-east-1, eu-west-1]"),
        ("schedule", "schedule: { every: 15m }"),
        ("with", "with: { key: owner }"),
    ],
    expressions: &["where", "assert", "assertAll"],
};

/// What editors say of a text that its pattern does not take, by the patterns of all kinds.
pub(super) const PATTERN_WORDS: &Words = &[
    (NAME_PATTERN, "write a name of a-z, 0-9 and `-` here, at most 63 characters"),
    (TYPE_NAME_PATTERN, "write one or two names of a-z, 0-9 and `-`, with `/` between them"),
    (check::LET_PATTERN, "write a name of a-z, A-Z, 0-9 and `_`, which begins with a letter"),
    (AccountId::PATTERN, "write the twelve digits, in quotes if they begin with 0"),
    (account::REGION_PATTERN, "write the name of a region, as in `eu-west-1`"),
    (waiver::REGION_PATTERN, "write the name of a region, as in `eu-west-1`, or `global`"),
    (waiver::DATE_PATTERN, "write a day, as in `2026-12-31`"),
    (waiver::SAID, "write something here, in quotes if it begins with `[`, `{` or `*`"),
    (check::EVERY_PATTERN, "write a number with `s`, `m`, `h` or `d`, as in `15m`"),
    (group::INSTANT_PATTERN, "write a day or an instant, as in `2026-12-31T18:00:00Z`"),
    (test_case::CHECK_PATTERN, "write the group or pack and the id of the check, as `group/id`"),
    (test_case::NOW_PATTERN, "write an instant, as in `2026-01-31T00:00:00Z`"),
];

words! {
    /// The version of the format.
    pub(super) ApiVersion, "`cloudcorrect.dev/v1`":
    /// The first one.
    #[default]
    V1 = "cloudcorrect.dev/v1",
}

/// Words that a document of a kind says as its `kind`, each the only one of its type.
macro_rules! kind_words {
    ($($type:ident: $kind:ident = $word:literal, $allowed:literal;)+) => {
        $(
            words! {
                pub(super) $type, $allowed:
                #[default]
                $kind = $word,
            }
        )+
    };
}

kind_words! {
    AccountKind: Account = "Account", "`Account`";
    GroupKind: Group = "Group", "`Group`";
    CheckTypeKind: CheckType = "CheckType", "`CheckType`";
    PackKind: Pack = "Pack", "`Pack`";
    TestKind: Test = "Test", "`Test`";
    WaiverKind: Waiver = "Waiver", "`Waiver`";
    SettingsKind: Settings = "Settings", "`Settings`";
}

mapping! {
    /// What a document is called.
    pub(super) struct Metadata {
        /// Unique among the documents of this kind: at most 63 of a-z, 0-9 and `-`.
        #[schemars(regex(pattern = NAME_PATTERN))]
        "name" name: String,
        /// What selectors go by, such as `env: prod`.
        #[schemars(default, extend("default" = {}))]
        "labels" labels: Entries<String>,
        /// Notes for people and tools; they change nothing.
        #[schemars(default, extend("default" = {}))]
        "annotations" annotations: Entries<String>,
    }
}

/// `true` where a document says version and kind; that it does not is reported.
pub(super) fn is_identified<K>(version: &Field<ApiVersion>, kind: &Field<K>) -> bool {
    version.get().is_some() && kind.get().is_some()
}

/// Text of a name, with its place.
pub(super) type Name<'d> = Option<(&'d str, Span)>;

/// Name that a document has by its `metadata`, whether or not it is one that it may have.
pub(super) fn name_of<M: Named>(metadata: &Field<M>) -> Name<'_> {
    text_of(metadata.value()?.name())
}

/// Metadata that has a name.
pub(super) trait Named {
    /// Field of the name.
    fn name(&self) -> &Field<String>;
}

impl Named for Metadata {
    fn name(&self) -> &Field<String> {
        // What is noted for people and tools changes nothing.
        let Self { name, labels: _, annotations: _ } = self;
        name
    }
}

impl Named for CheckTypeMetadata {
    fn name(&self) -> &Field<String> {
        // Nothing selects check types by their labels.
        let Self { name, labels: _, annotations: _ } = self;
        name
    }
}

/// Text of a field, with its place.
pub(super) fn text_of(field: &Field<String>) -> Name<'_> {
    field.get().map(|located| (located.value.as_str(), located.span))
}
