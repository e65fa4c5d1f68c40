//! Reading a recording: from bytes into its types in one pass, with no tree of JSON between, since a
//! file may have 256 MiB.
//!
//! The pass refuses what the JSON Schema of recordings refuses, and keys that are there twice. What
//! else is wrong then is left to [`super::problems`].

mod json;
mod resources;
mod stack;
mod texts;
mod values;
mod window;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{DeserializeSeed, Error, MapAccess};

use self::json::{Entries, FromText, Object, missing, set, unexpected};
use self::resources::{Entry, List};
use self::stack::Stack;
use self::texts::Texts;
use self::values::instant;
use self::window::{Unread, Window};
use super::{API_VERSION, KIND};
use crate::resource::{
    Inventory, ListScope, Listing, Provider, Region, Resource, Schema, SchemaRegistry, TypeName,
};

/// Inventory that a text describes. The error names the first thing that is wrong, with line and
/// column.
pub(super) fn recording(text: &[u8], schemas: &SchemaRegistry) -> serde_json::Result<Inventory> {
    whole(text, Document { schemas, reading: &Reading::whole() })
}

/// Inventory that at most so many bytes describe, read by windows; `None` where that is refused, or
/// cannot be told so: [`recording`] knows, and why.
pub(super) fn by_windows(
    from: &mut dyn io::Read,
    most_bytes: u64,
    schemas: &SchemaRegistry,
) -> Option<Inventory> {
    let window = RefCell::new(Window::new(from, most_bytes));
    let cut = |entry: Entry<'_>| window.borrow_mut().object(entry);
    let reading = Reading { cut: Some(&cut), levels: LEVELS, ..Reading::whole() };
    let mut json = serde_json::Deserializer::from_reader(Unread(&window));
    let read = Object(Document { schemas, reading: &reading }).deserialize(&mut json).ok()?;
    json.end().ok()?;
    Some(read)
}

/// Levels of the values of a resource that is read apart from what is around it. In a whole text
/// there may be more.
const LEVELS: u8 = 100;

/// Reads a resource out of what is at hand of a file.
type Cut<'w> = dyn Fn(Entry<'_>) -> Option<Resource> + 'w;

/// What goes along with all that is read of one recording.
struct Reading<'w> {
    texts: Texts,
    stack: Stack,
    /// Cuts the resource from the text whose opening brace was read last, all but the closing one;
    /// without it the text is there as a whole.
    cut: Option<&'w Cut<'w>>,
    /// Levels of lists and objects that a value may have.
    levels: u8,
}

impl Reading<'_> {
    /// A text that is there as a whole, whose levels are counted by who takes it apart.
    fn whole() -> Self {
        Self { texts: Texts::new(), stack: Stack::default(), cut: None, levels: u8::MAX }
    }
}

/// Resource that a text describes, one of a list of its type in a region.
pub(super) fn resource(
    text: &[u8],
    schema: &Schema,
    region: &Region,
) -> serde_json::Result<Resource> {
    whole(text, Entry { schema, region, reading: &Reading::whole() })
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
struct Document<'s> {
    schemas: &'s SchemaRegistry,
    reading: &'s Reading<'s>,
}

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
                    let Self { schemas, reading } = self;
                    let read = map.next_value_seed(Object(Lists { schemas, reading }))?;
                    set(&mut listings, read, "lists")?;
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
struct Lists<'s> {
    schemas: &'s SchemaRegistry,
    reading: &'s Reading<'s>,
}

impl<'de> Entries<'de> for Lists<'_> {
    type Output = Listings;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<Listings, A::Error> {
        let mut listings = Listings::new();
        let mut seen: Vec<&TypeName> = Vec::new();
        let Self { schemas, reading } = self;
        let find = |name: &str| schemas.get(name).ok_or_else(|| unexpected(name));
        while let Some(schema) = map.next_key_seed(FromText(find))? {
            if seen.contains(&&schema.type_name) {
                return Err(json::twice(schema.type_name.as_str()));
            }
            seen.push(&schema.type_name);
            let lists = ListsOfType { schema, reading, listings: &mut listings };
            map.next_value_seed(Object(lists))?;
        }
        Ok(listings)
    }
}

/// Lists of one type, by region.
struct ListsOfType<'s, 'l> {
    schema: &'s Schema,
    reading: &'s Reading<'s>,
    listings: &'l mut Listings,
}

impl<'de> Entries<'de> for ListsOfType<'_, '_> {
    type Output = ();

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { schema, reading, listings } = self;
        while let Some(region) = map.next_key::<Region>()? {
            if region.is_global() != (schema.scope == ListScope::Global) {
                return Err(A::Error::custom(unexpected(region.as_str())));
            }
            let listing = map.next_value_seed(Object(List { schema, region: &region, reading }))?;
            let name = region.to_string();
            if listings.insert((schema.type_name.clone(), region), listing).is_some() {
                return Err(json::twice(&name));
            }
        }
        Ok(())
    }
}
