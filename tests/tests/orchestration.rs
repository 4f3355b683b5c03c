//! What service managers and orchestrators are told.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]

use std::time::Duration;

use liveside_tests::Daemon;
use tokio::net::UnixDatagram;

/// The next message to systemd.
async fn told(socket: &UnixDatagram) -> String {
    let mut buffer = [0; 256];
    let received = tokio::time::timeout(Duration::from_secs(30), socket.recv(&mut buffer)).await;
    let length = received.expect("a message").unwrap();
    String::from_utf8_lossy(&buffer[..length]).trim().to_owned()
}

#[tokio::test]
async fn systemd_is_told_of_the_start_and_the_stop() {
    let builder = Daemon::with(&[]);
    let path = builder.path("notify.socket");
    let socket = UnixDatagram::bind(&path).unwrap();
    let mut daemon = builder
        .env("NOTIFY_SOCKET", path.to_str().unwrap())
        .start()
        .await;
    assert_eq!(told(&socket).await, "READY=1");
    daemon.terminate().await;
    assert_eq!(told(&socket).await, "STOPPING=1");
    assert!(daemon.ended().await.success());
}
