//! Order in which a sweep goes through an account: all of it once, beginning behind what the one
//! before completed last.

use std::sync::Arc;

use crate::resource::{Region, TypeName};

/// A type in a region that is asked for it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Name of the type.
    pub type_name: TypeName,
    /// Region that is asked; `global` for types that are listed once.
    pub region: Region,
}

/// The last thing that a sweep completed, behind which the next one begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// Place that was looked at last.
    pub place: Place,
    /// Id of the last resource that was completed there; `None` where the place was completed.
    pub resource: Option<Arc<str>>,
}

/// A part of a place, looked at in one go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Visit {
    pub(super) place: Place,
    pub(super) part: Part,
}

/// Which resources of a place are looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    /// All of them.
    Whole,
    /// Those whose ids come behind one.
    Behind(Arc<str>),
    /// Those whose ids come before one, and that one.
    UpTo(Arc<str>),
}

impl Part {
    /// `true` where a resource of this id belongs to it.
    pub(super) fn holds(&self, id: &str) -> bool {
        match self {
            Self::Whole => true,
            Self::Behind(last) => id > &**last,
            Self::UpTo(last) => id <= &**last,
        }
    }
}

/// Visits that look at each resource of these places once: what comes behind `from`, then what comes
/// before it. A position in a place that is no longer among them is as good as any other.
pub(super) fn visits<'p>(
    places: impl IntoIterator<Item = &'p Place>,
    from: Option<&Position>,
) -> Vec<Visit> {
    let whole = |place: &Place| Visit { place: place.clone(), part: Part::Whole };
    let Some(from) = from else { return places.into_iter().map(whole).collect() };
    let (mut before, mut cut, mut behind) = (Vec::new(), false, Vec::new());
    for place in places {
        if *place > from.place {
            behind.push(whole(place));
        } else if *place < from.place || from.resource.is_none() {
            before.push(whole(place));
        } else {
            cut = true;
        }
    }
    let part = |part: fn(Arc<str>) -> Part| {
        let last = from.resource.clone().filter(|_| cut)?;
        Some(Visit { place: from.place.clone(), part: part(last) })
    };
    let (rest, start) = (part(Part::Behind), part(Part::UpTo));
    rest.into_iter().chain(behind).chain(before).chain(start).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> Place {
        Place { type_name: name.into(), region: Region::global() }
    }

    /// The visits to the places `a`, `b` and `c` behind a position, in short.
    fn shown(from: Option<(&str, Option<&str>)>) -> String {
        let places = ["a", "b", "c"].map(place);
        let from = from.map(|(name, resource)| Position {
            place: place(name),
            resource: resource.map(Into::into),
        });
        let visits = visits(&places, from.as_ref()).into_iter().map(|visit| {
            let name = visit.place.type_name;
            match visit.part {
                Part::Whole => format!("{name}"),
                Part::Behind(id) => format!("{name}>{id}"),
                Part::UpTo(id) => format!("{name}<={id}"),
            }
        });
        visits.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn a_round_begins_behind_what_was_completed_last() {
        assert_eq!(shown(None), "a b c");
        assert_eq!(shown(Some(("b", Some("x")))), "b>x c a b<=x");
        assert_eq!(shown(Some(("b", None))), "c a b");
        assert_eq!(shown(Some(("c", None))), "a b c");
        assert_eq!(shown(Some(("c", Some("x")))), "c>x a b c<=x");
    }

    #[test]
    fn a_place_that_is_gone_still_tells_where_to_go_on() {
        assert_eq!(shown(Some(("bb", Some("x")))), "c a b");
        assert_eq!(shown(Some(("0", None))), "a b c");
        assert_eq!(shown(Some(("d", Some("x")))), "a b c");
    }

    #[test]
    fn the_parts_of_a_place_hold_each_resource_once() {
        let (behind, up_to) = (Part::Behind("m".into()), Part::UpTo("m".into()));
        for id in ["a", "m", "ma", "z"] {
            assert!(behind.holds(id) != up_to.holds(id), "{id}");
            assert!(Part::Whole.holds(id), "{id}");
        }
        assert!(up_to.holds("m"));
    }
}
