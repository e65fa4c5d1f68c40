//! Actions of a statement: names of some miss other ways of writing them, and sets of all do not.
//!
//! "IAM JSON policy elements: Action" and "`NotAction`": neither prefix nor name has a case, and
//! `*` and `?` are wildcards.

use super::decided::{silent, told};
use super::fixed::{POLICY, ROLE};

/// Conditions of the actions of a statement `s`.
fn of_statements(conditions: &[&str]) -> Vec<String> {
    let around = |it: &&str| {
        format!("statements(resource.PolicyDocument).all(s, s.Action == null || ({it}))")
    };
    conditions.iter().map(around).collect()
}

/// A wildcard is none of a set that is named, so that nothing is missed.
#[test]
fn all_actions_may_be_held_against_a_set() {
    for text in of_statements(&[
        "s.Action.all(a, a.lowerAscii() in ['sts:assumerole', 'sts:tagsession'])",
        "s.Action.all(a, a.lowerAscii() == 'sts:assumerole')",
        "s.Action.all(a, 'sts:assumerole' == a.lowerAscii() || a.lowerAscii() == 'sts:tagsession')",
        "s.Action.all(a, a.lowerAscii().startsWith('s3:get'))",
        "s.Action.all(a, a.lowerAscii().glob('s3:get*') || a.lowerAscii().endsWith(':listbucket'))",
        "s.Action.all(a, a.lowerAscii().matches('^s3:get'))",
        "!s.Action.exists(a, !(a.lowerAscii() in ['sts:assumerole', 'sts:tagsession']))",
        "!s.Action.exists(a, a.lowerAscii() != 'sts:assumerole' && a.lowerAscii() != 'sts:tagsession')",
        "size(s.Action.filter(a, !(a.lowerAscii() in ['sts:assumerole']))) == 0",
        "s.Action.map(a, a.lowerAscii()).all(x, x in ['sts:assumerole', 'sts:tagsession'])",
        "['sts:assumerole'].exists(w, s.Action.all(a, a.lowerAscii() == w))",
    ]) {
        silent(&[(POLICY, &text)]);
    }
    let others = "statements(resource.PolicyDocument).all(s, s.NotAction == null || s.NotAction.all(a, a.lowerAscii() in ['iam:*', 'sts:*']))";
    silent(&[(POLICY, others)]);
    let trust = "statements(resource.AssumeRolePolicyDocument).all(s, s.Action != null && s.Action.all(a, a.lowerAscii() in ['sts:assumerole', 'sts:tagsession']))";
    silent(&[(ROLE, trust)]);
}

#[test]
fn a_set_is_one_of_texts_in_lower_case() {
    for (text, place, words) in [
        (
            "s.Action.all(a, a.lowerAscii() in ['sts:AssumeRole'])",
            "'sts:AssumeRole'",
            "is never `a.lowerAscii()`, which is in lower case (write \"sts:assumerole\")",
        ),
        (
            "s.Action.all(a, a in ['sts:AssumeRole'])",
            "'sts:AssumeRole'",
            "in another case (compare `a.lowerAscii()` with `\"sts:assumerole\"`)",
        ),
        (
            "s.Action.all(a, a.startsWith('s3:Get'))",
            "'s3:Get'",
            "in another case (compare `a.lowerAscii()` with `\"s3:get\"`)",
        ),
    ] {
        let [text] = of_statements(&[text]).try_into().expect("one");
        told(&[(POLICY, &text, place, words)]);
    }
}

/// What is named by a wildcard is none of the names, and no other outcome tells.
#[test]
fn some_actions_are_missed_where_they_are_looked_for() {
    for (text, place) in [
        ("!s.Action.exists(a, a.lowerAscii() == 'iam:passrole')", "'iam:passrole'"),
        ("!s.Action.exists(a, a.lowerAscii() in ['iam:passrole'])", "'iam:passrole'"),
        ("s.Action.all(a, a.lowerAscii() != 'iam:passrole')", "'iam:passrole'"),
        ("s.Action.all(a, !(a.lowerAscii() in ['iam:passrole']))", "'iam:passrole'"),
        ("s.Action.all(a, !a.lowerAscii().startsWith('iam:'))", "'iam:'"),
        ("s.Action.all(a, a.lowerAscii() == 'iam:passrole' ? false : true)", "'iam:passrole'"),
        ("!('iam:passrole' in s.Action.map(a, a.lowerAscii()))", "'iam:passrole'"),
        (
            "s.Action.all(a, a == '*' || s.Action.exists(b, b.lowerAscii() == 'iam:passrole'))",
            "'iam:passrole'",
        ),
        ("size(s.Action.filter(a, a.lowerAscii() == 'iam:passrole')) == 0", "'iam:passrole'"),
    ] {
        let [text] = of_statements(&[text]).try_into().expect("one");
        told(&[(
            POLICY,
            &text,
            place,
            "by a wildcard, or by `NotAction` (write `allowsAction(s, ",
        )]);
    }
}
