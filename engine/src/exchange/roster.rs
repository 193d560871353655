//! Who belongs to a workspace, for programs.

use serde_json::{Value as Json, json};

use crate::identity::{AuditEntry, Device, Erasure, Member, Roster};

/// A roster as JSON, with names in full and keys by their fingerprints.
pub fn roster_to_json(roster: &Roster) -> Json {
    json!({
        "members": roster.members.iter().map(member).collect::<Vec<_>>(),
        "open_invitations": roster.invitations.len(),
        "erasures": roster.erasures.iter().map(erasure).collect::<Vec<_>>(),
        "history": roster.history.iter().map(happening).collect::<Vec<_>>(),
    })
}

fn member(member: &Member) -> Json {
    json!({
        "member": member.member, "label": member.label, "role": member.role,
        "organisation": member.organisation, "removed_at": member.removed_at,
        "devices": member.devices.iter().map(device).collect::<Vec<_>>(),
    })
}

fn device(device: &Device) -> Json {
    json!({
        "device": device.device, "fingerprint": device.key.fingerprint(),
        "joined_at": device.joined_at, "revoked_at": device.revoked_at,
    })
}

fn erasure(erasure: &Erasure) -> Json {
    json!({
        "number": erasure.number, "record": erasure.record, "at": erasure.at, "waiting": erasure.waiting,
    })
}

fn happening(entry: &AuditEntry) -> Json {
    json!({"at": entry.at, "by": entry.by, "what": entry.what, "whom": entry.whom, "role": entry.role})
}

/// A roster in lines for people: each member with their devices.
pub fn roster_lines(roster: &Roster) -> Vec<String> {
    let mut lines = Vec::new();
    for member in &roster.members {
        let state = if member.removed_at.is_some() { "  removed" } else { "" };
        lines.push(format!("{}  {:<11}  {}{state}", member.member, member.role.name(), member.label));
        for device in &member.devices {
            let state = if device.revoked_at.is_some() { "  revoked" } else { "" };
            lines.push(format!("    device {}  {}{state}", device.device, device.key.fingerprint()));
        }
    }
    if lines.is_empty() {
        lines.push("nobody has joined yet".to_owned());
    }
    if !roster.invitations.is_empty() {
        lines.push(format!("open invitations: {}", roster.invitations.len()));
    }
    lines
}
