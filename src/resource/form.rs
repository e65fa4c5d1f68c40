//! Forms of texts: what a text of a property always looks like, so that one that does not is never
//! its value.
//!
//! A form says no more than the cloud documents, and less where old resources may differ. Its rules
//! are those of AWS's documents as they stand in November 2026: "Amazon Resource Names (ARNs)",
//! "View AWS account identifiers", `IpRange` and `Ipv6Range` of the EC2 API Reference, of which EC2
//! keeps the canonical form, "IAM JSON policy elements: Condition" for keys, whose case does not
//! matter and which are given in lower case here, and `IAM JSON policy elements: Action`.

mod part;
mod reading;
mod syntax;

use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use ipnet::{Ipv4Net, Ipv6Net};
use serde::Deserialize;

pub use self::part::Part;
pub use self::reading::Reading;
use super::AccountId;

/// Form that every text of a property has.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Form {
    /// ARN of six parts, such as `arn:aws:iam::123456789012:role/ci`.
    Arn,
    /// ARN of a service and, where one is named, of a type of resource, such as `iam:role`.
    ArnOf(Arc<str>),
    /// Account of an ARN: an id, nothing, or `aws` for what all accounts have.
    ArnAccount,
    /// Service or region of an ARN: in lower case, perhaps nothing.
    ArnPart,
    /// Nothing, as the account of a bucket's ARN.
    Empty,
    /// Path of IAM, such as `/teams/web/`.
    Path,
    /// Operator of a condition, such as `ForAllValues:StringEqualsIfExists`.
    ConditionOperator,
    /// Service that is a principal, such as `ec2.amazonaws.com`, or `*`.
    ServicePrincipal,
    /// Principal of AWS: `*`, an account id, an ARN, or the unique id of what was deleted.
    Principal,
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
    /// Id of something of several types, without wildcards.
    AnyId,
    /// Name of a security group, which never begins as the id of one.
    GroupName,
    /// Range of either family in its canonical form.
    Range,
    /// Address of IPv6.
    Ipv6,
    /// Name of a zone, such as `us-east-1a`.
    Zone,
    /// Id of a zone, such as `use1-az1`.
    ZoneId,
    /// Type of an instance, such as `t3.micro`.
    InstanceType,
    /// Protocol of a security group's rule: a name, the number of one without, or `-1`.
    Protocol,
    /// Address of the web without its scheme.
    Address,
    /// Name of a KMS key, such as `alias/logs`.
    Alias,
    /// Version of a managed policy, such as `v1`.
    Version,
}

impl TryFrom<String> for Form {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        Ok(match name.as_str() {
            "arn" => Self::Arn,
            "arnAccount" => Self::ArnAccount,
            "arnPart" => Self::ArnPart,
            "empty" => Self::Empty,
            "path" => Self::Path,
            "conditionOperator" => Self::ConditionOperator,
            "servicePrincipal" => Self::ServicePrincipal,
            "principal" => Self::Principal,
            "keyArn" => Self::KeyArn,
            "ipv4Range" => Self::Ipv4Range,
            "ipv6Range" => Self::Ipv6Range,
            "ipv4" => Self::Ipv4,
            "accountId" => Self::AccountId,
            "conditionKey" => Self::ConditionKey,
            "action" => Self::Action,
            "name" => Self::Name,
            "anyId" => Self::AnyId,
            "groupName" => Self::GroupName,
            "range" => Self::Range,
            "ipv6" => Self::Ipv6,
            "zone" => Self::Zone,
            "zoneId" => Self::ZoneId,
            "instanceType" => Self::InstanceType,
            "protocol" => Self::Protocol,
            "address" => Self::Address,
            "alias" => Self::Alias,
            "version" => Self::Version,
            of if of.starts_with("arn:") => {
                Self::ArnOf(of.strip_prefix("arn:").unwrap_or_default().into())
            }
            // Unique ids of IAM have four letters: `AROA` for a role.
            prefix
                if prefix.ends_with('-')
                    || prefix.len() == 4 && prefix.bytes().all(|b| b.is_ascii_uppercase()) =>
            {
                Self::Id(prefix.into())
            }
            _ => return Err(format!("there is no form `{name}`")),
        })
    }
}

