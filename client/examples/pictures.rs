//! Pictures of every page, narrow and wide, light and dark, in both languages: to look at after a change to what is drawn.
//!
//! ```sh
//! cargo run -p samsyn-client --example pictures -- FOLDER [WIDTH | light | dark | sv | en | x2 | WINDOW …]
//! ```
//!
//! The window is the real one, and is moved about in by keys alone. There are six of them: somebody without a workspace, a locked one, a
//! sample workspace of one person, one with very long names, one that a disk has damaged, and a workspace of several on
//! a relay in this process, where somebody lost their role. It needs a screen; a made-up one will do
//! (`xvfb-run -s "-screen 0 1920x1080x24" cargo run …`). Without widths the pictures are 340, 900 and 1920 points wide; without a theme or
//! a language there are both of each; without a window (`welcome`, `locked`, `sample`, `long`, `damaged`, `maja`, `bo`) there are all.
//! With `x2` text is twice as large.

mod made;

use std::collections::VecDeque;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use eframe::egui::{self, Event, Key, Modifiers, RawInput, Ui, ViewportCommand, vec2};
use samsyn_client::state::{Settings, ThemeChoice};
use samsyn_client::widgets;
use samsyn_client::window::Front;
use samsyn_engine::schema::{Caption, Language};

use made::{Made, Stage};

type Trouble = Box<dyn std::error::Error>;

/// The height of a picture, in points.
const HEIGHT: f32 = 900.0;

/// What is drawn comes from other threads: so long it is waited for after a key, and before a picture.
const AFTER_KEY: Duration = Duration::from_millis(60);
const SETTLED: Duration = Duration::from_millis(450);

/// And so many frames: on a slow machine a wide window takes its time for each.
const FRAMES: usize = 6;

fn main() -> Result<(), Trouble> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("say into which folder: pictures FOLDER [WIDTH …]")?);
    let rest: Vec<String> = arguments.collect();
    let steps = plan(&Looks::of(&rest)?);
    std::fs::create_dir_all(&folder)?;
    let kept = tempfile::tempdir()?;
    let made = Made::new(kept.path())?;
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default().with_inner_size([340.0, HEIGHT]),
        persist_window: false,
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    };
    let create = move |creation: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        widgets::prepare(&creation.egui_ctx);
        widgets::system_fonts::use_where_needed(&creation.egui_ctx);
        let until = Instant::now();
        Ok(Box::new(Pictures { folder, made, front: None, steps, events: VecDeque::new(), until, frames: 0 }))
    };
    eframe::run_native("Samsyn pictures", options, Box::new(create))?;
    Ok(())
}

