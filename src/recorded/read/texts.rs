//! Texts of a recording that are there again and again: names, kinds, regions, tags.

use std::cell::RefCell;
use std::hash::BuildHasher;
use std::sync::Arc;

use foldhash::fast::FixedState;

/// How many texts are known at a time, a power of two.
const PLACES: usize = 1 << 12;
/// Most bytes of a text that is worth the look.
const LONGEST: usize = 64;

/// The texts that were read lately, each at the place that its hash gives. Equal texts are mostly one
/// piece of memory by that, and a text that others took the place of is just another piece.
pub(super) struct Texts {
    hash: FixedState,
    lately: RefCell<Vec<Arc<str>>>,
}

impl Texts {
    /// Texts of which nothing was read yet.
    pub(super) fn new() -> Self {
        Self { hash: FixedState::default(), lately: RefCell::default() }
    }

    /// A text to keep, shared where it was read lately.
    pub(super) fn shared(&self, text: &str) -> Arc<str> {
        if text.len() > LONGEST {
            return Arc::from(text);
        }
        let mut lately = self.lately.borrow_mut();
        if lately.is_empty() {
            lately.resize(PLACES, Arc::default());
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "some bits of a hash are as good as all"
        )]
        let place = self.hash.hash_one(text) as usize % PLACES;
        match lately.get_mut(place) {
            Some(known) if **known == *text => Arc::clone(known),
            Some(known) => {
                *known = Arc::from(text);
                Arc::clone(known)
            }
            None => Arc::from(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_others_are_not() {
        let texts = Texts::new();
        let one = texts.shared("enabled");
        assert!(Arc::ptr_eq(&one, &texts.shared("enabled")));
        for number in 0..10 * PLACES {
            let text = format!("i-{number}");
            assert_eq!(*texts.shared(&text), *text);
        }
        assert_eq!(*texts.shared("enabled"), *one);
        assert_eq!(*texts.shared(""), *"");
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(*texts.shared(&long), *long);
    }
}
