//! Futures that run at once, in one task.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

/// Waits for all; their results in their order.
pub(super) async fn all<T: Send, F: Future<Output = T> + Send>(
    futures: impl IntoIterator<Item = F>,
) -> Vec<T> {
    let mut running: Vec<(Pin<Box<F>>, Option<T>)> =
        futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    poll_fn(|context| {
        let mut waits = false;
        for (future, result) in &mut running {
            if result.is_none() {
                match future.as_mut().poll(context) {
                    Poll::Ready(value) => *result = Some(value),
                    Poll::Pending => waits = true,
                }
            }
        }
        if waits { Poll::Pending } else { Poll::Ready(()) }
    })
    .await;
    running.into_iter().filter_map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn all_run_at_once_and_keep_their_order() {
        let wait = |millis| async move {
            tokio::time::sleep(Duration::from_millis(millis)).await;
            millis
        };
        let started = std::time::Instant::now();
        assert_eq!(all([300, 100, 200].map(wait)).await, [300, 100, 200]);
        assert!(started.elapsed() < Duration::from_millis(550));
    }
}
