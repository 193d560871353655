//! How a large workspace feels: the time to a window one can work in, and memory while somebody scrolls.
//!
//! The window's shell is drawn here without a display, so that the figures are there on any machine; where there is a
//! display the real program is started as well, says itself when it is usable, and is watched while nothing goes on.

mod idle;

use std::path::Path;
use std::time::{Duration, Instant};

use clap::Args;
use eframe::egui::accesskit::Role;
use eframe::egui::{Event, Modifiers, MouseWheelSource, MouseWheelUnit, TouchPhase, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_client::state::{Session, Settings};
use samsyn_client::widgets;
use samsyn_client::window::Shell;
use samsyn_client::words::today;
use samsyn_engine::replica::Replica;
use samsyn_engine::sample::{Size, workspace_of};
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::store::ListQuery;
use serde_json::json;

use crate::figures::{self, Failure, Figures};
use crate::wire::{Traffic, Workspace, meet, sync};

/// What is measured, and how large it is.
#[derive(Debug, Args)]
pub struct Bench {
    /// So many records, in the proportions of a bureau.
    #[arg(long, default_value_t = 10_000)]
    records: usize,
    /// For so many seconds each state of a window is looked at in which nothing goes on: a try to reach the relay, twice a minute,
    /// is part of it.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    rest: u64,
    #[command(flatten)]
    figures: Figures,
}

/// One figure: what, how much, in which unit.
struct Figure(&'static str, f64, &'static str);

impl Bench {
    /// Measures and prints.
    ///
    /// # Errors
    /// Where a file cannot be written or a program not be started.
    pub fn run(&self) -> Result<(), Failure> {
        let output = self.figures.begin()?;
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("large.samsyn");
        let workspace = Workspace::default();
        let mut figures = make(&path, &workspace, self.records)?;
        figures.extend(query(&path)?);
        figures.extend(window_without_display(&path)?);
        // Before anything is pushed: all of it waits, as after a long journey.
        if idle::has_display() {
            figures.push(waiting(&path)?);
            figures.extend(idle::window(&path, Duration::from_secs(self.rest))?);
        } else {
            eprintln!("no display: the real window is not measured");
        }
        figures.extend(first_syncs(folder.path(), &workspace)?);
        for Figure(what, number, unit) in &figures {
            println!("{what:<58}{number:>12.1} {unit}");
        }
        let rows: Vec<_> =
            figures.iter().map(|f| json!({ "case": f.0, "value": f.1, "unit": f.2 })).collect();
        figures::write(output, &rows)
    }
}

fn milliseconds(since: Instant) -> f64 {
    since.elapsed().as_secs_f64() * 1_000.0
}

/// How much has not been sent.
fn waiting(path: &Path) -> Result<Figure, Failure> {
    let waiting = Replica::open(path)?.store().outbox_state()?.waiting;
    Ok(Figure("changes that wait to be sent", waiting as f64, ""))
}

/// Makes the workspace.
fn make(path: &Path, workspace: &Workspace, records: usize) -> Result<Vec<Figure>, Failure> {
    let part = |share: f64| ((records as f64) * share).round() as usize;
    let (organisations, venues, plans, meetings, focus_areas) =
        (part(0.09), part(0.025), part(0.012), part(0.025), part(0.008));
    let rest = organisations + venues + plans + meetings + focus_areas;
    let contacts = records.saturating_sub(rest);
    let size = Size { contacts, organisations, venues, plans, meetings, focus_areas };
    let began = Instant::now();
    let mut replica = workspace.replica(path, "Åsa Berg");
    from_elsewhere(&mut replica, path, workspace)?;
    for chunk in workspace_of(7, today(), size).chunks(500) {
        replica.create_records(chunk)?;
    }
    let took = began.elapsed().as_secs_f64();
    drop(replica);
    let bytes = std::fs::metadata(path)?.len();
    Ok(vec![
        Figure("records", records as f64, ""),
        Figure("made in", took, "s"),
        Figure("file", bytes as f64 / 1e6, "MB"),
    ])
}

/// What somebody else has made awaits its review.
fn from_elsewhere(replica: &mut Replica, path: &Path, workspace: &Workspace) -> Result<(), Failure> {
    let mut other = workspace.replica(&path.with_extension("other"), "Bo Ek");
    let family = |number: usize| ("family".to_owned(), Value::Text(format!("Ek {number}")));
    let contact = |number| NewRecord { cells: [family(number)].into(), ..NewRecord::new(&CONTACT) };
    other.create_records(&(1..=5).map(contact).collect::<Vec<_>>())?;
    meet(&mut other, replica, usize::MAX);
    Ok(())
}

/// The way of all records to a relay, and from there to somebody who is new; both on real files, without a network.
fn first_syncs(folder: &Path, workspace: &Workspace) -> Result<Vec<Figure>, Failure> {
    let log = folder.join("log.sqlite");
    let mut relay = workspace.relay(&log);
    let mut large = Replica::open(&folder.join("large.samsyn"))?;
    let mut new = workspace.replica(&folder.join("new.samsyn"), "Bo Ek");
    let mut figures = Vec::new();
    for (replica, names) in [
        (&mut large, ["all pushed in", "all pushed, bytes"]),
        (&mut new, ["all to somebody new in", "all to somebody new, bytes"]),
    ] {
        let began = Instant::now();
        let (Traffic { up, down, .. }, _) = sync(replica, &mut relay);
        figures.push(Figure(names[0], began.elapsed().as_secs_f64(), "s"));
        figures.push(Figure(names[1], (up + down) as f64 / 1e6, "MB"));
    }
    figures.push(Figure("log on the relay", std::fs::metadata(&log)?.len() as f64 / 1e6, "MB"));
    Ok(figures)
}

/// What a list and a search cost once the file is open.
fn query(path: &Path) -> Result<Vec<Figure>, Failure> {
    let began = Instant::now();
    let replica = Replica::open(path)?;
    let opened = milliseconds(began);
    let began = Instant::now();
    let ids = replica.store().list(&ListQuery::all(&CONTACT))?;
    let listed = milliseconds(began);
    let began = Instant::now();
    let hits = replica.store().search("berg", &[], 50)?;
    let searched = milliseconds(began);
    Ok(vec![
        Figure("replica opened", opened, "ms"),
        Figure("contacts in the list", ids.len() as f64, ""),
        Figure("list of contacts", listed, "ms"),
        Figure("hits", hits.len() as f64, ""),
        Figure("search", searched, "ms"),
    ])
}

/// The shell without a display: to the first frame one can work with, then up and down the longest list.
fn window_without_display(path: &Path) -> Result<Vec<Figure>, Failure> {
    let began = Instant::now();
    let session = Session::open(path, true, || {})?;
    let shell = Shell::open(session, Settings::default());
    let mut harness = Harness::builder()
        .with_size(vec2(1360.0, 860.0))
        .with_context_setup(widgets::prepare)
        .build_ui_state(|ui, shell: &mut Shell| shell.show(ui), shell);
    until(&mut harness, |harness| harness.state_mut().is_usable());
    let usable = milliseconds(began);

    harness.get_by_label_contains("Kontakter").click();
    let ends = first_and_last(path)?;
    until(&mut harness, |harness| shows(harness, &ends.0));
    let before = memory();
    let mut frames = Vec::new();
    let mut memories = Vec::new();
    for _ in 0..3 {
        for (direction, end) in [(-1.0, &ends.1), (1.0, &ends.0)] {
            scroll(&mut harness, direction, &mut frames);
            until(&mut harness, |harness| shows(harness, end));
        }
        memories.push(memory());
    }
    frames.sort_by(f64::total_cmp);
    Ok(vec![
        Figure("first usable frame, without a display", usable, "ms"),
        Figure("memory before scrolling", before, "MB"),
        Figure("memory after the whole list once, down and up", memories[0], "MB"),
        Figure("memory after the whole list three times", memories[2], "MB"),
        Figure("a frame while scrolling, median", frames[frames.len() / 2], "ms"),
        Figure("a frame while scrolling, 99th of 100", frames[frames.len() * 99 / 100], "ms"),
    ])
}

/// The titles at both ends of the list of contacts.
fn first_and_last(path: &Path) -> Result<(String, String), Failure> {
    let replica = Replica::open(path)?;
    let ids = replica.store().list(&ListQuery::all(&CONTACT))?;
    let ends: Vec<_> = ids.first().into_iter().chain(ids.last()).copied().collect();
    let titles = replica.store().titles(&ends)?;
    match titles.as_slice() {
        [Some(first), Some(last)] => Ok((first.clone(), last.clone())),
        _ => Err("there are no contacts to scroll through".into()),
    }
}

fn shows(harness: &Harness<'_, Shell>, title: &str) -> bool {
    let mut rows = harness.query_all_by_role(Role::Row);
    rows.any(|node| node.accesskit_node().label().is_some_and(|label| label.starts_with(title)))
}

/// Scrolls the list that is shown from one end to the other; the rows that come into sight are read on the way.
fn scroll(harness: &mut Harness<'_, Shell>, direction: f32, frames: &mut Vec<f64>) {
    harness.hover_at(pos2(700.0, 500.0));
    for _ in 0..600 {
        harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, direction * 600.0),
            phase: TouchPhase::Move,
            source: MouseWheelSource::Wheel,
            modifiers: Modifiers::NONE,
        });
        let began = Instant::now();
        harness.step();
        frames.push(milliseconds(began));
        // Somebody's hand: without it no thread would have time to answer.
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn until(harness: &mut Harness<'_, Shell>, so: impl Fn(&mut Harness<'_, Shell>) -> bool) {
    for _ in 0..20_000 {
        harness.step();
        if so(harness) {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("what was waited for did not come");
}

/// The memory that this process holds now, in megabytes; 0 where the system does not say.
fn memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok());
    kilobytes.unwrap_or_default() / 1_024.0
}
