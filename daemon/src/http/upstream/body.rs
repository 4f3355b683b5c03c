//! Bodies on their way through: one that shows that it moves, one that can be ended.
//!
//! Apart from the handler because of the time to the first byte: it must not run while a browser still sends. A large
//! upload over a slow line is no slow app.

use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, Bytes};
use hyper::body::{Frame, Incoming, SizeHint};
use parking_lot::Mutex;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

/// When a request's body last moved. Shared by the body and by who waits for the answer; held for an instant only.
#[derive(Clone)]
pub(super) struct Progress(Arc<Mutex<Instant>>);

impl Progress {
    pub(super) fn new() -> Self {
        Self(Arc::new(Mutex::new(Instant::now())))
    }

    fn note(&self) {
        *self.0.lock() = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.0.lock()
    }
}

/// Waits for `answer` until `limit` has gone by in which the request did not move either. `None`: it was too slow.
pub(super) async fn first_byte<A: Future>(
    answer: A,
    progress: &Progress,
    limit: Duration,
) -> Option<A::Output> {
    let mut answer = pin!(answer);
    loop {
        let deadline = progress.last() + limit;
        tokio::select! {
            biased;
            answered = &mut answer => return Some(answered),
            () = sleep_until(deadline) => {
                if progress.last() + limit <= Instant::now() {
                    return None;
                }
            }
        }
    }
}

/// A request's body that notes when it moves.
pub(super) struct Watched {
    body: Body,
    progress: Progress,
}

impl Watched {
    pub(super) fn new(body: Body, progress: Progress) -> Self {
        Self { body, progress }
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.body).poll_frame(context);
        if polled.is_ready() {
            self.progress.note();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer's body that ends, as if the app had ended it, when it is told to.
pub(super) struct Stoppable {
    body: Incoming,
    stop: Pin<Box<WaitForCancellationFutureOwned>>,
}

impl Stoppable {
    pub(super) fn new(body: Incoming, stop: CancellationToken) -> Self {
        Self {
            body,
            stop: Box::pin(stop.cancelled_owned()),
        }
    }
}

impl hyper::body::Body for Stoppable {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        if self.stop.as_mut().poll(context).is_ready() {
            return Poll::Ready(None);
        }
        Pin::new(&mut self.body).poll_frame(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::{pending, ready};

    const LIMIT: Duration = Duration::from_secs(60);

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_does_not_begin_is_given_up() {
        let start = Instant::now();
        let progress = Progress::new();
        assert_eq!(first_byte(pending::<()>(), &progress, LIMIT).await, None);
        assert_eq!(start.elapsed(), LIMIT);
        assert_eq!(first_byte(ready(1), &progress, LIMIT).await, Some(1));
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_begins_again_while_the_request_moves() {
        let start = Instant::now();
        let progress = Progress::new();
        let uploading = async {
            for _ in 0..10 {
                tokio::time::advance(LIMIT / 2).await;
                progress.note();
            }
            pending::<()>().await;
        };
        assert_eq!(first_byte(uploading, &progress, LIMIT).await, None);
        assert_eq!(start.elapsed(), LIMIT * 6);
    }
}
