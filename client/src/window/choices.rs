//! What a person has chosen and, on the first page, typed: in a file of its own, a moment after it was.
//!
//! eframe keeps settings when the window closes and each half minute, and writes over the file that is there. A program that is killed
//! would lose what was typed since, and in the midst of writing all of it. So they are kept here: whoever draws says what they are now,
//! and a thread writes what is new, to a draft that takes the file's place.
//!
//! ```text
//!  each frame: Settings ──new?──a moment──▶ thread ──▶ draft ──renamed──▶ settings.json
//! ```

use std::path::Path;
use std::sync::mpsc::{Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use eframe::egui::Context;
use samsyn_engine::files::{Draft, private, sweep};

use crate::state::Settings;

/// What is new is written so long after its first key: whoever goes on typing does not wait for the disk with each.
const A_MOMENT: Duration = Duration::from_millis(250);

/// The file, in the folder of the window's own files.
const FILE: &str = "settings.json";

/// Keeps what was chosen.
#[derive(Debug)]
pub(super) struct Choices {
    /// What is in the file, or on its way there.
    kept: Settings,
    /// When something new has to be written.
    due: Option<Instant>,
    writer: Option<Writer>,
}

/// The thread that writes.
#[derive(Debug)]
struct Writer {
    /// What is to be written. Gone where nothing more will be.
    sends: Option<Sender<Settings>>,
    thread: Option<JoinHandle<()>>,
}

impl Choices {
    /// What was chosen before, if anything was.
    pub(super) fn read(folder: &Path) -> Option<Settings> {
        let bytes = std::fs::read(folder.join(FILE)).ok()?;
        let read = serde_json::from_slice(&bytes);
        read.inspect_err(|error| tracing::warn!(%error, "what was chosen cannot be read")).ok()
    }

    /// Keeps what differs from `kept` in a folder; nothing where there is none.
    pub(super) fn new(kept: Settings, folder: Option<&Path>) -> Choices {
        Choices { kept, due: None, writer: folder.and_then(Writer::start) }
    }

    /// Looks whether something new was chosen. To be called in each frame.
    pub(super) fn look(&mut self, now: &Settings, context: &Context) {
        if *now == self.kept {
            self.due = None;
            return;
        }
        let due = *self.due.get_or_insert_with(|| Instant::now() + A_MOMENT);
        match due.checked_duration_since(Instant::now()) {
            Some(left) if !left.is_zero() => context.request_repaint_after(left),
            _ => self.keep(now),
        }
    }

    /// Keeps what is new at once, and waits until it is there. For the end of the window.
    pub(super) fn finish(&mut self, now: &Settings) {
        if *now != self.kept {
            self.keep(now);
        }
        self.writer = None;
    }

    fn keep(&mut self, now: &Settings) {
        (self.kept, self.due) = (now.clone(), None);
        if let Some(sends) = self.writer.as_ref().and_then(|writer| writer.sends.as_ref()) {
            // Where nobody takes it any more the disk does not, which was noted.
            let _ = sends.send(now.clone());
        }
    }
}

impl Writer {
    fn start(folder: &Path) -> Option<Writer> {
        let path = folder.join(FILE);
        let (sends, takes) = channel::<Settings>();
        let work = move || {
            prepare(&path);
            while let Ok(first) = takes.recv() {
                // Only the last counts.
                let settings = takes.try_iter().last().unwrap_or(first);
                if let Err(error) = write(&path, &settings) {
                    tracing::warn!(%error, path = %path.display(), "what was chosen cannot be kept");
                }
            }
        };
        let thread = std::thread::Builder::new().name("choices".to_owned()).spawn(work);
        let thread = thread.inspect_err(|error| tracing::warn!(%error, "what is chosen is not kept")).ok()?;
        Some(Writer { sends: Some(sends), thread: Some(thread) })
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.sends = None;
        if let Some(thread) = self.thread.take() {
            // What it panicked of was said.
            let _ = thread.join();
        }
    }
}

fn prepare(path: &Path) {
    let folder = samsyn_engine::files::folder_of(path);
    if let Err(error) = private::make_folders(folder) {
        tracing::warn!(%error, path = %folder.display(), "there is no folder for what is chosen");
    }
    sweep(folder);
}

fn write(path: &Path, settings: &Settings) -> std::io::Result<()> {
    use std::io::Write as _;
    let draft = Draft::file(path)?;
    draft.open_file().write_all(&serde_json::to_vec_pretty(settings)?)?;
    draft.put_in_the_place_of(path)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::FirstPage;

    fn named(name: &str) -> Settings {
        let first_page = FirstPage { name: name.to_owned(), ..FirstPage::default() };
        Settings { first_page, ..Settings::default() }
    }

    /// Waits until that is in the file.
    fn until_kept(folder: &Path, settings: &Settings) {
        for _ in 0..2_000 {
            if Choices::read(folder).as_ref() == Some(settings) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it is not kept: {:?}", Choices::read(folder));
    }

    #[test]
    fn what_is_typed_is_in_the_file_while_the_program_runs_and_nothing_is_written_where_nothing_is_new() {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("of the window");
        let mut choices = Choices::new(Settings::default(), Some(&place));
        let context = Context::default();
        choices.look(&Settings::default(), &context);
        assert_eq!(Choices::read(&place), None);
        // Whoever goes on typing is kept all the same.
        let began = Instant::now();
        let mut letters = 0;
        while Choices::read(&place).is_none() && began.elapsed() < Duration::from_secs(60) {
            letters += 1;
            choices.look(&named(&"Å".repeat(letters)), &context);
            std::thread::sleep(Duration::from_millis(5));
        }
        choices.look(&named("Åsa"), &context);
        std::thread::sleep(A_MOMENT);
        choices.look(&named("Åsa"), &context);
        until_kept(&place, &named("Åsa"));
        // The end does not wait for the moment.
        choices.finish(&named("Åsa Berg"));
        assert_eq!(Choices::read(&place), Some(named("Åsa Berg")));
        let names: Vec<_> =
            std::fs::read_dir(&place).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, [FILE], "no draft is left");
    }

    #[test]
    fn where_nothing_can_be_kept_the_window_works_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a file");
        std::fs::write(&file, "in the way").unwrap();
        for place in [None, Some(file.as_path())] {
            let mut choices = Choices::new(Settings::default(), place);
            choices.look(&named("Åsa"), &Context::default());
            choices.finish(&named("Åsa"));
        }
        std::fs::write(folder.path().join(FILE), "{ broken").unwrap();
        assert_eq!(Choices::read(folder.path()), None);
    }
}
