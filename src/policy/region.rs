//! Regions by their names, wherever policies say one.

use crate::diagnostic::{Code, meant};
use crate::document::Span;
use crate::resource::{Region, is_documented, regions};

use super::context::FileContext;

/// Region of a name, or `global`. A name that no region of AWS can have is refused; of one that
/// is not documented is warned, since AWS opens new regions.
pub(super) fn resolve(name: &str, at: Span, file: &mut FileContext) -> Option<Region> {
    let region: Region = file.parse_text(name, at)?;
    if is_documented(name, regions()) || file.is_full() {
        return Some(region);
    }
    let known = regions().iter().map(|known| &**known).filter(|known| *known != "global");
    let near = meant(name, known);
    if !is_shaped(name) {
        let message = format!("`{name}` is not the name of an AWS region");
        let help = near.unwrap_or_else(|| "write it as in `eu-west-1`".to_owned());
        let refused = file.error(at, Code::InvalidValue, message);
        file.report(refused.help(help));
        return None;
    }
    let message = format!("no region `{name}` is documented");
    let help = near.unwrap_or_else(|| "AWS may have opened it since this version".to_owned());
    let odd = file.warning(at, Code::UndocumentedValue, message);
    file.report(odd.help(help));
    Some(region)
}

/// `true` where a name looks like those of AWS, such as `eu-west-1` and `us-gov-east-1`.
fn is_shaped(name: &str) -> bool {
    let mut parts: Vec<&str> = name.split('-').collect();
    let number = parts.pop().unwrap_or_default();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    parts.len() >= 2 && parts.iter().all(is_word) && number.parse::<u8>().is_ok()
}
