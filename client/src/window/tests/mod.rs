//! The window as a person uses it who sees with a screen reader: everything is found by what it is called.

mod backups;
mod damaged;
mod dialogs;
mod disk;
mod editing;
mod findings;
mod focus;
mod front;
mod idle;
mod layout;
mod listing;
mod live;
mod members;
mod painted;
mod personal;
mod refused;
mod relay;
mod roles;
mod scale;
mod town;
mod trust;
mod typed_ahead;
mod walking;

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::{Kind, Language, NewRecord, Value};
use samsyn_engine::store::NewReplica;

use super::shell::Shell;
use crate::keys::Vault;
use crate::pages::Page;
use crate::state::{Session, Settings};
use crate::widgets;

/// A window over a replica of its own, without a display.
struct Desk {
    harness: Harness<'static, Shell>,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

/// A window in English.
fn window(path: &Path, page: Option<Page>) -> Harness<'static, Shell> {
    window_at(path, page, 0.25)
}

/// The same in which so many seconds pass from frame to frame.
fn window_at(path: &Path, page: Option<Page>, step: f32) -> Harness<'static, Shell> {
    over(Session::open(path, false, || {}).unwrap(), (path, page), step)
}

/// The same over a session that is there.
fn over(session: Session, (path, page): (&Path, Option<Page>), step: f32) -> Harness<'static, Shell> {
    let settings = Settings { language: Language::English, ..Settings::default() };
    let shell = Shell::new(session, settings, page).keeping_keys_in(vault(path));
    Harness::builder()
        .with_step_dt(step)
        .with_size(vec2(1360.0, 860.0))
        .with_context_setup(widgets::prepare)
        .build_ui_state(|ui, shell: &mut Shell| shell.show(ui), shell)
}

impl Desk {
    /// A window in English on a replica that `fill` has written into.
    fn new(page: Option<Page>, fill: impl FnOnce(&mut Replica)) -> Desk {
        Desk::in_workspace(WorkspaceId::random(), page, fill)
    }

    /// A window on a replica of that workspace.
    fn in_workspace(workspace: WorkspaceId, page: Option<Page>, fill: impl FnOnce(&mut Replica)) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let new = NewReplica { workspace, workspace_name: "Byrån".into(), relay: None };
        let mut replica = Replica::create(&path, &new, "Åsa Berg").unwrap();
        fill(&mut replica);
        drop(replica);
        Desk { harness: window(&path, page), path, _folder: folder }
    }

    /// The same replica in another window, after its key was lost.
    fn without_key(self) -> Desk {
        let Desk { harness, path, _folder } = self;
        drop(harness);
        let device = Replica::open(&path).unwrap().device();
        crate::keys::forget(&vault(&path), device);
        Desk { harness: window(&path, Some(Page::Members)), path, _folder }
    }

    /// The same after the window was closed and opened again, at a page.
    fn reopened(self, page: Page) -> Desk {
        let Desk { mut harness, path, _folder } = self;
        harness.state_mut().close();
        // What was asked for before is done when this is gone.
        drop(harness);
        Desk { harness: window(&path, Some(page)), path, _folder }
    }

    /// Draws until something is so. What the window asks for comes from other threads.
    fn until(&mut self, what: &str, so: impl Fn(&Desk) -> bool) {
        for _ in 0..3_000 {
            self.harness.step();
            if so(self) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not come: {what}\nwhat is shown: {:?}", self.shown());
    }

    /// All that a screen reader would read.
    fn shown(&self) -> Vec<String> {
        let nodes = self.harness.query_all_by(|node| node.label().is_some() || node.value().is_some());
        nodes.filter_map(|node| node.accesskit_node().label().or(node.accesskit_node().value())).collect()
    }

    fn until_shown(&mut self, label: &str) {
        self.until(label, |desk| desk.harness.query_all_by_label(label).next().is_some());
    }

    /// Draws until something is there and stays in its place: a click goes to a place, and what has just come is laid out
    /// anew in its second frame.
    fn until_still(&mut self, what: &str, place: impl Fn(&Desk) -> Option<Rect>) {
        let before = Cell::new(None);
        self.until(what, |desk| {
            let now = place(desk);
            now.is_some() && before.replace(now) == now
        });
    }

    fn click(&mut self, label: &str) {
        self.until_still(label, |desk| Some(desk.harness.query_all_by_label(label).next()?.rect()));
        self.harness.get_all_by_label(label).next().unwrap().click();
        self.harness.run_steps(3);
    }

    /// Presses what has this role and label, where others have the label, too.
    fn press(&mut self, role: Role, label: &str) {
        self.until_still(label, |desk| Some(desk.harness.query_by_role_and_label(role, label)?.rect()));
        self.harness.get_by_role_and_label(role, label).click();
        self.harness.run_steps(3);
    }

    /// Chooses a row of a list: its label begins with its title.
    fn choose(&mut self, title: &str) {
        let place = |desk: &Desk| Some(desk.harness.query_all_by_label(&desk.row(title)?).next()?.rect());
        self.until_still(title, place);
        let row = self.row(title).unwrap();
        self.harness.get_all_by_label(&row).next().unwrap().click();
        self.harness.run_steps(3);
    }

    fn row(&self, title: &str) -> Option<String> {
        let rows = self.harness.query_all_by_role(Role::Row);
        rows.filter_map(|node| node.accesskit_node().label()).find(|label| label.starts_with(title))
    }

    /// Writes into a text field in place of what is in it, and leaves it.
    fn write(&mut self, label: &str, text: &str) {
        self.until_input(label);
        self.harness.get_by_role_and_label(Role::TextInput, label).focus();
        self.harness.run_steps(2);
        self.harness.key_press_modifiers(Modifiers::COMMAND, Key::A);
        self.harness.run_steps(1);
        self.harness.get_by_role_and_label(Role::TextInput, label).type_text(text);
        self.harness.run_steps(2);
        self.harness.key_press(Key::Tab);
        self.harness.run_steps(3);
    }

    fn until_input(&mut self, label: &str) {
        self.until(label, |desk| desk.harness.query_by_role_and_label(Role::TextInput, label).is_some());
    }

    fn input(&self, label: &str) -> Option<String> {
        self.harness.query_by_role_and_label(Role::TextInput, label)?.accesskit_node().value()
    }

    fn record(&self, id: RecordId) -> samsyn_engine::document::Record {
        Replica::open(&self.path).unwrap().record(id).unwrap()
    }

    fn until_stored(&mut self, id: RecordId, field: &str, value: &Value) {
        let (id, field, value) = (id, field.to_owned(), value.clone());
        self.until(&format!("{field} = {value:?}"), |desk| *desk.record(id).get(&field) == value);
    }
}

/// Where the keys are of a replica: beside it.
fn vault(path: &Path) -> Vault {
    Vault::in_folder(&path.with_file_name("keys"))
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn make(replica: &mut Replica, kind: &'static Kind, cells: &[(&str, Value)]) -> RecordId {
    let mut new = NewRecord::new(kind);
    new.cells.extend(cells.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    replica.create_record(&new).unwrap();
    new.id
}
