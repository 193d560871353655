//! Frames on their way between laptops and the relay, and what comes of them.

use super::*;

impl World {
    /// Some frames go one way or the other on somebody's link, now and then for as long as it takes until both have the same.
    pub(in crate::simulation) fn carry(&mut self, who: usize) {
        let others = (0..self.laptops.len()).map(|other| (who + other) % self.laptops.len());
        let is_connected = |who: &usize| self.laptops[*who].link.is_some();
        let Some(who) = others.into_iter().find(is_connected) else { return };
        let most = if chance(&mut self.dice, 0.3) { 80 } else { 12 };
        for _ in 0..self.dice.random_range(1..most) {
            if self.laptops[who].link.is_none() {
                return;
            }
            self.carry_one(who);
        }
    }

    pub(in crate::simulation) fn carry_one(&mut self, who: usize) {
        let ended = match self.dice.random_range(0..4) {
            0 => self.speak(who),
            1 => self.hear(who),
            2 => self.relay_hears(who),
            _ => self.relay_speaks(who),
        };
        if ended {
            self.laptops[who].link = None;
        }
    }

    /// The laptop puts what it has to say on the link. Answers whether the connection ended.
    pub(in crate::simulation) fn speak(&mut self, who: usize) -> bool {
        let laptop = &mut self.laptops[who];
        let Some(mut link) = laptop.link.take() else { return true };
        if link.has_room_up() {
            match link.sync.poll_transmit(laptop.replica()) {
                Ok(frame) => link.up.extend(frame),
                Err(error) => return self.problem(&error),
            }
        }
        laptop.link = Some(link);
        false
    }

    /// A frame reaches the laptop. Sometimes the power goes while it is being stored.
    pub(in crate::simulation) fn hear(&mut self, who: usize) -> bool {
        let (now, crash) = (self.now, self.power_goes(0.08));
        let laptop = &mut self.laptops[who];
        let Some(mut link) = laptop.link.take() else { return true };
        let Some(frame) = link.down.pop_front() else {
            if link.is_over {
                return true;
            }
            laptop.link = Some(link);
            return false;
        };
        if crash {
            let (news, _) =
                laptop.crash_in(&mut self.dice, |replica| link.sync.handle_input(replica, &frame, now));
            let news = news.unwrap_or_default();
            self.note_names(&news);
            self.note_what_went(who, &news);
            return true;
        }
        let came = link.sync.handle_input(laptop.replica(), &frame, now);
        laptop.keep_key();
        match came {
            Ok(news) if news.iter().any(|news| matches!(news, SyncNews::Closed(_))) => {
                assert!(!self.calm, "an undisturbed connection ended: {news:?}");
                self.note_what_went(who, &news);
                return true;
            }
            Ok(news) => {
                laptop.link = Some(link);
                self.note(&news);
                self.note_what_went(who, &news);
            }
            Err(SyncProblem::Replica(ReplicaError::Store(StoreError::Full))) if laptop.is_full() => {
                return true;
            }
            Err(error) => return self.problem(&error),
        }
        false
    }

    /// Ends a connection. What the other side did wrong is the link's fault; what this side cannot store is nobody's here.
    pub(in crate::simulation) fn problem(&mut self, error: &SyncProblem) -> bool {
        self.again = matches!(error, SyncProblem::BeginAgain);
        assert!(self.again || matches!(error, SyncProblem::Protocol(_)), "the laptop cannot go on: {error}");
        true
    }

    pub(in crate::simulation) fn note_names(&mut self, news: &[SyncNews]) {
        for news in news {
            if let SyncNews::NewIdentity { names, .. } = news {
                self.tally.new_identities += 1;
                for (old, new) in names {
                    self.renamed.entry(*old).or_default().insert(*new);
                }
            }
        }
    }

    /// All names that a change may have got.
    pub(in crate::simulation) fn names_of(&self, change: ChangeHash) -> BTreeSet<ChangeHash> {
        let (mut names, mut new) = (BTreeSet::new(), vec![change]);
        while let Some(name) = new.pop() {
            if names.insert(name) {
                new.extend(self.renamed.get(&name).into_iter().flatten());
            }
        }
        names
    }

    /// Whether a document has a change, under any name that it may have got.
    pub(in crate::simulation) fn has(&self, document: &Document, change: &ChangeHash) -> bool {
        let names = self.renamed.get(change).into_iter().flatten();
        document.has(change) || names.into_iter().any(|name| self.has(document, name))
    }

    pub(in crate::simulation) fn note(&mut self, news: &[SyncNews]) {
        self.note_names(news);
        for news in news {
            match news {
                SyncNews::Compared { .. } => self.tally.comparisons += 1,
                SyncNews::FirstSynced => self.tally.first_syncs += 1,
                _ => {}
            }
        }
    }

    /// A frame reaches the relay. Sometimes its power goes while it is being dealt with.
    pub(in crate::simulation) fn relay_hears(&mut self, who: usize) -> bool {
        let crash = self.power_goes(0.06);
        let Some(mut link) = self.laptops[who].link.take() else { return true };
        if link.is_over {
            link.up.clear();
        }
        let Some(frame) = link.up.pop_front() else {
            self.laptops[who].link = Some(link);
            return false;
        };
        if crash {
            self.station.crash_in(&mut link.there, &frame, &mut self.dice);
            self.tally.crashes += 1;
            self.cut_all();
            return true;
        }
        let guest = self.guest(who, &link.there);
        let answered = self.station.receive(&mut link.there, &frame);
        self.is_right(who, guest, &link.there, answered.is_ok());
        self.relay_answers(who, link, answered)
    }

    /// The relay puts what it owes on the link.
    pub(in crate::simulation) fn relay_speaks(&mut self, who: usize) -> bool {
        let small = !self.calm && chance(&mut self.dice, 0.5);
        let bytes = if small { self.dice.random_range(1..2_000) } else { BATCH_BYTES };
        let Some(mut link) = self.laptops[who].link.take() else { return true };
        if !link.has_room_down() || link.is_over {
            self.laptops[who].link = Some(link);
            return false;
        }
        let guest = self.guest(who, &link.there);
        let said = self.station.next(&mut link.there, bytes);
        self.is_right(who, guest, &link.there, said.is_ok());
        self.relay_answers(who, link, said.map(|frame| frame.into_iter().collect()))
    }

    /// What the relay says is on its way. Where it ends the connection that is the last of it.
    pub(in crate::simulation) fn relay_answers(
        &mut self,
        who: usize,
        mut link: Link,
        said: Result<Vec<Vec<u8>>, Notice>,
    ) -> bool {
        match said {
            Ok(frames) => link.down.extend(frames),
            Err(notice) if self.town.is_some() => {
                self.laptops[who].is_out |= notice.code == ErrorCode::Access;
                link.down.push_back(RelaySession::notice(notice.code, notice.words));
                link.is_over = true;
            }
            Err(_) => return true,
        }
        self.laptops[who].link = Some(link);
        false
    }
}
