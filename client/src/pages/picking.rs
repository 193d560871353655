//! Which reference is being chosen, and what was found for it.

use eframe::egui::Ui;
use samsyn_engine::id::RecordId;
use samsyn_engine::schema::{FieldPath, FieldType, Kind, kind};
use samsyn_engine::store::ListQuery;

use super::{Scene, texts};
use crate::widgets::focus;
use crate::widgets::picker::Found;

/// So many records are offered before anything is typed, and as many are found at most.
const OFFERED: usize = 50;

/// What stands under results that are not all there are; nothing where they are.
pub(crate) fn more(found: &[Found], scene: &Scene<'_>) -> &'static str {
    if found.len() < OFFERED { "" } else { scene.say(texts::FIRST_SHOWN) }
}

/// The reference that is being chosen: at most one at a time, as one popup is open at most.
#[derive(Debug, Default)]
pub(crate) struct Picking {
    place: Option<FieldPath>,
    query: String,
}

impl Picking {
    /// Somebody has opened a picker, or typed into it.
    fn ask(&mut self, place: &FieldPath, query: String) {
        (self.place, self.query) = (Some(place.clone()), query);
    }

    /// Takes up what was typed into the picker of that place, and whether it is open. Until what is found for it is here, keys that choose wait.
    pub(crate) fn follow(
        &mut self,
        ui: &Ui,
        place: &FieldPath,
        (query, open): (Option<String>, bool),
        scene: &Scene<'_>,
    ) {
        if let Some(query) = query {
            self.ask(place, query);
        }
        if open && !self.is_settled(scene) {
            focus::expect(ui.ctx());
        }
    }

    /// Whether all that was found for what was asked last is here.
    pub(crate) fn is_settled(&self, scene: &Scene<'_>) -> bool {
        self.query.trim().is_empty() || scene.session.has_searched(&self.query)
    }

    /// What was found for the picker in that place; nothing for any other.
    pub(crate) fn found(
        &self,
        place: &FieldPath,
        kinds: &[&'static str],
        scene: &mut Scene<'_>,
    ) -> (Vec<RecordId>, Vec<Found>) {
        if self.place.as_ref() != Some(place) {
            return (Vec::new(), Vec::new());
        }
        let mut near = Vec::new();
        let ids: Vec<RecordId> = if self.query.trim().is_empty() {
            let kinds = kinds.iter().filter_map(|name| kind(name));
            kinds.flat_map(|kind| first_of(kind, scene)).take(OFFERED).collect()
        } else {
            let found = scene.session.search(&self.query, kinds);
            near.extend(found.near.iter().map(|hit| hit.id));
            found.hits.iter().chain(&found.near).map(|hit| hit.id).collect()
        };
        let found = ids
            .iter()
            .map(|id| {
                let detail = detail(*id, kinds.len() > 1, scene);
                let detail = match near.contains(id) {
                    true => format!("{} {detail}", scene.say(texts::DID_YOU_MEAN)),
                    false => detail,
                };
                Found { title: scene.title(*id), detail }
            })
            .collect();
        (ids, found)
    }
}

fn first_of(kind: &'static Kind, scene: &mut Scene<'_>) -> Vec<RecordId> {
    let (ids, _) = scene.session.list(&ListQuery::all(kind));
    ids.iter().take(OFFERED).copied().collect()
}

/// What tells a record from others of the same title: its kind, or the first word that lists show of it.
fn detail(id: RecordId, several_kinds: bool, scene: &mut Scene<'_>) -> String {
    let Some(row) = scene.session.row(id) else { return String::new() };
    let Some(kind) = kind(&row.kind) else { return row.kind.clone() };
    if several_kinds {
        return scene.say(kind.caption).to_owned();
    }
    let in_title = |name: &str| kind.title.iter().any(|names| names.contains(&name));
    let reference =
        |field_type: &FieldType| matches!(field_type, FieldType::Reference(_) | FieldType::ReferenceSet(_));
    for field in kind.listed().filter(|field| !in_title(field.name)) {
        let Some((of, value)) = row.cells.get(field.name).map(|value| field.in_lists(value)) else {
            continue;
        };
        match value {
            value if value.is_empty() => {}
            samsyn_engine::schema::Value::Link(link) => {
                if let Some(title) = scene.session.title(*link) {
                    return title;
                }
            }
            value if !reference(&of) => {
                return of.words(value, scene.language, &|link| link.to_string());
            }
            _ => {}
        }
    }
    String::new()
}
