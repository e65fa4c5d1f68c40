//! Parts of texts, by which texts of a form are searched.

/// Place of a part in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// At its start.
    Start,
    /// Anywhere.
    Within,
    /// At its end.
    End,
}

impl Part {
    /// What stands between the wildcards of a glob, `*` and `?`, with its places.
    pub fn of_glob(glob: &str) -> impl Iterator<Item = (&str, Self)> {
        let last = glob.matches(['*', '?']).count();
        glob.split(['*', '?']).enumerate().map(move |(at, part)| match at {
            0 => (part, Self::Start),
            at if at == last => (part, Self::End),
            _ => (part, Self::Within),
        })
    }
}
