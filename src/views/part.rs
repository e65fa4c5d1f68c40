//! Parts of long lists.

/// Part of a list, and where the next part begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part<T, C> {
    /// Rows of the part, in the order of the list.
    pub rows: Vec<T>,
    /// Position after which the next part begins; `None` at the end of the list.
    pub next: Option<C>,
}

/// Rows to read for a part of `limit`: one more tells whether there is a next part.
pub(super) fn rows_to_read(limit: usize) -> i64 {
    i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX)
}

impl<T, C> Part<T, C> {
    /// Part of at most `limit` of the rows that were read, which are one more where there is a next
    /// part.
    pub(super) fn of<R>(
        mut read: Vec<R>,
        limit: usize,
        position: impl Fn(&R) -> C,
        row: impl FnMut(R) -> T,
    ) -> Self {
        let has_more = read.len() > limit;
        read.truncate(limit);
        let next = read.last().filter(|_| has_more).map(position);
        Self { rows: read.into_iter().map(row).collect(), next }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_row_more_than_asked_for_tells_that_there_is_a_next_part() {
        let part = |read: Vec<i64>, limit| Part::of(read, limit, |row| *row, |row| row * 10);
        assert_eq!(part(vec![1, 2, 3], 2), Part { rows: vec![10, 20], next: Some(2) });
        assert_eq!(part(vec![1, 2], 2), Part { rows: vec![10, 20], next: None });
        assert_eq!(part(vec![], 2), Part { rows: vec![], next: None });
        assert_eq!(rows_to_read(2), 3);
    }
}
