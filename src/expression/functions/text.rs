//! Functions of text.

use super::{Form, Function, Gives, Parameter, Signature, TEXT, TEXTS, signature};

const REPLACE: &[Parameter] = &[Parameter::Text, Parameter::Text, Parameter::Text];
const SUBSTRING: &[Parameter] = &[Parameter::Text, Parameter::Integer, Parameter::Integer];

pub(super) static SIGNATURES: [Signature; 12] = [
    signature("contains", Function::Contains, Form::Method, TEXTS, Gives::Bool)
        .doc("text.contains(part)", "Whether a text has a part.")
        .example("'web-1'.contains('b-')", "true"),
    signature("endsWith", Function::EndsWith, Form::Method, TEXTS, Gives::Bool)
        .doc("text.endsWith(part)", "Whether a text ends with a part.")
        .example("'web-1'.endsWith('-1')", "true"),
    signature("glob", Function::Glob, Form::Either, TEXTS, Gives::Bool)
        .doc(
            "glob(text, pattern)",
            "Whether a whole text is as a pattern says, where `*` stands for any characters and \
             `?` for one.",
        )
        .example("glob('web-1', 'web-*')", "true"),
    signature(
        "indexOf",
        Function::IndexOf,
        Form::Method,
        &[Parameter::Sequence, Parameter::Any],
        Gives::Int,
    )
    .doc(
        "x.indexOf(part)",
        "Where a part of a text, or an element of a list, is first, counted from 0; -1 where it \
         is nowhere.",
    )
    .example("'web-1'.indexOf('-')", "3"),
    signature("lowerAscii", Function::LowerAscii, Form::Method, TEXT, Gives::String)
        .doc("text.lowerAscii()", "A text with A to Z as a to z.")
        .example("'Web-1'.lowerAscii()", "'web-1'"),
    signature("matches", Function::Matches, Form::Either, TEXTS, Gives::Bool)
        .doc(
            "text.matches(pattern)",
            "Whether a regular expression is found in a text; it must stand there as a string.",
        )
        .example("'web-1'.matches('^web-[0-9]+$')", "true"),
    signature("replace", Function::Replace, Form::Method, REPLACE, Gives::String)
        .doc("text.replace(part, by)", "A text with every occurrence of a part replaced.")
        .example("'a.b.c'.replace('.', '-')", "'a-b-c'"),
    signature("split", Function::Split, Form::Method, TEXTS, Gives::Strings)
        .doc(
            "text.split(separator)",
            "The parts of a text between separators; its characters where the separator is empty.",
        )
        .example("'a,b'.split(',')", "['a', 'b']"),
    signature("startsWith", Function::StartsWith, Form::Method, TEXTS, Gives::Bool)
        .doc("text.startsWith(part)", "Whether a text starts with a part.")
        .example("'web-1'.startsWith('web')", "true"),
    signature("substring", Function::Substring, Form::Method, SUBSTRING, Gives::String)
        .optional(1)
        .doc(
            "text.substring(start, end)",
            "The characters from one position up to another, or to the end; positions count \
             from 0.",
        )
        .example("'web-1'.substring(4)", "'1'"),
    signature("trim", Function::Trim, Form::Method, TEXT, Gives::String)
        .doc("text.trim()", "A text without the white space around it.")
        .example("' web '.trim()", "'web'"),
    signature("upperAscii", Function::UpperAscii, Form::Method, TEXT, Gives::String)
        .doc("text.upperAscii()", "A text with a to z as A to Z.")
        .example("'web-1'.upperAscii()", "'WEB-1'"),
];