impl Form {
    /// Words for what has the form.
    pub fn words(&self) -> String {
        match self {
            Self::Arn => "an ARN".to_owned(),
            Self::ArnOf(of) => format!("an ARN of `{of}`"),
            Self::ArnAccount => "an account id, empty, or `aws`".to_owned(),
            Self::ArnPart => "in lower case".to_owned(),
            Self::Empty => "always empty".to_owned(),
            Self::Path => "a path that begins and ends with `/`".to_owned(),
            Self::ConditionOperator => "an operator of a condition".to_owned(),
            Self::ServicePrincipal => "a service principal, such as `ec2.amazonaws.com`".to_owned(),
            Self::Principal => "`*`, an account id, or an ARN".to_owned(),
            Self::KeyArn => "the ARN of a key, never of an alias".to_owned(),
            Self::Ipv4Range => "a range of IPv4 in its canonical form".to_owned(),
            Self::Ipv6Range => "a range of IPv6 in its canonical form".to_owned(),
            Self::Ipv4 => "an address of IPv4".to_owned(),
            Self::AccountId => "an account id of twelve digits".to_owned(),
            Self::ConditionKey => "a condition key in lower case".to_owned(),
            Self::Action => "an action of IAM".to_owned(),
            Self::Name => "a name without wildcards, `/` and `:`".to_owned(),
            Self::Id(prefix) => format!("an id that begins with `{prefix}`"),
            Self::AnyId => "an id without wildcards, `/` and `:`".to_owned(),
            Self::GroupName => "a name that does not begin with `sg-`".to_owned(),
            Self::Range => "a range of IPv4 or IPv6 in its canonical form".to_owned(),
            Self::Ipv6 => "an address of IPv6 in lower case".to_owned(),
            Self::Zone => "a zone, such as `us-east-1a`".to_owned(),
            Self::ZoneId => "the id of a zone, such as `use1-az1`".to_owned(),
            Self::InstanceType => "a family and a size in lower case, as `t3.micro`".to_owned(),
            Self::Protocol => "a protocol by its name where it has one".to_owned(),
            Self::Address => "an address without `https://`".to_owned(),
            Self::Alias => "a name that begins with `alias/`".to_owned(),
            Self::Version => "a version, such as `v1`".to_owned(),
        }
    }

