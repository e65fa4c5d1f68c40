//! What is no expression, or an odd one, and how that is told.

use super::fixture::all_problems;

#[test]
fn syntax_is_explained() {
    insta::assert_snapshot!(all_problems(&[
            "",
            "  ",
            "resource.Size ==",
            "resource.Size = 8",
            "resource.Enabled and resource.Enabled",
            "not resource.Enabled",
            "resource.Enabled & resource.Enabled",
            "resource.Size === 8",
            "(resource.Enabled",
            "resource.Enabled)",
    ]), @r#"

    [] expression-syntax: the expression is empty
      
    [] expression-syntax: the expression is empty
    resource.Size ==
    [] expression-syntax: the expression ends too early (write a value behind `==`)
    resource.Size = 8
    [=] expression-syntax: `=` is not expected here (write `==`)
    resource.Enabled and resource.Enabled
    [and] expression-syntax: `and` is not expected here (write `&&`)
    not resource.Enabled
    [not] expression-syntax: `not` is not expected here (write `!`)
    resource.Enabled & resource.Enabled
    [&] expression-syntax: `&` is not expected here (write `&&`)
    resource.Size === 8
    [===] expression-syntax: `===` is not expected here (write `==`)
    (resource.Enabled
    [(] expression-syntax: `(` is not closed (write `)` behind what it holds)
    resource.Enabled)
    [)] expression-syntax: `)` is not expected here (leave it out: no bracket is open)
    "#
        );
}

#[test]
fn odd_syntax_is_explained() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Name == \"web",
        "resource.Name == \"\\d\"",
        "resource.Name == 'é' && resource.Nme == 'é'",
        "resource.Ports.exists(p.q, true)",
        "has(resource)",
        "if resource.Enabled",
        "resource.Size == 99999999999999999999",
        "resource.?Name == 'x'",
        "resource.Enabled # comment",
        "resource.Enabled // comment",
        "resource.Size\n  == 8\n  && resource.Nam == 'x'",
    ]), @r#"
    resource.Name == "web
    ["] expression-syntax: the text that begins here is not closed (write `"web"`)
    resource.Name == "\d"
    ["] expression-syntax: the string has an escape that CEL does not know (write `\\` for a backslash, or `r"..."` for a text without escapes)
    resource.Name == 'é' && resource.Nme == 'é'
    [Nme] unknown-property: `Test::Thing` has no property `Nme` (did you mean `Name`?)
    resource.Ports.exists(p.q, true)
    [.] expression-syntax: the first argument must be a simple name, such as `x`
    has(resource)
    [resource] expression-syntax: `has` takes a property (write `has(resource.Name)`)
    if resource.Enabled
    [if] expression-syntax: `if` is a reserved word of CEL (write `condition ? one : other`)
    resource.Size == 99999999999999999999
    [99999999999999999999] expression-syntax: `99999999999999999999` is no number of 64 bits
    resource.?Name == 'x'
    [.] expression-syntax: optional selects and quoted names cannot be used in policies (a missing property is null: write `.`, or `["name"]`)
    resource.Enabled # comment
    [#] expression-syntax: `#` is not expected here (a comment begins with `//`)
    resource.Enabled // comment

    resource.Size
      == 8
      && resource.Nam == 'x'
    [Nam] unknown-property: `Test::Thing` has no property `Nam` (did you mean `Name`?)
    "#
    );
}
