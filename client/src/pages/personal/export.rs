//! Writing all that is known about a person into two files.

use std::path::{Path, PathBuf};

use eframe::egui::{Align2, Label, RichText, TextEdit, Ui, vec2};
use jiff::civil::Date;
use samsyn_engine::exchange::ExchangeError;
use samsyn_engine::files::{Existing, OutputError};
use samsyn_engine::id::RecordId;

use super::{paragraph, weak_paragraph, words};
use crate::explain;
use crate::pages::{Action, Scene};
use crate::widgets::button;
use crate::widgets::field::Field;
use crate::widgets::icon::Icon;
use crate::widgets::theme;
use crate::widgets::tokens::{Tokens, height, space};

/// An export that is being made.
#[derive(Debug)]
pub(in crate::pages) struct Export {
    record: RecordId,
    name: String,
    path: String,
    /// The keyboard has to go to the path.
    focus: bool,
    stage: Stage,
}

#[derive(Debug)]
enum Stage {
    Choosing(Option<NotWritten>),
    Writing,
    Written([PathBuf; 2]),
}

/// Why the last try did not succeed.
#[derive(Debug)]
struct NotWritten {
    words: String,
    /// There are such files, and they can be replaced.
    is_there: bool,
}

impl NotWritten {
    fn of(error: &ExchangeError, scene: &Scene<'_>) -> NotWritten {
        let is_there = matches!(error, ExchangeError::Output(OutputError::Exists(_)));
        NotWritten { words: explain::exchange_error(error, scene.language), is_there }
    }
}

impl Export {
    pub(super) fn new(record: RecordId, name: &str, today: Date) -> Self {
        let path = free_path(&folder(), &format!("Samsyn {name} {today}"));
        let path = path.display().to_string();
        Export { record, name: name.to_owned(), path, focus: true, stage: Stage::Choosing(None) }
    }

    pub(super) fn title(&self, scene: &Scene<'_>) -> String {
        scene.say(words::EXPORT_TITLE).replace("{}", &self.name)
    }

    /// Draws it. Says whether it stays open.
    pub(super) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> bool {
        if matches!(self.stage, Stage::Writing)
            && let Some(written) = scene.session.take_written(self.record)
        {
            self.stage = match written {
                Ok(paths) => Stage::Written(paths),
                Err(error) => Stage::Choosing(Some(NotWritten::of(&error, scene))),
            };
        }
        match &self.stage {
            Stage::Written(paths) => written(ui, paths, scene),
            Stage::Writing => {
                ui.horizontal(|ui| {
                    ui.spinner();
                    ui.label(scene.say(words::WRITING));
                });
                true
            }
            Stage::Choosing(_) => self.choose(ui, scene),
        }
    }

    fn choose(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> bool {
        paragraph(ui, scene.say(words::EXPORT_HINT));
        ui.add_space(space::XS);
        let not_written = match &self.stage {
            Stage::Choosing(not_written) => not_written.as_ref(),
            _ => None,
        };
        let field = Field::new(scene.say(words::FILE)).help(scene.say(words::FILE_HINT));
        let field = field.error(not_written.map(|not_written| not_written.words.as_str()));
        let typed = field.show(ui, |ui, label| {
            let edit = TextEdit::singleline(&mut self.path).align(Align2::LEFT_CENTER);
            let edit = edit.desired_width(f32::INFINITY).min_size(vec2(0.0, height::CONTROL));
            let edit = ui.add(edit).labelled_by(label);
            if std::mem::take(&mut self.focus) {
                edit.request_focus();
            }
            edit.changed()
        });
        if typed.inner {
            // What was wrong with another name says nothing of this one.
            self.stage = Stage::Choosing(None);
        }
        ui.add_space(space::S);
        ui.horizontal_wrapped(|ui| self.choices(ui, scene)).inner
    }

    /// The buttons. Says whether it stays open.
    fn choices(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) -> bool {
        let is_there = matches!(&self.stage, Stage::Choosing(Some(not_written)) if not_written.is_there);
        let ready = !self.path.trim().is_empty() && !is_there;
        let write = scene.say(words::WRITE);
        let write = ui.add_enabled_ui(ready, |ui| button::primary(ui, Some(Icon::Export), write)).inner;
        let replace = is_there && ui.button(scene.say(words::REPLACE)).clicked();
        if write.clicked() || replace {
            let existing = if replace { Existing::Replace } else { Existing::Keep };
            scene.act(Action::WriteDossier(self.record, PathBuf::from(self.path.trim()), existing));
            self.stage = Stage::Writing;
        }
        !ui.button(scene.say(words::CANCEL)).clicked()
    }
}

fn written(ui: &mut Ui, paths: &[PathBuf; 2], scene: &Scene<'_>) -> bool {
    ui.label(RichText::new(scene.say(words::WRITTEN)).text_style(theme::strong()));
    for path in paths {
        let path = RichText::new(path.display().to_string()).color(Tokens::of(ui).text);
        ui.add(Label::new(path).wrap().selectable(true));
    }
    weak_paragraph(ui, scene.say(words::WRITTEN_HINT));
    ui.add_space(space::S);
    ui.horizontal_wrapped(|ui| {
        let stays = super::stays(ui, scene.say(words::DONE));
        if button::with_icon(ui, Icon::Document, scene.say(words::COPY_PATH)).clicked() {
            ui.copy_text(paths[0].display().to_string());
        }
        stays
    })
    .inner
}

/// Where people look for what a program has written.
fn folder() -> PathBuf {
    let folders = directories::UserDirs::new();
    let found = folders.as_ref().map(|folders| {
        let written = folders.download_dir().or_else(|| folders.document_dir());
        written.unwrap_or_else(|| folders.home_dir()).to_owned()
    });
    found.unwrap_or_else(std::env::temp_dir)
}

/// A path in that folder under which there is nothing yet, without what a file's name must not have.
fn free_path(folder: &Path, name: &str) -> PathBuf {
    let plain = |c: char| if c.is_alphanumeric() || " -_".contains(c) { c } else { '_' };
    // Systems take names of 255 bytes; a number and an ending stand behind it.
    let name: String = name.chars().map(plain).take(80).collect();
    let path = |number: usize| match number {
        1 => folder.join(format!("{name}.txt")),
        _ => folder.join(format!("{name} {number}.txt")),
    };
    let free = (1..100).map(path).find(|path| !path.exists() && !path.with_extension("json").exists());
    free.unwrap_or_else(|| path(100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_name_is_plain_and_nobody_elses() {
        let folder = tempfile::tempdir().unwrap();
        let first = free_path(folder.path(), "Samsyn Åsa/Ek: 2026-11-26");
        assert_eq!(first, folder.path().join("Samsyn Åsa_Ek_ 2026-11-26.txt"));
        std::fs::write(first.with_extension("json"), "{}").unwrap();
        let second = free_path(folder.path(), "Samsyn Åsa/Ek: 2026-11-26");
        assert_eq!(second, folder.path().join("Samsyn Åsa_Ek_ 2026-11-26 2.txt"));
    }
}
