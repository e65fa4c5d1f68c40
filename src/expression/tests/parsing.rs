//! The two parsers agree, and every text gets an answer.

use crate::diagnostic::Code;
use cel::IdedExpr;
use cel::common::ast::{EntryExpr, Expr};
use cel::parser::{Parser, PrattParser};
use proptest::prelude::*;

use super::super::{Expression, ExpressionKind, parse};
use super::fixture::schema;

/// Texts with everything that the language has.
const CORPUS: &[&str] = &[
    "a",
    "a.b.c",
    "a.b[0]['x'].c",
    "1 + 2 * 3 - 4 / 5 % 6",
    "-1 + -1.5 + 0x1F + 2u + 1e3",
    "-a - -b",
    "!a && !!b || c && d || e",
    "a && b && c && d && e && f && g",
    "a || b || c || d || e || f || g",
    "a ? b : c ? d : e",
    "a ? (b ? 1 : 2) : 3",
    "a == b != c",
    "a < b && b <= c && c > d && d >= e && e in f",
    "[1, 2, [3], ]",
    "{'a': 1, 'b': {'c': 2}, }",
    "has(a.b) && !has(a.b.c)",
    "a.all(x, x > 1) && a.exists(x, x.y) || a.exists_one(x, x == 1)",
    "a.map(x, x + 1).filter(x, x > 2).map(x, x > 3, x * 2)",
    "a.all(x, x.b.exists(y, y.c == x.d && y.all(z, z)))",
    "f(a, b.c(), g())",
    "a.startsWith('x') && size(b) > 0 && 'a' + \"b\" == r'\\d' + '\\u00e9\\n'",
    "'''multi\nline''' == \"\"\"x\"\"\"",
    "a // comment\n  && b",
    "(((a)))",
    "((a && b) || (c && d)) && (e)",
    ".a.b",
    "null == true || false",
    "b'abc' == a",
    "Thing{a: 1, b: c}",
    "a.if == a.while",
];

/// A tree without the numbers of its nodes, which the two parsers give in orders of their own.
fn shape(tree: &IdedExpr) -> String {
    let all = |nodes: &[IdedExpr]| nodes.iter().map(shape).collect::<Vec<_>>().join(" ");
    match &tree.expr {
        Expr::Unspecified => "?".to_owned(),
        Expr::Call(call) => {
            let target = call.target.as_deref().map(shape).unwrap_or_default();
            format!("({}@{target} {})", call.func_name, all(&call.args))
        }
        Expr::Comprehension(one) => format!(
            "(loop {} {} {} {} {} {} {})",
            one.iter_var,
            one.accu_var,
            shape(&one.iter_range),
            shape(&one.accu_init),
            shape(&one.loop_cond),
            shape(&one.loop_step),
            shape(&one.result)
        ),
        Expr::Ident(name) => name.clone(),
        Expr::List(list) => format!("[{}]", all(&list.elements)),
        Expr::Literal(literal) => format!("{literal:?}"),
        Expr::Select(select) => {
            format!("({}.{} {})", shape(&select.operand), select.field, select.test)
        }
        Expr::Map(map) => format!("{{{}}}", entries(&map.entries)),
        Expr::Struct(one) => format!("{}{{{}}}", one.type_name, entries(&one.entries)),
    }
}

fn entries(entries: &[cel::common::ast::IdedEntryExpr]) -> String {
    let one = |entry: &cel::common::ast::IdedEntryExpr| match &entry.expr {
        EntryExpr::MapEntry(entry) => format!("{}:{}", shape(&entry.key), shape(&entry.value)),
        EntryExpr::StructField(field) => format!("{}:{}", field.field, shape(&field.value)),
    };
    entries.iter().map(one).collect::<Vec<_>>().join(", ")
}

#[test]
fn both_parsers_read_the_same() {
    for text in CORPUS {
        let quick =
            PrattParser::new().parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        let careful = Parser::new().parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(shape(&quick), shape(&careful), "{text}");
    }
}

/// What opens and closes a level.
const NESTING: &[(&str, &str)] = &[
    ("(", ")"),
    ("[", "]"),
    ("{1:", "}"),
    ("f(", ")"),
    ("a[", "]"),
    ("!(", ")"),
    ("-(", ")"),
    ("a.all(x,", ")"),
    ("(a<", ")"),
    ("a{a:", "}"),
    ("1?1:", ""),
    ("1?", ":1"),
    ("(", ""),
    ("[", ""),
    ("{", ""),
    ("a{", ""),
    ("a.all(x,", ""),
    ("a ? (", ")"),
];

