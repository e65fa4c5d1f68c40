//! Actions of IAM, by AWS's Service Authorization Reference: whether there is one of a name, or one
//! that a pattern means.
//!
//! The list is text in which a name is sought by halves, so that nothing is built of it. AWS adds
//! actions from week to week: what is not in the list need not be wrong, and is told with its date.

use std::cmp::{Ordering, Reverse};

use crate::diagnostic::{closest, meant, nearest};

/// Prefixes of services, or their actions, a line each, in the order of their lower case. The lines
/// before them say as of when and from where; `scripts/iam-actions.py` makes it.
const LIST: &str = include_str!("actions.txt");

/// Longest text that is sought.
const LONGEST: usize = 200;

/// How many names that begin as a pattern does are held against the rest of it; where there are more,
/// it may mean one of those.
const LOOKED_AT: usize = 32;

/// How many names are held against one that is not known: those that have most in common with it.
const HELD: usize = 24;

/// Longest text that is held against them: longer than any action.
const LONGEST_HELD: usize = 80;

/// How many are shown where none of them is near enough to be meant.
const SHOWN: usize = 3;

/// Text that means no action of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownAction {
    /// What there is not, and as of when.
    pub message: String,
    /// What was meant.
    pub help: String,
}

/// Reason why an action, perhaps with wildcards, is none that AWS documents; `None` where it is one,
/// where the actions of its service are not listed, for a pattern that begins as many do, and for what
/// is no action.
pub fn unknown_action(text: &str) -> Option<UnknownAction> {
    let (service, name) = text.split_once(':').filter(|_| text.len() <= LONGEST)?;
    if service.contains(['*', '?']) || service.is_empty() || name.is_empty() {
        return None;
    }
    let prefix = text.get(..=service.len())?;
    let is_listed = begins(from(prefix), prefix);
    if !is_listed {
        return line(service).is_none().then(|| unknown_service(service, name));
    }
    let fixed = text.find(['*', '?']).map_or(text, |end| text.get(..end).unwrap_or(text));
    let is_known = if fixed.len() == text.len() {
        line(text).is_some()
    } else {
        let mut like = from(fixed).lines().take_while(|line| begins(line, fixed));
        like.by_ref().take(LOOKED_AT).any(|line| is_like(line, text)) || like.next().is_some()
    };
    (!is_known).then(|| unknown_name(prefix, text))
}

/// Day as of which the list is.
fn day() -> &'static str {
    LIST.trim_start_matches("# ").split(':').next().unwrap_or_default()
}

fn unknown_service(service: &str, name: &str) -> UnknownAction {
    let mut near = services();
    near.retain(|known| {
        known.len().abs_diff(service.len()) <= 2 && 2 * shared(known, service) >= known.len()
    });
    let has_it = |known: &&str| name.contains('*') || line(&format!("{known}:{name}")).is_some();
    let with_it = nearest(service, near.iter().copied().filter(has_it));
    let help = with_it.map(|known| format!("did you mean `{known}:{name}`?"));
    let help = help.or_else(|| meant(service, near));
    UnknownAction {
        message: format!("AWS documents no service `{service}` of IAM (as of {})", day()),
        help: help.unwrap_or_else(|| {
            "write the prefix of the service as the Service Authorization Reference has it"
                .to_owned()
        }),
    }
}

/// Prefixes of all services.
fn services() -> Vec<&'static str> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    let mut all: Vec<_> = lines.map(|line| line.split(':').next().unwrap_or(line)).collect();
    all.dedup();
    all
}

fn unknown_name(prefix: &str, text: &str) -> UnknownAction {
    let is_pattern = text.contains(['*', '?']);
    let like = if is_pattern { "action like" } else { "action" };
    let message = format!("AWS documents no {like} `{text}` (as of {})", day());
    if let Some(action) = of_operation(text) {
        let help = format!("the operation of that name asks for `{action}`");
        return UnknownAction { message, help };
    }
    if text.len() > LONGEST_HELD {
        let help = "write an action as the Service Authorization Reference has it".to_owned();
        return UnknownAction { message, help };
    }
    let mut known: Vec<_> = from(prefix).lines().take_while(|line| begins(line, prefix)).collect();
    known.sort_by_cached_key(|line| Reverse(shared(line, text)));
    known.truncate(HELD);
    let help = match known.first() {
        Some(first) if is_pattern => format!("the closest is `{first}`"),
        _ => meant(text, known.iter().copied()).unwrap_or_else(|| {
            format!("the closest are `{}`", closest(text, known, SHOWN).join("`, `"))
        }),
    };
    UnknownAction { message, help }
}

