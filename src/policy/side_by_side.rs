//! Work on many files, on all processors.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::source::SourceFile;

/// Bytes of policies for which another thread is worth its start.
const BYTES_A_THREAD: usize = 64 * 1024;

/// What `read` makes of each file, in the order of the files, on all processors.
pub(super) fn side_by_side<T: Send>(
    files: &[SourceFile],
    read: impl Fn(&SourceFile) -> T + Sync,
) -> Vec<T> {
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = processors.min(files.len()).min(bytes / BYTES_A_THREAD);
    if threads <= 1 {
        return files.iter().map(read).collect();
    }
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(file) = files.get(index) else { return done };
            done.push((index, read(file)));
        }
    };
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, read)| read).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_order_on_several_processors() {
        let text = "#".repeat(BYTES_A_THREAD);
        let files: Vec<_> =
            (0..50).map(|n| SourceFile::new(format!("{n}.yaml"), text.as_bytes())).collect();
        let paths = side_by_side(&files, |file| file.path.to_string());
        let expected: Vec<_> = (0..50).map(|n| format!("{n}.yaml")).collect();
        assert_eq!(paths, expected);
        assert_eq!(side_by_side(&files[..1], |file| file.bytes.len()), [BYTES_A_THREAD]);
    }
}
