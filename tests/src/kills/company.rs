//! Who is there while a command is hit: a relay, or a colleague on another computer. They end with the value.

use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use super::scene::Scene;
use crate::process::Relay;

/// Between two visits of a colleague.
const PAUSE: Duration = Duration::from_millis(50);

/// Who is there while a command runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    /// Nobody, ever.
    Nobody,
    /// Nobody any more: a relay was there before.
    RelayThatEnded,
    /// A relay.
    Relay,
    /// A colleague who lets others sync with their replica.
    Colleague,
    /// A colleague who comes to sync with ours, again and again.
    Visitor,
}

/// The same, at work.
pub(super) enum Company {
    Nobody,
    Relay {
        _relay: Relay,
    },
    /// What they tell is heard to the end: nobody who is not heard goes on.
    Colleague {
        child: Child,
        _heard: BufReader<ChildStdout>,
    },
    Visitor {
        stops: Arc<AtomicBool>,
        visits: Option<JoinHandle<()>>,
    },
}

impl Company {
    /// Begins it. A relay is where the prepared one was, so that its address is the same.
    pub(super) fn begin(beside: Beside, scene: &Scene, port: u16) -> Company {
        match beside {
            Beside::Nobody | Beside::RelayThatEnded => Company::Nobody,
            Beside::Relay => Company::Relay { _relay: Relay::start(&scene.relay(), port) },
            Beside::Colleague => colleague(scene),
            Beside::Visitor => visitor(scene, port),
        }
    }
}

fn colleague(scene: &Scene) -> Company {
    let mut serve = scene.colleague().command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = serve.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a program starts");
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().expect("its output is piped"));
    output.read_line(&mut line).expect("its output can be read");
    let address = line.split_whitespace().find(|word| word.starts_with("127.0.0.1:"));
    scene.write_note("peer", address.expect("it says where it listens").trim_end_matches('.'));
    Company::Colleague { child, _heard: output }
}

fn visitor(scene: &Scene, port: u16) -> Company {
    let peer = format!("127.0.0.1:{port}");
    scene.write_note("peer", &peer);
    let (stops, colleague) = (Arc::new(AtomicBool::new(false)), scene.colleague());
    let stop = Arc::clone(&stops);
    let visits = std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            // Mostly nobody listens yet.
            drop(colleague.run(&["sync", "--peer", &peer]));
            std::thread::sleep(PAUSE);
        }
    });
    Company::Visitor { stops, visits: Some(visits) }
}

impl Drop for Company {
    fn drop(&mut self) {
        match self {
            Company::Nobody | Company::Relay { .. } => {}
            Company::Colleague { child, .. } => {
                let _ = child.kill();
                let _ = child.wait();
            }
            Company::Visitor { stops, visits } => {
                stops.store(true, Ordering::Relaxed);
                visits.take().map(JoinHandle::join);
            }
        }
    }
}
