//! Who gets the messages of an instance.

use std::fmt;

use crate::ids::InstanceId;
use crate::protocol::ServerMessage;
use crate::state::Delta;

/// The browser's end of an instance, as `live` sees it.
///
/// All methods are called once or a few times an event, from any thread, and must not block. What a client cannot take
/// any more it drops; its connection then ends by itself.
pub trait Client: Send + Sync + fmt::Debug {
    /// Queues a message.
    fn send(&self, message: &ServerMessage<'_>);

    /// Queues what changed. Several of one component that wait together go out as one.
    fn delta(&self, component: &InstanceId, delta: Delta);

    /// The event is over: what is queued should go out now.
    fn flush(&self);
}
