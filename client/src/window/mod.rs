//! placeholder
use crate::cli::{Context, Failure};
use std::process::ExitCode;
pub(crate) fn open(_context: &Context, _named: bool) -> Result<ExitCode, Failure> {
    Ok(ExitCode::SUCCESS)
}
pub(crate) fn open_at_review(_context: &Context) -> Result<ExitCode, Failure> {
    Ok(ExitCode::SUCCESS)
}
