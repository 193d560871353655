//! What somebody has begun and written nothing in yet: a new record, a new row.
//!
//! Neither is there for anybody else before something is entered in it, and nothing of it is left where nothing ever is: a
//! record exists from its first character. Here it looks like any other, so that a form needs to know nothing of it.

use std::sync::Arc;

use samsyn_engine::document::{Edit, Record};
use samsyn_engine::id::{RecordId, RowId};
use samsyn_engine::replica::Input;
use samsyn_engine::schema::{FieldPath, NewRecord, Row, Value};

use super::backend::RecordView;

#[derive(Debug, Clone)]
struct BegunRow {
    record: RecordId,
    list: String,
    row: Row,
    stage: Stage,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Nothing is written in it.
    Empty,
    /// Something is being entered in it: the first thing makes it.
    Sent,
    /// It is made, but what is shown was read before.
    Made,
}

/// Everything that is begun in a window.
#[derive(Debug, Default)]
pub(super) struct Begun {
    record: Option<(NewRecord, Stage)>,
    rows: Vec<BegunRow>,
    /// The view that was last put together, and of what.
    composed: Option<(Arc<RecordView>, Arc<RecordView>)>,
}

impl Begun {
    /// Somebody begins a record. One that was begun before and has nothing in it is let go of.
    pub(super) fn begin(&mut self, new: NewRecord) {
        self.record = Some((new, Stage::Empty));
        self.composed = None;
    }

    /// Whether a record is begun and nothing is written in it, nor being entered.
    pub(super) fn is_empty(&self, id: RecordId) -> bool {
        self.record.as_ref().is_some_and(|(new, stage)| new.id == id && *stage == Stage::Empty)
    }

    /// Whether it is to be asked for, because it may be made by now.
    pub(super) fn is_made(&self, id: RecordId) -> bool {
        self.record.as_ref().is_some_and(|(new, stage)| new.id == id && *stage == Stage::Made)
    }

    /// The record as it looks before there is one.
    pub(super) fn view(&mut self, id: RecordId) -> Option<Arc<RecordView>> {
        let (new, _) = self.record.as_ref().filter(|(new, _)| new.id == id)?;
        let record = Record { id, kind: new.kind.name.to_owned(), removed: false, cells: new.cells.clone() };
        let view = RecordView { record, conflicts: Vec::new(), history: Vec::new(), referrers: Vec::new() };
        Some(self.with_rows(&Arc::new(view)))
    }

    /// A record with the rows that are begun in it.
    pub(super) fn with_rows(&mut self, view: &Arc<RecordView>) -> Arc<RecordView> {
        let id = view.record.id;
        if !self.rows.iter().any(|begun| begun.record == id) {
            return Arc::clone(view);
        }
        if let Some((_, composed)) = self.composed.as_ref().filter(|(of, _)| Arc::ptr_eq(of, view)) {
            return Arc::clone(composed);
        }
        let mut with = RecordView::clone(view);
        for begun in self.rows.iter().filter(|begun| begun.record == id) {
            let known = view.record.get(&begun.list).rows().iter().any(|row| row.id == begun.row.id);
            if !known {
                let mut rows = with.record.get(&begun.list).rows().to_vec();
                rows.push(begun.row.clone());
                with.record.cells.insert(begun.list.clone(), Value::Rows(rows));
            }
        }
        let with = Arc::new(with);
        self.composed = Some((Arc::clone(view), Arc::clone(&with)));
        with
    }

    /// What is to be written for these edits, less what only begins or ends something here. `None` where nothing is.
    pub(super) fn entry(&mut self, record: RecordId, edits: Vec<Edit>) -> Option<Input> {
        let edits: Vec<Edit> = edits.into_iter().filter_map(|edit| self.pass(record, edit)).collect();
        let makes = self.record.as_mut().filter(|(new, _)| new.id == record);
        // What is not there yet is not removed.
        if edits.is_empty() || (makes.is_some() && edits == [Edit::Remove]) {
            return None;
        }
        let mut entry = Input::new(record, edits);
        if let Some((new, stage)) = makes {
            entry.makes = Some(new.clone());
            *stage = (*stage).max_sent();
        }
        for begun in &mut self.rows {
            let written = |edit: &Edit| edit.path().and_then(FieldPath::row) == Some(begun.row.id);
            if begun.record == record && entry.edits.iter().any(written) {
                entry.makes_rows = true;
                begun.stage = begun.stage.max_sent();
            }
        }
        Some(entry)
    }

    /// An edit that is to be written; what begins, moves or ends a row that has nothing in it is done here.
    fn pass(&mut self, record: RecordId, edit: Edit) -> Option<Edit> {
        let is = |begun: &BegunRow, id: RowId| begun.record == record && begun.row.id == id;
        match edit {
            Edit::AddRow { list, row } if row.cells.is_empty() => {
                self.rows.push(BegunRow { record, list, row, stage: Stage::Empty });
                self.composed = None;
                None
            }
            Edit::RemoveRow { row, .. } | Edit::MoveRow { row, .. }
                if self.rows.iter().any(|begun| is(begun, row) && begun.stage == Stage::Empty) =>
            {
                if matches!(edit, Edit::RemoveRow { .. }) {
                    self.rows.retain(|begun| !is(begun, row));
                    self.composed = None;
                }
                None
            }
            edit => Some(edit),
        }
    }

