//! Samsyn beside its peers: the same documents, the same links, the same run.
//!
//! ```text
//!  cases ──▶ one process for each (case, system) ──▶ rows ──▶ table, JSON
//! ```
//!
//! A process for each, so that the most memory it had is its own. What a case does is the same for all systems; how a
//! system does it stands in its own file. The peers: `automerge::sync`, one conversation a document, which is what Automerge
//! brings itself; and samod, a whole repository over it. Only what they are for is compared: they have no durable relay, no
//! search and no review.
//!
//! What a round trip is: a side has said all it can say without hearing the other. For samod, whose documents each go their
//! own pace, it is not counted; the time over a slow link shows it.

mod automerge_sync;
mod documents;
mod link;
mod pushes;
mod relay;
mod relay_memory;
mod row;
mod samod;
mod samsyn;
mod socket;

use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use serde::{Deserialize, Serialize};

use link::Weather;
use row::{Row, table};

use crate::figures::{self, Failure, Figures};

/// Two sides that do not come to the same within so long are not waited for.
pub(crate) const LONGEST: Duration = Duration::from_secs(150);

/// Nor is a measurement with all that comes before it: making a hundred thousand documents takes its time.
const PATIENCE: Duration = Duration::from_secs(600);

/// What is measured.
#[derive(Debug, Args)]
pub struct Peers {
    #[command(flatten)]
    figures: Figures,
    /// Few documents: a minute, to see that all works.
    #[arg(long)]
    quick: bool,
    /// Only these cases: reconnect, first-sync, pushes, memory, storage.
    #[arg(long, value_name = "CASE", value_delimiter = ',')]
    case: Vec<String>,
    /// One measurement, in this process.
    #[arg(long, hide = true)]
    child: Option<String>,
    /// A relay over this data folder.
    #[arg(long, hide = true)]
    relay: Option<PathBuf>,
}

/// How large a case is, and over which link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Scale {
    documents: usize,
    changed: usize,
    weather: Weather,
}

/// One measurement: what is done in a process of its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Measurement {
    case: String,
    system: String,
    documents: usize,
    /// The place of the link among [`Weather::ALL`]; for pushes nothing.
    weather: usize,
}

impl Peers {
    /// Measures and prints.
    ///
    /// # Errors
    /// Where a file cannot be written or a process not be started.
    pub fn run(&self) -> Result<(), Failure> {
        if let Some(data) = &self.relay {
            return relay::serve(data);
        }
        if let Some(measurement) = &self.child {
            let rows = serde_json::from_str::<Measurement>(measurement)?.here()?;
            println!("{}", serde_json::to_string(&rows)?);
            return Ok(());
        }
        let output = self.figures.begin()?;
        let mut rows = Vec::new();
        for measurement in self.plan() {
            eprintln!("{} {} {} …", measurement.case, measurement.system, measurement.documents);
            rows.extend(measurement.in_a_process()?);
        }
        println!("{}", table(&rows));
        figures::write(output, &rows)
    }

    fn plan(&self) -> Vec<Measurement> {
        let (small, middle, large, vast) =
            if self.quick { (100, 200, 400, 1_000) } else { (1_000, 2_000, 10_000, 100_000) };
        let mut plan = Vec::new();
        let mut add = |case: &str, system: &str, documents: usize, weather: usize| {
            let (case, system) = (case.to_owned(), system.to_owned());
            plan.push(Measurement { case, system, documents, weather });
        };
        for weather in 0..Weather::ALL.len() {
            for (case, sizes) in [("reconnect", [small, large]), ("first-sync", [small, middle])] {
                // The slow ones once: what a link adds follows messages and bytes, which are the same at any size.
                let sizes = if weather == 0 { &sizes[..] } else { &sizes[..1] };
                for documents in sizes {
                    add(case, "samsyn", *documents, weather);
                    add(case, "automerge-sync", *documents, weather);
                    if *documents <= middle {
                        add(case, "samod", *documents, weather);
                    }
                }
            }
        }
        for system in ["samsyn", "automerge-sync"] {
            add("first-sync", system, large, 0);
        }
        for writers in [1, 10, 100] {
            add("pushes", "samsyn", writers, 0);
        }
        for documents in [large, vast] {
            add("memory", "samsyn", documents, 0);
            add("storage", "samsyn", documents, 0);
        }
        plan.retain(|one| self.case.is_empty() || self.case.contains(&one.case));
        plan
    }
}

impl Measurement {
    /// In this process.
    fn here(&self) -> Result<Vec<Row>, Failure> {
        let weather = Weather::ALL[self.weather];
        let scale = Scale { documents: self.documents, changed: 10, weather };
        let mut rows = match (self.case.as_str(), self.system.as_str()) {
            ("reconnect", "samsyn") => vec![samsyn::reconnect(scale)?],
            ("reconnect", "automerge-sync") => vec![automerge_sync::reconnect(scale)?],
            ("reconnect", _) => vec![samod::reconnect(scale)?],
            ("first-sync", "samsyn") => vec![samsyn::first_sync(scale)?],
            ("first-sync", "automerge-sync") => vec![automerge_sync::first_sync(scale)?],
            ("first-sync", _) => vec![samod::first_sync(scale)?],
            ("pushes", _) => pushes::pushes(self.documents)?,
            ("memory", _) => relay_memory::relay_memory(self.documents, 1_000.min(self.documents))?,
            _ => samsyn::opening_and_storage(self.documents)?,
        };
        for row in &mut rows {
            if row.case.is_empty() {
                (row.case, row.documents) =
                    (format!("{}, {}", self.case, weather.name()), self.documents as u64);
                row.changed = if self.case == "reconnect" { scale.changed as u64 } else { row.documents };
                row.peak_rss = Some(memory().1);
            }
        }
        Ok(rows)
    }

    /// In a process of its own. One that takes too long is ended, and said to have been.
    fn in_a_process(&self) -> Result<Vec<Row>, Failure> {
        let mut child = Command::new(std::env::current_exe()?)
            .args(["peers", "--child", &serde_json::to_string(self)?])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()?;
        let mut output = child.stdout.take().ok_or("a process has an output")?;
        let reader = std::thread::spawn(move || {
            let mut text = String::new();
            output.read_to_string(&mut text).map(|_| text)
        });
        let began = Instant::now();
        let ended = loop {
            match child.try_wait()? {
                Some(status) => break status.success(),
                None if began.elapsed() > PATIENCE => {
                    child.kill()?;
                    child.wait()?;
                    break false;
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        };
        let text = reader.join().map_err(|_| "the reader panicked")??;
        if ended {
            return Ok(serde_json::from_str(text.trim())?);
        }
        let (case, system, documents) = (self.case.clone(), self.system.clone(), self.documents as u64);
        let note = "not done in time, or failed".to_owned();
        Ok(vec![Row { case, system, documents, note, ..Row::default() }])
    }
}

/// What memory this process has now and what it had at most, in bytes; none where the system does not tell.
pub(crate) fn memory() -> (u64, u64) {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let number =
            line.and_then(|line| line.trim_start_matches(':').split_whitespace().next()?.parse::<u64>().ok());
        number.unwrap_or(0) * 1_024
    };
    (of("VmRSS"), of("VmHWM"))
}
