//! Words of the statements of a policy document, by the IAM User Guide ("Grammar of the IAM JSON
//! policy language", November 2026).

/// Values of `Effect`, whose case counts ("IAM JSON policy elements: Effect").
pub const EFFECTS: [&str; 2] = ["Allow", "Deny"];

/// Elements of a statement.
pub const ELEMENTS: [&str; 9] = [
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

/// Kinds of principals, whose names have one case. Of what is none of them nobody knows who is meant.
pub const PRINCIPAL_KINDS: [&str; 4] = ["AWS", "CanonicalUser", "Federated", "Service"];
