//! Heavy pushes are checked beside the writer, and nothing else changes for it.

use super::*;

impl Bench {
    /// Lets the writer work on a thread of its own, with a lane beside it, until all that was pushed is answered. Answers in the
    /// order of the answers.
    fn run(&mut self) -> Vec<Answer> {
        let writer = self.writer.take().unwrap().with_lane(self.queue.downgrade()).unwrap();
        let waiting = self.waiting.take().unwrap();
        let running = std::thread::spawn(move || writer.run(waiting));
        let answers = (0..self.pushed).map(|_| self.answers.blocking_recv().unwrap()).collect();
        drop(std::mem::replace(&mut self.queue, mpsc::channel(1).0));
        running.join().unwrap();
        answers
    }

    /// All records as the log has them.
    fn stored(&self, record: RecordId) -> Document {
        self.log.document(record, u64::MAX).unwrap().load(record).unwrap()
    }
}

fn answered(Answer { push, outcome }: Answer) -> u64 {
    let Outcome::Logged { refused, .. } = outcome else { panic!("push {push} could not be stored") };
    assert_eq!(refused, [], "push {push}");
    push
}

/// A change of so many operations.
fn note(desk: &mut Desk, letters: usize) -> Sent {
    let edit = Edit::set("notes", Value::Text("a".repeat(letters)));
    let change = desk.document.edit(&[edit], &desk.author).unwrap().remove(0);
    desk.sent(&change)
}

#[test]
fn a_light_push_is_answered_while_heavy_ones_wait() {
    let mut bench = Bench::new();
    for number in 1..=8 {
        let mut desk = Desk::new(number);
        let mut all = desk.all();
        all.push(note(&mut desk, 50_000));
        bench.push(all);
    }
    bench.push(Desk::new(9).all());
    let order: Vec<_> = bench.run().into_iter().map(answered).collect();
    assert_eq!(order.len(), 9);
    assert_eq!(order[0], 9, "it came last, and is light");
    assert_eq!(bench.logged().len(), 8 * 3 + 2);
}

#[test]
fn pushes_of_one_device_are_answered_in_their_order() {
    let mut bench = Bench::new();
    let device = DeviceId::random();
    for id in 1..=6 {
        let mut desk = Desk::new(id as u8);
        let mut entries = desk.all();
        if id % 2 == 1 {
            entries.push(note(&mut desk, 50_000));
        }
        let by = By { device, grant: None, payer: None, answer: bench.answer.clone(), seats: Arc::from([]) };
        let parts = Job::parts(Push { id, entries }, &by);
        parts.into_iter().for_each(|part| bench.queue.try_send(Work::Push(part)).unwrap());
        bench.pushed += 1;
    }
    let order: Vec<_> = bench.run().into_iter().map(answered).collect();
    assert_eq!(order, [1, 2, 3, 4, 5, 6]);
}

#[test]
fn what_comes_behind_a_heavy_push_of_the_same_record_waits_for_it() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    let mut sent = desk.all();
    for letters in [10, 60_000, 20, 60_000, 0] {
        sent.push(note(&mut desk, letters));
        sent.push(desk.edit(&format!("Berg {letters}")));
    }
    // Each change is a push by itself, and builds on the one before.
    sent.into_iter().for_each(|entry| bench.push(vec![entry]));
    let pushed = bench.pushed;
    let order: Vec<_> = bench.run().into_iter().map(answered).collect();
    assert_eq!(order.len() as u64, pushed);
    assert_eq!(bench.stored(desk.id()).heads(), desk.document.heads());
}

#[test]
fn a_record_that_has_become_heavy_goes_on_being_written() {
    let mut bench = Bench::new();
    let mut desk = Desk::new(1);
    let mut sent = desk.all();
    let mut other = desk.clone();
    other.author = author(2);
    // In changes that are each light.
    for turn in 0..20 {
        sent.push(note(&mut desk, 15_000 * (1 - turn % 2)));
    }
    sent.push(other.edit("Bergman"));
    assert!(desk.document.size() > gate::HEAVY);
    sent.into_iter().for_each(|entry| bench.push(vec![entry]));
    assert_eq!(bench.run().into_iter().map(answered).count() as u64, bench.pushed);
    let stored = bench.stored(desk.id());
    assert!([desk.document.heads(), other.document.heads()].concat().iter().all(|head| stored.has(head)));
    assert!(bench.log.snapshot_of(desk.id()).is_some(), "so that it need not be put together again");
}

/// A new device writes under the same actor in a heavy record and in a light one: both are the first that is seen of it.
#[test]
fn a_new_actor_may_be_seen_on_the_lane_and_beside_it() {
    let mut bench = Bench::new();
    let (mut heavy, light) = (Desk::new(1), Desk::new(1));
    let mut all = heavy.all();
    all.push(note(&mut heavy, 50_000));
    let device = heavy.author.device;
    let answer = bench.answer.clone();
    let grant = samsyn_engine::identity::Grant::unbounded(device);
    for (id, entries) in [(1, all), (2, light.all())] {
        let by = By {
            device,
            grant: Some(grant.clone()),
            payer: None,
            answer: answer.clone(),
            seats: Arc::from([]),
        };
        let parts = Job::parts(Push { id, entries }, &by);
        parts.into_iter().for_each(|part| bench.queue.try_send(Work::Push(part)).unwrap());
        bench.pushed += 1;
    }
    assert_eq!(bench.run().into_iter().map(answered).count(), 2);
    assert_eq!(bench.log.owner(&heavy.author.actor).unwrap(), Some(device));
}

#[test]
fn whoever_closes_waits_for_what_is_on_the_lane() {
    let mut bench = Bench::new();
    for number in 1..=4 {
        let mut desk = Desk::new(number);
        let mut all = desk.all();
        all.push(note(&mut desk, 50_000));
        bench.push(all);
    }
    let writer = bench.writer.take().unwrap().with_lane(bench.queue.downgrade()).unwrap();
    let waiting = bench.waiting.take().unwrap();
    let running = std::thread::spawn(move || writer.run(waiting));
    let first = bench.answers.blocking_recv().map(answered);
    drop(std::mem::replace(&mut bench.queue, mpsc::channel(1).0));
    running.join().unwrap();
    let rest = std::iter::from_fn(|| bench.answers.try_recv().ok()).map(answered);
    assert_eq!(first.into_iter().chain(rest).count(), 4);
}

#[test]
fn a_panic_on_the_lane_costs_that_push_and_no_other() {
    let mut bench = Bench::new();
    let mut desks: Vec<_> = (1..=3).map(Desk::new).collect();
    for desk in &mut desks {
        let mut all = desk.all();
        all.push(note(desk, 50_000));
        bench.push(all);
    }
    bench.log.curse(desks[1].document.heads()[0]);
    let mut refused: Vec<_> = bench
        .run()
        .into_iter()
        .map(|answer| match answer.outcome {
            Outcome::Logged { refused, .. } => (answer.push, refused.len()),
            Outcome::Failed => panic!("push {} could not be stored", answer.push),
        })
        .collect();
    refused.sort_unstable();
    assert_eq!(refused, [(1, 0), (2, 3), (3, 0)]);
}
