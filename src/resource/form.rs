//! Forms of texts: what a text of a property always looks like, so that one that does not is never
//! its value.
//!
//! A form says no more than the cloud documents, and less where old resources may differ. Its rules
//! are those of AWS's documents as they stand in November 2026: "Amazon Resource Names (ARNs)",
//! "View AWS account identifiers", `IpRange` and `Ipv6Range` of the EC2 API Reference, of which EC2
//! keeps the canonical form, "IAM JSON policy elements: Condition" for keys, whose case does not
//! matter and which are given in lower case here, and `IAM JSON policy elements: Action`.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::Deserialize;

use super::AccountId;

/// Form that every text of a property has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Form {
    /// ARN of six parts, such as `arn:aws:iam::123456789012:role/ci`.
    Arn,
    /// ARN of a KMS key, never of an alias.
    KeyArn,
    /// Range of IPv4 in its canonical form, such as `10.0.0.0/8`.
    Ipv4Range,
    /// Range of IPv6 in its canonical form, such as `2001:db8::/32`.
    Ipv6Range,
    /// Address of IPv4.
    Ipv4,
    /// Id of an account: twelve digits.
    AccountId,
    /// Key of a condition, in lower case.
    ConditionKey,
    /// Action of IAM as an author wrote it: of any case, and perhaps with wildcards.
    Action,
    /// Name in which no `*` and no `?` can stand.
    Name,
    /// Id that begins so, such as `vpc-`.
    Id(Arc<str>),
}

/// Place of a part in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// At its start.
    Start,
    /// Anywhere.
    Within,
    /// At its end.
    End,
}

impl TryFrom<String> for Form {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Ok(match name.as_str() {
            "arn" => Self::Arn,
            "keyArn" => Self::KeyArn,
            "ipv4Range" => Self::Ipv4Range,
            "ipv6Range" => Self::Ipv6Range,
            "ipv4" => Self::Ipv4,
            "accountId" => Self::AccountId,
            "conditionKey" => Self::ConditionKey,
            "action" => Self::Action,
            "name" => Self::Name,
            prefix if prefix.ends_with('-') => Self::Id(prefix.into()),
            _ => return Err(format!("there is no form `{name}`")),
        })
    }
}

impl Form {
    /// Words for what has the form.
    pub fn words(&self) -> String {
        match self {
            Self::Arn => "an ARN".to_owned(),
            Self::KeyArn => "the ARN of a key, never of an alias".to_owned(),
            Self::Ipv4Range => "a range of IPv4 in its canonical form".to_owned(),
            Self::Ipv6Range => "a range of IPv6 in its canonical form".to_owned(),
            Self::Ipv4 => "an address of IPv4".to_owned(),
            Self::AccountId => "an account id of twelve digits".to_owned(),
            Self::ConditionKey => "a condition key in lower case".to_owned(),
            Self::Action => "an action of IAM".to_owned(),
            Self::Name => "a name without wildcards".to_owned(),
            Self::Id(prefix) => format!("an id that begins with `{prefix}`"),
        }
    }

    /// `true` for a text that can be of the form.
    pub fn admits(&self, text: &str) -> bool {
        match self {
            Self::Arn => is_arn(text),
            Self::KeyArn => is_arn(text) && !text.contains(":alias/"),
            Self::Ipv4Range | Self::Ipv6Range => self.canonical(text).as_deref() == Some(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::AccountId => AccountId::is_one(text),
            Self::ConditionKey => !text.is_empty() && !has_capital(text),
            Self::Action => true,
            Self::Name => !text.contains(['*', '?']),
            Self::Id(prefix) => text.starts_with(&**prefix) && !text.contains(['*', '?']),
        }
    }

    /// `true` where a text of the form can have such a part.
    pub fn admits_part(&self, part: &str, place: Part) -> bool {
        let only = |allowed: fn(char) -> bool| part.chars().all(allowed);
        let begins = |start: &str| {
            place != Part::Start || part.starts_with(start) || start.starts_with(part)
        };
        match self {
            Self::Arn => begins("arn:"),
            Self::KeyArn => begins("arn:") && !part.contains("alias/"),
            Self::Ipv4Range => only(|c| c.is_ascii_digit() || matches!(c, '.' | '/')),
            Self::Ipv6Range => {
                only(|c| c.is_ascii_digit() || matches!(c, 'a'..='f' | ':' | '.' | '/'))
            }
            Self::Ipv4 => only(|c| c.is_ascii_digit() || c == '.'),
            Self::AccountId => part.len() <= AccountId::DIGITS && only(|c| c.is_ascii_digit()),
            Self::ConditionKey => !has_capital(part),
            Self::Action => true,
            Self::Name => !part.contains(['*', '?']),
            Self::Id(prefix) => begins(prefix) && !part.contains(['*', '?']),
        }
    }

    /// Text of the form that is meant by another, where one is.
    pub fn canonical(&self, text: &str) -> Option<String> {
        match self {
            Self::Ipv4Range => {
                let (address, length) = text.split_once('/').unzip();
                let address: Ipv4Addr = address.unwrap_or(text).parse().ok()?;
                let single = if address.is_unspecified() { 0 } else { 32 };
                let length = length.map_or(Ok(single), str::parse).ok()?;
                let range = Ipv4Net::new(address, length).ok()?;
                Some(range.trunc().to_string())
            }
            Self::Ipv6Range => {
                let (address, length) = text.split_once('/').unzip();
                let address: Ipv6Addr = address.unwrap_or(text).parse().ok()?;
                let single = if address.is_unspecified() { 0 } else { 128 };
                let length = length.map_or(Ok(single), str::parse).ok()?;
                let range = Ipv6Net::new(address, length).ok()?;
                Some(range.trunc().to_string())
            }
            Self::ConditionKey => Some(text.to_ascii_lowercase()),
            Self::AccountId => {
                let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
                let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
                let width = AccountId::DIGITS;
                (is_number && digits.len() <= width).then(|| format!("{digits:0>width$}"))
            }
            _ => None,
        }
    }
}

/// `true` for a text with a capital that lower case of keys changes: of ASCII, and no other.
fn has_capital(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_uppercase())
}

