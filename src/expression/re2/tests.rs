//! Patterns and what RE2 says of them: google-re2 1.1.20251105 of the Python index.

use super::translate;
use crate::expression::EvalBudget;
use crate::expression::pattern::Pattern;

/// Patterns, the texts in which they are found, and those in which they are not.
#[rustfmt::skip]
const KNOWN: &[(&str, &[&str], &[&str])] = &[
    ("\\_", &["_"], &[]),
    ("\\ ", &[" "], &[]),
    ("\\<", &["<"], &[]),
    ("\\-", &["-"], &[]),
    ("\\#", &["#"], &[]),
    ("(?i)\\w", &["ſ", "K", "a"], &[]),
    ("(?i)[^\\w]", &[], &["ſ"]),
    ("(?i)\\W", &[], &["ſ"]),
    ("(?i)k", &["\u{212a}"], &[]),
    ("\\s", &[" ", "\u{c}"], &["\u{b}", "\u{a0}"]),
    ("[[:space:]]", &["\u{b}"], &[]),
    ("[\\s]", &[], &["\u{b}"]),
    ("\\b{start}a", &[], &["a", "{start}a"]),
    ("a{,2}", &["a{,2}"], &["aa"]),
    ("a{b", &["a{b"], &[]),
    ("a{1,2", &["a{1,2"], &[]),
    ("((a{10}){10}){10}", &[], &["a"]),
    ("[a&&b]", &["&", "a"], &[]),
    ("[+--]", &[",", "+", "-"], &[]),
    ("[a~~b]", &["~"], &[]),
    ("[a[b]", &["[", "b"], &[]),
    ("[a[bc]]", &["[]", "a]"], &["a"]),
    ("[]a]", &["]"], &[]),
    ("[^]a]", &["b"], &["]"]),
    ("[\\d-z]", &["-", "z", "5"], &["q"]),
    ("[a-]", &["-"], &[]),
    ("[-a]", &["-"], &[]),
    ("[a-c-e]", &["-", "e"], &["d"]),
    ("[[:foo]", &["f", "["], &[]),
    ("[[:^alpha:]]", &["1"], &[]),
    ("^*", &["a"], &[]),
    ("\\b*", &["a"], &[]),
    ("(|a)*", &["a"], &[]),
    ("(?ii)a", &["A"], &[]),
    ("(?i-i)a", &[], &["A"]),
    ("(?)a", &["a"], &[]),
    ("(?:)", &["a"], &[]),
    ("(?i)", &["a"], &[]),
    ("(?P<n>a)", &["a"], &[]),
    ("(?<n>a)", &["a"], &[]),
    ("(?P<1>a)", &["a"], &[]),
    ("(?P<ö>a)", &["a"], &[]),
    ("(?P<n>a)(?P<n>b)", &["ab"], &[]),
    ("\\a", &[], &["a"]),
    ("\\A", &["a"], &[]),
    ("\\b", &["a"], &[]),
    ("\\B", &[], &["a"]),
    ("\\d", &[], &["a"]),
    ("\\D", &["a"], &[]),
    ("\\f", &[], &["a"]),
    ("\\n", &[], &["a"]),
    ("\\Q", &["a"], &[]),
    ("\\r", &[], &["a"]),
    ("\\S", &["a"], &[]),
    ("\\t", &[], &["a"]),
    ("\\v", &[], &["a"]),
    ("\\w", &["a"], &[]),
    ("\\W", &[], &["a"]),
    ("\\z", &["a"], &[]),
    ("\\0", &[], &["a"]),
    ("\\12", &["\n"], &[]),
    ("\\012", &["\n"], &[]),
    ("\\08", &["\u{0}8"], &[]),
    ("\\123", &["S"], &[]),
    ("\\1234", &["S4"], &[]),
    ("\\777", &[], &["a"]),
    ("\\018", &["\u{1}8"], &[]),
    ("\\x41", &["A"], &[]),
    ("\\x{41}", &["A"], &[]),
    ("\\xe9", &["é"], &[]),
    ("\\x{0000000041}", &["A"], &[]),
    ("\\Qa.b\\E", &["a.b"], &["axb"]),
    ("\\Qa.b", &["a.b"], &[]),
    ("\\Qa\\Eb+", &["abb"], &[]),
    ("\\Qab\\E+", &["abb", "abab"], &[]),
    ("\\pL", &["é"], &[]),
    ("\\p{L}", &["é"], &[]),
    ("\\p{^L}", &["1"], &[]),
    ("\\P{^L}", &["a"], &["1"]),
    ("\\p{Greek}", &["α"], &[]),
    ("\\p{Lu}", &["A"], &[]),
    ("\\p{Any}", &["a"], &[]),
    ("\\p{Old_Italic}", &[], &["a"]),
    ("\\p{Han}", &["\u{6f22}"], &[]),
    ("(?i)\\p{Lu}", &["a"], &[]),
    ("(?i)[^\\p{Lu}]", &[], &["a"]),
    ("[^\\PL]", &["a"], &["1"]),
    ("\\p{Common}", &["1"], &[]),
    ("\\pLu", &["éu"], &[]),
    ("a$", &["a"], &["a\n"]),
    ("(?m)a$", &["a\nb"], &[]),
    ("(?m)^b", &["a\nb"], &[]),
    ("^b", &[], &["a\nb"]),
    ("a.b", &["a\rb"], &["a\nb"]),
    ("(?s)a.b", &["a\nb"], &[]),
    ("a\\z", &["a"], &["a\n"]),
    ("\\Aa", &[], &["ba"]),
    ("(?U)a+?", &["a"], &[]),
    ("[a-a]", &["a"], &[]),
    ("[\\n]", &["\n"], &[]),
    ("[\\pL]", &["é"], &[]),
    ("[\\-a]", &["-"], &[]),
    ("[\\]]", &["]"], &[]),
    ("a]", &["a]"], &["]"]),
    ("}", &["}"], &[]),
    ("a{", &["a{"], &[]),
    ("a{1", &["a{1"], &[]),
    ("a{01}", &[], &["a"]),
    ("a{ 1}", &["a{ 1}"], &[]),
    ("a{1,}?", &["a"], &[]),
    ("a{1}?", &["a"], &[]),
    ("a{0}", &["b"], &[]),
    ("a{00000000001}", &[], &["a"]),
    ("a{99999999999999}", &[], &["a"]),
    ("[:alpha:]", &[":"], &[]),
    ("[[.a.]]", &[".]"], &[]),
    ("[[=a=]]", &["=]"], &[]),
    ("(?i:a)b", &["Ab"], &["AB"]),
    ("(?i-s:a)", &["A"], &[]),
    ("(?-i:a)", &[], &["A"]),
    ("(?i)a(?-i)b", &["Ab"], &["AB"]),
    ("(?i)a|b", &["B"], &[]),
    ("(a(?i)b)c", &["aBc"], &["aBC"]),
    ("^\\B", &["ö"], &[]),
    ("\\bö", &["xö"], &["ö"]),
    ("größe\\b", &["größe"], &[]),
    ("gr\\b", &["größe"], &[]),
    ("x\\Bö", &[], &["xö"]),
    ("a\u{0}b", &["a\u{0}b"], &[]),
    ("[^a]", &["\n", "ö"], &[]),
    ("[^\\s]", &["\u{b}"], &[]),
    ("(?i)ß", &["ẞ"], &["SS"]),
    ("(?i)σ", &["ς"], &[]),
    ("(?i)[a-z]", &["ſ", "K"], &[]),
    ("(?i)İ", &[], &["i"]),
    ("[\\w&&[^a]]", &["a]", "&]"], &["&", "a"]),
    ("[a-\\x{62}]", &["b"], &[]),
    ("[\\x41-\\x43]", &["B"], &[]),
    ("[\\101-C]", &["B"], &[]),
    ("[\\a\\f\\v]", &["\u{7}", "\u{c}", "\u{b}"], &[]),
    ("\\a\\f\\t\\n\\r\\v", &["\u{7}\u{c}\t\n\r\u{b}"], &[]),
    ("^[\\w-]+$", &["web-1"], &["größe-1"]),
    ("^[a&&b]+$", &["a&b", "ab"], &[]),
    ("^\\d{3}$", &["123"], &["١٢٣"]),
    ("\\bweb\\b", &["web", "öwebö"], &["web1"]),
    ("^[^\\W\\d]+$", &["web"], &["ö", "1"]),
    ("[a-z&&[^aeiou]]", &["a]"], &["b", "&"]),
    ("^[[]$", &["["], &[]),
    ("[~~]", &["~"], &[]),
    ("^(?P<env>prod|dev)-", &["prod-1"], &[]),
    ("\\$\\{.*\\}", &["${a}"], &[]),
    ("^\\<a\\>$", &["<a>"], &["a"]),
    ("(?i)^WEB$", &["web", "Web"], &[]),
    ("x{0,3}y", &["y", "xxy"], &[]),
    ("[\\x{1F600}-\\x{1F64F}]", &["\u{1f600}"], &[]),
    ("^arn:aws:iam::\\d{12}:role/[\\w+=,.@-]+$", &["arn:aws:iam::123456789012:role/a-b"], &["arn:aws:iam::123456789012:role/ä"]),
];

