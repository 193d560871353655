//! Coming in with an invitation on a replica that is here already: its key was lost, or whoever works here was removed.

use std::path::Path;

use samsyn_engine::address::WorkspaceAddress;
use samsyn_engine::identity::{CodeError, DeviceKey, Grant, InvitationCode, WorkspaceId};
use samsyn_engine::replica::ReplicaError;
use samsyn_engine::sync::ErrorCode;
use samsyn_engine::typed;

use crate::keys::{self, KeyError, Vault};
use crate::link::{self, LinkError, Visit};

/// Why somebody did not come in. What is in the replica stays as it is, and so does the key of before, but for
/// [`EnterError::Broken`].
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// The code is none.
    #[error(transparent)]
    Code(#[from] CodeError),
    /// It was handed over with the address of another workspace.
    #[error("that invitation is for another workspace: use it with `samsyn join`, in another file")]
    OtherWorkspace,
    /// The replica cannot be opened or read.
    #[error(transparent)]
    Replica(#[from] ReplicaError),
    /// The relay let this device in, but its new key could not be kept.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The relay was not reached, or did not let this device in.
    #[error(transparent)]
    NotIn(LinkError),
    /// The relay let this device in; the connection ended before all had come.
    #[error("you are in; {0}")]
    Broken(#[source] LinkError),
}

/// The code that somebody was given, alone or behind the address of just this workspace.
fn code_in(text: &str, workspace: WorkspaceId) -> Result<InvitationCode, EnterError> {
    let text = typed::bare(text);
    let Some((address, code)) = text.split_once('#') else { return Ok(text.parse()?) };
    let address: WorkspaceAddress = address.parse().map_err(|_| CodeError)?;
    if address.workspace != workspace {
        return Err(EnterError::OtherWorkspace);
    }
    Ok(code.parse()?)
}

/// Comes in with a code, and keeps the new key. Answers with what the member may do now, and what the exchange came to.
///
/// # Errors
/// Where the relay does not let this device in, or something of it cannot be kept.
pub fn enter(vault: &Vault, path: &Path, code: &str) -> Result<(Grant, Visit), EnterError> {
    let replica = keys::open_from(vault, path)?;
    // The relay may know this key already, and have used up the invitation for it, where it was broken off in between.
    let key = keys::kept_entering(vault, &replica).unwrap_or_else(DeviceKey::random);
    let code = code_in(code, replica.meta()?.workspace)?;
    let mut replica = replica.entering(key.clone(), code);
    let device = replica.device();
    // Before the relay hears of it: killed after that, the device could not show that it is the one that was let in.
    keys::keep_entering(vault, device, &key)?;
    let met = link::sync_once(&mut replica);
    // The relay may have let us in, whatever broke afterwards.
    let is_in = replica.meta()?.key == Some(key.public());
    if is_in {
        keys::keep_in(vault, device, &key)?;
    }
    if is_in || met.as_ref().is_err_and(is_refused) {
        keys::forget_entering(vault, device);
    }
    match met {
        Ok(visit) => Ok((replica.grant()?, visit)),
        Err(error) if is_in => Err(EnterError::Broken(error)),
        Err(error) => Err(EnterError::NotIn(error)),
    }
}

/// Whether the relay has said no. Whatever else went wrong, it may have let us in before it could say so.
fn is_refused(error: &LinkError) -> bool {
    matches!(error, LinkError::Closed(notice) if !matches!(notice.code, ErrorCode::Stopping | ErrorCode::Storage))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_may_come_with_the_address_of_just_this_workspace() {
        let (code, here) = (InvitationCode::random(), WorkspaceId::random());
        let written = code.reveal();
        for text in [written.clone(), format!(" wss://host/{here}#{written}\n")] {
            assert_eq!(code_in(&text, here).unwrap(), code, "{text}");
        }
        let elsewhere = format!("wss://host/{}#{written}", WorkspaceId::random());
        assert!(matches!(code_in(&elsewhere, here), Err(EnterError::OtherWorkspace)));
        for wrong in ["", "AB12", "#", &format!("host#{written}")] {
            assert!(matches!(code_in(wrong, here), Err(EnterError::Code(_))), "{wrong}");
        }
    }
}
