//! Regions by their names, wherever policies say one.

use crate::diagnostic::{Code, Diagnostic, Place, meant};
use crate::resource::{Region, is_documented, regions};

use super::account::parsed;
use super::notes::Notes;

/// The region of a name, or `global`. A name that no region of AWS can have is refused; of one that
/// is not documented is warned, since AWS opens new regions.
pub(super) fn named(name: &str, place: &Place, notes: &mut Notes) -> Option<Region> {
    let region: Region = parsed(name, place, notes)?;
    if is_documented(name, regions()) || notes.is_full() {
        return Some(region);
    }
    let known = regions().iter().map(|known| &**known).filter(|known| *known != "global");
    let near = meant(name, known);
    if !is_shaped(name) {
        let message = format!("`{name}` is not the name of an AWS region");
        let help = near.unwrap_or_else(|| "write it as in `eu-west-1`".to_owned());
        notes.push(Diagnostic::error(place.clone(), Code::InvalidValue, message).help(help));
        return None;
    }
    let message = format!("no region `{name}` is documented");
    let help = near.unwrap_or_else(|| "AWS may have opened it since this version".to_owned());
    notes.push(Diagnostic::warning(place.clone(), Code::UndocumentedValue, message).help(help));
    Some(region)
}

/// Whether a name looks like those of AWS, such as `eu-west-1` and `us-gov-east-1`.
fn is_shaped(name: &str) -> bool {
    let mut parts: Vec<&str> = name.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    parts.len() >= 2 && parts.iter().all(is_word) && number.parse::<u8>().is_ok()
}
