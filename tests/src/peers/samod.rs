//! samod: two repositories in one process, over channels that count and, where a link is asked for, take their time.

use std::convert::Infallible;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures_util::future::{BoxFuture, join_all};
use futures_util::stream::unfold;
use samod::{AcceptorHandle, BackoffConfig, DialError, Dialer, DocHandle, DocumentId, Repo, Transport};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::documents::{automerge_documents, change};
use super::link::{Link, Weather};
use super::row::Row;
use super::{Failure, Scale};

/// It has nothing more to say once it has said nothing for so long, and twice the link's latency.
const QUIET: Duration = Duration::from_millis(400);

/// What went by.
#[derive(Debug)]
struct Count {
    up: AtomicU64,
    down: AtomicU64,
    messages: AtomicU64,
    last: Mutex<Instant>,
}

impl Count {
    fn new() -> Arc<Count> {
        let zero = AtomicU64::default;
        Arc::new(Count { up: zero(), down: zero(), messages: zero(), last: Mutex::new(Instant::now()) })
    }

    fn note(&self, up: bool, bytes: usize) {
        let counter = if up { &self.up } else { &self.down };
        counter.fetch_add(bytes as u64, Ordering::Relaxed);
        self.messages.fetch_add(1, Ordering::Relaxed);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    fn last(&self) -> Instant {
        *self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Dials the other repository over a link.
struct Wire {
    acceptor: AcceptorHandle,
    count: Arc<Count>,
    weather: Weather,
}

impl Dialer for Wire {
    type Error = Infallible;

    fn url(&self) -> url::Url {
        url::Url::parse("wire://counted").expect("a fixed address is one")
    }

    fn connect(&self) -> BoxFuture<'static, Result<Transport, DialError<Infallible>>> {
        let (acceptor, count, weather) = (self.acceptor.clone(), Arc::clone(&self.count), self.weather);
        Box::pin(async move {
            let (up_in, up_out) = one_way(true, &count, weather.link());
            let (down_in, down_out) = one_way(false, &count, weather.link());
            acceptor.accept(transport(up_out, down_in)).map_err(DialError::transient)?;
            Ok(transport(down_out, up_in))
        })
    }
}

fn transport(from: UnboundedReceiver<Vec<u8>>, to: UnboundedSender<Vec<u8>>) -> Transport {
    let stream =
        unfold(
            from,
            |mut from| async move { from.recv().await.map(|bytes| (Ok::<_, Infallible>(bytes), from)) },
        );
    let sink = futures_util::sink::unfold(to, |to, bytes: Vec<u8>| async move {
        // Nobody hears it any more where the connection has ended.
        let _ = to.send(bytes);
        Ok::<_, Infallible>(to)
    });
    Transport::new(Box::pin(stream), Box::pin(sink))
}

/// One direction: counts, and hands on in order when the link would have.
fn one_way(
    up: bool,
    count: &Arc<Count>,
    link: Option<Link>,
) -> (UnboundedSender<Vec<u8>>, UnboundedReceiver<Vec<u8>>) {
    let (sender, mut sent) = unbounded_channel::<Vec<u8>>();
    let (hand_on, receiver) = unbounded_channel();
    let (arrives, mut arriving) = unbounded_channel::<(tokio::time::Instant, Vec<u8>)>();
    let count = Arc::clone(count);
    tokio::spawn(async move {
        let (mut link, mut free) = (link, tokio::time::Instant::now());
        while let Some(bytes) = sent.recv().await {
            count.note(up, bytes.len());
            let now = tokio::time::Instant::now();
            let at = link.as_mut().map_or(now, |link| {
                free = free.max(now) + link.busy(bytes.len());
                free + link.latency()
            });
            if arrives.send((at, bytes)).is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((at, bytes)) = arriving.recv().await {
            tokio::time::sleep_until(at).await;
            if hand_on.send(bytes).is_err() {
                return;
            }
        }
    });
    (sender, receiver)
}

async fn repositories() -> (Repo, Repo) {
    let repo = |name: &str| Repo::build_tokio().with_peer_id(name.into()).load();
    (repo("server").await, repo("client").await)
}

async fn connect(
    client: &Repo,
    server: &Repo,
    weather: Weather,
) -> Result<(samod::DialerHandle, Arc<Count>), Failure> {
    let count = Count::new();
    let acceptor = server.make_acceptor(url::Url::parse("wire://counted")?)?;
    let wire = Arc::new(Wire { acceptor, count: Arc::clone(&count), weather });
    let dialer = client.dial(BackoffConfig::default(), wire)?;
    dialer.established().await?;
    Ok((dialer, count))
}

async fn fill(server: &Repo, documents: usize) -> Result<Vec<DocHandle>, Failure> {
    let mut handles = Vec::with_capacity(documents);
    for document in automerge_documents(documents) {
        handles.push(server.create(document).await?);
    }
    Ok(handles)
}

async fn find_all(client: &Repo, ids: &[DocumentId]) -> Result<Vec<DocHandle>, Failure> {
    let found = join_all(ids.iter().map(|id| client.find(id.clone()))).await;
    let found =
        found.into_iter().map(|handle| handle?.ok_or_else(|| Failure::from("a document was not found")));
    found.collect()
}

/// Waits until both have the same, and nothing more is said. Answers when the last word was said.
async fn settle(
    ours: &[DocHandle],
    theirs: &[DocHandle],
    count: &Count,
    weather: Weather,
) -> Result<Instant, Failure> {
    let latency = weather.link().map_or(Duration::ZERO, |link| link.latency());
    let give_up = Instant::now() + super::LONGEST;
    let same = |(one, other): (&DocHandle, &DocHandle)| {
        let heads = |handle: &DocHandle| handle.with_document(|document| document.get_heads());
        heads(one) == heads(other)
    };
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        if count.last().elapsed() > QUIET + 4 * latency && ours.iter().zip(theirs).all(same) {
            return Ok(count.last());
        }
        if Instant::now() > give_up {
            return Err("it took too long".into());
        }
    }
}

fn row(count: &Count, began: Instant, ended: Instant, weather: Weather) -> Row {
    let latency = weather.link().map_or(Duration::ZERO, |link| link.latency());
    let load = |counter: &AtomicU64| Some(counter.load(Ordering::Relaxed));
    Row {
        system: "samod".to_owned(),
        bytes_up: load(&count.up),
        bytes_down: load(&count.down),
        messages: load(&count.messages),
        seconds: Some((ended.saturating_duration_since(began) + latency).as_secs_f64()),
        ..Row::default()
    }
}

fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}

/// A client that was away while some documents changed. Both repositories have all documents in memory.
///
/// # Errors
/// Where the two do not come to the same.
pub(super) fn reconnect(Scale { documents, changed, weather }: Scale) -> Result<Row, Failure> {
    block_on(async {
        let (server, client) = repositories().await;
        let theirs = fill(&server, documents).await?;
        let ids: Vec<_> = theirs.iter().map(|handle| handle.document_id().clone()).collect();
        let (dialer, count) = connect(&client, &server, Weather::None).await?;
        let ours = find_all(&client, &ids).await?;
        settle(&ours, &theirs, &count, Weather::None).await?;
        dialer.close();
        tokio::time::sleep(QUIET).await;
        for (number, handle) in theirs.iter().step_by(documents / changed).take(changed).enumerate() {
            handle.with_document(|document| change(document, number));
        }
        let began = Instant::now();
        let (_dialer, count) = connect(&client, &server, weather).await?;
        let ended = settle(&ours, &theirs, &count, weather).await?;
        Ok(row(&count, began, ended, weather))
    })
}

/// Somebody new. Which documents there are it knows.
///
/// # Errors
/// Where it does not come to the same.
pub(super) fn first_sync(Scale { documents, weather, .. }: Scale) -> Result<Row, Failure> {
    block_on(async {
        let (server, client) = repositories().await;
        let theirs = fill(&server, documents).await?;
        let ids: Vec<_> = theirs.iter().map(|handle| handle.document_id().clone()).collect();
        let began = Instant::now();
        let (_dialer, count) = connect(&client, &server, weather).await?;
        let ours = find_all(&client, &ids).await?;
        let ended = settle(&ours, &theirs, &count, weather).await?;
        Ok(row(&count, began, ended, weather))
    })
}
