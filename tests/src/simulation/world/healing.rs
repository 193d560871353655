//! The weather clears up: everybody connects until nobody has anything more to say, and then it is looked at what they have.

use super::*;

impl World {
    /// The weather clears up: everybody is connected until nobody has anything more to say.
    pub(in crate::simulation) fn heal(&mut self) {
        self.calm = true;
        self.cut_all();
        // What was refused because frames came in the wrong order is offered again.
        for laptop in &mut self.laptops {
            laptop.fill_disk(false);
            laptop.replica().retry_refused().expect("the store can be written");
        }
        if self.town.is_some() {
            return self.heal_the_town();
        }
        for round in 0..20 {
            (0..self.laptops.len()).for_each(|who| self.settle(who));
            if self.is_quiet() {
                return;
            }
            if round == 0 {
                self.station.fold_all();
            }
        }
        panic!("they never come to rest: {}", self.unrest());
    }

    /// Who lacks what of whom.
    pub(in crate::simulation) fn unrest(&self) -> String {
        let mut lacks = Vec::new();
        for (who, laptop) in self.laptops.iter().enumerate() {
            let outbox = laptop.look().store().outbox_state().expect("the store can be read");
            lacks.push(format!("laptop {who} has {outbox:?}"));
            for refused in laptop.look().store().refused().expect("the store can be read") {
                lacks.push(format!("laptop {who} was refused {refused:?}"));
            }
            for (whom, other) in self.laptops.iter().enumerate() {
                for id in other.look().store().records().expect("the store can be read") {
                    let theirs = other.look().document(id).expect("it is there").heads();
                    let has = |head: &ChangeHash| {
                        laptop.look().document(id).is_ok_and(|document| document.has(head))
                    };
                    let count = theirs.iter().filter(|head| !has(head)).count();
                    if count > 0 {
                        lacks.push(format!("laptop {who} lacks {count} heads of {whom} in {id}"));
                    }
                }
            }
        }
        lacks.join("; ")
    }

    /// One laptop connects and goes on until both sides are done.
    pub(in crate::simulation) fn settle(&mut self, who: usize) {
        self.connect(who);
        for _ in 0..10_000 {
            self.pass(1);
            for turn in [World::speak, World::relay_hears, World::relay_speaks, World::hear] {
                if turn(self, who) {
                    assert!(std::mem::take(&mut self.again), "an undisturbed connection ended");
                    self.laptops[who].link = None;
                    self.connect(who);
                    break;
                }
            }
            let laptop = &self.laptops[who];
            let Some(link) = &laptop.link else { return };
            let quiet = link.up.is_empty() && link.down.is_empty();
            if quiet && link.sync.is_settled(laptop.look()).expect("the store can be read") {
                return;
            }
        }
        panic!("laptop {who} and the relay never come to rest: {}", self.unrest());
    }

    pub(in crate::simulation) fn is_quiet(&self) -> bool {
        let first = self.laptops[0].look();
        let records = |replica: &Replica| {
            let mut all = replica.store().records().expect("the store can be read");
            all.sort_unstable();
            all
        };
        let all = records(first);
        self.laptops.iter().all(|laptop| {
            let replica = laptop.look();
            records(replica) == all
                && all.iter().all(|id| {
                    let heads = |replica: &Replica| replica.document(*id).expect("it is there").heads();
                    heads(replica) == heads(first)
                })
        })
    }

    /// What must be so.
    pub(in crate::simulation) fn check(&mut self) {
        if self.town.is_some() {
            return self.check_the_town();
        }
        let first = self.laptops[0].look();
        assert_projection_is_true(first);
        for laptop in &self.laptops {
            let replica = laptop.look();
            assert_same(first, replica);
            let outbox = replica.store().outbox_state().expect("the store can be read");
            assert_eq!(outbox, Default::default(), "something was not sent, or refused");
        }
        for (change, Promise { record, .. }) in &self.promised {
            let document = first.document(*record).expect("a promised record is there");
            assert!(self.has(&document, change), "an edit that was saved is lost: {change} in {record}");
        }
    }
}
