//! Work on many files, on all processors.

use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::source::SourceFile;

/// Bytes of policies for which another thread is worth its start.
const BYTES_A_THREAD: usize = 64 * 1024;
/// How many runs a thread takes at least, so that all threads end at about the same time.
const RUNS_A_THREAD: usize = 16;
/// The most items of a run.
const LONGEST_RUN: usize = 64;

/// Results of `read` on runs of neighbouring files, in their order, on all processors.
pub fn parallel<T: Send>(files: &[SourceFile], read: impl Fn(&[SourceFile]) -> T + Sync) -> Vec<T> {
    let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
    parallel_runs(files, bytes / BYTES_A_THREAD, read)
}

/// Results of `work` on runs of neighbouring items, in their order, on all processors but at most
/// so many threads: with less than two of them there is one run, and the caller does it.
pub fn parallel_runs<I: Sync, T: Send>(
    items: &[I],
    threads: usize,
    work: impl Fn(&[I]) -> T + Sync,
) -> Vec<T> {
    let threads = threads.min(items.len());
    // Finding out how many processors there are takes longer than much of what is asked for here.
    let threads = if threads > 1 { threads.min(processors()) } else { threads };
    if threads <= 1 {
        return vec![work(items)];
    }
    let run = (items.len() / (threads * RUNS_A_THREAD)).clamp(1, LONGEST_RUN);
    let runs: Vec<&[I]> = items.chunks(run).collect();
    let next = AtomicUsize::new(0);
    let take = || {
        let mut done = Vec::new();
        loop {
            let index = next.fetch_add(1, Ordering::Relaxed);
            let Some(run) = runs.get(index) else { return done };
            done.push((index, work(run)));
        }
    };
    let mut done: Vec<(usize, T)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(take)).collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().map(|(_, result)| result).collect()
}

/// Processors that the process may use, as they were found the first time.
fn processors() -> usize {
    static PROCESSORS: LazyLock<usize> =
        LazyLock::new(|| std::thread::available_parallelism().map_or(1, NonZero::get));
    *PROCESSORS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_keep_their_order_on_several_processors() {
        let text = "#".repeat(BYTES_A_THREAD);
        let files: Vec<_> =
            (0..50).map(|n| SourceFile::new(format!("{n}.yaml"), text.as_bytes())).collect();
        let paths =
            parallel(&files, |run| run.iter().map(|it| it.path.to_string()).collect::<Vec<_>>())
                .concat();
        let expected: Vec<_> = (0..50).map(|n| format!("{n}.yaml")).collect();
        assert_eq!(paths, expected);
        assert_eq!(parallel(&files[..1], |run| run[0].bytes.len()), [BYTES_A_THREAD]);
    }
}
