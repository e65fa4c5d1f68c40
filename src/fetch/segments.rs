//! Lists that are asked by segments.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;

use super::Source;
use crate::resource::{Listing, Schema, Segment, Target};

/// Listings of the segments that are required, without those that others cover; these are asked for
/// where none of the others could be read whole, since what is refused as a whole may be allowed in part.
pub(super) async fn listings(
    source: &dyn Source,
    target: &Target,
    schema: &Schema,
    required: &BTreeSet<&Segment>,
) -> BTreeMap<Segment, Listing> {
    let mut asked: BTreeMap<Segment, Listing> = BTreeMap::new();
    loop {
        let is_known = |segment: &Segment| {
            let mut around = asked.iter().filter(|(other, _)| other.covers(segment));
            asked.contains_key(segment) || around.any(|(_, listing)| listing.failure().is_none())
        };
        let least = Segment::least(required.iter().copied().filter(|segment| !is_known(segment)));
        if least.is_empty() {
            return asked;
        }
        let answers = least.into_iter().map(|segment| async move {
            (segment.clone(), source.list_segment(target, schema, segment).await)
        });
        asked.extend(join_all(answers).await);
    }
}
