//! A recording in pieces, so that its text is never in memory as a whole.
//!
//! `serde_json` takes bytes from a stream one by one, which costs twice what it does over bytes that
//! are there. So it gets the stream for what is around the resources alone, and each of them as bytes:
//! after the brace that opens one, the rest of it is taken from the window, all but the brace that
//! closes it.

use std::cell::RefCell;
use std::io::{self, Read};

use serde::de::{DeserializeSeed, Error, IgnoredAny, MapAccess};

use super::json::{Entries, Object};

/// Bytes that are read at once, at least.
const AT_ONCE: usize = 256 << 10;

/// Byte order mark, which is passed over.
const MARK: &[u8] = "\u{feff}".as_bytes();

/// Bytes that were read and are not taken yet, and the stream with all others.
pub(super) struct Window<'f> {
    from: &'f mut dyn Read,
    /// Bytes that may still be read; beyond them it is no recording.
    left: u64,
    bytes: Vec<u8>,
    /// Number of the bytes that are taken.
    taken: usize,
}

impl<'f> Window<'f> {
    /// Window over a stream of which at most so many bytes are read.
    pub(super) fn new(from: &'f mut dyn Read, most_bytes: u64) -> Self {
        Self { from, left: most_bytes, bytes: Vec::new(), taken: 0 }
    }

    fn unread(&self) -> &[u8] {
        self.bytes.get(self.taken..).unwrap_or_default()
    }

    /// Reads about as many bytes as are not taken yet, so that what needs several attempts is looked
    /// at twice on average. `false` at the end of the stream.
    fn more(&mut self) -> io::Result<bool> {
        let is_first = self.bytes.is_empty();
        self.bytes.drain(..self.taken);
        self.taken = 0;
        let wanted = self.bytes.len().max(AT_ONCE) as u64;
        let read = (&mut self.from).take(wanted).read_to_end(&mut self.bytes)? as u64;
        self.left = self.left.checked_sub(read).ok_or_else(|| io::Error::other("too large"))?;
        if is_first && self.bytes.starts_with(MARK) {
            self.taken = MARK.len();
        }
        Ok(read > 0)
    }

    /// The object whose opening brace was taken last; its closing one is left.
    pub(super) fn object<T>(
        &mut self,
        entries: impl for<'de> Entries<'de, Output = T> + Copy,
    ) -> Option<T> {
        self.taken = self.taken.checked_sub(1)?;
        loop {
            let mut json = serde_json::Deserializer::from_slice(self.unread());
            match Object(entries).deserialize(&mut json) {
                Ok(read) => {
                    let length = json.into_iter::<IgnoredAny>().byte_offset();
                    self.taken += length.checked_sub(1)?;
                    return Some(read);
                }
                Err(error) if error.is_eof() && self.more().ok()? => {}
                Err(_) => return None,
            }
        }
    }
}

/// The bytes of a window, one after another.
pub(super) struct Unread<'w, 'f>(pub(super) &'w RefCell<Window<'f>>);

impl Read for Unread<'_, '_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut window = self.0.borrow_mut();
        if window.unread().is_empty() && !window.more()? {
            return Ok(0);
        }
        let count = window.unread().read(out)?;
        window.taken += count;
        Ok(count)
    }
}

/// An object that is cut from a window once its opening brace is read. Why it is refused is not told.
pub(super) struct Cut<F>(pub(super) F);

impl<'de, T, F: FnOnce() -> Option<T>> Entries<'de> for Cut<F> {
    type Output = T;

    fn read<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        match ((self.0)(), map.next_key::<IgnoredAny>()?) {
            (Some(read), None) => Ok(read),
            _ => Err(A::Error::custom("an object is refused")),
        }
    }
}