/// What RE2 refuses.
#[rustfmt::skip]
const REFUSED: &[&str] = &[
    "\\ö", "{2}", "a{2}{3}", "a**", "a*+", "a*??", "a{1001}", "(a{100}){11}", "((a{10}){10}){11}", "(a{2,}){501}",
    "a{2,1}", "[a--b]", "[]", "[a-\\d]", "[[:foo:]]", "[a-[:digit:]]", "(?i)*", "|*", "(*)", "a|*", "(?x)a b", "(?u)a",
    "(?R)a", "(?-)a", "(?i-)a", "(?-i-s)a", "(?", "(?<n.b>a)", "(?P=n)", "(?#c)a", "(?=a)", "(?P'n'a)", "\\c", "\\e",
    "\\E", "\\F", "\\g", "\\G", "\\h", "\\H", "\\i", "\\j", "\\k", "\\l", "\\m", "\\N", "\\o", "\\p", "\\P", "\\q",
    "\\R", "\\T", "\\u", "\\U", "\\V", "\\x", "\\X", "\\y", "\\Y", "\\Z", "\\1", "\\2", "\\3", "\\4", "\\5", "\\6",
    "\\7", "\\8", "\\9", "\\18", "\\x{}", "\\x4", "\\x{110000}", "\\x{ 41}", "[\\Qa]\\E]", "a\\Eb", "\\p{greek}",
    "\\p{Letter}", "\\p{Cn}", "\\p{LC}", "\\p{Alphabetic}", "\\p{Grek}", "\\p{Script=Greek}", "\\p{}", "\\pö",
    "\\p{OldItalic}", "\\p{Zyyy}", "\\p{Assigned}", "\\p^L", "[z-a]", "[\\b]", "[\\B]", "[\\A]", "[\\z]", "[\\Q]",
    "[\\]", "a)", "(a", "[[:ALPHA:]]", "\\", "a\\", "(?i", "(?P<", "(?P<a", "(?:a",
];

