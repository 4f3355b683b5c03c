//! The app that the daemon stands beside: a small server of the test's own.

use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// An app that runs until this is dropped.
pub struct App {
    /// Where it listens.
    pub address: SocketAddr,
    task: JoinHandle<()>,
}

impl App {
    /// Serves these routes on a free port.
    pub async fn start(router: Router) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        // Ended by the drop.
        let task = tokio::spawn(async move {
            axum::serve(listener, router).await.unwrap();
        });
        Self { address, task }
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.task.abort();
    }
}
