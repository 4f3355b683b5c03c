//! The end of uploads that nobody goes on with.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use tokio_util::sync::CancellationToken;

use super::UploadTable;
use crate::live::{Live, run_turn};
use crate::protocol::{Code, UploadReply};

/// How often uploads that have fallen silent are looked for, at most.
const SWEEP: Duration = Duration::from_secs(5);
/// How often what crashes have left is looked for.
const LEFTOVERS: Duration = Duration::from_secs(600);

impl Live {
    /// The uploads.
    #[must_use]
    pub fn uploads(&self) -> &UploadTable {
        &self.services.uploads
    }

    /// Ends uploads that have fallen silent or whose component is gone, and removes what crashes have left, until `stop`.
    pub async fn sweep_uploads(self: Arc<Self>, stop: CancellationToken) {
        let Some(service) = self.uploads().service().cloned() else {
            return;
        };
        let patience = service.abandoned_after();
        let mut ticks =
            tokio::time::interval((patience / 4).clamp(Duration::from_millis(50), SWEEP));
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut leftovers_looked_for: Option<Instant> = None;
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = ticks.tick() => {}
            }
            self.end_abandoned(patience).await;
            if leftovers_looked_for.is_none_or(|at| at.elapsed() >= LEFTOVERS) {
                leftovers_looked_for = Some(Instant::now());
                let service = service.clone();
                let removed = tokio::task::spawn_blocking(move || {
                    service.remove_leftovers(SystemTime::now())
                });
                match removed.await {
                    Ok(Ok(0)) | Err(_) => {}
                    Ok(Ok(count)) => {
                        tracing::info!(count, "files of unfinished uploads are removed")
                    }
                    Ok(Err(error)) => {
                        tracing::warn!(%error, "unfinished uploads cannot be looked for")
                    }
                }
            }
        }
    }

    /// Ends all uploads: the daemon does.
    pub async fn end_uploads(&self) {
        for upload in self.uploads().all() {
            // What is in its place stays.
            let _ = upload.upload.cancel("The daemon has ended").await;
        }
    }

    async fn end_abandoned(&self, patience: Duration) {
        for upload in self.uploads().all() {
            let instance = upload.instance().filter(|instance| !instance.has_ended());
            if instance.is_some() && upload.upload.silence() < patience {
                continue;
            }
            self.uploads().forget(&upload);
            let why = format!("The upload was given up: nothing has come for {patience:?}");
            // A file in its place stays; its browser has had the time to hear of it.
            if let (Ok(Some(event)), Some(instance)) = (upload.cancel(&why).await, instance) {
                let failed = UploadReply::Refused {
                    code: Code::UploadRejected,
                    error: &why,
                    failed: true,
                    index: None,
                };
                upload.tell(failed, None);
                run_turn(&self.tasks, instance.submit(event)).await;
            }
        }
    }
}
