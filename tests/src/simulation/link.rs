//! Frames on their way, both ways, between a laptop and the relay.

use std::collections::VecDeque;

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::replica::ReplicaSync;
use samsyn_server::InlineConnection;

use super::town::Wish;

/// One connection, with what is on its way.
#[derive(Debug)]
pub(super) struct Link {
    /// The laptop's side.
    pub(super) sync: ReplicaSync,
    /// The relay's side.
    pub(super) there: InlineConnection,
    /// To the relay.
    pub(super) up: VecDeque<Vec<u8>>,
    /// To the laptop.
    pub(super) down: VecDeque<Vec<u8>>,
    /// What was asked of who belongs, in the order in which it will be answered.
    pub(super) asked: VecDeque<Wish>,
    /// Something on it was spoiled: which answer is to what nobody can tell any more.
    pub(super) is_spoiled: bool,
    /// The relay has ended it: what is on its way to the laptop still comes.
    pub(super) is_over: bool,
}

/// So many frames may be on their way to one side before the other waits, as with a socket's buffers.
const ROOM: usize = 6;

impl Link {
    /// A new connection of a laptop.
    pub(super) fn new(sync: ReplicaSync, there: InlineConnection) -> Link {
        let (up, down, asked) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Link { sync, there, up, down, asked, is_spoiled: false, is_over: false }
    }

    /// Whether the relay's frames still find room.
    pub(super) fn has_room_down(&self) -> bool {
        self.down.len() < ROOM
    }

    /// Whether the laptop's frames still find room.
    pub(super) fn has_room_up(&self) -> bool {
        self.up.len() < ROOM
    }

    /// Does to what is on its way what no honest network does, but broken middle boxes and hostile ones do. Answers
    /// whether there was something to spoil.
    pub(super) fn spoil(&mut self, dice: &mut StdRng) -> bool {
        // From whom some of the log is kept nobody can tell whether more of it is missing: there the relay is trusted.
        let upwards = dice.random_bool(0.5) || self.there.is_sealed();
        let frames = if upwards { &mut self.up } else { &mut self.down };
        if frames.is_empty() {
            return false;
        }
        self.is_spoiled = true;
        self.asked.clear();
        let at = dice.random_range(0..frames.len());
        match dice.random_range(0..4) {
            0 => {
                let twice = frames[at].clone();
                frames.insert(at, twice);
            }
            1 => {
                let other = dice.random_range(0..frames.len());
                frames.swap(at, other);
            }
            2 => drop(frames.remove(at)),
            _ => {
                let length = dice.random_range(0..=frames[at].len());
                frames[at].truncate(length);
            }
        }
        true
    }
}
