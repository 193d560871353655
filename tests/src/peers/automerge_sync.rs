//! `automerge::sync`, one conversation for each document, the states of the last time kept on both sides.
//!
//! All documents speak at once and wait for each other's answers: as few round trips as the protocol needs.

use std::time::{Duration, Instant};

use automerge::Automerge;
use automerge::sync::{Message, State, SyncDoc};

use super::documents::{automerge_documents, change};
use super::link::Weather;
use super::row::Row;
use super::{Failure, Scale};

/// One side: a document each with what is known of the other's.
struct Side(Vec<(Automerge, State)>);

impl Side {
    fn of(documents: Vec<Automerge>) -> Side {
        Side(documents.into_iter().map(|document| (document, State::new())).collect())
    }

    /// What it has to say, each for its document.
    fn speak(&mut self) -> Vec<(usize, Vec<u8>)> {
        let say = |(number, (document, state)): (usize, &mut (Automerge, State))| {
            Some((number, document.generate_sync_message(state)?.encode()))
        };
        self.0.iter_mut().enumerate().filter_map(say).collect()
    }

    fn hear(&mut self, messages: Vec<(usize, Vec<u8>)>) -> Result<(), Failure> {
        for (number, bytes) in messages {
            let (document, state) = &mut self.0[number];
            document.receive_sync_message(state, Message::decode(&bytes)?)?;
        }
        Ok(())
    }

    /// What is kept of the states when a connection ends.
    fn hang_up(&mut self) -> Result<(), Failure> {
        for (_, state) in &mut self.0 {
            *state = State::decode(&state.encode())?;
        }
        Ok(())
    }
}

/// Until nobody has anything more to say. A document's name goes with each message, as 16 bytes.
fn sync(client: &mut Side, server: &mut Side, weather: Weather) -> Result<Row, Failure> {
    const NAME: usize = 16;
    let (mut link, began, mut waited) = (weather.link(), Instant::now(), Duration::ZERO);
    let (mut up, mut down, mut messages, mut round_trips) = (0, 0, 0, 0);
    loop {
        let (there, back) = (client.speak(), server.speak());
        if there.is_empty() && back.is_empty() {
            break;
        }
        let size = |all: &[(usize, Vec<u8>)]| all.iter().map(|(_, bytes)| NAME + bytes.len()).sum::<usize>();
        let (bytes_there, bytes_back) = (size(&there), size(&back));
        if let Some(link) = &mut link {
            waited += link.one_way(bytes_there).max(link.one_way(bytes_back));
        }
        messages += there.len() + back.len();
        (up, down, round_trips) = (up + bytes_there, down + bytes_back, round_trips + 1);
        server.hear(there)?;
        client.hear(back)?;
    }
    Ok(Row {
        system: "automerge-sync".to_owned(),
        bytes_up: Some(up as u64),
        bytes_down: Some(down as u64),
        messages: Some(messages as u64),
        // Both speak at once: two turns are one round trip.
        round_trips: Some(u64::div_ceil(round_trips, 2)),
        seconds: Some((began.elapsed() + waited).as_secs_f64()),
        ..Row::default()
    })
}

/// A client that was away while some documents changed.
///
/// # Errors
/// Where a message cannot be read.
pub(super) fn reconnect(Scale { documents, changed, weather }: Scale) -> Result<Row, Failure> {
    let all = automerge_documents(documents);
    let (mut client, mut server) = (Side::of(all.clone()), Side::of(all));
    sync(&mut client, &mut server, Weather::None)?;
    client.hang_up()?;
    server.hang_up()?;
    for (number, (document, _)) in server.0.iter_mut().step_by(documents / changed).take(changed).enumerate()
    {
        change(document, number);
    }
    sync(&mut client, &mut server, weather)
}

/// Somebody new. Which documents there are it knows.
///
/// # Errors
/// Where a message cannot be read.
pub(super) fn first_sync(Scale { documents, weather, .. }: Scale) -> Result<Row, Failure> {
    let mut server = Side::of(automerge_documents(documents));
    let mut client = Side::of((0..documents).map(|_| Automerge::new()).collect());
    sync(&mut client, &mut server, weather)
}
