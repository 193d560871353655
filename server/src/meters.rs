//! What can be counted of a relay, for Prometheus: on a listener of its own, so that what is for the operator is never reached by
//! the way that clients come.
//!
//! Numbers only: no workspace, no device, no person is named.

use std::net::SocketAddr;
use std::sync::OnceLock;
use std::time::Duration;

use axum::Router;
use axum::routing::get;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use crate::error::RelayError;
use crate::stopping::Stopping;

/// Clients that are connected now.
pub(crate) const CONNECTED: &str = "samsyn_connections";
/// Clients that were let in.
pub(crate) const ADMITTED: &str = "samsyn_admitted_total";
/// Clients that were not.
pub(crate) const TURNED_AWAY: &str = "samsyn_turned_away_total";
/// How often a limit was met, by which.
const LIMITED: &str = "samsyn_limited_total";
/// Workspaces that are open now.
pub(crate) const WORKSPACES: &str = "samsyn_workspaces_open";
/// Pushes that were answered.
pub(crate) const PUSHES: &str = "samsyn_pushes_total";
/// Changes that are in a log.
pub(crate) const LOGGED: &str = "samsyn_changes_logged_total";
/// Changes that were refused, by the protocol's code.
pub(crate) const REFUSED: &str = "samsyn_changes_refused_total";
/// Groups of pushes that could not be stored.
pub(crate) const FAILED: &str = "samsyn_storage_failures_total";
/// From taking a group of pushes until it is durable.
pub(crate) const COMMIT: &str = "samsyn_commit_seconds";

/// From when the certificate that is shown is good.
pub(crate) const CERTIFICATE_FROM: &str = "samsyn_certificate_not_before_seconds";
/// Until when the certificate that is shown is good.
pub(crate) const CERTIFICATE_UNTIL: &str = "samsyn_certificate_not_after_seconds";

/// A limit was met.
pub(crate) fn limited(limit: &'static str) {
    metrics::counter!(LIMITED, "limit" => limit).increment(1);
}

/// The one recorder of the process, as the library wants it; none where another program that embeds the relay has its own.
fn recorder() -> Option<&'static PrometheusHandle> {
    static RECORDER: OnceLock<Option<PrometheusHandle>> = OnceLock::new();
    let handle = RECORDER.get_or_init(|| {
        let buckets = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];
        let builder =
            PrometheusBuilder::new().set_buckets_for_metric(Matcher::Full(COMMIT.to_owned()), &buckets);
        let handle = builder.ok()?.install_recorder().ok()?;
        describe_gauge!(CONNECTED, "clients that are connected now");
        describe_counter!(ADMITTED, "clients that were let in");
        describe_counter!(TURNED_AWAY, "clients that were not let in");
        describe_counter!(LIMITED, "how often a limit of an address or a device was met, by limit");
        describe_gauge!(WORKSPACES, "workspaces that are open now");
        describe_counter!(PUSHES, "pushes that were answered");
        describe_counter!(LOGGED, "changes that were taken into a log");
        describe_counter!(REFUSED, "changes that were refused, by code");
        describe_counter!(FAILED, "groups of pushes that could not be stored");
        describe_histogram!(COMMIT, Unit::Seconds, "from taking a group of pushes until it is durable");
        let (from, until) = (CERTIFICATE_FROM, CERTIFICATE_UNTIL);
        describe_gauge!(from, Unit::Seconds, "from when the certificate that is shown is good, since 1970");
        describe_gauge!(until, Unit::Seconds, "until when the certificate that is shown is good, since 1970");
        Some(handle)
    });
    handle.as_ref()
}

/// Tells the numbers at an address until the relay stops. Answers the address, with the real port where 0 was asked for.
///
/// # Errors
/// Where the address is taken.
pub(crate) async fn tell(
    address: SocketAddr,
    stopping: Stopping,
) -> Result<(SocketAddr, JoinHandle<()>), RelayError> {
    let handle = recorder();
    let listener = TcpListener::bind(address).await.map_err(|error| RelayError::listen(address, error))?;
    let bound = listener.local_addr()?;
    let numbers = move || async move { handle.map(PrometheusHandle::render).unwrap_or_default() };
    let router = Router::new().route("/metrics", get(numbers));
    let task = tokio::spawn(async move {
        let mut upkeep = tokio::time::interval(Duration::from_secs(5));
        let served = axum::serve(listener, router);
        tokio::select! {
            () = stopping.wait() => {}
            _ = async { served.await } => {}
            () = async {
                loop {
                    upkeep.tick().await;
                    if let Some(handle) = handle {
                        handle.run_upkeep();
                    }
                }
            } => {}
        }
    });
    Ok((bound, task))
}