/// `true` for a text of six parts that begins as an ARN does, without a wildcard.
fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next().is_some_and(|service| !service.is_empty())
        && parts.count() == 3
        && !text.contains(['*', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(name: &str) -> Form {
        Form::try_from(name.to_owned()).expect("a form")
    }

    #[test]
    fn a_form_admits_what_the_cloud_gives_and_nothing_else() {
        for (name, admitted, refused) in [
            (
                "arn",
                vec!["arn:aws:s3:::logs", "arn:aws-cn:iam::123456789012:role/a/b:c"],
                vec!["logs", "arn:aws:s3", "arn:aws:iam::*:role/x", "arn:aws:::::"],
            ),
            (
                "keyArn",
                vec!["arn:aws:kms:eu-west-1:123456789012:key/1234"],
                vec!["alias/aws/ebs", "arn:aws:kms:eu-west-1:123456789012:alias/aws/ebs"],
            ),
            (
                "ipv4Range",
                vec!["0.0.0.0/0", "10.0.0.0/8", "10.1.2.3/32"],
                vec!["0.0.0.0", "10.0.0.5/8", "0.0.0.0/00", "10.0.0.0/33", "::/0", "any"],
            ),
            (
                "ipv6Range",
                vec!["::/0", "2001:db8::/32"],
                vec!["::0/0", "0::/0", "::", "2001:DB8::/32", "0.0.0.0/0"],
            ),
            ("ipv4", vec!["10.0.0.1"], vec!["10.0.0.1/32", "::1", "10.0.0"]),
            ("accountId", vec!["012345678901"], vec!["12345678901", "prod", "0123-4567-8901"]),
            (
                "conditionKey",
                vec!["aws:sourcevpce", "saml:aud", "aws:requesttag/Öl", "aws:requesttag/\u{130}"],
                vec!["aws:SourceVpce", "aws:RequestTag/Öl", ""],
            ),
            ("name", vec!["logs", "a.b"], vec!["logs-*", "log?"]),
            ("vpc-", vec!["vpc-0123456789abcdef0", "vpc-prod"], vec!["prod", "vpc*"]),
        ] {
            for text in admitted {
                assert!(form(name).admits(text), "{name} {text}");
                assert!(form(name).admits_part(text, Part::Start), "{name} {text}");
                assert!(form(name).admits_part(text, Part::End), "{name} {text}");
            }
            for text in refused {
                assert!(!form(name).admits(text), "{name} {text}");
            }
        }
    }

    #[test]
    fn what_is_meant_is_told_in_its_form() {
        for (name, text, meant) in [
            ("ipv4Range", "0.0.0.0", Some("0.0.0.0/0")),
            ("ipv4Range", "10.0.0.5", Some("10.0.0.5/32")),
            ("ipv4Range", "10.0.0.5/8", Some("10.0.0.0/8")),
            ("ipv4Range", "0.0.0.0/00", Some("0.0.0.0/0")),
            ("ipv6Range", "::0/0", Some("::/0")),
            ("ipv6Range", "2001:DB8:0::/32", Some("2001:db8::/32")),
            ("ipv4Range", "everywhere", None),
            ("accountId", "12345678901", Some("012345678901")),
            ("accountId", "1234-5678-9012", Some("123456789012")),
            ("conditionKey", "aws:SourceVpce", Some("aws:sourcevpce")),
            ("conditionKey", "aws:RequestTag/Öl", Some("aws:requesttag/Öl")),
        ] {
            assert_eq!(form(name).canonical(text).as_deref(), meant, "{name} {text}");
        }
    }

    #[test]
    fn parts_that_no_text_of_a_form_has_are_known() {
        for (name, part, place, can) in [
            ("keyArn", "alias/aws/ebs", Part::Within, false),
            ("keyArn", ":key/", Part::Within, true),
            ("arn", "arn:aws:iam", Part::Start, true),
            ("arn", "iam", Part::Start, false),
            ("arn", "/ci", Part::End, true),
            ("conditionKey", "PrincipalOrgID", Part::End, false),
            ("conditionKey", "/Öl", Part::End, true),
            ("ipv4Range", "10.", Part::Start, true),
            ("ipv4Range", "::", Part::Start, false),
            ("vpc-", "v", Part::Start, true),
            ("vpc-", "prod", Part::Start, false),
            ("vpc-", "prod", Part::Within, true),
        ] {
            assert_eq!(form(name).admits_part(part, place), can, "{name} {part}");
        }
    }
}
