//! What is made of a document once for several expressions: as if each had made it.

use serde_json::json;

use super::super::{EvalBudget, EvalResult, Memo};
use super::fixture::{compile, with_subject};

const ASKED: [&str; 4] = [
    "!statements(resource.Policy).exists(s, s.Effect == 'Allow' && hasWildcardPrincipal(s))",
    "isPublic(resource.Policy) || !statements(resource.Policy).all(s, has(s.Sid))",
    "!isPublic(resource.Policy) && !allowsAll(resource.Policy)",
    "statements(resource.Policy)[2].Effect == 'Allow'",
];

#[test]
fn a_result_that_is_kept_changes_no_verdict_under_any_budget() {
    let statement = |effect: &str, key: &str| {
        json!({
            "Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*",
            "Condition": { "StringEquals": { key: ["a", "b"] } },
        })
    };
    let statements = [statement("Allow", "aws:SourceVpce"), statement("Deny", "aws:username")];
    with_subject(&json!({ "Policy": { "Statement": statements } }), |subject| {
        let asked = ASKED.map(compile);
        let mut memo = Memo::default();
        for one in &asked {
            one.evaluate_with(subject, &mut memo, &mut EvalBudget::default());
        }
        for one in &asked {
            let mut all = EvalBudget::default();
            one.evaluate(subject, &mut all);
            let most = all.spent_since(&EvalBudget::default());
            let enough = |steps, bytes| EvalBudget::new(steps, bytes);
            let steps = (0..=most.steps() + 1).map(|steps| enough(steps, 1 << 20));
            let bytes = (0..=most.bytes()).step_by(7).map(|bytes| enough(1 << 20, bytes));
            let mut decided = 0;
            for budget in steps.chain(bytes) {
                let (mut alone, mut shared) = (budget.clone(), budget.clone());
                let result = one.evaluate(subject, &mut alone);
                decided += usize::from(!matches!(result, EvalResult::Unknown(_)));
                assert_eq!(
                    one.evaluate_with(subject, &mut memo, &mut shared),
                    result,
                    "{budget:?}"
                );
                assert_eq!(format!("{shared:?}"), format!("{alone:?}"), "{}", one.text());
            }
            assert_eq!(decided > 0, one.text() != ASKED[3], "{}", one.text());
        }
    });
}

#[test]
fn a_document_is_read_once_for_all_who_ask() {
    let statement = json!({ "Effect": "Allow", "Action": "s3:*" });
    let policy = json!({ "Name": "s3:Get*", "Policy": { "Statement": statement } });
    with_subject(&policy, |subject| {
        let mut memo = Memo::default();
        let mut ask = |text: &str| {
            compile(text).evaluate_with(subject, &mut memo, &mut EvalBudget::default());
            memo.len()
        };
        assert_eq!(ask("statements(resource.Policy) == []"), 1);
        assert_eq!(ask("statements(resource.Policy).size() == 2"), 1);
        assert_eq!(ask("isPublic(resource.Policy)"), 2);
        assert_eq!(ask("isPublic(resource.Policy) || size(statements(resource.Policy)) == 1"), 2);
        // Of what an expression makes itself each is another.
        assert_eq!(ask("isPublic({'Effect': 'Allow', 'Action': resource.Name})"), 3);
        for _ in 0..100 {
            ask("isPublic({'Effect': 'Deny', 'Action': resource.Name})");
        }
        assert_eq!(ask("isPublic(resource.Policy)"), 16);
        memo.clear();
        assert_eq!(memo.len(), 0);
    });
}
