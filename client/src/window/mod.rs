//! The window: eframe outside, [`Shell`] inside.
//!
//! ```text
//!  eframe ──▶ App ──▶ Front ──▶ welcome     who has no workspace yet
//!                       ▼
//!                     Shell ─┬─▶ sidebar      where to go
//!                            ├─▶ pages        what is there (they answer with actions)
//!                            ├─▶ status       whether it is saved and shared
//!                            └─▶ overlays     palette, toasts
//!                       │
//!                       └── actions, commands, keys: all carried out in `shell`
//! ```
//!
//! The shell knows nothing of eframe, so that tests and benchmarks drive it without a display.

mod backing_up;
mod banner;
mod choices;
mod entrance;
mod front;
mod moving;
mod relay;
mod resting;
mod scale;
mod shell;
mod sidebar;
mod signals;
mod status;
#[cfg(test)]
mod tests;
mod topbar;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use eframe::egui::{self, Ui};
use samsyn_engine::files::private;
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::schema::Caption;

use self::choices::Choices;
use self::front::LookedAt;
pub use self::front::{Front, Home};
pub use self::shell::Shell;
use crate::context::{Context, Failure, Said};
use crate::failure::system_words;
use crate::keys::Vault;
use crate::keys::lock::{self, Rest};
use crate::pages::Page;
use crate::state::{Settings, renewing};
use crate::widgets::{self, scroll, system_fonts};

/// The name under which the desktop knows the window.
const APP_ID: &str = "se.samsyn.Samsyn";
/// Under which name earlier versions kept settings among eframe's own.
const SETTINGS: &str = "settings";

/// A replica that is open within this time is shown at once. In front of one that takes longer the window says so meanwhile.
const AT_ONCE: Duration = Duration::from_millis(700);

/// Opens the window on a replica; on the welcome where there is none. `named` says whether the person said which.
pub(crate) fn open(context: &Context, named: bool) -> Result<ExitCode, Failure> {
    if named || context.path.exists() {
        return run(context, Start::On(None));
    }
    if !has_display() {
        return Err(Said::new(front::NO_WORKSPACE, &[]).into());
    }
    run(context, Start::Welcome)
}

/// Opens the window on a replica, at Review.
pub(crate) fn open_at_review(context: &Context) -> Result<ExitCode, Failure> {
    run(context, Start::On(Some(Page::Review)))
}

/// What the window begins with.
#[derive(Clone, Copy)]
enum Start {
    /// The replica, at a page.
    On(Option<Page>),
    /// There is no replica where one would be.
    Welcome,
}

/// Whether there is a screen to open a window on.
pub(crate) fn has_display() -> bool {
    let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    !cfg!(all(unix, not(target_os = "macos"))) || set("DISPLAY") || set("WAYLAND_DISPLAY")
}

fn run(context: &Context, start: Start) -> Result<ExitCode, Failure> {
    let language = context.language;
    let home = Home { replica: context.path.clone(), vault: Vault::of_this_person() };
    // What is wrong with the file is said before a window flashes up. Where it is only locked, the window asks.
    let looked_at = match start {
        Start::On(_) if !is_locked(&home, &context.path) => front::look_at(&context.path)?,
        _ => None,
    };
    if !has_display() {
        // Nobody would be told in a window.
        looked_at.map_or(Ok(()), front::LookedAt::wait)?;
        return Err(no_display().into());
    }
    let options = eframe::NativeOptions {
        viewport: egui::ViewportBuilder::default()
            .with_app_id(APP_ID)
            // Until there is a workspace whose name it bears.
            .with_title(&*title_of(None))
            .with_inner_size([1360.0, 860.0])
            .with_min_inner_size([340.0, 320.0]),
        // Ours looks for them only once one is needed.
        system_font_fallback: false,
        ..eframe::NativeOptions::default()
    };
    // What was chosen says which file was opened last, and is nobody else's business.
    let folder = eframe::storage_dir(APP_ID);
    if let Some(folder) = &folder {
        [folder.clone(), folder.join("app.ron")].iter().for_each(|kept| private::tighten(kept));
    }
    let began = Instant::now();
    let create = move |creation: &eframe::CreationContext<'_>| -> Result<Box<dyn eframe::App>, _> {
        let before = || creation.storage.and_then(|storage| eframe::get_value(storage, SETTINGS));
        let chosen: Option<Settings> = folder.as_deref().and_then(Choices::read);
        let settings = chosen.or_else(before).unwrap_or_else(|| Settings { language, ..Settings::default() });
        widgets::prepare(&creation.egui_ctx);
        system_fonts::use_where_needed(&creation.egui_ctx);
        signals::close_on_signals(&creation.egui_ctx);
        scroll::forget(&creation.egui_ctx);
        let wake = creation.egui_ctx.clone();
        renewing::watch(move || wake.request_repaint());
        let choices = Choices::new(settings.clone(), folder.as_deref());
        let front = front(home, (start, looked_at), settings, &creation.egui_ctx)?;
        Ok(Box::new(App { front, choices, began: Some(began) }))
    };
    eframe::run_native(APP_ID, options, Box::new(create)).map_err(|error| not_opened(&error))?;
    Ok(ExitCode::SUCCESS)
}

