//! JSON Schemas of properties: what editors complete and check recorded and made-up resources by.

use serde_json::{Map, Value as Json, json};

use super::{Kind, Property};

impl Property {
    /// The JSON Schema of its values. Documented values are examples, which editors offer, and no
    /// limit, for the cloud learns new ones.
    pub fn json_schema(&self) -> Json {
        let items = || self.items.as_deref().map_or(Json::Bool(true), Self::json_schema);
        let mut json = match self.kind {
            Kind::String => json!({ "type": ["string", "null"] }),
            Kind::Integer => json!({
                "type": ["integer", "null"], "minimum": i64::MIN, "maximum": i64::MAX,
            }),
            Kind::Double => json!({ "type": ["number", "null"] }),
            Kind::Boolean => json!({ "type": ["boolean", "null"] }),
            Kind::Timestamp => json!({ "type": ["string", "null"], "format": "date-time" }),
            Kind::List => json!({ "type": ["array", "null"], "items": items() }),
            Kind::Map => json!({ "type": ["object", "null"], "additionalProperties": items() }),
            Kind::Object => {
                let properties = self.properties.iter();
                let properties: Map<_, _> = properties
                    .map(|(name, property)| (name.to_string(), property.json_schema()))
                    .collect();
                json!({
                    "type": ["object", "null"],
                    "properties": properties,
                    "additionalProperties": false,
                })
            }
            Kind::Document => json!({ "type": ["object", "string", "null"] }),
        };
        if let Json::Object(json) = &mut json {
            if !self.description.is_empty() {
                json.insert("description".to_owned(), self.description.as_str().into());
            }
            if !self.values.is_empty() {
                let values = self.values.iter().map(|value| Json::from(&**value)).collect();
                json.insert("examples".to_owned(), values);
            }
        }
        json
    }
}
