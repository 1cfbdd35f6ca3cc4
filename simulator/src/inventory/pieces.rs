//! Work on many rows, shared out among the cores.

use std::ops::Range;
use std::thread;

/// Rows that are not worth a thread of their own. Fewer where tests must meet more than one piece.
const FEW: usize = if cfg!(test) { 100 } else { 10_000 };

/// How many rows each piece but the last has.
pub(super) fn size(rows: usize) -> usize {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    rows.div_ceil(cores).max(FEW)
}

/// What `work` makes of each piece of `rows`, in their order.
pub(super) fn each<T: Send>(rows: usize, work: impl Fn(Range<usize>) -> T + Sync) -> Vec<T> {
    let size = size(rows);
    let pieces = (0..rows).step_by(size).map(|start| start..rows.min(start + size));
    if rows <= size {
        return pieces.map(work).collect();
    }
    let work = &work;
    thread::scope(|scope| {
        let workers: Vec<_> = pieces.map(|piece| scope.spawn(move || work(piece))).collect();
        workers.into_iter().map(|worker| worker.join().expect("working on rows does not panic")).collect()
    })
}