/// In which looks the pictures are taken.
struct Looks {
    widths: Vec<f32>,
    themes: Vec<(ThemeChoice, &'static str)>,
    languages: Vec<Language>,
    /// Of which windows; of all where none is named.
    windows: Vec<String>,
    /// How large text is, where 1 is usual.
    scale: f32,
}

impl Looks {
    /// What the arguments ask for; everything of what they leave open.
    fn of(arguments: &[String]) -> Result<Looks, Trouble> {
        let mut looks = Looks {
            widths: Vec::new(),
            themes: Vec::new(),
            languages: Vec::new(),
            windows: Vec::new(),
            scale: 1.0,
        };
        for argument in arguments {
            match argument.as_str() {
                "light" => looks.themes.push((ThemeChoice::Light, "light")),
                "dark" => looks.themes.push((ThemeChoice::Dark, "dark")),
                "sv" => looks.languages.push(Language::Swedish),
                "en" => looks.languages.push(Language::English),
                "x2" => looks.scale = 2.0,
                word if word.starts_with(|first: char| first.is_ascii_digit()) => {
                    looks.widths.push(word.parse()?);
                }
                window => looks.windows.push(window.to_owned()),
            }
        }
        if looks.widths.is_empty() {
            looks.widths = vec![340.0, 900.0, 1920.0];
        }
        if looks.themes.is_empty() {
            looks.themes = vec![(ThemeChoice::Light, "light"), (ThemeChoice::Dark, "dark")];
        }
        if looks.languages.is_empty() {
            looks.languages = Language::ALL.to_vec();
        }
        Ok(looks)
    }
}

/// Something to do, one after the other.
#[derive(Clone)]
enum Step {
    /// A window so wide, of somebody who has chosen this.
    Open(Stage, f32, Settings),
    /// Press a key so many times.
    Press(Modifiers, Key, usize),
    /// Type this.
    Type(String),
    /// Wait for what comes from elsewhere.
    Wait,
    /// Take a picture under this name.
    Take(String),
}

/// Each page in each look.
fn plan(looks: &Looks) -> VecDeque<Step> {
    let mut steps = VecDeque::new();
    for width in &looks.widths {
        for (theme, shade) in &looks.themes {
            for language in &looks.languages {
                let code = language.code();
                let points = *width / looks.scale;
                let view = View { language: *language, narrow: points < TWO_PANES, menu: points < SIDEBAR };
                let (theme, scale) = (*theme, looks.scale);
                let settings = Settings { language: *language, theme, scale, ..Settings::default() };
                let shade = if scale > 1.0 { format!("{shade}-x{scale}") } else { (*shade).to_owned() };
                for (stage, pictures) in stages(view) {
                    if !looks.windows.is_empty() && !looks.windows.contains(&stage.name()) {
                        continue;
                    }
                    steps.extend([Step::Open(stage, *width, settings.clone()), Step::Wait]);
                    for (number, (name, way)) in pictures.into_iter().enumerate() {
                        steps.extend(way);
                        steps.push_back(Step::Wait);
                        let stage = stage.name();
                        steps.push_back(Step::Take(format!(
                            "{width}-{shade}-{code}-{stage}-{number:02}-{name}.png"
                        )));
                        // What is still on its way must not come to the next window.
                        steps.extend([Step::Press(Modifiers::NONE, Key::Escape, 4), Step::Wait]);
                    }
                }
            }
        }
    }
    steps
}

/// From this width of the window on a list has its record beside it, in points: the ways differ.
const TWO_PANES: f32 = 964.0;

/// And from this one on a sidebar.
const SIDEBAR: f32 = 720.0;

/// What the ways to the pictures depend on.
#[derive(Clone, Copy)]
struct View {
    language: Language,
    /// One pane is shown at a time.
    narrow: bool,
    /// Where to go stands in a menu.
    menu: bool,
}

/// What a picture is called, and what leads to it.
type Picture = (&'static str, Vec<Step>);

fn key(key: Key) -> Step {
    Step::Press(Modifiers::NONE, key, 1)
}

fn keys(key: Key, times: usize) -> Step {
    Step::Press(Modifiers::NONE, key, times)
}

fn back(times: usize) -> Step {
    Step::Press(Modifiers::SHIFT, Key::Tab, times)
}

fn ctrl(key: Key) -> Step {
    Step::Press(Modifiers::COMMAND, key, 1)
}

fn typed(text: &str) -> Step {
    Step::Type(text.to_owned())
}

/// Does what the palette finds first for these words.
fn command(language: Language, sv: &'static str, en: &'static str) -> Vec<Step> {
    let words = Caption::new(sv, en).get(language).to_owned();
    vec![ctrl(Key::K), Step::Type(words), Step::Wait, key(Key::Enter), Step::Wait]
}

fn stages(view: View) -> Vec<(Stage, Vec<Picture>)> {
    vec![
        (Stage::Welcome, welcome()),
        (Stage::Locked, vec![("locked", Vec::new())]),
        (Stage::Sample, [lists(), records(), opened(view.language), dialogs(view)].concat()),
        (Stage::Long, long_names(view)),
        (
            Stage::Damaged,
            vec![("damaged", vec![ctrl(Key::Num3), Step::Wait, key(Key::Home), key(Key::Enter)])],
        ),
        (Stage::Maja, together(view)),
        (Stage::Bo, lost()),
    ]
}

/// The three ways to begin.
fn welcome() -> Vec<Picture> {
    vec![
        ("join", Vec::new()),
        (
            "join-wrong",
            // Nothing has the keyboard after Esc: the three ways come first.
            vec![
                keys(Key::Tab, 4),
                typed("relay.example.se"),
                key(Key::Tab),
                typed("AB12-CD34-EF56-GH78"),
                key(Key::Tab),
                typed("Åsa Berg"),
                key(Key::Enter),
            ],
        ),
        (
            "open",
            vec![
                keys(Key::Tab, 2),
                key(Key::Enter),
                Step::Wait,
                typed("/hem/åsa/byrån.samsyn"),
                key(Key::Enter),
            ],
        ),
        ("own", vec![keys(Key::Tab, 3), key(Key::Enter)]),
    ]
}

/// Lists, and the record that the second row of each leads to.
fn lists() -> Vec<Picture> {
    let figures = [
        ("meetings", Key::Num2),
        ("contacts", Key::Num3),
        ("organisations", Key::Num4),
        ("venues", Key::Num5),
        ("plans", Key::Num6),
        ("focus", Key::Num7),
    ];
    let mut pictures = vec![("review", vec![ctrl(Key::Num1)])];
    for (name, figure) in figures {
        pictures.push((name, vec![ctrl(figure)]));
        pictures.push((name, vec![keys(Key::ArrowDown, 2), key(Key::Enter)]));
    }
    pictures.extend([
        // Names in letters that the window's own fonts lack.
        ("contacts-end", vec![ctrl(Key::Num3), key(Key::End)]),
        ("members", vec![ctrl(Key::Num8)]),
        ("nothing-found", vec![ctrl(Key::Num3), ctrl(Key::F), Step::Type("xyzzyq".to_owned()), Step::Wait]),
    ]);
    pictures
}

/// What a record shows besides its first fields.
fn records() -> Vec<Picture> {
    let open = |figure: Key| {
        vec![ctrl(figure), key(Key::Home), keys(Key::ArrowDown, 3), key(Key::Enter), Step::Wait]
    };
    let then = |figure: Key, steps: Vec<Step>| [open(figure), steps].concat();
    vec![
        ("history", then(Key::Num5, vec![back(2), key(Key::Enter)])),
        ("used-in", then(Key::Num4, vec![back(1), key(Key::Enter)])),
        ("timeline", then(Key::Num6, vec![back(3), key(Key::Enter)])),
        (
            "timeline-bar",
            then(Key::Num6, vec![back(3), key(Key::Enter), keys(Key::Tab, 8), keys(Key::ArrowDown, 3)]),
        ),
        (
            "contact-rows",
            then(Key::Num3, vec![keys(Key::Tab, 4), key(Key::Enter), Step::Wait, keys(Key::Tab, 2)]),
        ),
        ("contact-end", then(Key::Num3, vec![keys(Key::Tab, 40)])),
        (
            "venue-rows",
            then(Key::Num5, vec![keys(Key::Tab, 24), key(Key::Enter), Step::Wait, keys(Key::Tab, 4)]),
        ),
        ("meeting-middle", then(Key::Num2, vec![keys(Key::Tab, 16)])),
        (
            "plan-rows",
            then(Key::Num6, vec![keys(Key::Tab, 10), key(Key::Enter), Step::Wait, keys(Key::Tab, 3)]),
        ),
        ("new-contact", vec![ctrl(Key::Num3), ctrl(Key::N), Step::Wait]),
        ("new-venue", vec![ctrl(Key::Num5), ctrl(Key::N), Step::Wait]),
    ]
}

/// What opens over a form.
fn opened(language: Language) -> Vec<Picture> {
    let open = |figure: Key, tabs: usize| {
        vec![
            ctrl(figure),
            key(Key::Home),
            keys(Key::ArrowDown, 3),
            key(Key::Enter),
            keys(Key::Tab, tabs),
            key(Key::Enter),
            Step::Wait,
        ]
    };
    let letters = typed(Caption::new("beslut", "decis").get(language));
    vec![
        ("choice", open(Key::Num2, 2)),
        ("choice-found", [open(Key::Num2, 3), vec![letters, Step::Wait]].concat()),
        ("picker", open(Key::Num2, 5)),
        ("picker-none", [open(Key::Num2, 5), vec![typed("xyzzyq"), Step::Wait]].concat()),
        ("calendar", open(Key::Num2, 17)),
        (
            "unreadable",
            vec![
                ctrl(Key::Num5),
                ctrl(Key::N),
                Step::Wait,
                keys(Key::Tab, 4),
                typed("1.250"),
                keys(Key::Tab, 1),
                Step::Wait,
            ],
        ),
    ]
}

fn dialogs(View { language, narrow, menu }: View) -> Vec<Picture> {
    // Beside the queue, what it is about is shown; in place of it, it is gone into first.
    let look = if narrow { vec![key(Key::Enter), Step::Wait] } else { Vec::new() };
    vec![
        ("keys", vec![key(Key::F1)]),
        ("palette", vec![ctrl(Key::K)]),
        ("palette-found", vec![ctrl(Key::K), Step::Type("nordi".to_owned()), Step::Wait]),
        // In a narrow window they stand in the menu.
        (
            "settings",
            vec![ctrl(Key::Num3), ctrl(Key::F), back(if menu { 3 } else { 2 }), key(Key::Enter), Step::Wait],
        ),
        ("filter", vec![ctrl(Key::Num2), ctrl(Key::F), key(Key::Tab), key(Key::Enter), Step::Wait]),
        ("relay", command(language, "reläets adress", "relay's address")),
        ("backup", command(language, "säkerhetskop", "back up")),
        (
            "chosen-toast",
            [vec![ctrl(Key::Num1), Step::Wait], look, vec![key(Key::Num1), Step::Wait]].concat(),
        ),
        ("locking", command(language, "lås arbetsytan", "lock the workspace")),
    ]
}

/// Heads, lists and dialogs where everything has a very long name.
fn long_names(View { narrow, .. }: View) -> Vec<Picture> {
    let open = |figure: Key| vec![ctrl(figure), Step::Wait, key(Key::Home), key(Key::Enter), Step::Wait];
    let look = if narrow { vec![key(Key::Enter), Step::Wait] } else { Vec::new() };
    let to_bin = if narrow { 5 } else { 7 };
    vec![
        ("review", [vec![ctrl(Key::Num1), Step::Wait], look].concat()),
        ("queue", vec![ctrl(Key::Num1), Step::Wait]),
        ("meetings", vec![ctrl(Key::Num2)]),
        ("meeting", open(Key::Num2)),
        ("contact", open(Key::Num3)),
        ("organisation", open(Key::Num4)),
        ("venue", open(Key::Num5)),
        ("plan", open(Key::Num6)),
        ("members", vec![ctrl(Key::Num8)]),
        ("palette", vec![ctrl(Key::K), Step::Type("forskning".to_owned()), Step::Wait]),
        ("person", [open(Key::Num3), vec![back(to_bin + 1), key(Key::Enter), Step::Wait]].concat()),
        ("removed", [open(Key::Num5), vec![back(to_bin - 1), key(Key::Enter), Step::Wait]].concat()),
    ]
}

/// A workspace of several people, as its coordinator sees it.
fn together(View { language, narrow, .. }: View) -> Vec<Picture> {
    let to_bin = if narrow { 5 } else { 7 };
    let open = || {
        vec![ctrl(Key::Num3), Step::Wait, key(Key::Home), key(Key::ArrowDown), key(Key::Enter), Step::Wait]
    };
    vec![
        ("members", vec![ctrl(Key::Num8), Step::Wait]),
        ("review", vec![ctrl(Key::Num1), Step::Wait]),
        ("review-looked", vec![ctrl(Key::Num1), keys(Key::ArrowDown, 2), key(Key::Enter), Step::Wait]),
        ("mark-all", command(language, "markera allt", "mark everything")),
        ("invite", command(language, "bjud in", "invite")),
        (
            "invited",
            [command(language, "bjud in", "invite"), vec![keys(Key::Tab, 4), key(Key::Enter), Step::Wait]]
                .concat(),
        ),
        ("relay", command(language, "reläets adress", "relay's address")),
        ("record", open()),
        ("person", [open(), vec![back(to_bin + 1), key(Key::Enter), Step::Wait]].concat()),
        ("removed", [open(), vec![back(to_bin), Step::Wait, key(Key::Enter), Step::Wait]].concat()),
    ]
}

/// The same as somebody sees it whose role no longer lets them write.
fn lost() -> Vec<Picture> {
    vec![
        ("first", vec![Step::Wait, Step::Wait]),
        ("refused", vec![ctrl(Key::Num9), Step::Wait]),
        ("read", vec![ctrl(Key::Num3), Step::Wait, key(Key::Home), key(Key::Enter), Step::Wait]),
        ("members", vec![ctrl(Key::Num8), Step::Wait]),
    ]
}

/// The window, and what is left to do in it.
struct Pictures {
    folder: PathBuf,
    made: Made,
    front: Option<Front>,
    steps: VecDeque<Step>,
    /// What is pressed and typed, a stroke a frame.
    events: VecDeque<Vec<Event>>,
    /// Nothing is done before that, and before so many frames.
    until: Instant,
    frames: usize,
}

impl eframe::App for Pictures {
    fn raw_input_hook(&mut self, _: &egui::Context, input: &mut RawInput) {
        // Nobody manages windows on a made-up screen, so none has the keyboard.
        input.focused = true;
        input.events.extend(self.events.pop_front().unwrap_or_default());
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let context = ui.ctx().clone();
        if let Some(front) = &mut self.front {
            front.show(ui);
        }
        if !self.events.is_empty() {
            context.request_repaint();
            self.until = Instant::now() + AFTER_KEY;
            return;
        }
        let now = Instant::now();
        if now < self.until || self.frames > 0 {
            self.frames = self.frames.saturating_sub(1);
            context.request_repaint_after(self.until.saturating_duration_since(now));
            return;
        }
        let Some(step) = self.steps.pop_front() else {
            context.send_viewport_cmd(ViewportCommand::Close);
            return;
        };
        self.until = now + AFTER_KEY;
        if let Err(error) = self.does(step, &context) {
            say(&error);
            context.send_viewport_cmd(ViewportCommand::Close);
        }
        context.request_repaint();
    }
}

impl Pictures {
    fn does(&mut self, step: Step, context: &egui::Context) -> Result<(), Trouble> {
        match step {
            Step::Open(stage, width, settings) => {
                // The one before may have had larger text: its points are larger than those of a picture.
                let size = vec2(width, HEIGHT) / context.zoom_factor();
                context.send_viewport_cmd(ViewportCommand::InnerSize(size));
                // One window at a time has the file open.
                if let Some(mut front) = self.front.take() {
                    front.close();
                }
                self.front = Some(self.made.open(stage, settings, context)?);
                self.until += SETTLED;
            }
            Step::Press(modifiers, key, times) => {
                for _ in 0..times {
                    let event =
                        |pressed| Event::Key { key, physical_key: None, pressed, repeat: false, modifiers };
                    self.events.push_back(vec![event(true), event(false)]);
                }
            }
            Step::Type(text) => self.events.push_back(vec![Event::Text(text)]),
            Step::Wait => {
                self.until += SETTLED;
                self.frames = FRAMES;
            }
            Step::Take(name) => {
                let path = self.folder.join(name);
                context.request_screenshot(move |image| {
                    if let Err(error) = write(&path, &image) {
                        say(&error);
                    }
                });
                self.until += AFTER_KEY;
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
    encoder.set_compression(png::Compression::Fast);
    encoder.write_header()?.write_image_data(image.as_raw())?;
    Ok(())
}
