//! What `where` says of the resources that an assertion sees.

use super::{group, problems};
use crate::diagnostic::Code;

fn told(filter: &str, assertion: &str) -> String {
    let check = format!(
        "    - id: a\n      select: AWS::EC2::SecurityGroup\n      where: '{filter}'\n      {assertion}\n"
    );
    problems(&group(&check))
}

#[test]
fn what_where_finds_not_to_be_null_needs_no_guard() {
    let guarded = [
        (r#"tag("env") != null"#, r#"assert: '(tag("env") != "x")'"#),
        (r#"!(tag("env") == null)"#, r#"assert: '(tag("env") != "x")'"#),
        (r#"tag("env") in ["prod", "dev"]"#, r#"assert: '(tag("env") != "prod")'"#),
        ("has(resource.Tags)", r#"assert: resource.Tags.all(t, t.Key != "x")"#),
        (r#"tag("env") != null"#, r#"assertAll: resources.all(r, r.tag("env") != "prod")"#),
        (
            "true",
            r#"assert: resource.SecurityGroupIngress.filter(r, r.Description != null).all(s, s.Description != "x")"#,
        ),
    ];
    for (filter, assertion) in guarded {
        let told = told(filter, assertion);
        assert!(!told.contains(Code::UnguardedNull.as_str()), "{filter} {assertion}\n{told}");
    }
}

#[test]
fn what_where_leaves_open_does() {
    let open = [
        (r#"tag("env") != null"#, r#"assert: '(tag("owner") != "x")'"#),
        (r#"tag("env") != "y""#, r#"assert: '(tag("env") != "x")'"#),
        (r#"tag("env") in ["prod", null]"#, r#"assert: '(tag("env") != "prod")'"#),
        (
            "true",
            r#"assert: resource.SecurityGroupIngress.filter(r, r.CidrIp != null).all(s, s.Description != "x")"#,
        ),
    ];
    for (filter, assertion) in open {
        let told = told(filter, assertion);
        assert!(told.contains(Code::UnguardedNull.as_str()), "{filter} {assertion}\n{told}");
    }
}

#[test]
fn what_where_finds_to_be_null_is_not_compared() {
    let told = told(r#"tag("env") == null"#, r#"assert: '(tag("env") != "x")'"#);
    assert!(told.contains("is null in all that is selected"), "{told}");
    assert!(!told.contains(Code::UnguardedNull.as_str()), "{told}");
}
