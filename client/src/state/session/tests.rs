//! What the window's side does with answers, steps and what is asked of it.

use std::time::Duration;

use samsyn_engine::document::Edit;
use samsyn_engine::identity::WorkspaceId;
use samsyn_engine::replica::Replica;
use samsyn_engine::schema::kinds::CONTACT;
use samsyn_engine::schema::{NewRecord, Value};
use samsyn_engine::store::NewReplica;

use super::*;
use crate::state::NoticeLevel;

struct Bench {
    session: Session,
    path: std::path::PathBuf,
    _folder: tempfile::TempDir,
}

impl Bench {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.samsyn");
        let new = NewReplica { workspace: WorkspaceId::random(), workspace_name: "Test".into(), relay: None };
        drop(Replica::create(&path, &new, "Åsa").unwrap());
        let session = Session::open(&path, false, || {}).unwrap();
        Bench { session, path, _folder: folder }
    }

    /// Draws until `seen` finds what it looks for.
    fn until<T>(&mut self, mut seen: impl FnMut(&mut Session) -> Option<T>) -> T {
        for _ in 0..2_000 {
            self.session.pump();
            if let Some(found) = seen(&mut self.session) {
                return found;
            }
            self.session.ask_for_missing();
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it did not come");
    }

    fn contact(&mut self, family: &str) -> RecordId {
        let mut new = NewRecord::new(&CONTACT);
        new.cells.insert("family".into(), Value::Text(family.into()));
        let id = new.id;
        self.session.create(new);
        self.until(|session| session.record(id).map(|_| ()));
        id
    }

    fn wait_for_family(&mut self, id: RecordId, family: &str) {
        self.until(|session| {
            let view = session.record(id)?;
            (view.record.get("family").as_text() == Some(family)).then_some(())
        });
    }
}

/// Somebody has typed into a search, and meanwhile something is written: it must not find nothing from then on.
#[test]
fn what_is_looked_for_is_looked_for_anew_when_something_was_written() {
    let mut bench = Bench::new();
    let first = bench.contact("Curlingberg");
    let found = |session: &mut Session| -> Vec<RecordId> {
        session.search("curling", &[]).hits.iter().map(|hit| hit.id).collect()
    };
    bench.until(|session| (found(session) == [first]).then_some(()));
    let second = bench.contact("Curlinglund");
    bench.until(|session| {
        let ids = found(session);
        assert!(ids.contains(&first), "what was found is shown until there is more");
        ids.contains(&second).then_some(())
    });
    bench.until(|session| session.has_searched("curling").then_some(()));
}

#[test]
fn what_is_made_appears_in_lists_and_can_be_taken_back_and_done_again() {
    let mut bench = Bench::new();
    let query = ListQuery::all(&CONTACT);
    bench.until(|session| session.list(&query).1.then_some(()));
    let id = bench.contact("Berg");
    bench.until(|session| session.list(&query).0.contains(&id).then_some(()));
    bench.until(|session| session.row(id).filter(|row| row.title == "Berg"));
    bench.session.edit(id, vec![Edit::set("family", Value::Text("Ek".into()))]);
    bench.wait_for_family(id, "Ek");
    assert_eq!(bench.session.undo().and_then(|done| done.record()), Some(id));
    bench.wait_for_family(id, "Berg");
    assert_eq!(bench.session.redo().and_then(|done| done.record()), Some(id));
    bench.wait_for_family(id, "Ek");
}

#[test]
fn what_another_process_writes_is_seen() {
    let mut bench = Bench::new();
    let id = bench.contact("Berg");
    let mut other = Replica::open(&bench.path).unwrap();
    other.edit(id, &[Edit::set("family", Value::Text("Ask".into()))], None).unwrap();
    bench.wait_for_family(id, "Ask");
    bench.until(|session| session.row(id).filter(|row| row.title == "Ask"));
}

