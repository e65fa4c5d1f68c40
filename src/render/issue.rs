//! The issue of an enforced group that fails: what fails and what to do, and how it ended.

use chrono::{DateTime, Utc};

use crate::evaluation::GroupStatus;
use crate::evaluation::gating::Reason;

use super::compliance::{found, item};
use super::links::Links;
use super::markdown::{Sheet, code, escape};
use super::post::{Issue, IssueState, Post};
use super::source_label::SourceLabel;

/// Bytes of an issue, with room for its mark.
const LONGEST: usize = 60_000;
/// Items of checks, at most.
const MOST_CHECKS: usize = 100;

/// A group that fails, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct FailingGroup<'a> {
    /// How it stands.
    pub status: &'a GroupStatus,
    /// Person or team that answers for it.
    pub owner: Option<&'a str>,
    /// Purpose, in words of its authors.
    pub description: Option<&'a str>,
    /// Since when it fails.
    pub since: DateTime<Utc>,
}

/// Reason for which an issue ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Nothing that counts fails any more.
    Recovered,
    /// The group is not enforced, for a reason.
    NotEnforced(Reason),
    /// The policies have no such group.
    Removed,
    /// The settings of the repository ask for no issues.
    Unwanted,
}

/// Issue of a group that fails. It counts what fails: which resources do is for those who may see the
/// page.
pub fn failing_issue(label: SourceLabel<'_>, group: &FailingGroup<'_>, links: &Links) -> Post {
    let FailingGroup { status, owner, description, since } = group;
    let name = status.name.as_str();
    let mut sheet = Sheet::new(LONGEST);
    sheet.paragraph(&format!("The enforced group {} fails: **{}**.", code(name), found(status)));
    if let Some(description) = description {
        sheet.paragraph(&escape(description));
    }
    let mut facts = vec![format!("- Since: {}\n", instant(*since))];
    facts.extend(owner.map(|owner| format!("- Owner: {}\n", escape(owner))));
    let link = links.group(label.source, name);
    facts.extend(link.map(|link| format!("- [What was found, and the history]({link})\n")));
    let most = facts.len();
    sheet.rows("", facts, (most, "facts"));
    let checks = status.attention.iter().map(|check| item(status, check));
    sheet.rows("### Checks that need somebody\n\n", checks, (MOST_CHECKS, "checks"));
    sheet.paragraph(
        "This issue is closed as soon as the group no longer fails, and opened again when it fails once more. \
         One that somebody closes before stays closed until then.",
    );
    let issue = Issue {
        group: name.to_owned(),
        source: label.source.to_owned(),
        state: IssueState::Open,
        since: *since,
        title: label.named(&format!("cloudcorrect: group {name} fails")).into(),
        body: "".into(),
    };
    Post::Issue(issue.saying(&sheet.finish()))
}

/// The same issue closed.
pub fn closed_issue(issue: Issue, ending: Ending, links: &Links) -> Post {
    let group = code(&issue.group);
    let since = instant(issue.since);
    let words = match ending {
        Ending::Recovered => {
            format!("The enforced group {group} no longer fails. It did since {since}.")
        }
        Ending::NotEnforced(reason) => {
            let is = match reason {
                Reason::Suspended => "suspended",
                Reason::Shadow => "in shadow",
                Reason::Audit | Reason::Baseline => "in audit",
            };
            format!("The group {group} is {is}, and no longer enforced. It failed since {since}.")
        }
        Ending::Removed => {
            format!("The policies no longer have the group {group}. It failed since {since}.")
        }
        Ending::Unwanted => {
            format!(
                "The settings of the repository ask for no issues. The group {group} failed since {since}."
            )
        }
    };
    let state = match ending {
        Ending::Recovered => IssueState::Completed,
        Ending::NotEnforced(_) | Ending::Removed | Ending::Unwanted => IssueState::NotPlanned,
    };
    let link = links.group(&issue.source, &issue.group);
    let link = link.map(|link| format!("\n\n[The group and its history]({link})"));
    let closed = Issue { state, ..issue };
    Post::Issue(closed.saying(&format!("{words}{}", link.unwrap_or_default())))
}

