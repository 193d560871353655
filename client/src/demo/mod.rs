//! placeholder
use crate::cli::Failure;
use clap::Args;
use samsyn_engine::schema::Language;
use std::process::ExitCode;
/// Demo
#[derive(Debug, Args)]
pub(crate) struct Demo {}
impl Demo {
    pub(crate) fn run(&self, _language: Language) -> Result<ExitCode, Failure> {
        Ok(ExitCode::SUCCESS)
    }
}
