//! Words that a field may hold.

/// Why a string is none of the words of a field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` is none of {allowed}")]
pub struct UnknownWord {
    /// Word that the document has.
    pub found: String,
    /// Words that are allowed there, for a message.
    pub allowed: &'static str,
}

/// An enum whose variants are words, in files and in the database.
macro_rules! words {
    (
        $(#[$meta:meta])* $vis:vis $name:ident, $allowed:literal:
        $($(#[$variant_meta:meta])* $variant:ident = $word:literal),+ $(,)?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        #[derive(serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
        $vis enum $name {
            $($(#[$variant_meta])* #[serde(rename = $word)] $variant),+
        }

        impl $name {
            /// The word in files and in the database.
            $vis fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::policy::UnknownWord;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($word => Ok(Self::$variant),)+
                    _ => {
                        let found = text.to_owned();
                        Err($crate::policy::UnknownWord { found, allowed: $allowed })
                    }
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.pad(self.as_str())
            }
        }

        impl $crate::document::FromNode for $name {
            fn from_node(
                node: $crate::document::NodeRef<'_>,
                schema: &$crate::document::NodeSchema,
                subject: $crate::document::Subject<'_>,
                reader: &mut $crate::document::Deserializer<'_>,
            ) -> Option<Self> {
                reader.word(node, schema, subject)
            }
        }
    };
}

pub(super) use words;

words! {
    /// How much a failure matters.
    pub Severity, "`critical`, `high`, `medium`, `low`, `info`":
    /// Worth knowing, though nothing need be done.
    Info = "info",
    /// To be mended in time.
    Low = "low",
    /// To be mended soon.
    #[default]
    Medium = "medium",
    /// To be mended at once.
    High = "high",
    /// An open door, to be shut at once.
    Critical = "critical",
}

words! {
    /// What a group's outcome does.
    pub Mode, "`shadow`, `audit`, `enforce`":
    /// Stored only.
    Shadow = "shadow",
    /// Shown, but never turns a commit red.
    Audit = "audit",
    /// A failure turns the commit red.
    #[default]
    Enforce = "enforce",
}

words! {
    /// The outcome of a check that selects nothing in an account.
    pub OnEmpty, "`pass`, `fail`, `unknown`, `not_applicable`":
    /// There is nothing to judge.
    #[default]
    NotApplicable = "not_applicable",
    /// As it should be.
    Pass = "pass",
    /// Something that should be there is missing.
    Fail = "fail",
    /// Something may be missing; people must look.
    Unknown = "unknown",
}

words! {
    /// Over which resources an `assertAll` speaks.
    pub AssertScope, "`target`, `account`":
    /// Those of a region of an account, or of the account for what belongs to no region.
    #[default]
    Target = "target",
    /// Those of an account, in all its regions.
    Account = "account",
}

words! {
    /// What a name of `let` stands for.
    pub Pick, "`all`, `one`":
    /// The list of all that match.
    #[default]
    All = "all",
    /// The only one that matches; where none or several do, whatever needs it is unknown.
    One = "one",
}

words! {
    /// How often the inventory of an account is swept.
    pub Sweep, "`daily`, `off`":
    /// Once a day.
    #[default]
    Daily = "daily",
    /// Never: what no check reads is not collected.
    Off = "off",
}

words! {
    /// What a warning does to a change of policies.
    pub Warnings, "`allow`, `deny`":
    /// It is told, and refuses nothing.
    #[default]
    Allow = "allow",
    /// It refuses the change, as an error does.
    Deny = "deny",
}
