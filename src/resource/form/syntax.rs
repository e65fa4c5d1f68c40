//! How texts of certain forms are put together.
//!
//! Names of zones are those of "AWS Availability Zones", "AWS Local Zones" and "AWS Wavelength", ARNs
//! those of the Service Authorization Reference. Old and future ones may differ in what is left open.

use super::Part;
use crate::resource::AccountId;

/// `true` for letters, digits and hyphens in lower case, and for other signs that are allowed.
pub(super) fn is_lower(text: &str, others: &[char]) -> bool {
    text.chars()
        .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || others.contains(&c))
}

/// `true` for the name of a zone: a region and a letter, or a region and a place, as in `us-east-1a`
/// and `us-east-1-bos-1a`.
pub(super) fn is_zone(text: &str) -> bool {
    if !is_lower(text, &[]) {
        return false;
    }
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    let mut parts = text.split('-').skip_while(is_word);
    let words = text.split('-').take_while(is_word).count();
    let Some(number) = parts.next() else { return false };
    let rest = number.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = rest.len() < number.len();
    let letter_or_place = match rest.len() {
        0 => parts.next().is_some_and(|part| !part.is_empty()),
        1 => parts.next().is_none(),
        _ => false,
    };
    words >= 2 && is_number && letter_or_place
}

/// `true` for the id of a zone, such as `use1-az1` and `use1-bos1-az1`.
pub(super) fn is_zone_id(text: &str) -> bool {
    let zone = text.rsplit('-').next().unwrap_or_default();
    let digits = zone.trim_start_matches(|c: char| c.is_ascii_lowercase());
    let is_numbered = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_lower(text, &[]) && begins_zone_id(text) && text.contains('-') && is_numbered
}

/// `true` where the id of a zone can begin so: with a region in short, which has its number behind
/// it.
pub(super) fn begins_zone_id(text: &str) -> bool {
    let (region, is_whole) = text.split_once('-').map_or((text, false), |(it, _)| (it, true));
    !is_whole || region.ends_with(|c: char| c.is_ascii_digit())
}

/// `true` for what may stand in an address of IPv4: a number of it is 255 at most.
pub(super) fn is_of_address(part: &str) -> bool {
    let is_number = |it: &str| it.is_empty() || it.parse::<u8>().is_ok();
    part.split('.').all(is_number) && part.split('.').count() <= 4
}

/// `true` for a type of instance: a family and a size.
pub(super) fn is_instance_type(text: &str) -> bool {
    let is_named = |part: &str| !part.is_empty();
    is_lower(text, &['.'])
        && matches!(text.split_once('.'), Some((family, size)) if is_named(family) && is_named(size))
}

/// `true` for a protocol as EC2 keeps it: by its name where it has one.
pub(super) fn is_protocol(text: &str) -> bool {
    let is_number = || text.parse::<u8>().is_ok_and(|number| number.to_string() == text);
    PROTOCOLS.iter().any(|(name, _)| *name == text)
        || text == "-1"
        || is_number() && PROTOCOLS.iter().all(|(_, number)| *number != text)
}

/// Protocol that is meant by another way of writing it.
pub(super) fn protocol(text: &str) -> Option<&'static str> {
    if ["all", "any", "*", "-1"].iter().any(|all| all.eq_ignore_ascii_case(text)) {
        return Some("-1");
    }
    let is_meant =
        |(name, number): &&(&str, &str)| *number == text || name.eq_ignore_ascii_case(text);
    if text.eq_ignore_ascii_case("icmp6") || text.eq_ignore_ascii_case("ipv6-icmp") {
        return Some("icmpv6");
    }
    PROTOCOLS.iter().find(is_meant).map(|(name, _)| *name)
}

/// Protocols that EC2 names, with their numbers.
const PROTOCOLS: [(&str, &str); 4] = [("icmp", "1"), ("tcp", "6"), ("udp", "17"), ("icmpv6", "58")];

