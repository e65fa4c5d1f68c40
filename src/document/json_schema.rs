//! JSON Schemas of what documents are made of: a place changes nothing of what a value may be.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::Value as Json;

use super::scalar::Text;
use super::span::{Entries, Field, List};
use super::value::Value;

/// Gives a type the schema of another one.
macro_rules! same_schema {
    ($([$($parameter:ident)?] $type:ty = $other:ty;)+) => {
        $(
            impl<$($parameter: JsonSchema)?> JsonSchema for $type {
                fn inline_schema() -> bool {
                    <$other>::inline_schema()
                }

                fn schema_name() -> Cow<'static, str> {
                    <$other>::schema_name()
                }

                fn schema_id() -> Cow<'static, str> {
                    <$other>::schema_id()
                }

                fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                    <$other>::json_schema(generator)
                }
            }
        )+
    };
}

same_schema! {
    [T] Field<T> = T;
    [T] List<T> = Vec<T>;
    [T] Entries<T> = BTreeMap<String, T>;
    [] Text = String;
    [] Value = Json;
}

/// Schema of a value of any type but null.
#[derive(Debug)]
pub struct NotNull;

impl JsonSchema for NotNull {
    fn schema_name() -> Cow<'static, str> {
        "NotNull".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        schemars::json_schema!({ "not": { "type": "null" } })
    }
}