    /// What was entered is done.
    pub(super) fn made(&mut self, record: RecordId) {
        if let Some((new, stage)) = &mut self.record
            && new.id == record
        {
            *stage = Stage::Made;
        }
        for begun in self.rows.iter_mut().filter(|row| row.record == record && row.stage == Stage::Sent) {
            begun.stage = Stage::Made;
        }
    }

    /// What was entered was not done: what was begun is still only begun.
    pub(super) fn not_made(&mut self, record: RecordId) {
        if let Some((new, stage)) = &mut self.record
            && new.id == record
            && *stage == Stage::Sent
        {
            *stage = Stage::Empty;
        }
        for begun in self.rows.iter_mut().filter(|row| row.record == record && row.stage == Stage::Sent) {
            begun.stage = Stage::Empty;
        }
    }

    /// A record was read: what is made of it is in what was read.
    pub(super) fn read(&mut self, id: RecordId) {
        if self.is_made(id) {
            self.record = None;
        }
        self.rows.retain(|begun| begun.record != id || begun.stage != Stage::Made);
        self.composed = None;
    }

    /// Whether what a path leads to was begun: the record, or the row.
    pub(super) fn has(&self, record: RecordId, path: &FieldPath) -> bool {
        let new = self.record.as_ref().is_some_and(|(new, stage)| new.id == record && *stage != Stage::Made);
        new || self.rows.iter().any(|begun| begun.record == record && path.row() == Some(begun.row.id))
    }

    /// Lets go of what is not in sight any more and has nothing in it.
    pub(super) fn keep_only(&mut self, in_sight: &[RecordId]) {
        if self
            .record
            .as_ref()
            .is_some_and(|(new, stage)| *stage == Stage::Empty && !in_sight.contains(&new.id))
        {
            self.record = None;
        }
        self.rows.retain(|begun| in_sight.contains(&begun.record) || begun.stage == Stage::Sent);
    }
}

impl Stage {
    fn max_sent(self) -> Stage {
        if self == Stage::Empty { Stage::Sent } else { self }
    }
}

#[cfg(test)]
mod tests {
    use samsyn_engine::schema::Cells;
    use samsyn_engine::schema::kinds::CONTACT;

    use super::*;

    fn empty_row() -> Row {
        Row { id: RowId::random(), order: String::new(), cells: Cells::new() }
    }

    fn address(row: RowId) -> Edit {
        let path = FieldPath::cell("emails", row, "address");
        Edit::Set { path, value: Value::Text("a@example.se".into()) }
    }

    #[test]
    fn a_record_and_its_rows_are_made_with_the_first_thing_that_is_entered_and_not_before() {
        let mut begun = Begun::default();
        let new = NewRecord::new(&CONTACT);
        let (id, row) = (new.id, empty_row());
        begun.begin(new);
        assert!(begun.is_empty(id));
        let add = Edit::AddRow { list: "emails".into(), row: row.clone() };
        assert_eq!(begun.entry(id, vec![add]), None);
        assert_eq!(begun.view(id).unwrap().record.get("emails").rows(), std::slice::from_ref(&row));
        assert_eq!(begun.entry(id, vec![Edit::Remove]), None, "there is nothing to remove");
        let entry = begun.entry(id, vec![address(row.id)]).unwrap();
        assert!(entry.makes.is_some() && entry.makes_rows && !begun.is_empty(id));
        // What comes before the answer is in order behind it, and makes it where the first did not.
        assert!(
            begun.entry(id, vec![Edit::set("family", Value::Text("Ek".into()))]).unwrap().makes.is_some()
        );
        begun.not_made(id);
        assert!(begun.is_empty(id));
        assert!(begun.entry(id, vec![address(row.id)]).is_some());
        begun.made(id);
        assert!(begun.view(id).is_some(), "until it was read");
        begun.read(id);
        assert!(begun.view(id).is_none() && begun.rows.is_empty());
    }

    #[test]
    fn what_has_nothing_in_it_is_gone_when_somebody_leaves() {
        let mut begun = Begun::default();
        let (new, other) = (NewRecord::new(&CONTACT), RecordId::random());
        let id = new.id;
        begun.begin(new);
        let add = |row: &Row| vec![Edit::AddRow { list: "emails".into(), row: row.clone() }];
        let (kept, gone) = (empty_row(), empty_row());
        begun.entry(other, add(&kept));
        begun.entry(other, add(&gone));
        assert_eq!(begun.entry(other, vec![Edit::RemoveRow { list: "emails".into(), row: gone.id }]), None);
        assert_eq!(begun.rows.len(), 1);
        begun.keep_only(&[other]);
        assert!(begun.view(id).is_none() && begun.rows.len() == 1);
        begun.keep_only(&[]);
        assert!(begun.rows.is_empty());
    }
}