fn front(
    home: Home,
    (start, looked_at): (Start, Option<LookedAt>),
    settings: Settings,
    context: &egui::Context,
) -> Result<Front, ReplicaError> {
    let path = home.replica.clone();
    match (start, looked_at) {
        (Start::On(_), _) if is_locked(&home, &path) => Ok(Front::locked((home, &path), settings)),
        (Start::On(page), Some(looked_at)) => Ok(Front::opening((home, looked_at), (settings, page))),
        (Start::On(page), None) => Front::over((home, &path), (settings, page), context),
        (Start::Welcome, _) => {
            // Whoever chose a file last time goes on with it, as long as it is there; or is told why it cannot be opened.
            let last = settings.replica.clone().filter(|last| last.exists());
            let Some(last) = last else { return Ok(Front::welcome(home, settings)) };
            if is_locked(&home, &last) {
                return Ok(Front::locked((home, &last), settings));
            }
            let opened = match front::look_at(&last) {
                Ok(Some(looked_at)) => return Ok(Front::opening((home, looked_at), (settings, None))),
                Ok(None) => Front::over((home.clone(), &last), (settings.clone(), None), context),
                Err(error) => Err(error),
            };
            Ok(opened.unwrap_or_else(|error| Front::not_opened((home, settings), &error)))
        }
    }
}

fn is_locked(home: &Home, path: &Path) -> bool {
    matches!(lock::rest(&home.vault, path), Ok(Rest::Locked(..)))
}

/// Why there is no window.
fn not_opened(error: &eframe::Error) -> Said {
    match error {
        // Nobody answers where the screen is said to be. The window system says it at length, with places in its own source.
        eframe::Error::WinitEventLoop(_) => no_display(),
        error => {
            let reason = error.to_string();
            Said::each(|language| NO_WINDOW.fill(language, &[&system_words(&reason, language)]))
        }
    }
}

fn no_display() -> Said {
    const NONE: Caption = Caption::new("ingen skärm hittades", "there is no display");
    Said::each(|language| NO_WINDOW.fill(language, &[&NONE.get(language)]))
}

const NO_WINDOW: Caption = Caption::new(
    "Fönstret kan inte öppnas ({}). Kör på en dator med skärm, eller använd kommandona: se \"samsyn --help\".",
    "The window cannot be opened ({}). Run it on a computer with a display, or use the commands: see \"samsyn --help\".",
);

/// What eframe runs.
struct App {
    front: Front,
    choices: Choices,
    /// When the window was asked for, until it is usable.
    began: Option<Instant>,
}

impl eframe::App for App {
    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let closes = ui.ctx().input(|input| input.viewport().close_requested());
        // Whoever ends the program by a signal is not asked.
        if closes && !signals::came() && self.front.refuses_to_close() {
            ui.ctx().send_viewport_cmd(egui::ViewportCommand::CancelClose);
        }
        self.front.show(ui);
        self.choices.look(self.front.settings(), ui.ctx());
        if self.front.is_usable()
            && let Some(began) = self.began.take()
        {
            let milliseconds = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(milliseconds, "the window is usable");
        }
    }

    fn save(&mut self, storage: &mut dyn eframe::Storage) {
        storage.remove_string(SETTINGS);
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.front.close();
        self.choices.finish(self.front.settings());
    }
}

/// A title for the window: the workspace, and the program.
fn title_of(workspace: Option<&str>) -> Arc<str> {
    workspace.map_or_else(|| "Samsyn".into(), |name| format!("{name} – Samsyn").into())
}
