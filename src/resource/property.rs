//! What a resource says of a property: the one place where a lack becomes null, or unknown.

use std::sync::Arc;

use super::{Cause, Facet, Failure, Operation, Property, Resource, Value};

static NULL: Value = Value::Null;

impl Property {
    /// The value that counts where a resource is known to lack the property: the one that the cloud
    /// documents to be in force then, else null.
    pub fn value_if_missing(&self) -> &Value {
        self.default.as_ref().unwrap_or(&NULL)
    }
}

impl Resource {
    /// What an operation says of it. Whatever is read by a schema shares its names, so that mostly no
    /// text is compared.
    pub fn facet(&self, operation: &Operation) -> Option<&Facet> {
        let mut shared = self.facets.iter().filter(|(known, _)| known.shares(operation));
        shared.next().map(|(_, facet)| facet).or_else(|| self.facets.get(operation))
    }

    /// The value of a top-level property of the resource's type, or why it is unknown.
    ///
    /// | the facet of the property's operation | says |
    /// | --- | --- |
    /// | read, with a value | the value |
    /// | read, with null; absent | [`Property::value_if_missing`] |
    /// | read, without the property | the same; `unknown(unsupported)` of one that is [`Property::recorded_only`], which nobody asked for; `unknown(not_collected)` of one that is [`Property::recorded_late`] |
    /// | failed | unknown with its cause |
    /// | not there | `unknown(not_collected)` |
    pub fn property<'r>(
        &'r self,
        name: &Arc<str>,
        property: &'r Property,
    ) -> Result<&'r Value, Failure> {
        match self.facet(&property.operation) {
            Some(Facet::Read(answer)) => match answer.get_shared(name) {
                None if property.recorded_only => Err(only_recorded(name)),
                None if property.recorded_late => Err(property.lacking(name)),
                None | Some(Value::Null) => Ok(property.value_if_missing()),
                Some(value) => Ok(value),
            },
            Some(Facet::Absent) => Ok(property.value_if_missing()),
            Some(Facet::Failed(failure)) => Err(failure.clone()),
            None => {
                let message = format!("{} was not collected", property.operation);
                Err(Failure::new(Cause::NotCollected, message))
            }
        }
    }
}

fn only_recorded(name: &str) -> Failure {
    let message =
        format!("`{name}` is not read from live accounts yet, only from recorded inventories");
    Failure::new(Cause::Unsupported, message)
}

impl Property {
    /// Why there is no value of what an inventory lacks: it was recorded by a version that did not know
    /// it ([`Property::recorded_late`]), or collected without the setting that it takes.
    pub fn lacking(&self, name: &str) -> Failure {
        let message = match &self.setting {
            Some(setting) => format!("`{name}` is not collected without the setting `{setting}`"),
            None => format!("the inventory was recorded without `{name}`; record it again"),
        };
        Failure::new(Cause::NotCollected, message)
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Region, Schema};
    use super::*;

    const SCHEMA: &str = r#"{
        "type": "T", "description": "", "scope": "global", "list": "t:List", "identifier": "Id",
        "operations": { "t:List": { "permissions": ["t:List"] } },
        "properties": {
            "Id": { "type": "string", "operation": "t:List" },
            "Zone": { "type": "string", "operation": "t:List", "recordedOnly": true },
            "Host": { "type": "string", "operation": "t:List", "recordedLate": true, "nullable": true },
            "Mode": { "type": "string", "operation": "t:List", "default": "standard" }
        }
    }"#;

    /// Answers of a resource with this facet for each property: JSON, or a cause.
    fn said(facet: Option<Facet>) -> Vec<String> {
        let schema = Schema::parse(SCHEMA).expect("a schema");
        let resource = Resource {
            type_name: schema.type_name.clone(),
            id: "t-1".into(),
            arn: None,
            region: Region::global(),
            facets: facet.into_iter().map(|facet| (schema.list.clone(), facet)).collect(),
        };
        let properties = schema.properties.iter();
        let said = properties.map(|(name, property)| match resource.property(name, property) {
            Ok(value) => value.to_json().to_string(),
            Err(failure) => failure.cause.to_string(),
        });
        said.collect()
    }

    fn read(json: &serde_json::Value) -> Facet {
        Facet::Read(Value::from_json(json))
    }

    #[test]
    fn a_value_null_and_unknown_are_three_things() {
        use serde_json::json;
        let whole = json!({ "Id": "t-1", "Zone": "a", "Host": "h", "Mode": "fast" });
        assert_eq!(said(Some(read(&whole))), [r#""t-1""#, r#""a""#, r#""h""#, r#""fast""#]);
        let nulls = json!({ "Id": "t-1", "Zone": null, "Host": null, "Mode": null });
        assert_eq!(said(Some(read(&nulls))), [r#""t-1""#, "null", "null", r#""standard""#]);
        assert_eq!(
            said(Some(read(&json!({})))),
            ["null", "unsupported", "not_collected", r#""standard""#]
        );
        assert_eq!(said(Some(Facet::Absent)), ["null", "null", "null", r#""standard""#]);
        let denied = Facet::Failed(Failure::new(Cause::AccessDenied, "no"));
        assert_eq!(said(Some(denied)), ["access_denied"; 4]);
        assert_eq!(said(None), ["not_collected"; 4]);
    }
}
