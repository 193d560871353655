//! The first that is said: who comes, with what right, and how far they have come.

use super::*;

/// Why the relay should let us in.
pub(super) fn credential(
    replica: &Replica,
    meta: &Meta,
    challenge: Option<&Challenge>,
) -> Result<Credential, SyncProblem> {
    if meta.relay.is_none() {
        return Err(SyncProblem::NoRelay);
    }
    let invitation = replica.entering.as_ref().or(meta.invitation.as_ref());
    let key = match (meta.key, &replica.key) {
        (_, Some(key)) if replica.entering.is_some() => key,
        (None, _) => {
            return meta.secret.as_ref().map(WorkspaceSecret::credential).ok_or(SyncProblem::NoRelay);
        }
        (Some(public), Some(key)) if key.public() == public => key,
        (Some(_), _) => return Err(SyncProblem::NoKey),
    };
    let challenge = challenge.ok_or(SyncProblem::NoChallenge)?;
    let who = (meta.workspace, meta.device);
    match invitation {
        Some(code) => {
            let name = replica.people()?.remove(&meta.device).unwrap_or_default();
            Ok(Credential::invitation(who, key, challenge, (code, &name)))
        }
        None => Ok(Credential::device(who, key, challenge)),
    }
}

/// What a connection of this replica begins with.
pub(super) fn hello(replica: &Replica, meta: &Meta, credential: Credential) -> Result<Hello, SyncProblem> {
    // A first sync that broke off counts: where another relay has to answer, it may lack what came with it.
    let began = meta.reconciling || meta.first_sync.is_some();
    // What is damaged here is found by comparing, and comes again.
    let damaged = !replica.store.damaged()?.is_empty();
    let (cursor, first_sync) = if damaged { (None, None) } else { (meta.cursor, meta.first_sync) };
    let began = began || damaged;
    let holds_records = cursor.is_none() && (began || replica.store.count()? > FEW_RECORDS);
    // Whoever made the workspace under this very name takes nothing over, and nobody else's can be meant.
    let founds = meta.was_alone_as.is_some_and(|before| before != meta.workspace);
    Ok(Hello {
        versions: (if founds { SINCE_FOUNDING } else { VERSIONS.0 }, VERSIONS.1),
        software: concat!("samsyn ", env!("CARGO_PKG_VERSION")).to_owned(),
        workspace: meta.workspace,
        device: meta.device,
        credential,
        cursor,
        first_sync,
        holds_records,
        peer: false,
        erased: meta.erased.up_to.number,
        scrubbed: meta.erased.scrubbed(),
        erasures: (meta.erased.up_to.number > 0).then_some(meta.erased.up_to.hash),
        founds,
    })
}