    /// `true` for a text that can be of the form.
    pub fn admits(&self, text: &str) -> bool {
        match self {
            Self::Arn => syntax::is_arn(text),
            Self::ArnOf(of) => {
                syntax::is_arn(text)
                    && syntax::is_arn_of(text, of)
                    && syntax::arn_admits(of, text, Part::Start)
            }
            Self::ArnAccount => {
                matches!(text, "" | "aws" | "cloudfront") || Self::AccountId.admits(text)
            }
            Self::ArnPart => !text.contains(|c: char| c.is_ascii_uppercase() || c == ':'),
            Self::Empty => text.is_empty(),
            Self::Path => text.starts_with('/') && text.ends_with('/'),
            Self::ConditionOperator => is_operator(text),
            Self::ServicePrincipal => text == "*" || text.contains('.'),
            Self::Principal => is_principal(text),
            Self::KeyArn => syntax::is_arn(text) && !text.contains(":alias/"),
            Self::Ipv4Range | Self::Ipv6Range => self.canonical(text).as_deref() == Some(text),
            Self::Ipv4 => text.parse::<Ipv4Addr>().is_ok(),
            Self::AccountId => AccountId::is_one(text),
            Self::ConditionKey => !text.is_empty() && !has_capital(text),
            Self::Action => true,
            Self::Name | Self::AnyId => !text.contains(NOT_IN_NAMES),
            Self::Id(prefix) => text.starts_with(&**prefix) && !text.contains(NOT_IN_NAMES),
            Self::GroupName => !text.starts_with("sg-"),
            Self::Range => Self::Ipv4Range.admits(text) || Self::Ipv6Range.admits(text),
            Self::Ipv6 => !has_capital(text) && text.parse::<Ipv6Addr>().is_ok(),
            Self::Zone => syntax::is_zone(text),
            Self::ZoneId => syntax::is_zone_id(text),
            Self::InstanceType => syntax::is_instance_type(text),
            Self::Protocol => syntax::is_protocol(text),
            Self::Address => !text.contains("://"),
            Self::Alias => text.starts_with("alias/") && !text.contains(['*', '?', ':']),
            Self::Version => text
                .strip_prefix('v')
                .is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())),
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
            Self::ArnOf(of) => syntax::arn_admits(of, part, place),
            Self::ArnAccount => !part.contains(|c: char| c.is_ascii_uppercase() || c == ':'),
            Self::ArnPart => self.admits(part),
            Self::Empty => part.is_empty(),
            Self::Path => match place {
                Part::Start => part.is_empty() || part.starts_with('/'),
                Part::End => part.is_empty() || part.ends_with('/'),
                Part::Within => true,
            },
            Self::ConditionOperator => part.chars().all(|c| c.is_ascii_alphabetic() || c == ':'),
            Self::KeyArn => begins("arn:") && !part.contains("alias/"),
            Self::Ipv4Range => {
                only(|c| c.is_ascii_digit() || matches!(c, '.' | '/'))
                    && (place == Part::Within || self.admits_end(part, place))
            }
            Self::Ipv6Range => {
                only(|c| c.is_ascii_digit() || matches!(c, 'a'..='f' | ':' | '.' | '/'))
                    && (place == Part::Within || self.admits_end(part, place))
            }
            Self::Ipv4 => only(|c| c.is_ascii_digit() || c == '.') && syntax::is_of_address(part),
            Self::AccountId => part.len() <= AccountId::DIGITS && only(|c| c.is_ascii_digit()),
            Self::ConditionKey => !has_capital(part),
            Self::Action | Self::ServicePrincipal | Self::Principal | Self::Protocol => true,
            Self::Name | Self::AnyId => !part.contains(NOT_IN_NAMES),
            Self::Id(prefix) => begins(prefix) && !part.contains(NOT_IN_NAMES),
            Self::GroupName => place != Part::Start || !part.starts_with("sg-"),
            Self::Range | Self::Ipv6 => {
                only(|c| c.is_ascii_digit() || matches!(c, 'a'..='f' | ':' | '.' | '/'))
            }
            Self::Zone => syntax::is_lower(part, &[]),
            Self::ZoneId => {
                let is_beginning = place != Part::Start || syntax::begins_zone_id(part);
                is_beginning && syntax::is_lower(part, &[])
            }
            Self::InstanceType => syntax::is_lower(part, &['.']),
            Self::Address => !part.contains("://"),
            Self::Alias => begins("alias/") && !part.contains(':'),
            Self::Version => place != Part::Start || part.starts_with('v'),
        }
    }

    /// `true` where a range can begin, or end, with a part: its length is written without a zero
    /// before it, and behind an address in its canonical form.
    fn admits_end(&self, part: &str, place: Part) -> bool {
        let Some((address, length)) = part.split_once('/') else {
            return place == Part::End || *self != Self::Ipv4Range || syntax::is_of_address(part);
        };
        let most = if *self == Self::Ipv4Range { 32 } else { 128 };
        let is_length = length == "0"
            || !length.starts_with('0')
                && (length.is_empty() || length.parse::<u8>().is_ok_and(|bits| bits <= most));
        if place == Part::End {
            return is_length && !length.is_empty();
        }
        let written = |address: &str| match self {
            Self::Ipv4Range => address.parse().map(|it: Ipv4Addr| it.to_string()).ok(),
            _ => address.parse().map(|it: Ipv6Addr| it.to_string()).ok(),
        };
        is_length && written(address).as_deref() == Some(address)
    }

    /// `true` where no text has this form and another, as far as both say what they are.
    pub fn excludes(&self, other: &Self) -> bool {
        let overlap = |one: &str, two: &str| one.starts_with(two) || two.starts_with(one);
        match (self, other) {
            (Self::Id(one), Self::Id(two)) | (Self::ArnOf(one), Self::ArnOf(two)) => {
                !overlap(one, two)
            }
            (Self::ArnOf(of), Self::KeyArn) | (Self::KeyArn, Self::ArnOf(of)) => {
                !overlap(of, "kms:key")
            }
            // An id of another type is no name of a group, and no sign of what is left stands in one.
            (Self::GroupName, Self::Id(id)) | (Self::Id(id), Self::GroupName) => **id == *"sg-",
            (Self::Name, other) | (other, Self::Name) => matches!(
                other,
                Self::Arn
                    | Self::ArnOf(_)
                    | Self::KeyArn
                    | Self::Ipv4Range
                    | Self::Ipv6Range
                    | Self::Range
                    | Self::Ipv6
                    | Self::Path
                    | Self::Alias
            ),
            _ => match (self.family(), other.family()) {
                (Some(one), Some(two)) => one != two,
                _ => false,
            },
        }
    }

    /// Number that forms share where a text may have both; `None` where many others may.
    fn family(&self) -> Option<u8> {
        Some(match self {
            Self::Arn | Self::ArnOf(_) | Self::KeyArn => 0,
            Self::Ipv4Range => 1,
            Self::Ipv6Range => 2,
            Self::Ipv4 => 3,
            Self::AccountId => 4,
            Self::Id(_) | Self::AnyId => 5,
            Self::Empty => 6,
            Self::Path => 7,
            Self::Zone => 8,
            Self::ZoneId => 9,
            Self::InstanceType => 10,
            Self::Alias => 11,
            Self::Ipv6 => 12,
            Self::ArnAccount
            | Self::ArnPart
            | Self::ConditionOperator
            | Self::ServicePrincipal
            | Self::Principal
            | Self::ConditionKey
            | Self::Action
            | Self::Name
            | Self::GroupName
            | Self::Range
            | Self::Protocol
            | Self::Address
            | Self::Version => return None,
        })
    }

    /// Text that looks as those of the form do, where that says more than words.
    pub fn sample(&self) -> Option<String> {
        match self {
            Self::ArnOf(of) => Some(syntax::sample(of)),
            _ => None,
        }
    }

    /// Text of the form that is meant by another, where one is.
    pub fn canonical(&self, text: &str) -> Option<String> {
        match self {
            Self::Ipv4Range => ipv4_range(text),
            Self::Ipv6Range => ipv6_range(text),
            Self::Range => ipv4_range(text).or_else(|| ipv6_range(text)),
            Self::ConditionKey if is_operator(text) => None,
            Self::ConditionKey
            | Self::ArnPart
            | Self::Zone
            | Self::ZoneId
            | Self::InstanceType
            | Self::Ipv6 => Some(text.to_ascii_lowercase()),
            Self::Protocol => syntax::protocol(text).map(str::to_owned),
            Self::Address => text.split_once("://").map(|(_, rest)| rest.to_owned()),
            Self::Alias => match text.split_once(":alias/") {
                Some((_, name)) => Some(format!("alias/{name}")),
                None => Some(format!("alias/{text}")),
            },
            Self::Version => match text.parse::<u16>() {
                Ok(number) => Some(format!("v{number}")),
                Err(_) => Some(text.to_ascii_lowercase()),
            },
            Self::AccountId => {
                let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
                let is_number = !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_digit());
                let width = AccountId::DIGITS;
                (is_number && digits.len() <= width).then(|| format!("{digits:0>width$}"))
            }
            Self::Principal => Self::AccountId.canonical(text).filter(|_| !text.is_empty()),
            Self::ArnAccount => Self::AccountId.canonical(text).filter(|_| !text.is_empty()),
            Self::Path => Some(match text.trim_matches('/') {
                "" => "/".to_owned(),
                path => format!("/{path}/"),
            }),
            Self::ServicePrincipal => {
                let is_service = !text.is_empty()
                    && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
                is_service.then(|| format!("{}.amazonaws.com", text.to_ascii_lowercase()))
            }
            Self::ConditionOperator => OPERATORS
                .into_iter()
                .find(|known| known.strip_suffix('s') == Some(text))
                .map(str::to_owned),
            _ => None,
        }
    }
}

