//! What members are told, and the waves in which it goes out to them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Room;
use crate::ids::{ConnectionId, InstanceId};
use crate::live::client::Client;
use crate::live::event::Event;
use crate::live::instance::Instance;
use crate::live::run_turn;
use crate::protocol::SharedMessage;
use crate::wasm::RoomEvent;

/// After so many connections a wave lets other tasks run.
const SLICE: usize = 128;

/// The members of one connection.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) client: Arc<dyn Client>,
    pub(super) members: Vec<Member>,
}

#[derive(Clone)]
pub(super) struct Member {
    pub(super) instance: Arc<Instance>,
    /// Whether it was mounted with this room.
    pub(super) is_default: bool,
    /// `Core::now` when it joined.
    pub(super) joined: u64,
}

/// Something that members are told.
pub(super) struct Happening {
    pub(super) at: u64,
    /// Who did it, and is not told.
    pub(super) except: Option<InstanceId>,
    pub(super) what: What,
}

pub(super) enum What {
    /// To every member, in its own name; and to the logic of those that want to hear it.
    Event(Arc<SharedMessage>, Option<Arc<RoomEvent>>),
    /// To every connection, once. `true`: it may be sent together with others of its kind.
    Once(Arc<SharedMessage>, bool),
    /// To every connection but this one, once.
    OnceExcept(Arc<SharedMessage>, ConnectionId),
}

impl Room {
    /// Sends waves until nothing is left to send.
    pub(super) async fn send(self: Arc<Self>) {
        loop {
            let (seats, wave) = {
                let mut core = self.core.lock();
                if core.waiting.is_empty() {
                    core.sending = false;
                    // A flood that is over need not hold its memory.
                    core.waiting = Vec::new();
                    return;
                }
                (core.seats.clone(), std::mem::take(&mut core.waiting))
            };
            let wave = together(wave);
            let mut held = Held::default();
            for (at, seat) in seats.values().enumerate() {
                if at % SLICE == SLICE - 1 {
                    held.release();
                    tokio::task::yield_now().await;
                }
                self.tell_seat(seat, &wave, &mut held).await;
            }
        }
    }

    /// Tells the members of one connection everything in a wave, as one.
    async fn tell_seat<'a>(&self, seat: &'a Seat, wave: &[Together], held: &mut Held<'a>) {
        let Some(first) = seat.members.first() else {
            return;
        };
        let earliest = seat.members.iter().map(|member| member.joined).min();
        let earliest = earliest.unwrap_or_default();
        seat.client.hold();
        for together in wave {
            match together {
                Together::One(happening) => {
                    seat.tell(happening, first.instance.id(), earliest);
                }
                Together::Many { all, each } if each.first().is_some_and(|h| earliest <= h.at) => {
                    seat.client.share(first.instance.id(), all);
                }
                Together::Many { each, .. } => {
                    for happening in each {
                        seat.tell(happening, first.instance.id(), earliest);
                    }
                }
            }
        }
        let mut quiet = true;
        for member in &seat.members {
            let heard = member.hears(&self.name, wave);
            if !heard.is_empty() {
                quiet = false;
                let event = Event::RoomEvents(heard);
                run_turn(&self.tasks, member.instance.submit(event)).await;
            }
        }
        if quiet {
            seat.client.release();
        } else {
            held.push(seat);
        }
    }
}

/// Connections whose frames wait for one another: written in a burst, they find their readers awake. One write after
/// each guest call wakes a reader each time, which costs as much as the call.
#[derive(Default)]
struct Held<'a> {
    seats: Vec<&'a Seat>,
    since: Option<Instant>,
}

impl<'a> Held<'a> {
    /// The longest that the first waits for the last.
    const LONGEST: Duration = Duration::from_millis(1);

    fn push(&mut self, seat: &'a Seat) {
        self.seats.push(seat);
        if self.since.get_or_insert_with(Instant::now).elapsed() > Self::LONGEST {
            self.release();
        }
    }

    fn release(&mut self) {
        self.since = None;
        for seat in self.seats.drain(..) {
            seat.client.release();
        }
    }
}

/// The frames go out, whatever becomes of the wave.
impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.release();
    }
}

/// What of a wave goes out as one message.
enum Together {
    One(Happening),
    /// Joins and leaves that came after one another.
    Many {
        all: Arc<SharedMessage>,
        each: Vec<Happening>,
    },
}

/// Puts joins and leaves that came after one another together.
fn together(wave: Vec<Happening>) -> Vec<Together> {
    let mut result: Vec<Together> = Vec::new();
    let mut run: Vec<Happening> = Vec::new();
    for happening in wave {
        if matches!(happening.what, What::Once(_, true)) {
            run.push(happening);
        } else {
            result.extend(joined(std::mem::take(&mut run)));
            result.push(Together::One(happening));
        }
    }
    result.extend(joined(run));
    result
}

fn joined(mut run: Vec<Happening>) -> Option<Together> {
    if run.len() < 2 {
        return run.pop().map(Together::One);
    }
    let mut messages = run.iter().filter_map(|happening| match &happening.what {
        What::Once(message, _) => Some(&**message),
        _ => None,
    });
    let mut all = messages.next()?.clone();
    messages.for_each(|message| all.append(message));
    Some(Together::Many {
        all: Arc::new(all),
        each: run,
    })
}

impl Seat {
    pub(super) fn of(client: &Arc<dyn Client>) -> Self {
        Self {
            client: client.clone(),
            members: Vec::with_capacity(1),
        }
    }

    fn tell(&self, happening: &Happening, first: &InstanceId, earliest: u64) {
        match &happening.what {
            What::Event(message, _) => {
                for member in self.members.iter().filter(|m| m.is_told(happening)) {
                    self.client.share(member.instance.id(), message);
                }
            }
            What::Once(message, _) if earliest <= happening.at => self.client.share(first, message),
            What::OnceExcept(message, connection)
                if earliest <= happening.at && connection != self.client.connection() =>
            {
                self.client.share(first, message);
            }
            What::Once(..) | What::OnceExcept(..) => {}
        }
    }
}

impl Member {
    fn is_told(&self, happening: &Happening) -> bool {
        self.joined <= happening.at && happening.except.as_ref() != Some(self.instance.id())
    }

    /// What of a wave its logic wants to hear.
    fn hears(&self, room: &str, wave: &[Together]) -> Vec<Arc<RoomEvent>> {
        let version = self.instance.slot.current();
        let subscriptions = &version.definition.room_subscriptions;
        if subscriptions.is_empty() {
            return Vec::new();
        }
        let events = wave.iter().filter_map(|together| match together {
            Together::One(happening) if self.is_told(happening) => match &happening.what {
                What::Event(_, Some(event)) => Some(event),
                _ => None,
            },
            _ => None,
        });
        events
            .filter(|event| {
                subscriptions
                    .iter()
                    .any(|wanted| wanted.hears(room, self.is_default, &event.event))
            })
            .cloned()
            .collect()
    }
}
