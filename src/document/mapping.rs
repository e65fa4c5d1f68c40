//! Declaration of mappings: a struct, the reader of its fields, and its part of the JSON Schema.

/// Declares a mapping of known keys.
///
/// Each field is the key as it stands in files, then its name and the type of its value, which it
/// holds as a [`Field`](crate::document::Field). Attributes of `schemars` say what a value may be;
/// without `#[schemars(default)]` the key is required. Readers and schemas come of this alone.
macro_rules! mapping {
    (
        $(#[$meta:meta])*
        $vis:vis struct $name:ident {
            $( $(#[$field_meta:meta])* $key:literal $field:ident: $type:ty, )*
        }
    ) => {
        #[derive(Debug, Clone, Default, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        $(#[$meta])*
        $vis struct $name {
            $(
                $(#[$field_meta])*
                #[schemars(rename = $key)]
                $vis $field: $crate::document::Field<$type>,
            )*
        }

        impl $crate::document::Mapping for $name {
            const FIELDS: &'static [$crate::document::FieldReader<Self>] = &[
                $( ($key, |read, entry, reader| read.$field = reader.field(entry)), )*
            ];
        }

        impl $crate::document::FromNode for $name {
            fn from_node(
                node: $crate::document::NodeRef<'_>,
                schema: &$crate::document::NodeSchema,
                subject: $crate::document::Subject<'_>,
                reader: &mut $crate::document::Deserializer<'_>,
            ) -> Option<Self> {
                reader.mapping(node, schema, subject)
            }
        }
    };
}

pub(crate) use mapping;
