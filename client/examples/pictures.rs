//! Pictures of every page, narrow and wide, light and dark, in both languages: to look at after a change to what is drawn.
//!
//! ```sh
//! cargo run -p samsyn-client --example pictures -- FOLDER [WIDTH …]
//! ```
//!
//! The window is the real one over a sample workspace, and is moved about in by keys alone. It needs a screen; a made-up one
//! will do (`xvfb-run -s "-screen 0 1920x1080x24" cargo run …`). Without widths the pictures are 340, 900 and 1920 points wide.

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{self, Event, Key, Modifiers, RawInput, Ui, ViewportCommand, vec2};
use samsyn_client::state::{Session, Settings, ThemeChoice};
use samsyn_client::widgets::theme;
use samsyn_client::window::Shell;
use samsyn_client::words::today;
use samsyn_engine::document::{Document, Edit, Writer};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{DeviceId, WorkspaceId};
use samsyn_engine::replica::Replica;
use samsyn_engine::sample::{self, Size};
use samsyn_engine::schema::kinds::{CONTACT, VENUE};
use samsyn_engine::schema::{Language, NewRecord, Value};
use samsyn_engine::store::{NewReplica, Origin, Store};

type Trouble = Box<dyn std::error::Error>;

/// The height of a picture, in points.
const HEIGHT: f32 = 900.0;

/// What is drawn comes from other threads: so long it is waited for after a key.
const SETTLED: Duration = Duration::from_millis(350);

fn main() -> Result<(), Trouble> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("say into which folder: pictures FOLDER [WIDTH …]")?);
    let widths: Vec<f32> = arguments.map(|width| width.parse()).collect::<Result<_, _>>()?;
    let widths = if widths.is_empty() { vec![340.0, 900.0, 1920.0] } else { widths };
    std::fs::create_dir_all(&folder)?;
    let kept = tempfile::tempdir()?;
    let replica = kept.path().join("sample.samsyn");
    fill(&replica)?;
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([widths[0], HEIGHT]),
        persist_window: false,
        ..eframe::NativeOptions::default()
    };
    let steps = plan(&widths);
    let create = move |creation: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        theme::install(&creation.egui_ctx);
        Ok(Box::new(Pictures {
            folder,
            replica,
            shell: None,
            steps,
            keys: Vec::new(),
            until: Instant::now(),
        }))
    };
    eframe::run_native("Samsyn pictures", options, Box::new(create))?;
    Ok(())
}

/// A sample workspace, with something that contradicts and something that is wrong.
fn fill(path: &Path) -> Result<(), Trouble> {
    let workspace = WorkspaceId::random();
    let new =
        NewReplica { workspace, workspace_name: "Jämtland Härjedalen Convention".into(), relay: None };
    let mut replica = Replica::create(path, &new, "Åsa Berg")?;
    let size = Size { contacts: 60, ..Size::default() };
    let records = sample::workspace_of(63, today(), size);
    for record in &records {
        replica.create_record(record)?;
    }
    let mut contact = NewRecord::new(&CONTACT);
    contact.cells.insert("family".to_owned(), Value::Text("Ek".to_owned()));
    contact.cells.insert("review_by".to_owned(), Value::Date(today().yesterday()?));
    replica.create_record(&contact)?;
    let venue = records.iter().find(|record| record.kind.name == VENUE.name).ok_or("no venue")?;
    contradict(&mut replica, venue.id)
}

/// Two people write a capacity without knowing of each other.
fn contradict(replica: &mut Replica, id: RecordId) -> Result<(), Trouble> {
    let mut other = replica.document(id)?;
    let writer = Writer::new(DeviceId::random().as_bytes(), DeviceId::random(), 1_790_000_000);
    let theirs = other.edit(&[Edit::set("capacity", Value::Number(700.0))], &writer)?;
    replica.edit(id, &[Edit::set("capacity", Value::Number(500.0))], None)?;
    let bytes: Vec<Vec<u8>> = theirs.iter().map(|change| change.bytes.clone()).collect();
    let merged = Document::load(id, &replica.document(id)?.save(), &bytes)?;
    let mut store = Store::open(replica.store().path())?;
    let mut transaction = store.transaction()?;
    transaction.save(&merged, &theirs, Origin::Log)?;
    transaction.commit()?;
    Ok(())
}

/// Something to do, one after the other.
enum Step {
    /// A window so wide, in these colours and this language.
    Open(f32, ThemeChoice, Language),
    /// Press a key.
    Press(Modifiers, Key),
    /// Take a picture under this name.
    Take(String),
}

