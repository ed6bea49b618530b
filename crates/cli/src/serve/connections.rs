//! Connections: as many as are allowed, each for as long as it keeps to the times, all of them to their end.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Poll;
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper::{Request, Version};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::Shared;
use super::line::Line;
use super::signals::{Signals, Wish};

/// Bytes of the head of a request at most.
const HEAD: usize = 1 << 16;

/// How long what is on its way when the service stops has to arrive.
const ARRIVING: Duration = Duration::from_millis(100);

/// Connections too many that are told so at a time; those beyond are closed.
const TOLD: usize = 256;

const TOO_MANY: &str = "{\"error\":\"too many connections; ask again in a second\"}\n";

/// All connections of the service.
pub struct Connections {
    shared: Arc<Shared>,
    app: Router,
    open: Arc<Semaphore>,
    told: Arc<Semaphore>,
    stop: watch::Sender<bool>,
}

impl Connections {
    /// None yet.
    pub fn new(shared: Arc<Shared>, app: Router) -> Self {
        let open = Arc::new(Semaphore::new(shared.limits.connections));
        let (told, stop) = (Arc::new(Semaphore::new(TOLD)), watch::Sender::new(false));
        Self { shared, app, open, told, stop }
    }

    /// Takes on connections until it is to stop; then finishes those that were taken on. A second wish to stop
    /// ends it at once.
    pub async fn serve(self, listener: TcpListener, signals: &mut Signals) {
        loop {
            tokio::select! {
                accepted = listener.accept() => self.accepted(accepted).await,
                wish = signals.next() => match wish {
                    Wish::Reload => self.reload(),
                    Wish::Stop => break,
                },
            }
        }
        // What the system has taken on for us already is ours to answer.
        loop {
            let next = poll_fn(|cx| Poll::Ready(listener.poll_accept(cx))).await;
            let Poll::Ready(Ok((stream, _))) = next else { break };
            self.start(stream);
        }
        drop(listener);
        self.shared.stop();
        self.stop.send_replace(true);
        let all = self.shared.limits.connections as u32;
        let finished = timeout(3 * self.shared.limits.time, self.open.acquire_many(all));
        let again = async { while signals.next().await != Wish::Stop {} };
        tokio::select! {
            _ = finished => {}
            () = again => {}
        }
    }

    async fn accepted(&self, accepted: std::io::Result<(TcpStream, std::net::SocketAddr)>) {
        match accepted {
            Ok((stream, _)) => self.start(stream),
            // No more files, say: what is open goes on, and some of it will end.
            Err(_) => sleep(Duration::from_millis(20)).await,
        }
    }

    fn reload(&self) {
        let shared = Arc::clone(&self.shared);
        tokio::task::spawn_blocking(move || shared.reload());
    }

    fn start(&self, stream: TcpStream) {
        let Ok(permit) = Arc::clone(&self.open).try_acquire_owned() else {
            self.shared.metrics.refusal("connections");
            if let Ok(permit) = Arc::clone(&self.told).try_acquire_owned() {
                tokio::spawn(async move {
                    // Whoever does not listen is not told.
                    let _ = timeout(Duration::from_secs(1), turn_away(stream)).await;
                    drop(permit);
                });
            }
            return;
        };
        let (shared, app) = (Arc::clone(&self.shared), self.app.clone());
        let mut stop = self.stop.subscribe();
        tokio::spawn(async move {
            shared.metrics.connections.inc();
            let time = shared.limits.time;
            // An answer in one piece is not to wait for another.
            let _ = stream.set_nodelay(true);
            let interim = Arc::new(AtomicBool::new(false));
            let line = TokioIo::new(Line::new(stream, time, Arc::clone(&interim)));
            let app = TowerToHyperService::new(app);
            let service = service_fn(|request: Request<Incoming>| {
                interim.store(request.version() >= Version::HTTP_11, Ordering::Relaxed);
                app.call(request)
            });
            let mut http = http1::Builder::new();
            // Who has said all may close its side; whether somebody still waits then the line finds out.
            http.half_close(true);
            http.timer(TokioTimer::new()).header_read_timeout(time).max_buf_size(HEAD);
            let mut connection = pin!(http.serve_connection(line, service));
            let stopped = async {
                // Its sender lives as long as the service.
                let _ = stop.wait_for(|stop| *stop).await;
                sleep(ARRIVING).await;
            };
            // What a connection ends with concerns its client alone, who sees it too.
            tokio::select! {
                _ = connection.as_mut() => {}
                () = stopped => {
                    connection.as_mut().graceful_shutdown();
                    let _ = connection.await;
                }
            }
            shared.metrics.connections.dec();
            drop(permit);
        });
    }
}

/// Answers what a connection too many asks.
async fn turn_away(mut stream: TcpStream) -> std::io::Result<()> {
    let length = TOO_MANY.len();
    let answer = format!(
        "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{TOO_MANY}"
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await?;
    // Closing with something unread would take the answer back.
    let mut unread = [0; 4096];
    while stream.read(&mut unread).await? > 0 {}
    Ok(())
}
