//! Ids and ARNs of the resources of a type, as far as the cloud documents how they look: whether a
//! glob, with `*` and `?`, can mean one of them.
//!
//! What stands in names are the characters of AWS's documents: "General purpose bucket naming rules",
//! with the capitals and `_` of old buckets, and "IAM name requirements". Ids of EC2 are hexadecimal
//! behind their prefix, those that IAM makes are those of its "Unique identifiers".

use super::{Form, Part, Property, Schema};

const WILDCARDS: [char; 2] = ['*', '?'];

/// Characters of patterns and lists in other notations, which stand in no name of S3.
const NEVER_OF_S3: &[char] =
    &['^', '$', '[', ']', '(', ')', '{', '}', '|', '\\', ';', ' ', '+', ',', '=', '@'];

/// The same of IAM, in whose names the last four stand.
const NEVER_OF_IAM: &[char] = &['^', '$', '[', ']', '(', ')', '{', '}', '|', '\\', ';', ' '];

/// Beginnings of the ids that IAM makes, of what has a name as well.
const UNIQUE: [&str; 5] = ["AGPA", "AIDA", "AIPA", "AROA", "ASCA"];

/// Least length of such an id.
const UNIQUE_LENGTH: usize = 16;

impl Schema {
    /// `false` where no resource of the type has an id or an ARN that is like a glob.
    pub fn may_have(&self, glob: &str) -> bool {
        let id = self.properties.get(&self.identifier).and_then(|it| it.form.as_ref());
        let is_id = match id {
            Some(form @ (Form::Id(_) | Form::Name | Form::AccountId)) => {
                !glob.contains(['/', ':']) && may_be(form, glob) && self.may_name(glob)
            }
            Some(form @ Form::ArnOf(_)) => self.may_have_arn(Some(form), None, glob),
            _ => true,
        };
        let arn = self.arn().filter(|_| !is_id);
        is_id || arn.is_some_and(|arn| self.may_have_arn(arn.form.as_ref(), id, glob))
    }

    /// Words for its ids, such as "`VpcId`, an id that begins with `vpc-`, or the ARN".
    pub fn ids(&self) -> String {
        let form = self.properties.get(&self.identifier).and_then(|it| it.form.as_ref());
        let form = match form {
            Some(Form::Name) => ", a name without `/` and `:`".to_owned(),
            Some(form) => format!(", {}", form.words()),
            None => String::new(),
        };
        let arn = if self.arn().is_some() { ", or the ARN" } else { "" };
        format!("`{}`{form}{arn}", self.identifier)
    }

    /// Property of the ARN, where that is not the id.
    fn arn(&self) -> Option<&Property> {
        self.properties.get("Arn").filter(|_| *self.identifier != *"Arn")
    }

    /// `false` where no ARN of the type's service, and of a type of resource where the form names one,
    /// is like a glob. Behind its last `/` stands the id.
    fn may_have_arn(&self, arn: Option<&Form>, id: Option<&Form>, glob: &str) -> bool {
        let fixed = glob.split(WILDCARDS).next().unwrap_or_default();
        let is_whole = fixed == glob;
        if is_whole && !arn.unwrap_or(&Form::Arn).admits(glob) {
            return false;
        }
        let mut parts = fixed.splitn(6, ':');
        let service = self.list.as_str().split(':').next().unwrap_or_default();
        let kind = match arn {
            Some(Form::ArnOf(of)) => of.split_once(':').map(|(_, kind)| format!("{kind}/")),
            _ => None,
        };
        overlap(parts.next().unwrap_or_default(), "arn")
            && parts.nth(1).is_none_or(|part| overlap(part, service))
            && parts.nth(2).is_none_or(|part| kind.is_none_or(|kind| overlap(part, &kind)))
            && id.is_none_or(|id| may_end_with(id, arn, glob))
            && self.may_end_with_name(glob)
    }

    /// `false` where no ARN ends with a name as a glob does: a wildcard may stand for what is before.
    fn may_end_with_name(&self, glob: &str) -> bool {
        let tail = glob.rsplit(['/', ':']).next().unwrap_or_default();
        self.may_name(tail.rsplit('*').next().unwrap_or_default())
            && (tail.len() == glob.len() || !has_any_of_patterns(tail))
    }

    /// `false` where no resource of the type has a name that is like a glob, which is a pattern or a
    /// list in another notation, or an id in the place of a name.
    fn may_name(&self, glob: &str) -> bool {
        let never = match self.list.as_str().split(':').next() {
            Some("s3") if *self.identifier == *"BucketName" => NEVER_OF_S3,
            Some("iam") => NEVER_OF_IAM,
            _ => return true,
        };
        !glob.contains(never) && !has_any_of_patterns(glob) && !is_unique_id(glob)
    }
}

/// `true` where `.*` stands as in a regular expression: behind what ends no part of a name.
fn has_any_of_patterns(glob: &str) -> bool {
    let mut places = glob.match_indices(".*").map(|(at, _)| glob.get(..at).unwrap_or_default());
    places.any(|before| before.is_empty() || before.ends_with(['-', '_']))
}

fn is_unique_id(glob: &str) -> bool {
    UNIQUE.iter().any(|prefix| glob.starts_with(prefix))
        && glob.len() >= UNIQUE_LENGTH
        && glob.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
}

/// `false` where an ARN that is like a glob ends with no id of a form.
fn may_end_with(id: &Form, arn: Option<&Form>, glob: &str) -> bool {
    let (before, tail) = match glob.rfind(['/', ':']) {
        Some(at) => glob.split_at(at + 1),
        None => ("", glob),
    };
    match id {
        // What stands in front of it holds one `/`.
        Form::Id(_) if before.ends_with('/') || !tail.contains(WILDCARDS) => may_be(id, tail),
        // A bucket's has none.
        Form::Name if matches!(arn, Some(Form::ArnOf(of)) if !of.contains(':')) => {
            !glob.contains('/')
        }
        _ => true,
    }
}

