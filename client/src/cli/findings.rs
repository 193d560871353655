//! Findings on a terminal: what merged cleanly and is still wrong.

use clap::Args;
use samsyn_engine::id::RecordId;
use samsyn_engine::review::{Finding, Problem, QuickFix, Stand};
use samsyn_engine::schema::{self, Caption, Language};
use serde_json::json;

use super::render::{json as write_json, line};
use super::{Json, Most};
use crate::context::{Context, Failure};
use crate::words::{problem_words, today, way_out_words};

/// What is wrong, or will be soon, and what to do about it.
#[derive(Debug, Args)]
pub(super) struct Findings {
    #[command(flatten)]
    most: Most,
    #[command(flatten)]
    json: Json,
}

const NOTHING: Caption = Caption::new("inget behöver åtgärdas", "nothing has to be put right");

impl Findings {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let replica = context.read()?;
        let findings = replica.findings(today())?;
        let ids: Vec<RecordId> = findings.iter().map(|finding| finding.record).collect();
        let titles = replica.store().titles(&ids)?.into_iter().map(Option::unwrap_or_default);
        let titled = self.most.of(&findings).iter().zip(titles);
        let tell = || self.most.tell(self.most.of(&findings).len(), findings.len(), context.language);
        if self.json.json {
            let all: Vec<_> =
                titled.map(|(finding, title)| to_json(finding, &title, context.language)).collect();
            tell();
            return write_json(&json!(all));
        }
        if findings.is_empty() {
            return line(NOTHING.get(context.language));
        }
        for (finding, title) in titled {
            print(finding, &title, context.language)?;
        }
        tell();
        Ok(())
    }
}

fn print(finding: &Finding, title: &str, language: Language) -> Result<(), Failure> {
    let kind = schema::kind(finding.kind).map_or(finding.kind, |kind| kind.caption.get(language));
    line(format_args!("{kind}: {title}  {}", finding.record))?;
    line(format_args!("  ! {}", problem_words(finding, language)))?;
    if let Some(quick_fix) = finding.quick_fix {
        let words = way_out_words(&quick_fix, language);
        line(format_args!(
            "      {words}: samsyn set {} {}={}",
            finding.record,
            quick_fix.field(),
            value(&quick_fix)
        ))?;
    }
    Ok(())
}

/// What a way out writes, as it is typed.
fn value(quick_fix: &QuickFix) -> String {
    match quick_fix.value().to_json() {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn to_json(finding: &Finding, title: &str, language: Language) -> serde_json::Value {
    let detail = match finding.problem {
        Problem::ReviewBy { by, stand, held } => {
            let stand = match stand {
                Stand::Passed => "passed",
                Stand::Near => "near",
            };
            json!({ "by": by.to_string(), "stand": stand, "held": held })
        }
        Problem::NoLegalBasis => json!({}),
    };
    let quick_fix = finding.quick_fix.map(|quick_fix| {
        json!({
            "path": quick_fix.field(), "value": quick_fix.value().to_json(),
            "words": way_out_words(&quick_fix, language),
        })
    });
    json!({
        "record": finding.record, "kind": finding.kind, "title": title, "removed": finding.removed,
        "rule": finding.problem.rule(), "weight": finding.problem.severity().name(), "detail": detail,
        "words": problem_words(finding, language), "way_out": quick_fix,
    })
}