/// Range of IPv4 in its canonical form; a single address is the range of itself.
fn ipv4_range(text: &str) -> Option<String> {
    let (address, length) = text.split_once('/').unzip();
    let address: Ipv4Addr = address.unwrap_or(text).parse().ok()?;
    let single = if address.is_unspecified() { 0 } else { 32 };
    let length = length.map_or(Ok(single), str::parse).ok()?;
    let range = Ipv4Net::new(address, length).ok()?;
    Some(range.trunc().to_string())
}

/// The same of IPv6.
fn ipv6_range(text: &str) -> Option<String> {
    let (address, length) = text.split_once('/').unzip();
    let address: Ipv6Addr = address.unwrap_or(text).parse().ok()?;
    let single = if address.is_unspecified() { 0 } else { 128 };
    let length = length.map_or(Ok(single), str::parse).ok()?;
    let range = Ipv6Net::new(address, length).ok()?;
    Some(range.trunc().to_string())
}

/// `true` for a text with a capital that lower case of keys changes: of ASCII, and no other.
fn has_capital(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_uppercase())
}

/// Signs that no name has: those of patterns, ARNs and templates.
const NOT_IN_NAMES: [char; 9] = ['*', '?', ':', '/', '{', '}', ' ', '<', '>'];

/// Operators of conditions, by "IAM JSON policy elements: Condition operators".
const OPERATORS: [&str; 27] = [
    "StringEquals",
    "StringNotEquals",
    "StringEqualsIgnoreCase",
    "StringNotEqualsIgnoreCase",
    "StringLike",
    "StringNotLike",
    "NumericEquals",
    "NumericNotEquals",
    "NumericLessThan",
    "NumericLessThanEquals",
    "NumericGreaterThan",
    "NumericGreaterThanEquals",
    "DateEquals",
    "DateNotEquals",
    "DateLessThan",
    "DateLessThanEquals",
    "DateGreaterThan",
    "DateGreaterThanEquals",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnEquals",
    "ArnLike",
    "ArnNotEquals",
    "ArnNotLike",
    "Null",
];