#[test]
fn what_cannot_be_done_is_told() {
    let mut bench = Bench::new();
    let id = bench.contact("Berg");
    bench.session.edit(id, vec![Edit::set("nothing", Value::Empty)]);
    let notice = bench.until(Session::next_notice);
    assert_eq!(notice.severity(), NoticeLevel::Problem);
    assert!(!bench.session.is_writing());
    // Each drawing asks anew: what was missing may have come meanwhile.
    let nobody = RecordId::from_bytes([1; 16]);
    bench.until(|session| (session.record(nobody).is_none() && session.is_missing(nobody)).then_some(()));
}

#[test]
fn what_is_asked_of_who_belongs_without_a_connection_is_not_asked_later() {
    let mut bench = Bench::new();
    let wish = Management::Remove { member: RecordId::random() };
    bench.session.manage(wish.clone());
    let answer = bench.until(Session::next_answer);
    assert_eq!(answer, (wish, Asked::NotConnected));
    assert_eq!(bench.session.standing(), Standing::Alone);
    assert!(bench.session.roster().is_none() && !bench.session.is_connected());
}

#[test]
fn who_has_written_here_is_known_without_a_relay() {
    let mut bench = Bench::new();
    let people = bench.until(|session| session.people().filter(|people| !people.is_empty()));
    assert_eq!((people.len(), people[0].name.as_str(), people[0].is_me), (1, "Åsa", true));
    assert!(people[0].devices[0].is_this && people[0].devices[0].since.is_some());
}

#[test]
fn what_was_let_go_of_is_not_taken_back_as_if_it_were_new() {
    let mut bench = Bench::new();
    let (berg, ek) = (bench.contact("Berg"), bench.contact("Ek"));
    bench.session.edit(berg, vec![Edit::set("family", Value::Text("Ask".into()))]);
    bench.wait_for_family(berg, "Ask");
    assert_eq!(bench.session.undo().and_then(|done| done.record()), Some(berg));
    bench.wait_for_family(berg, "Berg");
    // One step is under way when it is let go of.
    bench.session.edit(berg, vec![Edit::set("given", Value::Text("Eva".into()))]);
    bench.session.discard_refused(berg);
    bench.until(|session| {
        let view = session.record(berg)?;
        (!session.is_writing() && view.record.get("given").as_text() == Some("Eva")).then_some(())
    });
    bench.until(|session| (!session.is_writing()).then_some(()));
    assert!(!bench.session.can_redo());
    assert_eq!(bench.session.undo().and_then(|done| done.record()), Some(ek));
    assert!(!bench.session.can_undo());
}

#[test]
fn what_erasing_touches_is_looked_at_once_and_what_is_gone_is_said_to_be() {
    let mut bench = Bench::new();
    let id = bench.contact("Berg");
    let touched = bench.until(|session| match session.touched(id) {
        Looked::Found(touched) => Some(touched),
        _ => None,
    });
    assert_eq!(touched.title, "Berg");
    let nobody = RecordId::from_bytes([1; 16]);
    bench.until(|session| matches!(session.touched(nobody), Looked::Gone).then_some(()));
    // Asking anew begins with nothing known.
    bench.session.look_anew();
    assert!(matches!(bench.session.touched(nobody), Looked::Looking));
}

#[test]
fn an_answer_to_an_export_of_before_is_not_taken_for_the_new_one() {
    let mut bench = Bench::new();
    let id = bench.contact("Berg");
    let place = |name: &str| bench.path.with_file_name(name);
    let (first, second) = (place("first.txt"), place("second.txt"));
    bench.session.write_dossier(id, (first, Existing::Keep), Language::English);
    bench.session.write_dossier(id, (second.clone(), Existing::Keep), Language::English);
    let written = bench.until(|session| session.take_written(id)).unwrap();
    assert!(written.contains(&second), "{written:?}");
    assert!(bench.session.take_written(id).is_none());
}

#[test]
fn a_last_edit_is_durable_when_the_window_closes_at_once() {
    let mut bench = Bench::new();
    let id = bench.contact("Berg");
    bench.session.edit(id, vec![Edit::set("family", Value::Text("Sist".into()))]);
    let Bench { session, path, _folder } = bench;
    drop(session);
    let replica = Replica::open(&path).unwrap();
    assert_eq!(replica.record(id).unwrap().title(), "Sist");
}
