//! From the SDK's types to the JSON that resource schemas describe.

use aws_smithy_types::DateTime;
use aws_smithy_types::date_time::Format;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value as Json, json};

/// An object of the fields that have a value: null stands for what is not there.
pub(super) fn object<const N: usize>(fields: [(&str, Json); N]) -> Json {
    let given = fields.into_iter().filter(|(_, value)| !value.is_null());
    Json::Object(given.map(|(name, value)| (name.to_owned(), value)).collect::<Map<_, _>>())
}

/// A list of what each item becomes.
pub(super) fn array<T>(items: impl IntoIterator<Item = T>, each: impl FnMut(T) -> Json) -> Json {
    Json::Array(items.into_iter().map(each).collect())
}

/// A list of what each item becomes, null where there is none: for what is said or is not.
pub(super) fn some<T>(items: &[T], each: impl FnMut(&T) -> Json) -> Json {
    if items.is_empty() { Json::Null } else { array(items, each) }
}

/// What a member becomes, null where it is not there.
pub(super) fn optional<T>(member: Option<T>, each: impl FnOnce(T) -> Json) -> Json {
    member.map_or(Json::Null, each)
}

/// A text, null where it is empty: mostly an empty element is how EC2 says that there is none.
pub(super) fn text(text: Option<&str>) -> Json {
    text.filter(|text| !text.is_empty()).into()
}

/// A value of one of the SDK's enums.
pub(super) fn name(value: Option<&impl AsRef<str>>) -> Json {
    value.map(AsRef::as_ref).into()
}

/// An instant as RFC 3339 text, null where there is none.
pub(super) fn instant(instant: Option<&DateTime>) -> Json {
    instant.and_then(|instant| instant.fmt(Format::DateTime).ok()).map_or(Json::Null, Json::from)
}

/// A tag as CloudFormation writes it.
pub(super) fn tag(key: &str, value: &str) -> Json {
    json!({ "Key": key, "Value": value })
}

/// A policy document. Text that is no JSON object stays text, `null` included: whoever reads into
/// it learns `unknown`, and whoever does not need it is not disturbed.
pub(super) fn document(text: &str) -> Json {
    match serde_json::from_str(text) {
        Ok(Json::Object(document)) => Json::Object(document),
        _ => Json::from(text),
    }
}

/// A policy document as IAM answers it, percent-encoded. What is a document as it stands is none of
/// these, for they begin with `%7B`: its own percent signs stay.
pub(super) fn encoded_document(text: &str) -> Json {
    match document(text) {
        Json::Object(document) => Json::Object(document),
        as_it_stands => percent_decode_str(text)
            .decode_utf8()
            .map_or(as_it_stands, |decoded| document(&decoded)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_leave_out_what_is_not_there() {
        let fields = [("A", Json::from(1)), ("B", Json::Null), ("C", Json::from(Some("x")))];
        assert_eq!(object(fields), json!({ "A": 1, "C": "x" }));
    }

    #[test]
    fn what_is_empty_is_null_where_that_means_nothing() {
        assert_eq!((text(None), text(Some(""))), (Json::Null, Json::Null));
        assert_eq!(text(Some(" ")), json!(" "));
        assert_eq!(some(&[], |one: &i32| json!(one)), Json::Null);
        assert_eq!(some(&[1, 2], |one| json!(one)), json!([1, 2]));
        assert_eq!(array(&[], |one: &i32| json!(one)), json!([]));
        assert_eq!(optional(Some(1), |one| json!([one])), json!([1]));
        assert_eq!(optional(None, |one: i32| json!([one])), Json::Null);
    }

    #[test]
    fn documents_are_json_where_they_can_be() {
        assert_eq!(encoded_document("%7B%22a%22%3A%20%22x+y%22%7D"), json!({ "a": "x+y" }));
        assert_eq!(encoded_document(r#"{"a": "1%25"}"#), json!({ "a": "1%25" }), "not encoded");
        assert_eq!(encoded_document("%FF"), json!("%FF"));
        for text in ["{nonsense", "null", "[]", "\"x\"", ""] {
            assert_eq!(document(text), json!(text));
        }
    }

    #[test]
    fn instants_are_rfc_3339() {
        assert_eq!(instant(Some(&DateTime::from_secs(1))), json!("1970-01-01T00:00:01Z"));
        assert_eq!(instant(Some(&DateTime::from_millis(1500))), json!("1970-01-01T00:00:01.5Z"));
        assert_eq!(instant(None), Json::Null);
    }
}