/// Each page in each look.
fn plan(widths: &[f32]) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    for width in widths {
        for (theme, shade) in [(ThemeChoice::Light, "light"), (ThemeChoice::Dark, "dark")] {
            for language in Language::ALL {
                steps.push_back(Step::Open(*width, theme, language));
                let name = |page: &str| format!("{page}-{width}-{shade}-{}.png", language.code());
                for (page, keys) in pages() {
                    steps.extend(keys.into_iter().map(|(modifiers, key)| Step::Press(modifiers, key)));
                    steps.push_back(Step::Take(name(&page)));
                    steps.extend([
                        Step::Press(Modifiers::NONE, Key::Escape),
                        Step::Press(Modifiers::NONE, Key::Escape),
                    ]);
                }
            }
        }
    }
    steps
}

/// The pages, and the keys that lead to each.
fn pages() -> Vec<(String, Vec<(Modifiers, Key)>)> {
    let figures = [Key::Num1, Key::Num2, Key::Num3, Key::Num4, Key::Num5, Key::Num6, Key::Num7, Key::Num8];
    let names = ["review", "page2", "page3", "page4", "page5", "page6", "page7", "members"];
    let plain = |key: Key| (Modifiers::NONE, key);
    let mut pages = vec![
        ("keys".to_owned(), vec![plain(Key::F1)]),
        ("palette".to_owned(), vec![(Modifiers::COMMAND, Key::K)]),
    ];
    for (figure, name) in figures.into_iter().zip(names) {
        let go = (Modifiers::COMMAND, figure);
        pages.push((name.to_owned(), vec![go]));
        if name.starts_with("page") {
            pages.push((
                format!("{name}-record"),
                vec![go, plain(Key::ArrowDown), plain(Key::ArrowDown), plain(Key::Enter)],
            ));
        }
    }
    pages
}

/// The window, and what is left to do in it.
struct Pictures {
    folder: PathBuf,
    replica: PathBuf,
    shell: Option<Shell>,
    steps: VecDeque<Step>,
    /// What is pressed in the next frame.
    keys: Vec<(Modifiers, Key)>,
    /// Nothing is done before that.
    until: Instant,
}

impl eframe::App for Pictures {
    fn raw_input_hook(&mut self, _: &egui::Context, input: &mut RawInput) {
        for (modifiers, key) in self.keys.drain(..) {
            let event = |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
            input.events.extend([event(true), event(false)]);
        }
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        if let Some(shell) = &mut self.shell {
            shell.show(ui);
        }
        context.request_repaint_after(Duration::from_millis(20));
        if Instant::now() < self.until {
            return;
        }
        let Some(step) = self.steps.pop_front() else {
            context.send_viewport_cmd(ViewportCommand::Close);
            return;
        };
        self.until = Instant::now() + SETTLED;
        if let Err(error) = self.does(step, &context) {
            say(&error);
            context.send_viewport_cmd(ViewportCommand::Close);
        }
    }
}

impl Pictures {
    fn does(&mut self, step: Step, context: &egui::Context) -> Result<(), Trouble> {
        match step {
            Step::Open(width, theme, language) => {
                context.send_viewport_cmd(ViewportCommand::InnerSize(vec2(width, HEIGHT)));
                // One window at a time has the file open.
                self.shell = None;
                let wakes = context.clone();
                let session = Session::open(&self.replica, true, move || wakes.request_repaint())?;
                let settings = Settings { language, theme, ..Settings::default() };
                self.shell = Some(Shell::open(session, settings));
                self.until += SETTLED;
            }
            Step::Press(modifiers, key) => self.keys.push((modifiers, key)),
            Step::Take(name) => {
                let path = self.folder.join(name);
                context.request_screenshot(move |image| {
                    if let Err(error) = write(&path, &image) {
                        say(&error);
                    }
                });
            }
        }
        Ok(())
    }
}

fn say(error: &Trouble) {
    eprintln!("{error}");
}

fn write(path: &Path, image: &egui::ColorImage) -> Result<(), Trouble> {
    let [width, height] = image.size;
    let file = std::io::BufWriter::new(std::fs::File::create(path)?);
    let mut encoder = png::Encoder::new(file, u32::try_from(width)?, u32::try_from(height)?);
    encoder.set_color(png::ColorType::Rgba);
    encoder.set_depth(png::BitDepth::Eight);
    let bytes: Vec<u8> = image.pixels.iter().flat_map(|pixel| pixel.to_array()).collect();
    encoder.write_header()?.write_image_data(&bytes)?;
    Ok(())
}