fn is_found(pattern: &str, text: &str) -> Option<bool> {
    Pattern::compile(pattern).ok()?.is_found_in(text, &mut EvalBudget::default()).ok()
}

#[test]
fn patterns_mean_what_they_mean_in_re2() {
    for (pattern, found, not_found) in KNOWN {
        let all = found.iter().map(|text| (text, true));
        for (text, is) in all.chain(not_found.iter().map(|text| (text, false))) {
            assert_eq!(is_found(pattern, text), Some(is), "{pattern:?} in {text:?}");
        }
    }
}

#[test]
fn what_re2_refuses_is_refused() {
    let taken: Vec<_> =
        REFUSED.iter().filter(|pattern| Pattern::compile(pattern).is_ok()).collect();
    assert!(taken.is_empty(), "{taken:?}");
}

/// Pattern of the crate for one of RE2, or why there is none.
fn told(pattern: &str) -> String {
    let ours = || translate(pattern).map(|it| it.pattern).unwrap_or_default();
    let said = Pattern::compile(pattern).map_or_else(|reason| reason, |_| ours());
    format!("{pattern} -> {said}")
}

#[test]
fn what_only_one_of_both_knows_is_told() {
    let patterns = [
        r"\w\W\d\s",
        r"[\w&&[^a]]",
        r"[a--b]",
        r"[[:foo:]]",
        r"\bweb\B",
        r"\<web\>",
        r"a{,2}",
        r"a{1001}",
        r"(a{100}){11}",
        r"a**",
        r"a{2,1}",
        r"(?x)a b",
        r"(?-u)a",
        r"\p{Alphabetic}",
        r"\p{Script=Greek}",
        r"\p{^Greek}",
        r"\u{41}",
        r"\C",
        r"\1",
        r"(?=a)",
        r"(?P<a.b>c)",
        r"[z-a]",
        r"(",
        r"a)",
        r"[a",
        r"\",
    ];
    insta::assert_snapshot!(patterns.map(told).join("\n"), @r"
    \w\W\d\s -> [0-9A-Za-z_][^0-9A-Za-z_][0-9][\t\n\x0C\r ]
    [\w&&[^a]] -> [[0-9A-Za-z_]\&\&\[\^a]\]
    [a--b] -> the pattern is wrong: `a--` goes downwards
    [[:foo:]] -> the pattern is wrong: there is no class `[:foo:]`
    \bweb\B -> (?-u:\b)web(?-u:\B)
    \<web\> -> <web>
    a{,2} -> a\{\,2\}
    a{1001} -> the pattern is wrong: `{1001}` makes more than the 1000 repeats of RE2
    (a{100}){11} -> the pattern is wrong: `{11}` makes more than the 1000 repeats of RE2
    a** -> the pattern is wrong: `*` repeats a repetition
    a{2,1} -> the pattern is wrong: `{2,1}` is from more to fewer
    (?x)a b -> the pattern is wrong: RE2 has no flag `x`, only `i`, `m`, `s` and `U`
    (?-u)a -> the pattern is wrong: RE2 has no flag `u`, only `i`, `m`, `s` and `U`
    \p{Alphabetic} -> the pattern is wrong: RE2 has of `\p{...}` categories such as `Lu`, and scripts such as `Greek`
    \p{Script=Greek} -> the pattern is wrong: `\p{Script=Greek}` is neither a category such as `Lu` nor a script such as `Greek`
    \p{^Greek} -> \P{Script=Greek}
    \u{41} -> the pattern is wrong: RE2 does not know `\u`, but `\x{1F600}`
    \C -> the pattern is wrong: `\C`, a byte of a character, is not known here
    \1 -> the pattern is wrong: RE2 has no references to groups
    (?=a) -> the pattern is wrong: RE2 has no look-around
    (?P<a.b>c) -> the pattern is wrong: the name of a group is letters, digits and `_`
    [z-a] -> the pattern is wrong: `z-a` goes downwards
    ( -> the pattern is wrong: unclosed group
    a) -> the pattern is wrong: unopened group
    [a -> the pattern is wrong: a class lacks its `]`
    \ -> the pattern is wrong: `\` stands at the end
    ");
}

#[test]
fn letters_of_either_case_are_looked_up_so_many_times() {
    let wide = r"[\x{80}-\x{10ffff}]";
    for (pattern, is_fine) in [
        (wide.repeat(50), true),
        (format!("(?i){}", wide.repeat(4)), true),
        (format!("(?i){}", wide.repeat(5)), false),
        (format!("a(?i:{})", wide.repeat(5)), false),
        (format!("(?i){}", "[a-z0-9]".repeat(50)), true),
        (format!("(?-i){}", wide.repeat(5)), true),
    ] {
        let said = Pattern::compile(&pattern).map(|_| ());
        let too_large = Err("the pattern is wrong: with `i` its classes are too large".to_owned());
        assert_eq!(said == too_large, !is_fine, "{pattern}: {said:?}");
    }
}
