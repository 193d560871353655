//! Readers that do not read: they cost a relay process no memory, hold up nobody, and do not keep it from stopping in order.

use crate::support::{Client, Desk, PATIENCE, Process, Workspace, program};
use samsyn_engine::sync::ErrorCode;

/// So many large records are more than the sockets between two processes hold.
const MUCH: usize = 400;

/// Pushes so much that it comes to many batches.
async fn push_much(client: &mut Client) {
    for _ in 0..MUCH {
        let desk = Desk::large();
        client.offer(desk.id(), &desk.all());
    }
    client.until(Client::is_idle).await;
    assert!(client.refused.is_empty());
}

/// Clients that have caught up and do not read any more.
async fn slow(workspace: &Workspace, count: usize) -> Vec<Client> {
    let mut slow = Vec::new();
    for _ in 0..count {
        slow.push(Client::narrow(workspace).await);
    }
    slow
}

/// Memory is measured as proc(5) has it.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn those_who_do_not_read_cost_no_memory_hold_up_nobody_and_get_it_all_later() {
    let (mut peaks, readers) = (Vec::new(), 40);
    for count in [0, readers] {
        let folder = tempfile::tempdir().unwrap();
        let relay = Process::start(folder.path());
        let workspace = relay.workspace();
        let mut slow = slow(&workspace, count).await;
        let (mut asa, mut bo) = (workspace.join().await, workspace.join().await);
        push_much(&mut asa).await;
        bo.until(|bo| bo.entries.len() == 2 * MUCH).await;
        peaks.push(relay.peak_memory());
        if let Some(one) = slow.first_mut() {
            one.until(|one| one.entries.len() == 2 * MUCH).await;
            assert_eq!(one.cursor, bo.cursor);
        }
    }
    // Kept for each of them, what was pushed would be there 40 times. There is no more than the frame that each is sent.
    let (alone, with_slow, kept) = (peaks[0], peaks[1], (MUCH * readers * Desk::LARGE / 1024) as u64);
    assert!(
        with_slow < alone + kept / 2,
        "{alone} KiB without, {with_slow} KiB with them, {kept} KiB if kept"
    );
}

#[tokio::test]
async fn a_relay_that_is_asked_to_stop_does_not_wait_for_those_who_do_not_read() {
    let folder = tempfile::tempdir().unwrap();
    let mut relay = Process::start(folder.path());
    let workspace = relay.workspace();
    let _slow = slow(&workspace, 3).await;
    let mut asa = workspace.join().await;
    push_much(&mut asa).await;
    relay.ask_to_stop();
    assert_eq!(asa.end().await.map(|notice| notice.code), Some(ErrorCode::Stopping));
    assert_eq!(relay.code(), Some(0));
    assert_eq!(relay.files(&workspace), ["log.sqlite"], "the log was closed in good order");
}

/// With few files a relay says so at its start, and when they are used up; whoever waited is served once there are some again.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_relay_that_may_open_few_files_says_so_and_goes_on_when_there_are_some_again() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let data = folder.path().join("data");
    let mut command = std::process::Command::new("sh");
    command.args(["-c", "ulimit -n 64; exec \"$0\" serve --listen 127.0.0.1:0 --data \"$1\"", program()]);
    command.arg(&data).stderr(std::fs::File::create(&told).unwrap());
    let relay = Process::spawn(command, &data);
    let said = || std::fs::read_to_string(&told).unwrap();
    assert!(said().contains("too few files") && said().contains("LimitNOFILE"), "{}", said());
    let host = relay.address.strip_prefix("ws://").unwrap().to_owned();
    let many: Vec<_> = (0..100).map(|_| std::net::TcpStream::connect(&host).unwrap()).collect();
    let waits = std::time::Instant::now();
    while !said().contains("no socket can be accepted") {
        assert!(waits.elapsed() < PATIENCE, "{}", said());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    drop(many);
    let workspace = relay.workspace();
    let asa = workspace.join().await;
    assert_eq!(asa.entries.len(), 0);
}
