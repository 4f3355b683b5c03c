//! A WebSocket between a browser and the app: bytes both ways, unread.

use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio::io::copy_bidirectional;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts a task of `tunnels` that joins both connections as soon as both are free. It ends when either side does, or
/// with `stop`.
pub(super) fn spawn(
    tunnels: &TaskTracker,
    stop: CancellationToken,
    browser: OnUpgrade,
    app: OnUpgrade,
) {
    tunnels.spawn(async move {
        let joined = async {
            let (browser, app) = match tokio::try_join!(browser, app) {
                Ok(both) => both,
                Err(error) => {
                    return tracing::debug!(%error, "a WebSocket's upgrade did not happen");
                }
            };
            let (mut browser, mut app) = (TokioIo::new(browser), TokioIo::new(app));
            if let Err(error) = copy_bidirectional(&mut browser, &mut app).await {
                tracing::debug!(%error, "a WebSocket to the app broke off");
            }
        };
        tokio::select! {
            () = joined => {}
            () = stop.cancelled() => {}
        }
    });
}
