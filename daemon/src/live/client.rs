//! Who gets the messages of an instance.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use crate::ids::{ConnectionId, InstanceId};
use crate::protocol::{ServerMessage, SharedDelta, SharedMessage};
use crate::state::Delta;

/// The browser's end of an instance, as `live` sees it.
///
/// All methods are called once or a few times an event, from any thread, and must not block. What a client cannot take
/// any more it drops; its connection then ends by itself.
pub trait Client: Send + Sync + fmt::Debug {
    /// The connection.
    fn connection(&self) -> &ConnectionId;

    /// Queues a message.
    fn send(&self, message: &ServerMessage<'_>);

    /// Queues what changed. Several of one component that wait together go out as one.
    fn delta(&self, component: &InstanceId, delta: Delta);

    /// Queues a message that others get too, for this member.
    fn share(&self, member: &InstanceId, message: &Arc<SharedMessage>);

    /// Queues what changed in a component that others share.
    fn share_delta(&self, component: &InstanceId, delta: &Arc<SharedDelta>);

    /// Queues bytes beside the state. Of several of one name that wait, only the newest goes out.
    fn binary(&self, component: &InstanceId, name: &str, bytes: &Bytes);

    /// From now on nothing goes out until as many [`Client::release`] have come: what many mounts of this client do at
    /// once goes out as one.
    fn hold(&self);

    /// Ends a [`Client::hold`], and flushes if it was the last.
    fn release(&self);

    /// The event is over: what is queued should go out now.
    fn flush(&self);
}