/// `true` for a documented operator, also of sets and of keys that there may not be.
fn is_operator(text: &str) -> bool {
    let of_sets = text.split_once(':');
    let name = match of_sets {
        Some((sets, name))
            if ["ForAllValues", "ForAnyValue"].iter().any(|one| one.eq_ignore_ascii_case(sets)) =>
        {
            name
        }
        Some(_) => return false,
        None => text,
    };
    let end = name.len().saturating_sub("IfExists".len());
    let plain = match name.split_at_checked(end) {
        Some((plain, end)) if end.eq_ignore_ascii_case("IfExists") => plain,
        _ => name,
    };
    OPERATORS.iter().any(|known| known.eq_ignore_ascii_case(plain))
}

/// `true` for a principal of AWS, by "AWS JSON policy elements: Principal". An ARN with wildcards is
/// let through: it is no principal, and still what somebody may have written.
fn is_principal(text: &str) -> bool {
    let has_account = |account: &str| {
        account.len() == AccountId::DIGITS || !account.bytes().all(|byte| byte.is_ascii_digit())
    };
    if let Some(rest) = text.strip_prefix("arn:") {
        return rest.split(':').nth(3).is_some_and(|it| !it.is_empty() && has_account(it));
    }
    let is_id = text.len() > AccountId::DIGITS && text.starts_with('A');
    text == "*" || Form::AccountId.admits(text) || is_id
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
            ("name", vec!["logs", "a.b"], vec!["logs-*", "log?", "arn:aws:s3:::logs", "{{env}}"]),
            (
                "arn:iam:role",
                vec!["arn:aws:iam::123456789012:role/a/b"],
                vec!["arn:aws:iam::123456789012:user/a", "arn:aws:iam::12345678901:role/a"],
            ),
            (
                "arn:iam:policy",
                vec!["arn:aws:iam::aws:policy/AdministratorAccess"],
                vec!["AdministratorAccess", "arn:aws:iam::aws:policy/*"],
            ),
            ("arn:s3", vec!["arn:aws:s3:::logs"], vec!["arn:aws:iam::aws:policy/a"]),
            ("path", vec!["/", "/a/b/"], vec!["admin", "/admin", "admin/", ""]),
            ("empty", vec![""], vec!["123456789012"]),
            ("arnAccount", vec!["", "aws", "123456789012"], vec!["12345", "prod"]),
            ("arnPart", vec!["", "iam", "eu-west-1"], vec!["IAM", "EU-WEST-1"]),
            ("vpc-", vec!["vpc-0123456789abcdef0", "vpc-prod"], vec!["prod", "vpc*"]),
            ("anyId", vec!["local", "igw-0123456789abcdef0"], vec!["igw-*", "arn:aws"]),
            ("groupName", vec!["default", "a/b: c*"], vec!["sg-0123456789abcdef0"]),
            ("range", vec!["10.0.0.0/8", "::/0"], vec!["10.0.0.5/8", "everywhere"]),
            ("ipv6", vec!["2001:db8::1", "::"], vec!["10.0.0.1", "2001:DB8::1", "::/0"]),
            (
                "zone",
                vec![
                    "us-east-1a",
                    "us-gov-west-1b",
                    "eusc-de-east-1a",
                    "us-east-1-bos-1a",
                    "us-east-1-wl1-bos-wlz-1",
                    "us-west-2-lax-1b",
                ],
                vec!["us-east-1", "us-east-1-", "use1-az1", "US-EAST-1A", "a", "us-1a", ""],
            ),
            (
                "zoneId",
                vec!["use1-az1", "usgw1-az3", "use1-bos1-az1", "use1-wl1-bos-wlz1"],
                vec!["us-east-1a", "us-east-1", "use1", "USE1-AZ1", "us-east-1-wl1-bos-wlz-1"],
            ),
            (
                "instanceType",
                vec!["t3.micro", "u-6tb1.112xlarge", "u7in-16tb.224xlarge", "mac2-m2.metal"],
                vec!["t3", "t3.", "T3.micro", "t3.*", "db_t3.micro"],
            ),
            (
                "protocol",
                vec!["tcp", "icmpv6", "-1", "50", "0"],
                vec!["6", "17", "all", "TCP", "256", "06", ""],
            ),
            (
                "address",
                vec!["token.actions.githubusercontent.com"],
                vec!["https://token.actions.githubusercontent.com"],
            ),
            ("alias", vec!["alias/logs", "alias/aws/ebs"], vec!["logs", "aws/ebs", "alias:logs"]),
            ("version", vec!["v1", "v12"], vec!["1", "V1", "latest"]),
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
    fn operators_and_services_are_those_of_policies() {
        for (name, text, admitted) in [
            ("conditionOperator", "StringEquals", true),
            ("conditionOperator", "ForAllValues:StringLikeIfExists", true),
            ("conditionOperator", "bool", true),
            ("conditionOperator", "StringEqual", false),
            ("conditionOperator", "ForSomeValues:Bool", false),
            ("servicePrincipal", "ec2.amazonaws.com", true),
            ("servicePrincipal", "ec2.amazonaws.com.cn", true),
            ("servicePrincipal", "*", true),
            ("servicePrincipal", "ec2", false),
            ("principal", "*", true),
            ("principal", "123456789012", true),
            ("principal", "arn:aws:iam::123456789012:root", true),
            (
                "principal",
                "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E1",
                true,
            ),
            ("principal", "AIDACKCEVSQ6C2EXAMPLE", true),
            ("principal", "arn:aws:iam::12345678901:root", false),
            ("principal", "12345678901", false),
            ("principal", "prod", false),
        ] {
            assert_eq!(form(name).admits(text), admitted, "{name} {text}");
        }
    }

    #[test]
    fn forms_that_no_text_shares_exclude_each_other() {
        for (one, other, apart) in [
            ("vpc-", "subnet-", true),
            ("vpc-", "vpc-", false),
            ("arn", "arn:s3", false),
            ("arn:s3", "arn:iam:role", true),
            ("ipv4Range", "ipv6Range", true),
            ("empty", "accountId", true),
            ("empty", "arnAccount", false),
            ("name", "accountId", false),
            ("name", "keyArn", true),
            ("name", "vpc-", false),
            ("groupName", "sg-", true),
            ("groupName", "vpc-", false),
            ("keyArn", "arn:kms:key", false),
            ("keyArn", "arn:iam:role", true),
            ("anyId", "vpc-", false),
            ("zone", "zoneId", true),
            ("alias", "keyArn", true),
            ("range", "ipv4Range", false),
        ] {
            assert_eq!(form(one).excludes(&form(other)), apart, "{one} {other}");
            assert_eq!(form(other).excludes(&form(one)), apart, "{other} {one}");
        }
    }

    #[test]
    fn what_is_meant_is_told_in_its_form() {
        for (name, text, meant) in [
            ("path", "admin", Some("/admin/")),
            ("servicePrincipal", "ec2", Some("ec2.amazonaws.com")),
            ("conditionOperator", "StringEqual", Some("StringEquals")),
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
            ("conditionKey", "StringEquals", None),
            ("protocol", "6", Some("tcp")),
            ("protocol", "Any", Some("-1")),
            ("protocol", "ssh", None),
            ("address", "https://accounts.google.com", Some("accounts.google.com")),
            ("alias", "arn:aws:kms:us-east-1:123456789012:alias/logs", Some("alias/logs")),
            ("version", "2", Some("v2")),
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
            ("ipv4Range", "0.0.0.0/00", Part::Start, false),
            ("ipv4Range", "300.", Part::Start, false),
            ("ipv4Range", "10.255.", Part::Start, true),
            ("ipv4Range", "10.0.0.0.", Part::Start, false),
            ("sg-", "/", Part::Within, false),
            ("sg-", "-0a1b", Part::Within, true),
            ("ipv4Range", "0.0.0.0/", Part::Start, true),
            ("ipv4Range", "10.0.0.0/1", Part::Start, true),
            ("ipv4Range", "/33", Part::End, false),
            ("ipv6Range", "::/0", Part::End, true),
            ("ipv6Range", "0::/0", Part::Start, false),
            ("vpc-", "v", Part::Start, true),
            ("vpc-", "prod", Part::Start, false),
            ("vpc-", "prod", Part::Within, true),
            ("arn:iam:role", "arn:aws:iam::123456789012:ro", Part::Start, true),
            ("arn:iam:role", "arn:aws:iam::123456789012:user/", Part::Start, false),
            ("arn:iam:role", "arn:aws:iam:us-east-1", Part::Start, false),
            ("arn:iam:role", ":role/a", Part::Within, true),
            ("arn:iam:role", ":user/a", Part::Within, false),
            ("arn:ec2:image", "arn:aws:ec2:us-east-1::image/ami-", Part::Start, true),
            ("arn:s3", ":123456789012:", Part::Within, false),
            ("arn:s3", "s3:::logs-", Part::Within, true),
            ("arn:s3", ":s3", Part::Within, true),
            ("zoneId", "us-east", Part::Start, false),
            ("zoneId", "use1-", Part::Start, true),
            ("alias", "arn:aws:kms", Part::Start, false),
            ("alias", "alias/a", Part::Start, true),
        ] {
            assert_eq!(form(name).admits_part(part, place), can, "{name} {part}");
        }
    }
}
