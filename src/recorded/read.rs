//! Reading a recording: from bytes into its types in one pass, with no tree of JSON between, since a
//! file may have 256 MiB.
//!
//! The pass refuses what the JSON Schema of recordings refuses, and keys that are there twice. What
//! else is wrong then is left to [`super::problems`].

mod json;
mod resources;
mod values;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, MapAccess};

use self::json::{Entries, FromText, Object, missing, set, unexpected};
use self::resources::{Entry, List};
use self::values::instant;
use super::{API_VERSION, KIND};
use crate::resource::{
    Inventory, ListScope, Listing, Provider, Region, Resource, Schema, SchemaRegistry, TypeName,
};

/// Inventory that a text describes. The error names the first thing that is wrong, with line and
/// column.
pub(super) fn recording(text: &[u8], schemas: &SchemaRegistry) -> serde_json::Result<Inventory> {
    whole(text, Document(schemas))
}

/// Resource that a text describes, one of a list of its type in a region.
pub(super) fn resource(
    text: &[u8],
    schema: &Schema,
    region: &Region,
) -> serde_json::Result<Resource> {
    whole(text, Entry { schema, region })
}

fn whole<'t, E: Entries<'t>>(text: &'t [u8], entries: E) -> serde_json::Result<E::Output> {
    let mut json = serde_json::Deserializer::from_slice(text);
    let read = Object(entries).deserialize(&mut json)?;
    json.end()?;
    Ok(read)
}

/// Keys at the top of a recording.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Key {
    #[serde(rename = "$schema")]
    Schema,
    ApiVersion,
    Kind,
    Account,
    RecordedAt,
    Lists,
}

/// A recording as a whole.
struct Document<'s>(&'s SchemaRegistry);

impl<'de> Entries<'de> for Document<'_> {
    type Output = Inventory;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Inventory, A::Error> {
        let (mut schema, mut version, mut kind) = (None, None, None);
        let (mut account, mut taken_at, mut listings) = (None, None, None);
        while let Some(key) = map.next_key()? {
            match key {
                Key::Schema => set(&mut schema, map.next_value::<String>()?, "$schema")?,
                Key::ApiVersion => {
                    set(&mut version, map.next_value_seed(constant(API_VERSION))?, "apiVersion")?;
                }
                Key::Kind => set(&mut kind, map.next_value_seed(constant(KIND))?, "kind")?,
                Key::Account => set(&mut account, map.next_value()?, "account")?,
                Key::RecordedAt => {
                    let read: DateTime<Utc> = map.next_value_seed(FromText(instant))?;
                    set(&mut taken_at, read, "recordedAt")?;
                }
                Key::Lists => {
                    set(&mut listings, map.next_value_seed(Object(Lists(self.0)))?, "lists")?;
                }
            }
        }
        version.ok_or_else(|| missing("apiVersion"))?;
        kind.ok_or_else(|| missing("kind"))?;
        Ok(Inventory {
            provider: Provider::Aws,
            account: account.ok_or_else(|| missing("account"))?,
            taken_at: taken_at.ok_or_else(|| missing("recordedAt"))?,
            listings: listings.ok_or_else(|| missing("lists"))?,
        })
    }
}

/// Reads a text that can only be one.
fn constant(only: &'static str) -> FromText<impl FnOnce(&str) -> Result<(), String>> {
    FromText(
        move |text: &str| {
            if text == only { Ok(()) } else { Err(format!("`{only}` is expected here")) }
        },
    )
}

type Listings = BTreeMap<(TypeName, Region), Listing>;

/// Lists by type, and below that by region.
struct Lists<'s>(&'s SchemaRegistry);

impl<'de> Entries<'de> for Lists<'_> {
    type Output = Listings;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Listings, A::Error> {
        let mut listings = Listings::new();
        let mut seen: Vec<&TypeName> = Vec::new();
        let find = |name: &str| self.0.get(name).ok_or_else(|| unexpected(name));
        while let Some(schema) = map.next_key_seed(FromText(find))? {
            if seen.contains(&&schema.type_name) {
                return Err(json::twice(schema.type_name.as_str()));
            }
            seen.push(&schema.type_name);
            map.next_value_seed(Object(ListsOfType { schema, listings: &mut listings }))?;
        }
        Ok(listings)
    }
}

/// Lists of one type, by region.
struct ListsOfType<'s, 'l> {
    schema: &'s Schema,
    listings: &'l mut Listings,
}

impl<'de> Entries<'de> for ListsOfType<'_, '_> {
    type Output = ();

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { schema, listings } = self;
        while let Some(region) = map.next_key::<Region>()? {
            if region.is_global() != (schema.scope == ListScope::Global) {
                return Err(A::Error::custom(unexpected(region.as_str())));
            }
            let listing = map.next_value_seed(Object(List { schema, region: &region }))?;
            let name = region.to_string();
            if listings.insert((schema.type_name.clone(), region), listing).is_some() {
                return Err(json::twice(&name));
            }
        }
        Ok(())
    }
}
