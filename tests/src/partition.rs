//! A link between clients and a relay that can be cut, stalled and healed.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// How often a thread looks whether something has changed.
const LOOK: Duration = Duration::from_millis(10);

/// What a slow link carries at once, and how long that takes: 5 KiB a second.
const SLOW: (usize, Duration) = (1_024, Duration::from_millis(200));

/// What the link does with what it is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weather {
    /// It carries it.
    Fair,
    /// It carries little at a time, as a link of 2G does.
    Slow,
    /// It takes connections and carries nothing, in either direction, and closes nothing: a black hole.
    Stalled,
    /// It closes what is open, and what is opened.
    Cut,
    /// It answers in the relay's place that somebody must sign in there first. What is open is closed.
    Portal(&'static str),
}

#[derive(Debug)]
struct State {
    weather: Mutex<Weather>,
    ended: AtomicBool,
}

impl State {
    fn weather(&self) -> MutexGuard<'_, Weather> {
        self.weather.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self) -> bool {
        self.ended.load(Ordering::Relaxed)
    }

    /// Waits while the link is stalled. Says whether it carries.
    fn carries(&self) -> bool {
        while *self.weather() == Weather::Stalled && !self.ended() {
            thread::sleep(LOOK);
        }
        matches!(*self.weather(), Weather::Fair | Weather::Slow) && !self.ended()
    }
}

/// A link to a relay. Ends with the value.
#[derive(Debug)]
pub struct Proxy {
    /// Its address, in the relay's place.
    pub address: String,
    state: Arc<State>,
    thread: Option<JoinHandle<()>>,
}

impl Proxy {
    /// A link in fair weather to what listens there.
    ///
    /// # Panics
    /// Where loopback cannot be listened on.
    pub fn start(relay: SocketAddr) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback is there");
        listener.set_nonblocking(true).expect("a listener can be asked");
        let address = listener.local_addr().expect("a listener has an address");
        let state = Arc::new(State { weather: Mutex::new(Weather::Fair), ended: AtomicBool::new(false) });
        let serving = Arc::clone(&state);
        let thread = thread::spawn(move || serve(&listener, relay, &serving));
        Proxy { address: format!("ws://{address}"), state, thread: Some(thread) }
    }

    /// Changes the weather.
    pub fn set(&self, weather: Weather) {
        *self.state.weather() = weather;
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: &TcpListener, relay: SocketAddr, state: &Arc<State>) {
    let mut links = Vec::new();
    while !state.ended() {
        match listener.accept() {
            Ok((client, _)) => {
                let state = Arc::clone(state);
                links.push(thread::spawn(move || link(client, relay, &state)));
            }
            Err(_) => thread::sleep(LOOK),
        }
    }
    for link in links {
        let _ = link.join();
    }
}

fn link(client: TcpStream, relay: SocketAddr, state: &Arc<State>) {
    let portal = match *state.weather() {
        Weather::Portal(host) => Some(host),
        _ => None,
    };
    if let Some(host) = portal {
        return send_elsewhere(client, host);
    }
    if !state.carries() {
        return;
    }
    let Ok(upstream) = TcpStream::connect(relay) else { return };
    let (Ok(from_client), Ok(from_relay)) = (client.try_clone(), upstream.try_clone()) else { return };
    let down = Arc::clone(state);
    let down = thread::spawn(move || carry(from_relay, client, &down));
    carry(from_client, upstream, state);
    let _ = down.join();
}

/// Carries what comes until the weather turns or one of both has had enough; then neither can go on.
fn carry(mut from: TcpStream, mut to: TcpStream, state: &State) {
    let mut bytes = [0; 16 * 1024];
    let _ = from.set_nonblocking(false);
    let _ = from.set_read_timeout(Some(LOOK));
    let _ = to.set_write_timeout(Some(Duration::from_secs(1)));
    while state.carries() {
        let slow = *state.weather() == Weather::Slow;
        let most = if slow { SLOW.0 } else { bytes.len() };
        match from.read(&mut bytes[..most]) {
            Ok(0) => break,
            Ok(count) if state.carries() => {
                if to.write_all(&bytes[..count]).is_err() {
                    break;
                }
                if slow {
                    thread::sleep(SLOW.1);
                }
            }
            Ok(_) => break,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
            Err(_) => break,
        }
    }
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}

fn send_elsewhere(mut client: TcpStream, host: &str) {
    let _ = client.set_nonblocking(false);
    let _ = client.set_read_timeout(Some(Duration::from_secs(5)));
    let _ = client.read(&mut [0; 4_096]);
    let _ = write!(
        client,
        "HTTP/1.1 302 Found\r\nLocation: http://{host}/welcome\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    );
}