/// What may be repeated without end.
const LINKS: &[&str] = &[
    ".a",
    "[1]",
    ".a()",
    "+1",
    "<1",
    "&&1",
    "||1",
    "==1",
    "!",
    "-",
    "@",
    "a b ",
    ".",
    "+",
    ".map(x,x)",
    "\"",
    "'",
    "\\",
    "'a' ",
    "?",
    ":",
    "// ",
    "é",
    ",1",
    ")",
    "\u{0}",
    "r\"",
    "`",
    "1.",
    "0x",
    "\"\"\"",
    "\n.a",
    "[1,",
    "\\\"",
];

/// Texts that nest as deeply, or go on as long, as a text can.
fn monsters() -> Vec<String> {
    let most = parse::MAX_LENGTH;
    let mut texts = Vec::new();
    for (open, close) in NESTING {
        let whole = (most - 1) / (open.len() + close.len());
        for count in [whole, parse::MAX_DEPTH - 1] {
            texts.push(format!("{}1{}", open.repeat(count), close.repeat(count)));
        }
    }
    for link in LINKS {
        texts.push(format!("a{}", link.repeat((most - 1) / link.len())));
        texts.push(link.repeat(200));
    }
    texts
}

#[test]
fn no_text_is_too_much() {
    for text in monsters() {
        let _ = Expression::compile(&text, schema(), ExpressionKind::Assert);
    }
}

#[test]
fn size_and_depth_are_limited() {
    let code = |text: String| match Expression::compile(&text, schema(), ExpressionKind::Assert) {
        Ok(_) => None,
        Err(problems) => Some(problems[0].code),
    };
    let not = |depth: usize| format!("{}resource.Enabled{}", "!(".repeat(depth), ")".repeat(depth));
    assert_eq!(code(not(parse::MAX_DEPTH - 1)), None);
    assert_eq!(code(not(parse::MAX_DEPTH + 1)), Some(Code::ExpressionTooLarge));
    assert_eq!(code(not(200)), Some(Code::ExpressionTooLarge));
    let terms = |count: usize| vec!["resource.Enabled"; count].join(" && ");
    assert_eq!(code(terms(300)), None);
    assert_eq!(code(terms(1000)), Some(Code::ExpressionTooLarge));
    let list = |count: usize| format!("resource.Size in [{}]", vec!["1"; count].join(","));
    assert_eq!(code(list(3000)), None);
    assert_eq!(code(list(4090)), Some(Code::ExpressionTooLarge));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,80}") {
        let _ = Expression::compile(&text, schema(), ExpressionKind::Assert);
    }

    #[test]
    fn any_words_get_an_answer(words in proptest::collection::vec(word(), 0..24)) {
        let text = words.join(" ");
        if let Err(problems) = Expression::compile(&text, schema(), ExpressionKind::Assert) {
            for problem in problems {
                prop_assert!(text.get(problem.span.clone()).is_some(), "{text}: {problem:?}");
            }
        }
    }

    #[test]
    fn both_parsers_agree_on_words(words in proptest::collection::vec(word(), 0..12)) {
        let text = words.join(" ");
        let quick = PrattParser::new().parse(&text);
        let careful = Parser::new().parse(&text);
        if let (Ok(quick), Ok(careful)) = (quick, careful) {
            prop_assert_eq!(shape(&quick), shape(&careful));
        }
    }
}

fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        "resource",
        ".",
        "Enabled",
        "Name",
        "Ports",
        "&&",
        "||",
        "!",
        "==",
        "!=",
        "<",
        "in",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "?",
        "1",
        "-",
        "+",
        "'x'",
        "\"é\"",
        "all",
        "exists",
        "map",
        "(x,",
        "x",
        "has(",
        "tag(",
        "size(",
        "null",
        "true",
        "2.5",
        "r'\\'",
        "b'a'",
        "if",
        "é",
        "\n",
        "//",
        "resource.Enabled",
        "resource.Ports.all(x,",
        "x.From",
        ".size()",
        "*",
        "%",
        "0x",
        "'",
        "\\",
    ])
}
