//! Functions of values of any type: conversions, comparisons, tags.

use super::{Form, Function, Gives, Parameter, Signature, TEXT, signature};

const COMPARED: &[Parameter] = &[Parameter::Any, Parameter::Text, Parameter::Any];

const fn conversion(
    name: &'static str,
    function: Function,
    parameters: &'static [Parameter],
    gives: Gives,
) -> Signature {
    signature(name, function, Form::Global, parameters, gives)
}

pub(super) static SIGNATURES: [Signature; 11] = [
    conversion("bool", Function::Bool, &[Parameter::Convertible(Function::Bool)], Gives::Bool)
        .doc("bool(x)", "The boolean that a text says.")
        .example("bool('true')", "true"),
    signature("compare", Function::Compare, Form::Global, COMPARED, Gives::Bool)
        .optional(1)
        .doc(
            "compare(observed, operator, expected)",
            "Whether `EQUALS`, `NOT_EQUALS`, `CONTAINS`, `NOT_CONTAINS`, `GREATER_THAN`, \
             `LESS_THAN`, `GREATER_THAN_OR_EQUALS`, `LESS_THAN_OR_EQUALS`, `IN_LIST`, \
             `NOT_IN_LIST`, `IS_EMPTY` or `IS_NOT_EMPTY` holds.",
        )
        .example("compare(3, 'GREATER_THAN_OR_EQUALS', 2)", "true"),
    conversion(
        "double",
        Function::Double,
        &[Parameter::Convertible(Function::Double)],
        Gives::Double,
    )
    .doc("double(x)", "The floating point number of an integer or a text.")
    .example("double('1.5')", "1.5"),
    signature("dyn", Function::Dyn, Form::Global, &[Parameter::Any], Gives::Any)
        .doc("dyn(x)", "The value itself, of which no type is known before evaluation.")
        .example("dyn(1)", "1"),
    conversion("int", Function::Int, &[Parameter::Convertible(Function::Int)], Gives::Int)
        .doc("int(x)", "The integer of a text or a number, cut; of an instant, its Unix seconds.")
        .example("int('42')", "42"),
    signature("json", Function::Json, Form::Global, TEXT, Gives::Any)
        .doc("json(text)", "The value that a text says in JSON.")
        .example("json('{\"a\": [1, 2]}').a", "[1, 2]"),
    conversion(
        "string",
        Function::String,
        &[Parameter::Convertible(Function::String)],
        Gives::String,
    )
    .doc("string(x)", "A boolean, number, instant or span of time as text.")
    .example("string(42)", "'42'"),
    signature("tag", Function::Tag, Form::Global, TEXT, Gives::String)
        .doc("tag(key)", "The value of a tag of the resource; null where it has no such tag.")
        .example("tag('env')", "'prod'"),
    signature("type", Function::Type, Form::Global, &[Parameter::Any], Gives::Type)
        .doc("type(x)", "The type of a value: `int`, `string`, `list`, ...")
        .example("type('web')", "string"),
    conversion("uint", Function::Int, &[Parameter::Convertible(Function::Int)], Gives::Int)
        .doc("uint(x)", "As `int`: there is one integer type.")
        .example("uint('42')", "42"),
    conversion(
        "duration",
        Function::Duration,
        &[Parameter::Convertible(Function::Duration)],
        Gives::Duration,
    )
    .doc("duration(text)", "The span of time that a text says, such as `90d`, `1h30m` or `45s`.")
    .example("duration('1h30m') + duration('30m')", "duration('2h')"),
];