/// Operations of S3 whose action has quite another name, by "Required permissions for Amazon S3 API
/// operations" (S3 User Guide, November 2026).
const OPERATIONS: [(&str, &str); 15] = [
    ("s3:CompleteMultipartUpload", "s3:PutObject"),
    ("s3:CopyObject", "s3:PutObject"),
    ("s3:CreateMultipartUpload", "s3:PutObject"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:ListParts", "s3:ListMultipartUploadParts"),
    ("s3:SelectObjectContent", "s3:GetObject"),
    ("s3:UploadPart", "s3:PutObject"),
    ("s3:UploadPartCopy", "s3:PutObject"),
];

/// Action that an operation of S3 asks for, where it is called otherwise: by the table, or with
/// `Bucket` or `Configuration` more or less, and `Put` for what deletes a setting.
fn of_operation(text: &str) -> Option<String> {
    let named = OPERATIONS.iter().find(|(operation, _)| operation.eq_ignore_ascii_case(text));
    if let Some((_, action)) = named {
        return Some((*action).to_owned());
    }
    let (verb, rest) = ["Get", "Put", "Delete"].iter().find_map(|verb| {
        Some((
            if *verb == "Get" { "Get" } else { "Put" },
            text.strip_prefix("s3:")?.strip_prefix(verb)?,
        ))
    })?;
    let of = rest.strip_prefix("Bucket").unwrap_or(rest);
    let of = of.strip_suffix("Configuration").unwrap_or(of);
    let mut forms = ["", "Bucket"]
        .iter()
        .flat_map(|bucket| ["", "Configuration"].map(|end| format!("s3:{verb}{bucket}{of}{end}")));
    forms.find_map(|form| line(&form).map(str::to_owned))
}

/// Line of the list that is a text in any case.
fn line(text: &str) -> Option<&'static str> {
    from(text).lines().next().filter(|line| line.eq_ignore_ascii_case(text))
}

/// The list from the first line on that does not come before a text.
fn from(text: &str) -> &'static str {
    let (mut rest, mut start) = (LIST, 0);
    while !rest.is_empty() {
        let half = rest.get(..rest.len() / 2).unwrap_or_default();
        let at = half.rfind('\n').map_or(0, |end| end + 1);
        let line = rest.get(at..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        if lower(line).cmp(lower(text)) == Ordering::Less {
            let behind = at + line.len() + 1;
            start += behind;
            rest = rest.get(behind..).unwrap_or_default();
        } else {
            rest = rest.get(..at).unwrap_or_default();
        }
    }
    LIST.get(start..).unwrap_or_default()
}

fn lower(text: &str) -> impl DoubleEndedIterator<Item = u8> + '_ {
    text.bytes().map(|byte| byte.to_ascii_lowercase())
}

/// `true` where a text begins with another, in any case.
fn begins(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|it| it.eq_ignore_ascii_case(start))
}

/// How many bytes two texts have in common at their starts and at their ends, in any case.
fn shared(one: &str, other: &str) -> usize {
    let same = |(one, other): &(u8, u8)| one == other;
    let starts = lower(one).zip(lower(other)).take_while(same).count();
    starts + lower(one).rev().zip(lower(other).rev()).take_while(same).count()
}

