//! An invitation as whoever invites makes it: a code that only people see, and what the relay is told of it.

use samsyn_engine::id::RecordId;
use samsyn_engine::identity::{Invitation, InvitationCode, MemberId, Role, WorkspaceId};
use samsyn_engine::store::Meta;

/// What somebody is invited as, and for how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// What they will be.
    pub role: Role,
    /// For which organisation a partner works.
    pub organisation: Option<RecordId>,
    /// Whose further device it is, where it is one.
    pub member: Option<MemberId>,
    /// For how long it is good, in seconds.
    pub seconds: u32,
}

/// What a person is given who is to come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// The code. The relay never sees it.
    pub code: InvitationCode,
    /// Where the workspace is: `wss://HOST/WORKSPACE`.
    pub address: String,
}

impl Ticket {
    /// A new one for a workspace, with what the relay is to be told of it.
    pub fn new(meta: &Meta, terms: &Terms) -> (Ticket, Invitation) {
        let code = InvitationCode::random();
        let invitation = Invitation {
            key: code.public(meta.workspace),
            role: terms.role,
            organisation: terms.organisation,
            member: terms.member,
            seconds: terms.seconds,
        };
        (Ticket { code, address: address(meta.relay.as_deref(), meta.workspace) }, invitation)
    }

    /// Address and code in one line: what stands in the picture, and what [`join`](super::join) reads.
    pub fn link(&self) -> String {
        format!("{}#{}", self.address, self.code.reveal())
    }
}

fn address(relay: Option<&str>, workspace: WorkspaceId) -> String {
    format!("{}/{workspace}", relay.unwrap_or_default().trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use samsyn_engine::replica::Replica;
    use samsyn_engine::store::NewReplica;

    use super::*;

    #[test]
    fn what_is_handed_over_is_what_joining_reads_and_the_relay_knows_only_the_public_half() {
        let folder = tempfile::tempdir().unwrap();
        let workspace = WorkspaceId::random();
        let way = samsyn_engine::identity::WorkspaceSecret::random().into();
        let relay = Some(("wss://relay.example/".to_owned(), way));
        let new = NewReplica { workspace, workspace_name: "Byrån".into(), relay };
        let meta = Replica::create(&folder.path().join("a.samsyn"), &new, "Åsa").unwrap().meta().unwrap();
        let terms = Terms { role: Role::Partner, organisation: Some(workspace), member: None, seconds: 60 };
        let (ticket, invitation) = Ticket::new(&meta, &terms);
        assert_eq!(ticket.address, format!("wss://relay.example/{workspace}"));
        let entry = super::super::join::Entry::read(&ticket.link(), "").unwrap();
        assert_eq!((entry.relay.to_string(), entry.workspace), ("wss://relay.example".to_owned(), workspace));
        assert_eq!(invitation.key, ticket.code.public(workspace));
        assert_eq!((invitation.role, invitation.organisation), (Role::Partner, Some(workspace)));
    }
}
