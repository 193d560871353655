//! Frames on their way, both ways, between a laptop and the relay.

use std::collections::VecDeque;

use rand::RngExt;
use rand::rngs::StdRng;
use samsyn_engine::replica::ReplicaSync;
use samsyn_server::InlineConnection;

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
}

/// So many frames may be on their way to one side before the other waits, as with a socket's buffers.
const ROOM: usize = 6;

impl Link {
    /// A new connection of a laptop.
    pub(super) fn new(sync: ReplicaSync, there: InlineConnection) -> Link {
        Link { sync, there, up: VecDeque::new(), down: VecDeque::new() }
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
        let frames = if dice.random_bool(0.5) { &mut self.up } else { &mut self.down };
        if frames.is_empty() {
            return false;
        }
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