/// `false` where no text of a form is like a glob.
fn may_be(form: &Form, glob: &str) -> bool {
    if let Form::Id(prefix) = form
        && let Some(id) = glob.strip_prefix(&**prefix)
        && !id.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f') || WILDCARDS.contains(&c))
    {
        return false;
    }
    if !glob.contains(WILDCARDS) {
        return form.admits(glob);
    }
    Part::of_glob(glob).all(|(part, place)| form.admits_part(part, place))
}

/// `true` where one of two texts begins with the other.
fn overlap(one: &str, other: &str) -> bool {
    one.starts_with(other) || other.starts_with(one)
}

#[cfg(test)]
mod tests {
    use crate::resource::schemas;

    #[test]
    fn globs_that_can_mean_no_resource_of_a_type_are_known() {
        for (type_name, may, never) in [
            (
                "AWS::EC2::Instance",
                vec![
                    "i-0123456789abcdef0",
                    "i-*",
                    "i*",
                    "*",
                    "*abc",
                    "?-0123",
                    "arn:aws:ec2:*:*:instance/i-0123",
                    "arn:aws:ec2:eu-west-1:123456789012:inst*",
                    "arn:*:instance/*",
                    "a*",
                    "*/i-0123",
                    "arn:aws-cn:ec2:cn-north-1:123456789012:instance/i-0123",
                ],
                vec![
                    "web-*",
                    "prod",
                    "i-xyz",
                    "i-0123*web",
                    "arn:aws:ec2:*:*:instance/i-xyz",
                    "vol-0123",
                    "vpc-*",
                    "arn:aws:s3:::*",
                    "arn:aws:ec2:*:*:volume/vol-0123",
                    "arn:aws:ec2:*:*:volume/vol-*",
                    "arn:aws:ec2:eu-west-1:123456789012:instance/web",
                    "*/web",
                ],
            ),
            (
                "AWS::IAM::Role",
                vec![
                    "ci",
                    "ci-*",
                    "ci,web",
                    "ci.example.*",
                    "a+b=c@d_e",
                    "AROA",
                    "AROA*",
                    "arn:aws:iam::123456789012:role/team/ci",
                    "arn:aws:iam::*:role/*",
                    "arn:aws:iam::123456789012:r*",
                    "*/ci",
                    "*:role/*",
                ],
                vec![
                    "role/ci",
                    "team/ci-*",
                    "^ci-",
                    "ci-.*",
                    "ci-[ab]",
                    "(ci|web)-*",
                    ".*-ci",
                    "arn:aws:iam::123456789012:role/ci-.*",
                    "AROAEXAMPLEEXAMPLE12",
                    "arn:aws:iam::123456789012:user/ci",
                    "arn:aws:iam::123456789012:user/*",
                    "arn:aws:s3:::ci",
                    "arn:aws:sts::123456789012:assumed-role/ci/x",
                ],
            ),
            (
                "AWS::IAM::ManagedPolicy",
                vec!["arn:aws:iam::aws:policy/*", "*AdministratorAccess", "arn:*"],
                vec!["AdministratorAccess", "Admin*", "arn:aws:iam::123456789012:role/x"],
            ),
            (
                "AWS::S3::Bucket",
                vec![
                    "logs",
                    "logs-*",
                    "Logs_1",
                    "www.example.*",
                    "www.*",
                    "arn:aws:s3:::logs",
                    "arn:aws:s3:::*",
                    "a*",
                ],
                vec![
                    "acme-.*",
                    "^acme-",
                    "acme-[ab]",
                    "acme-{a,b}",
                    "acme-a,acme-b",
                    "acme-a, acme-b",
                    "arn:aws:s3:::acme-.*",
                    "arn:aws:s3:::acme-[ab]",
                    "logs/*",
                    "arn:aws:s3:::logs/*",
                    "arn:aws:iam::123456789012:role/x",
                    "s3:logs",
                ],
            ),
            (
                "AWS::KMS::Key",
                vec!["1234abcd-*", "arn:aws:kms:*:*:key/1234abcd"],
                vec!["alias/app", "arn:aws:ec2:*:*:key/1234"],
            ),
            ("AWS::IAM::AccountSummary", vec!["123456789012", "1*"], vec!["prod", "arn:aws:*"]),
            ("AWS::EC2::NetworkAcl", vec!["acl-1"], vec!["web", "sg-1"]),
            // Nobody documents how these look.
            ("AWS::S3::Object", vec!["logs/a:b", "*"], vec![]),
        ] {
            let schema = &schemas()[type_name];
            for glob in may {
                assert!(schema.may_have(glob), "{type_name} {glob}");
            }
            for glob in never {
                assert!(!schema.may_have(glob), "{type_name} {glob}");
            }
        }
    }

    #[test]
    fn ids_are_told_as_they_look() {
        let words = |name: &str| schemas()[name].ids();
        assert_eq!(words("AWS::EC2::VPC"), "`VpcId`, an id that begins with `vpc-`, or the ARN");
        assert_eq!(words("AWS::IAM::Role"), "`RoleName`, a name without `/` and `:`, or the ARN");
        assert_eq!(words("AWS::IAM::OIDCProvider"), "`Arn`, an ARN of `iam:oidc-provider`");
        assert_eq!(
            words("AWS::EC2::NetworkAcl"),
            "`Id`, an id that begins with `acl-`, or the ARN"
        );
    }
}
