//! Commands for two computers without a relay between them.

use clap::Args;
use samsyn_engine::schema::{Caption, Language, count_words};
use serde_json::json;

use super::Json;
use super::render::{json as write_json, line};
use crate::context::{Context, Failure};
use crate::explain;
use crate::link::direct::{PORT, Served, Server};

/// Let another computer sync with this replica directly, without a relay.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Where to listen: an address or a name of this computer that the other can reach, such as 0.0.0.0:7401 for all of them. What
    /// goes over it is encrypted, and only who knows the workspace's secret gets in.
    #[arg(long, value_name = "HOST[:PORT]", default_value_t = format!("127.0.0.1:{PORT}"))]
    listen: String,
    /// End after the first visit.
    #[arg(long)]
    once: bool,
    #[command(flatten)]
    json: Json,
}

impl Serve {
    pub(super) fn run(&self, context: &Context) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let served = runtime.block_on(self.serve(context));
        // A visit that goes on holds up nothing: what it has stored is stored.
        runtime.shutdown_background();
        served
    }

    async fn serve(&self, context: &Context) -> Result<(), Failure> {
        let mut server = Server::start(&context.path, &self.listen).await?;
        let address = server.address()?;
        if self.json.json {
            write_json(&json!({ "listening": address }))?;
        } else {
            line(LISTENING.get(context.language).replace("{}", &address.to_string()))?;
        }
        loop {
            let served = tokio::select! {
                served = server.next() => served?,
                _ = tokio::signal::ctrl_c() => return Ok(()),
            };
            self.tell(&served, context.language)?;
            match served.changed {
                Err(error) if self.once => return Err(error.into()),
                Ok(_) if self.once => return Ok(()),
                _ => {}
            }
        }
    }

    fn tell(&self, Served { from, changed }: &Served, language: Language) -> Result<(), Failure> {
        if self.json.json {
            let error = changed.as_ref().err().map(ToString::to_string);
            return write_json(&json!({ "from": from, "records": changed.as_ref().ok(), "error": error }));
        }
        let words = match changed {
            Ok(0) => NOTHING_NEW.get(language).to_owned(),
            Ok(count) => CHANGED.get(language).replace("{}", &count_words(*count as u64, language)),
            Err(error) => explain::direct_error(error, language),
        };
        line(format_args!("{from}: {words}"))
    }
}

const LISTENING: Caption = Caption::new(
    "Delar direkt på {}. På den andra datorn: samsyn sync --peer ADRESS, med den här datorns adress. Avsluta med Ctrl-C.",
    "Sharing directly at {}. On the other computer: samsyn sync --peer ADDRESS, with this computer's address. End with Ctrl-C.",
);
const NOTHING_NEW: Caption = Caption::new("ett besök, inget nytt", "a visit, nothing new");
const CHANGED: Caption =
    Caption::new("ett besök, poster som ändrades här: {}", "a visit, records that changed here: {}");
