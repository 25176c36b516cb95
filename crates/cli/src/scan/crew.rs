//! Many files at once, told in their order.
//!
//! Each worker claims the next file and opens a short channel for it; the channels are read in the order in which the
//! files were claimed. A worker that is ahead waits on its full channel, so memory holds a few batches per worker.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::inputs::Input;
use super::worker::{self, Message, Work};

/// How many batches a worker may be ahead of the reading.
const BATCHES_AHEAD: usize = 4;

/// Where a file's messages will come from: the file's index and its channel.
type Claimed = (usize, Receiver<Message>);

/// Reads `files` with `jobs` workers; `take` gets every message with its file, in the order of the files, and how many
/// bytes have been read so far, and says whether to go on.
pub(super) fn run(
    files: &[Input],
    jobs: usize,
    work: &Work<'_>,
    mut take: impl FnMut(&Input, Message, u64) -> bool,
) {
    let bytes_read = AtomicU64::new(0);
    let (claims, claimed) = channel::<Claimed>();
    let next = Mutex::new((0, claims));
    thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, files.len().max(1)) {
            scope.spawn(|| {
                while let Some((file, sender)) = claim(files, &next) {
                    worker::read_file(&file.path, work, &bytes_read, &mut |message| {
                        sender.send(message).is_ok()
                    });
                }
            });
        }
        for _ in files {
            let Ok((index, messages)) = claimed.recv() else { break };
            let Some(file) = files.get(index) else { break };
            for message in messages {
                if !take(file, message, bytes_read.load(Ordering::Relaxed)) {
                    // Whoever finds nobody listening reads no further file.
                    return drop(claimed);
                }
            }
        }
    });
}

/// The next file nobody reads yet. Claim and announcement are one step: channels come in the order of the files.
fn claim<'f>(
    files: &'f [Input],
    next: &Mutex<(usize, Sender<Claimed>)>,
) -> Option<(&'f Input, SyncSender<Message>)> {
    let mut next = next.lock().unwrap_or_else(PoisonError::into_inner);
    let index = next.0;
    let file = files.get(index)?;
    let (sender, receiver) = sync_channel(BATCHES_AHEAD);
    next.0 += 1;
    next.1.send((index, receiver)).ok()?;
    Some((file, sender))
}
