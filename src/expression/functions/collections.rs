//! Functions of lists and maps. A list that is null is as if it were empty.

use super::{Form, Function, Gives, Parameter, Signature, signature};

const LIST: &[Parameter] = &[Parameter::List];
const ORDERED: &[Parameter] = &[Parameter::Ordered];

pub(super) static SIGNATURES: [Signature; 8] = [
    signature("distinct", Function::Distinct, Form::Method, LIST, Gives::Same)
        .doc("list.distinct()", "The elements of a list, each once, in the order of their first.")
        .example("[2, 1, 2].distinct()", "[2, 1]"),
    signature("flatten", Function::Flatten, Form::Method, LIST, Gives::Flat)
        .doc("list.flatten()", "The elements of the lists in a list, one level deep.")
        .example("[[1], [2, 3], 4].flatten()", "[1, 2, 3, 4]"),
    signature(
        "join",
        Function::Join,
        Form::Method,
        &[Parameter::Texts, Parameter::Text],
        Gives::String,
    )
    .optional(1)
    .doc("list.join(separator)", "The texts of a list as one, with a separator between them.")
    .example("['a', 'b'].join('-')", "'a-b'"),
    signature("max", Function::Max, Form::Method, ORDERED, Gives::Element)
        .doc("list.max()", "The greatest element of a list, which must not be empty.")
        .example("[1, 3, 2].max()", "3"),
    signature("min", Function::Min, Form::Method, ORDERED, Gives::Element)
        .doc("list.min()", "The least element of a list, which must not be empty.")
        .example("[2, 1, 3].min()", "1"),
    signature("size", Function::Size, Form::Either, &[Parameter::Sized], Gives::Int)
        .doc("size(x)", "The characters of a text, or the elements of a list or map; 0 of null.")
        .example("size('web') + [1, 2].size()", "5"),
    signature("sort", Function::Sort, Form::Method, ORDERED, Gives::Same)
        .doc("list.sort()", "The elements of a list from the least to the greatest.")
        .example("['b', 'a'].sort()", "['a', 'b']"),
    signature("sum", Function::Sum, Form::Method, &[Parameter::Summands], Gives::Element)
        .doc("list.sum()", "The sum of the numbers or spans of time in a list; 0 of an empty one.")
        .example("[1, 2, 3].sum()", "6"),
];
