//! Negations of what may be null: which need a guard, and what is one.

use super::fixture::all_problems;

/// Conditions that null makes true, or unknown.
const UNGUARDED: &[&str] = &[
    "resource.Owner != 'root'",
    "'root' != resource.Owner",
    "tag('env') != 'prod'",
    "!resource.Public",
    "!(resource.Owner == 'root')",
    "!(resource.Owner in ['root'])",
    "!('root' in resource.Names)",
    "!(resource.Enabled && resource.Public)",
    "resource.Names.all(n, n != 'x')",
    "!resource.Names.exists(n, n == 'x')",
    "resource.Ports.all(p, p.From != 22)",
    "resource.Ports.filter(p, p.From != 22).size() == 0",
    "!resource.Block.Acls",
    "resource.Block.Deep.Leaf != 'x'",
    "resource.Policy.Statement.all(s, s.Effect != 'Allow')",
    "resource.Count > 1 || resource.Count != 5",
    "!(resource.Owner.startsWith('a') && resource.Owner == 'ab')",
    "size(resource.Names) < 5 && resource.Names.all(n, n == 'x')",
    "resource.Enabled ? resource.Owner != 'x' : false",
];

#[test]
fn negations_of_what_may_be_null_need_a_guard() {
    insta::assert_snapshot!(all_problems(UNGUARDED), @r#"
    resource.Owner != 'root'
    [resource.Owner != 'root'] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    'root' != resource.Owner
    ['root' != resource.Owner] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    tag('env') != 'prod'
    [tag('env') != 'prod'] warning: unguarded-null: `tag("env")` may be null, and `null != "prod"` is true (begin with `tag("env") != null &&`, or `tag("env") == null ||` if that is fine)
    !resource.Public
    [resource.Public] warning: unguarded-null: `resource.Public` may be null, and `!null` is true (begin with `resource.Public != null &&`, or `resource.Public == null ||` if that is fine)
    !(resource.Owner == 'root')
    [resource.Owner == 'root'] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    !(resource.Owner in ['root'])
    [resource.Owner in ['root']] warning: unguarded-null: `resource.Owner` may be null, and `!(resource.Owner in ...)` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    !('root' in resource.Names)
    ['root' in resource.Names] warning: unguarded-null: `resource.Names` may be null, and `!(resource.Names in ...)` is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    !(resource.Enabled && resource.Public)
    [resource.Public] warning: unguarded-null: `resource.Public` may be null, and `!null` is true (begin with `resource.Public != null &&`, or `resource.Public == null ||` if that is fine)
    resource.Names.all(n, n != 'x')
    [resource.Names.all(n, n != 'x')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    !resource.Names.exists(n, n == 'x')
    [resource.Names.exists(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `!exists` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Ports.all(p, p.From != 22)
    [p.From != 22] warning: unguarded-null: `p.From` may be null, and `null != 22` is true (begin with `p.From != null &&`, or `p.From == null ||` if that is fine)
    resource.Ports.filter(p, p.From != 22).size() == 0
    [p.From != 22] warning: unguarded-null: `p.From` may be null, and `null != 22` is true (begin with `p.From != null &&`, or `p.From == null ||` if that is fine)
    !resource.Block.Acls
    [resource.Block.Acls] warning: unguarded-null: `resource.Block` may be null, and `!null` is true (begin with `resource.Block != null &&`, or `resource.Block == null ||` if that is fine)
    resource.Block.Deep.Leaf != 'x'
    [resource.Block.Deep.Leaf != 'x'] warning: unguarded-null: `resource.Block` may be null, and `null != "x"` is true (begin with `resource.Block != null &&`, or `resource.Block == null ||` if that is fine)
    resource.Policy.Statement.all(s, s.Effect != 'Allow')
    [resource.Policy.Statement.all(s, s.Effect != 'Allow')] warning: unguarded-null: `resource.Policy` may be null, and `all` of null is true (begin with `resource.Policy != null &&`, or `resource.Policy == null ||` if that is fine)
    [Statement] warning: partial-comparison: `resource.Policy.Statement` is one statement or a list of them, as its author wrote it (write `statements(resource.Policy)`, which reads all forms)
    resource.Count > 1 || resource.Count != 5
    [resource.Count] warning: unguarded-null: `resource.Count` may be null, and `>` of null is unknown (begin with `resource.Count != null &&`, or `resource.Count == null ||` if that is fine)
    [resource.Count != 5] warning: fixed-comparison: `resource.Count != 5` always holds where not `resource.Count > 1` (leave one of them out, or ask for what can be)
    !(resource.Owner.startsWith('a') && resource.Owner == 'ab')
    [resource.Owner] warning: unguarded-null: `resource.Owner` may be null, and `startsWith` of null is unknown (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    size(resource.Names) < 5 && resource.Names.all(n, n == 'x')
    [resource.Names.all(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Enabled ? resource.Owner != 'x' : false
    [resource.Owner != 'x'] warning: unguarded-null: `resource.Owner` may be null, and `null != "x"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    "#);
}

#[test]
fn what_is_made_of_a_list_that_is_null_is_empty_as_well() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Names.filter(n, n != 'x').all(n, n == 'y')",
        "resource.Names.map(n, n + 'x').all(n, n == 'yx')",
        "resource.Names.map(n, n != 'x', n + 'x').all(n, n == 'yx')",
        "resource.Names.sort().all(n, n == 'y')",
        "resource.Names.distinct().filter(n, n != 'x').sort().all(n, n == 'y')",
        "resource.Tags.map(t, [t.Key]).flatten().all(n, n == 'y')",
        "!resource.Names.sort().exists(n, n == 'x')",
        "!('root' in resource.Tags.map(t, t.Key))",
        "size(resource.Names.filter(n, n == 'x')) < 5 && resource.Names.all(n, n == 'x')",
        "resource.Names.sort() != null && resource.Names.sort().all(n, n == 'x')",
    ]), @"
    resource.Names.filter(n, n != 'x').all(n, n == 'y')
    [resource.Names.filter(n, n != 'x').all(n, n == 'y')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Names.map(n, n + 'x').all(n, n == 'yx')
    [resource.Names.map(n, n + 'x').all(n, n == 'yx')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Names.map(n, n != 'x', n + 'x').all(n, n == 'yx')
    [resource.Names.map(n, n != 'x', n + 'x').all(n, n == 'yx')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Names.sort().all(n, n == 'y')
    [resource.Names.sort().all(n, n == 'y')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Names.distinct().filter(n, n != 'x').sort().all(n, n == 'y')
    [resource.Names.distinct().filter(n, n != 'x').sort().all(n, n == 'y')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Tags.map(t, [t.Key]).flatten().all(n, n == 'y')
    [resource.Tags.map(t, [t.Key]).flatten().all(n, n == 'y')] warning: unguarded-null: `resource.Tags` may be null, and `all` of null is true (begin with `resource.Tags != null &&`, or `resource.Tags == null ||` if that is fine)
    !resource.Names.sort().exists(n, n == 'x')
    [resource.Names.sort().exists(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `!exists` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    !('root' in resource.Tags.map(t, t.Key))
    ['root' in resource.Tags.map(t, t.Key)] warning: unguarded-null: `resource.Tags` may be null, and `!(resource.Tags in ...)` is true (begin with `resource.Tags != null &&`, or `resource.Tags == null ||` if that is fine)
    size(resource.Names.filter(n, n == 'x')) < 5 && resource.Names.all(n, n == 'x')
    [resource.Names.all(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    resource.Names.sort() != null && resource.Names.sort().all(n, n == 'x')
    [resource.Names.sort() != null] warning: fixed-comparison: `resource.Names.sort()` is never null, so `resource.Names.sort() != null` is always true (it is empty where there is none: write `size(resource.Names.sort()) > 0`)
    [resource.Names.sort().all(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    ");
    insta::assert_snapshot!(all_problems(&[
        "resource.Ports.filter(p, p.Cidr != 'x').map(p, p.Cidr).sort().all(c, c == 'y')",
        "has(resource.Names) && resource.Names.sort().all(n, n == 'y')",
        "resource.Names == null || resource.Names.filter(n, n != 'x').all(n, n == 'y')",
        "resource.Names.filter(n, n == 'x').size() > 0 && resource.Names.all(n, n == 'x')",
        "resource.Names.sort().exists(n, n == 'x') && resource.Names.map(n, n).all(n, n == 'x')",
        "'x' in resource.Names.sort() && resource.Names.all(n, n == 'x')",
        "resource.Names.filter(n, n == 'x').exists(n, n == 'x')",
        "'root' in resource.Tags.map(t, t.Key)",
        "resource.Names.join(',').split(',').all(n, n == 'y')",
    ]), @r"
    resource.Ports.filter(p, p.Cidr != 'x').map(p, p.Cidr).sort().all(c, c == 'y')

    has(resource.Names) && resource.Names.sort().all(n, n == 'y')

    resource.Names == null || resource.Names.filter(n, n != 'x').all(n, n == 'y')

    resource.Names.filter(n, n == 'x').size() > 0 && resource.Names.all(n, n == 'x')

    resource.Names.sort().exists(n, n == 'x') && resource.Names.map(n, n).all(n, n == 'x')

    'x' in resource.Names.sort() && resource.Names.all(n, n == 'x')

    resource.Names.filter(n, n == 'x').exists(n, n == 'x')

    'root' in resource.Tags.map(t, t.Key)

    resource.Names.join(',').split(',').all(n, n == 'y')
    ");
}

#[test]
fn guarded_negations_are_fine() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Name != 'root'",
        "resource.Mode != 'open'",
        "!resource.Enabled",
        "resource.Owner != null",
        "has(resource.Owner) && resource.Owner != 'root'",
        "resource.Owner != null && resource.Owner != 'root'",
        "resource.Owner == null || resource.Owner != 'root'",
        "!has(resource.Owner) || resource.Owner != 'root'",
        "tag('env') != null && tag('env') != 'prod'",
        "resource.Public && !resource.Public",
        "has(resource.Block) && !resource.Block.Acls",
        "has(resource.Block.Acls) && !resource.Block.Deep.Leaf.contains('x')",
        "has(resource.Policy) && resource.Policy.Statement.all(s, s.Effect != 'Allow')",
        "size(resource.Names) > 0 && resource.Names.all(n, n == 'x')",
        "size(resource.Names) != 0 && resource.Names.all(n, n == 'x')",
        "resource.Names.exists(n, n == 'x') && resource.Names.all(n, n == 'x')",
        "resource.Count > 1 && resource.Count != 5",
        "resource.Owner.startsWith('a') && resource.Owner != 'ab'",
        "resource.Ports.all(p, p.From == null || p.From != 22)",
        "has(resource.Owner) ? resource.Owner != 'x' : false",
        "resource.Owner == null ? false : resource.Owner != 'x'",
        "!(resource.Owner != 'root')",
    ]), @"
    resource.Name != 'root'

    resource.Mode != 'open'

    !resource.Enabled

    resource.Owner != null

    has(resource.Owner) && resource.Owner != 'root'

    resource.Owner != null && resource.Owner != 'root'

    resource.Owner == null || resource.Owner != 'root'

    !has(resource.Owner) || resource.Owner != 'root'

    tag('env') != null && tag('env') != 'prod'

    resource.Public && !resource.Public
    [resource.Public] warning: fixed-comparison: `!resource.Public` never holds beside `resource.Public` (leave one of them out, or ask for what can be)
    has(resource.Block) && !resource.Block.Acls

    has(resource.Block.Acls) && !resource.Block.Deep.Leaf.contains('x')

    has(resource.Policy) && resource.Policy.Statement.all(s, s.Effect != 'Allow')
    [Statement] warning: partial-comparison: `resource.Policy.Statement` is one statement or a list of them, as its author wrote it (write `statements(resource.Policy)`, which reads all forms)
    size(resource.Names) > 0 && resource.Names.all(n, n == 'x')

    size(resource.Names) != 0 && resource.Names.all(n, n == 'x')

    resource.Names.exists(n, n == 'x') && resource.Names.all(n, n == 'x')

    resource.Count > 1 && resource.Count != 5
    [resource.Count] warning: unguarded-null: `resource.Count` may be null, and `>` of null is unknown (begin with `resource.Count != null &&`, or `resource.Count == null ||` if that is fine)
    resource.Owner.startsWith('a') && resource.Owner != 'ab'
    [resource.Owner] warning: unguarded-null: `resource.Owner` may be null, and `startsWith` of null is unknown (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    resource.Ports.all(p, p.From == null || p.From != 22)

    has(resource.Owner) ? resource.Owner != 'x' : false

    resource.Owner == null ? false : resource.Owner != 'x'

    !(resource.Owner != 'root')
    ");
}

#[test]
fn guards_are_paths_and_no_spelling() {
    insta::assert_snapshot!(all_problems(&[
        "resource['Owner'] != null && resource.Owner != 'x'",
        "resource.Labels['a'] != null && resource.Labels.a != 'x'",
        "resource.Labels['b'] != null && resource.Labels.a != 'x'",
        "tag('env') != null && resource.Tags.all(t, t.Key != 'x')",
        "resource.Ports.filter(p, p.From == 1)[0].From != null && \
         resource.Ports.filter(q, q.From == 1)[0].From != 22",
        "resource.Ports.filter(p, p.From == 1)[0].From != null && \
         resource.Ports.filter(q, q.From == 2)[0].From != 22",
        "resource.Ports.all(p, p.From == null || resource.Ports.all(q, p.From != 22))",
        "resource.Ports.all(p, p.From == null || resource.Ports.all(p, p.From != 22))",
        "resource.Ports.filter(p, p.From != null).all(q, q.From != 22)",
        "resource.Ports.filter(p, resource.Owner != null).all(q, resource.Owner != 'x')",
    ]), @r#"
    resource['Owner'] != null && resource.Owner != 'x'

    resource.Labels['a'] != null && resource.Labels.a != 'x'

    resource.Labels['b'] != null && resource.Labels.a != 'x'
    [resource.Labels.a != 'x'] warning: unguarded-null: `resource.Labels.a` may be null, and `null != "x"` is true (begin with `resource.Labels.a != null &&`, or `resource.Labels.a == null ||` if that is fine)
    tag('env') != null && resource.Tags.all(t, t.Key != 'x')

    resource.Ports.filter(p, p.From == 1)[0].From != null && resource.Ports.filter(q, q.From == 1)[0].From != 22

    resource.Ports.filter(p, p.From == 1)[0].From != null && resource.Ports.filter(q, q.From == 2)[0].From != 22
    [resource.Ports.filter(q, q.From == 2)[0].From != 22] warning: unguarded-null: `resource.Ports.filter(q, q.From == 2)[0].From` may be null, and `null != 22` is true (begin with `resource.Ports.filter(q, q.From == 2)[0].From != null &&`, or `resource.Ports.filter(q, q.From == 2)[0].From == null ||` if that is fine)
    resource.Ports.all(p, p.From == null || resource.Ports.all(q, p.From != 22))

    resource.Ports.all(p, p.From == null || resource.Ports.all(p, p.From != 22))
    [p.From != 22] warning: unguarded-null: `p.From` may be null, and `null != 22` is true (begin with `p.From != null &&`, or `p.From == null ||` if that is fine)
    resource.Ports.filter(p, p.From != null).all(q, q.From != 22)

    resource.Ports.filter(p, resource.Owner != null).all(q, resource.Owner != 'x')
    "#);
}

#[test]
fn what_says_nothing_of_an_empty_list_guards_it() {
    insta::assert_snapshot!(all_problems(&[
        "resource.Names.exists_one(n, n == 'x') && resource.Names.all(n, n == 'x')",
        "!resource.Names.exists_one(n, n == 'x') && resource.Names.all(n, n == 'x')",
        "!resource.Names.all(n, n == 'x') && resource.Names.all(n, n == 'y')",
        "resource.Names.map(n, size(n)).sum() > 0 && resource.Names.all(n, n == 'x')",
        "resource.Names.map(n, size(n)).sum() == 0 && resource.Names.all(n, n == 'x')",
        "hasCondition(resource.Policy, resource.Owner) && resource.Owner != 'x'",
    ]), @"
    resource.Names.exists_one(n, n == 'x') && resource.Names.all(n, n == 'x')

    !resource.Names.exists_one(n, n == 'x') && resource.Names.all(n, n == 'x')
    [resource.Names.all(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    !resource.Names.all(n, n == 'x') && resource.Names.all(n, n == 'y')

    resource.Names.map(n, size(n)).sum() > 0 && resource.Names.all(n, n == 'x')

    resource.Names.map(n, size(n)).sum() == 0 && resource.Names.all(n, n == 'x')
    [resource.Names.all(n, n == 'x')] warning: unguarded-null: `resource.Names` may be null, and `all` of null is true (begin with `resource.Names != null &&`, or `resource.Names == null ||` if that is fine)
    hasCondition(resource.Policy, resource.Owner) && resource.Owner != 'x'
    [resource.Owner] warning: unguarded-null: `resource.Owner` may be null, and `hasCondition` of null is unknown (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    ");
}

#[test]
fn a_guard_counts_for_the_terms_before_it() {
    let fine = [
        "resource.Owner != 'root' && resource.Owner != null",
        "!(resource.Owner in ['root', 'admin']) && has(resource.Owner)",
        "resource.Owner != 'root' || resource.Owner == null",
        "resource.Names.all(n, n != 'x') && resource.Names != null",
        "resource.Count < 3 && resource.Enabled && resource.Count != null",
        "!(resource.Owner == 'root' || resource.Owner == null)",
    ];
    insta::assert_snapshot!(all_problems(&fine), @"
    resource.Owner != 'root' && resource.Owner != null

    !(resource.Owner in ['root', 'admin']) && has(resource.Owner)

    resource.Owner != 'root' || resource.Owner == null

    resource.Names.all(n, n != 'x') && resource.Names != null

    resource.Count < 3 && resource.Enabled && resource.Count != null

    !(resource.Owner == 'root' || resource.Owner == null)
    ");
    insta::assert_snapshot!(all_problems(&[
        "resource.Owner != 'root' && resource.Owner == null",
        "resource.Owner != 'root' || resource.Owner != null",
        "resource.Owner != 'root' && resource.Names != null",
        "(resource.Owner != 'root' && resource.Enabled) || resource.Owner != null",
    ]), @r#"
    resource.Owner != 'root' && resource.Owner == null
    [resource.Owner != 'root'] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    resource.Owner != 'root' || resource.Owner != null
    [resource.Owner != 'root'] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    [resource.Owner != null] warning: fixed-comparison: `resource.Owner` always differs from "root" or from null (write `&&` where both are meant)
    resource.Owner != 'root' && resource.Names != null
    [resource.Owner != 'root'] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    (resource.Owner != 'root' && resource.Enabled) || resource.Owner != null
    [resource.Owner != 'root'] warning: unguarded-null: `resource.Owner` may be null, and `null != "root"` is true (begin with `resource.Owner != null &&`, or `resource.Owner == null ||` if that is fine)
    "#);
}
