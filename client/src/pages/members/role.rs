//! Choosing a role, each with what it may; and for a partner the organisation.

use eframe::egui::{Label, RichText, Ui};
use samsyn_engine::id::RecordId;
use samsyn_engine::identity::Role;
use samsyn_engine::schema::FieldPath;
use samsyn_engine::schema::kinds::ORGANISATION;

use super::words;
use crate::pages::picking::{self, Picking};
use crate::pages::{Action, Scene, texts};
use crate::widgets::field::Field;
use crate::widgets::picker::{Create, PickerTexts};
use crate::widgets::tokens::{Tokens, space};
use crate::widgets::{dialog, theme};

/// A role that is being chosen.
#[derive(Debug)]
pub(super) struct RoleChoice {
    pub(super) role: Role,
    pub(super) organisation: Option<RecordId>,
    picking: Picking,
}

impl RoleChoice {
    pub(super) fn new(role: Role, organisation: Option<RecordId>) -> Self {
        RoleChoice { role, organisation, picking: Picking::default() }
    }

    /// Whether it can be given: a partner works for somebody.
    pub(super) fn is_whole(&self) -> bool {
        self.role != Role::Partner || self.organisation.is_some()
    }

    /// The organisation, where the role has one.
    pub(super) fn for_whom(&self) -> Option<RecordId> {
        self.organisation.filter(|_| self.role == Role::Partner)
    }

    pub(super) fn show(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let t = Tokens::of(ui);
        for role in Role::ALL {
            ui.vertical(|ui| {
                ui.spacing_mut().item_spacing.y = 0.0;
                let caption = scene.say(texts::role(role));
                let name = RichText::new(caption).text_style(theme::strong());
                let radio = ui.radio_value(&mut self.role, role, name);
                if self.role == role {
                    dialog::offer(&radio);
                }
                ui.spacing_mut().interact_size.y = 0.0;
                ui.horizontal(|ui| {
                    ui.add_space(22.0);
                    let may = RichText::new(scene.say(words::what_it_may(role))).color(t.text_weak);
                    ui.add(Label::new(may).wrap());
                });
            });
        }
        if self.role == Role::Partner {
            ui.add_space(space::XS);
            self.organisation(ui, scene);
        }
    }

    fn organisation(&mut self, ui: &mut Ui, scene: &mut Scene<'_>) {
        let (place, kinds) = (FieldPath::field("organisation"), [ORGANISATION.name]);
        let title = self.organisation.map(|id| scene.title(id));
        let (ids, found) = self.picking.found(&place, &kinds, scene);
        let texts = PickerTexts {
            none: scene.say(texts::CHOOSE),
            search: scene.say(texts::SEARCH),
            no_match: scene.say(texts::NOTHING_FOUND),
            clear: scene.say(texts::CLEAR),
            visit: scene.say(texts::OPEN),
            more: picking::more(&found, scene),
            create: Create::default(),
        };
        let caption = scene.say(words::ORGANISATION);
        let field = Field::new(caption).help(scene.say(words::ORGANISATION_HINT));
        let mut answer = field.reference(ui, "organisation", title.as_deref(), &found, &texts);
        self.picking.follow(ui, &place, (answer.query.take(), answer.open), scene);
        if let Some(id) = answer.chosen.and_then(|index| ids.get(index)) {
            self.organisation = Some(*id);
        }
        if answer.cleared {
            self.organisation = None;
        }
        if let Some(id) = self.organisation.filter(|_| answer.visit) {
            scene.act(Action::Open(id));
        }
    }
}