/// `true` where a name is as a pattern with `*` and `?` says, in any case.
fn is_like(name: &str, pattern: &str) -> bool {
    let same = |name: &[u8], part: &str| {
        let mut pairs = name.iter().zip(part.bytes());
        pairs.all(|(letter, sign)| sign == b'?' || letter.eq_ignore_ascii_case(&sign))
    };
    let name = name.as_bytes();
    let Some((start, rest)) = pattern.split_once('*') else {
        return name.len() == pattern.len() && same(name, pattern);
    };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    let Some((first, rest)) = name.split_at_checked(start.len()) else { return false };
    let behind = rest.len().checked_sub(end.len());
    let Some((mut rest, last)) = behind.map(|at| rest.split_at(at)) else { return false };
    let mut parts = middle.split('*').filter(|part| !part.is_empty());
    let has = |part: &str| {
        let at = rest.windows(part.len()).position(|window| same(window, part));
        let behind = at.and_then(|at| rest.get(at + part.len()..));
        rest = behind.unwrap_or_default();
        behind.is_some()
    };
    same(first, start) && same(last, end) && parts.all(has)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resource::schemas;

    #[test]
    fn the_list_is_in_the_order_in_which_it_is_sought() {
        let lines: Vec<_> = LIST.lines().collect();
        assert!(lines.iter().all(|line| line.is_ascii() && line.len() < 120), "{day}", day = day());
        assert!(lines.windows(2).all(|pair| lower(pair[0]).lt(lower(pair[1]))));
        assert!(day().parse::<chrono::NaiveDate>().is_ok(), "{}", day());
        for line in lines.iter().skip(2) {
            assert_eq!(from(line).lines().next(), Some(*line));
            assert_eq!(unknown_action(&line.to_ascii_uppercase()), None, "{line}");
        }
    }

    #[test]
    fn what_the_product_asks_for_is_listed() {
        let operations = schemas().values().flat_map(|schema| schema.operations.values());
        for action in operations.flat_map(|operation| &operation.permissions) {
            assert_eq!(unknown_action(action), None, "{action}");
        }
        for (operation, action) in OPERATIONS {
            assert!(unknown_action(operation).is_some() && unknown_action(action).is_none());
        }
    }

    #[test]
    fn patterns_mean_what_they_say() {
        for (name, pattern, is_one) in [
            ("iam:PassRole", "iam:*", true),
            ("iam:PassRole", "IAM:p*R?le", true),
            ("iam:PassRole", "iam:PassRole*", true),
            ("iam:PassRole", "iam:PassRole?", false),
            ("iam:PassRole", "iam:?Role", false),
            ("iam:PassRole", "iam:**Role", true),
            ("iam:PassRole", "iam:*a*s*s", false),
        ] {
            assert_eq!(is_like(name, pattern), is_one, "{pattern}");
        }
    }

    #[test]
    fn what_is_not_listed_is_told_with_what_was_meant() {
        for (text, help) in [
            ("iam:PasRole", "did you mean `iam:PassRole`?"),
            ("iam:passroles", "did you mean `iam:PassRole`?"),
            ("ec2:DescribeInstance", "did you mean `ec2:DescribeInstances`?"),
            ("ec2:StartsInstances", "did you mean `ec2:StartInstances`?"),
            ("sts:AssumesRole", "did you mean `sts:AssumeRole`?"),
            ("iam:Pas?Rolle", "the closest is `iam:PassRole`"),
            ("s3:Lst*", "the closest is"),
            ("iamm:PassRole", "did you mean `iam:PassRole`?"),
            ("iamm:*", "did you mean `iam:*`?"),
            ("lambdas:Nothing", "did you mean `lambda`?"),
            ("nosuchservice:Do", "write the prefix of the service"),
            ("s3:headobject", "asks for `s3:GetObject`"),
            ("s3:GetBucketEncryption", "asks for `s3:GetEncryptionConfiguration`"),
            ("s3:DeleteBucketCors", "asks for `s3:PutBucketCORS`"),
            ("s3:GetPublicAccessBlock", "asks for `s3:GetBucketPublicAccessBlock`"),
            ("s3:DeleteBucketLifecycle", "asks for `s3:PutLifecycleConfiguration`"),
            ("s3:Nothing", "the closest are"),
        ] {
            let told = unknown_action(text).expect(text);
            assert!(told.help.contains(help), "{text}: {told:?}");
        }
    }

    #[test]
    fn what_is_there_or_not_known_is_not_told() {
        for text in [
            "iam:PassRole",
            "IAM:passrole",
            "iam:*",
            "s3:Get*",
            "*:PassRole",
            "*",
            "iam",
            "iam:",
            ":x",
            "a4b:Anything",
            "S3-Outposts:Get*",
            "vpc-lattice:AssociateViaAWSService-EventsAndStates",
        ] {
            assert_eq!(unknown_action(text), None, "{text}");
        }
    }
}