/// `true` for an ARN of a service, and of a type where one is named.
pub(super) fn is_arn_of(text: &str, of: &str) -> bool {
    let (service, kind) = of.split_once(':').unwrap_or((of, ""));
    let mut parts = text.splitn(6, ':').skip(2);
    let is_service = parts.next() == Some(service);
    let resource = parts.nth(2).unwrap_or_default();
    let rest = resource.strip_prefix(kind);
    let is_behind = |sign| sign == '/' || sign == ':' && service != "iam";
    is_service && rest.is_some_and(|rest| kind.is_empty() || rest.starts_with(is_behind))
}

/// `true` for a text of six parts that begins as an ARN does, without a wildcard.
pub(super) fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    parts.next() == Some("arn")
        && parts.next().is_some_and(|partition| partition.starts_with("aws"))
        && parts.next().is_some_and(|service| !service.is_empty())
        && parts.clone().count() == 3
        && parts.nth(1).is_some_and(|account| {
            account.len() == AccountId::DIGITS || !account.contains(|c: char| c.is_ascii_digit())
        })
        && !text.contains(['*', '?'])
}

/// `true` where ARNs of a service name no region.
pub(super) fn is_global(service: &str) -> bool {
    matches!(service, "iam" | "s3" | "organizations" | "networkmanager")
}

/// ARN of a service and type, as a sample.
pub(super) fn sample(of: &str) -> String {
    let (service, kind) = of.split_once(':').unwrap_or((of, ""));
    let region = if is_global(service) { "" } else { "us-east-1" };
    let account = if service == "s3" { "" } else { "123456789012" };
    let resource = if kind.is_empty() { "..." } else { &format!("{kind}/...") };
    format!("arn:aws:{service}:{region}:{account}:{resource}")
}

/// `true` where an ARN of a service and type can have such a part.
pub(super) fn arn_admits(of: &str, part: &str, place: Part) -> bool {
    let (service, kind) = of.split_once(':').unwrap_or((of, ""));
    if place == Part::Start {
        return begins_arn((service, kind), part);
    }
    if service == "s3" {
        return bucket_admits(part);
    }
    let is_other = |segment: &str| match segment.split_once('/') {
        Some((other, _)) => other != kind && KINDS.contains(&other),
        None => place == Part::End && segment == "root",
    };
    kind.is_empty() || !part.split(':').skip(1).any(is_other)
}

/// Types of resources that stand in ARNs behind the account.
const KINDS: [&str; 15] = [
    "user",
    "role",
    "group",
    "policy",
    "instance-profile",
    "saml-provider",
    "oidc-provider",
    "server-certificate",
    "assumed-role",
    "mfa",
    "instance",
    "volume",
    "snapshot",
    "key",
    "alias",
];

/// `true` where the ARN of a service and type can begin so.
fn begins_arn((service, kind): (&str, &str), start: &str) -> bool {
    let last = start.splitn(6, ':').count() - 1;
    start.splitn(6, ':').enumerate().all(|(at, segment)| {
        let is =
            |whole: &str| if at == last { whole.starts_with(segment) } else { whole == segment };
        match at {
            0 => is("arn"),
            1 => segment.starts_with("aws") || is("aws"),
            2 => is(service),
            3 if is_global(service) => segment.is_empty(),
            4 if service == "s3" => segment.is_empty(),
            5 if !kind.is_empty() => match segment.strip_prefix(kind) {
                Some(rest) => rest.is_empty() || rest.starts_with(['/', ':']),
                None => kind.starts_with(segment),
            },
            _ => true,
        }
    })
}

/// `true` where the ARN of a bucket, `arn:aws:s3:::name`, can have such a part: no colon stands in a
/// name.
fn bucket_admits(part: &str) -> bool {
    let Some(colon) = part.rfind(':') else { return true };
    let before = part.get(..=colon).unwrap_or_default();
    ["arn:aws:s3:::", "arn:aws-cn:s3:::", "arn:aws-us-gov:s3:::"]
        .iter()
        .any(|start| start.contains(part) || start.ends_with(before))
        || before.ends_with(":s3:::")
}
