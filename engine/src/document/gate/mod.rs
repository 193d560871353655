//! Placeholder of the gate while it is being built.
use automerge::{Automerge, Change, ChangeHash, ReadDoc};
/// Limits.
#[derive(Debug, Clone, Default)]
pub struct Limits {}
/// Error.
#[derive(Debug, Clone, thiserror::Error)]
pub enum GateError {
    /// bad
    #[error("bad: {0}")]
    Bad(String),
}
/// Applied.
pub struct Applied {
    /// d
    pub document: Automerge,
    /// r
    pub rejected: Vec<(ChangeHash, GateError)>,
    /// a
    pub applied: Vec<ChangeHash>,
}
/// admit
pub fn admit(bytes: &[u8], _limits: &Limits) -> Result<Change, GateError> {
    Change::from_bytes(bytes.to_vec()).map_err(|e| GateError::Bad(e.to_string()))
}
/// apply
pub fn apply(document: &Automerge, changes: Vec<Change>, _limits: &Limits) -> Result<Applied, GateError> {
    let mut d = document.clone();
    let fresh: Vec<_> =
        changes.iter().map(|c| c.hash()).filter(|h| document.get_change_meta_by_hash(h).is_none()).collect();
    d.apply_changes(changes).map_err(|e| GateError::Bad(e.to_string()))?;
    Ok(Applied { document: d, rejected: vec![], applied: fresh })
}
/// guarded
pub fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, GateError> {
    Ok(work())
}
/// hash_of
pub fn hash_of(bytes: &[u8]) -> Option<ChangeHash> {
    Change::from_bytes(bytes.to_vec()).ok().map(|c| c.hash())
}
impl GateError {
    /// code
    pub fn code(&self) -> &'static str {
        "bad"
    }
}