fn instant(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluation::gating::Gate;
    use crate::evaluation::{CheckStatus, Counts, GroupOutcome, Outcome};
    use crate::policy::{Mode, RuleText, Severity};

    const SINCE: &str = "2026-11-30T10:00:59.5Z";

    fn status(title: &str, remediation: &str) -> GroupStatus {
        let counts = Counts { fail: 2, pass: 3, ..Counts::default() };
        let gate = Gate {
            mode: Mode::Enforce,
            suspended: false,
            new_only: None,
            last: Some(GroupOutcome { outcome: Outcome::Fail, counts }),
            enforced: None,
            is_current: true,
        };
        let rule = RuleText {
            id: "private".to_owned(),
            title: title.to_owned(),
            severity: Severity::High,
            resource_type: "AWS::S3::Bucket".to_owned(),
            remediation: Some(remediation.to_owned()),
            ..RuleText::default()
        };
        let check = CheckStatus {
            check: "private".to_owned(),
            outcome: Outcome::Fail,
            counts,
            baseline: 0,
            of_no_resource: false,
        };
        let name = "storage".parse().expect("a name");
        GroupStatus::new(name, "bucket".to_owned(), &gate, [(rule, check)])
    }

    fn issue(status: &GroupStatus, owner: Option<&str>, links: &Links) -> Issue {
        let since = SINCE.parse().expect("an instant");
        let group = FailingGroup { status, owner, description: owner, since };
        let label = SourceLabel { source: "main", is_alone: false };
        match failing_issue(label, &group, links) {
            Post::Issue(issue) => issue,
            other => panic!("{other:?}"),
        }
    }

    /// As a reader of the raw text sees it.
    fn raw(issue: &Issue) -> String {
        format!("{:?} {}\n{}", issue.state, issue.title, issue.body).replace('\u{200b}', "‸")
    }

    #[test]
    fn it_says_what_fails_since_when_and_what_to_do() {
        let links = Links::new("https://x.example".parse().ok());
        let status = status("Buckets block public access", "Turn it on.");
        insta::assert_snapshot!(raw(&issue(&status, Some("platform"), &links)), @"
        Open cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage since 2026-11-30T10:00:59Z -->
        The enforced group `storage` fails: **2 of 5 buckets fail**.

        platform

        - Since: 2026-11-30 10:00 UTC
        - Owner: platform
        - [What was found, and the history](https://x.example/sources/main/groups/storage)

        ### Checks that need somebody

        - **Buckets block public access** (`storage/private`, high): 2 of 5 buckets fail. What to do: Turn it on.

        This issue is closed as soon as the group no longer fails, and opened again when it fails once more. One that somebody closes before stays closed until then.
        ");
        insta::assert_snapshot!(raw(&issue(&status, None, &Links::default())), @"
        Open cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage since 2026-11-30T10:00:59Z -->
        The enforced group `storage` fails: **2 of 5 buckets fail**.

        - Since: 2026-11-30 10:00 UTC

        ### Checks that need somebody

        - **Buckets block public access** (`storage/private`, high): 2 of 5 buckets fail. What to do: Turn it on.

        This issue is closed as soon as the group no longer fails, and opened again when it fails once more. One that somebody closes before stays closed until then.
        ");
    }

    #[test]
    fn text_from_policies_has_no_meaning() {
        let status = status("@octocat <b>#1", "[x](//y.example) --> www.z.example");
        let body = raw(&issue(&status, Some("@acme/team\n# x <!--"), &Links::default()));
        insta::assert_snapshot!(body, @r#"
        Open cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage since 2026-11-30T10:00:59Z -->
        The enforced group `storage` fails: **2 of 5 buckets fail**.

        @‸acme/team \# x \<!--

        - Since: 2026-11-30 10:00 UTC
        - Owner: @‸acme/team \# x \<!--

        ### Checks that need somebody

        - **@‸octocat \<b\>\#‸1** (`storage/private`, high): 2 of 5 buckets fail. What to do: \[x\](//y.example) --\> www.‸z.example

        This issue is closed as soon as the group no longer fails, and opened again when it fails once more. One that somebody closes before stays closed until then.
        "#);
    }

    #[test]
    fn it_ends_for_a_reason() {
        let links = Links::new("https://x.example".parse().ok());
        let open = issue(&status("a", "b"), None, &links);
        let endings = [
            Ending::Recovered,
            Ending::NotEnforced(Reason::Audit),
            Ending::NotEnforced(Reason::Shadow),
            Ending::NotEnforced(Reason::Suspended),
            Ending::Removed,
            Ending::Unwanted,
        ];
        let closed = endings.map(|ending| match closed_issue(open.clone(), ending, &links) {
            Post::Issue(issue) => raw(&issue),
            other => panic!("{other:?}"),
        });
        insta::assert_snapshot!(closed.join("\n\n"), @"
        Completed cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage closed -->
        The enforced group `storage` no longer fails. It did since 2026-11-30 10:00 UTC.

        [The group and its history](https://x.example/sources/main/groups/storage)

        NotPlanned cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage closed -->
        The group `storage` is in audit, and no longer enforced. It failed since 2026-11-30 10:00 UTC.

        [The group and its history](https://x.example/sources/main/groups/storage)

        NotPlanned cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage closed -->
        The group `storage` is in shadow, and no longer enforced. It failed since 2026-11-30 10:00 UTC.

        [The group and its history](https://x.example/sources/main/groups/storage)

        NotPlanned cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage closed -->
        The group `storage` is suspended, and no longer enforced. It failed since 2026-11-30 10:00 UTC.

        [The group and its history](https://x.example/sources/main/groups/storage)

        NotPlanned cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage closed -->
        The policies no longer have the group `storage`. It failed since 2026-11-30 10:00 UTC.

        [The group and its history](https://x.example/sources/main/groups/storage)

        NotPlanned cloudcorrect: group storage fails (main)
        <!-- cloudcorrect:main issue/storage closed -->
        The settings of the repository ask for no issues. The group `storage` failed since 2026-11-30 10:00 UTC.

        [The group and its history](https://x.example/sources/main/groups/storage)
        ");
    }

    #[test]
    fn its_mark_names_the_group_and_no_other() {
        let one = issue(&status("a", "b"), None, &Links::default());
        assert!(one.body.as_str().starts_with(&one.marker()));
        assert!(!"<!-- cloudcorrect:main issue/storage-2 since x -->".starts_with(&one.marker()));
    }
}
