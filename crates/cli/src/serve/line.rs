//! A connection while somebody waits at its other end.
//!
//! A client that has said all may close its side and still wait for the answer; one that goes away closes its side
//! too, and looks the same from here until something is sent to it. So where an answer takes long and the other side
//! is closed, it is told `100 Continue`, which every client of HTTP/1.1 passes over: who is gone answers that with an
//! error, and its work is given up. One of HTTP/1.0 knows no such answers, and is not waited with for long.

use std::future::Future;
use std::io::{ErrorKind, IoSlice, Result};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_io_timeout::TimeoutStream;

/// How often it is looked whether somebody still waits.
const LOOK: Duration = Duration::from_millis(500);

const WAIT: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What is read and written, and whether somebody waits.
pub struct Line {
    stream: Pin<Box<TimeoutStream<TcpStream>>>,
    /// Something was read since something was written last: an answer is due, and none has begun.
    is_due: bool,
    /// Whether who asked knows of answers before the answer.
    interim: Arc<AtomicBool>,
    next_look: Pin<Box<Sleep>>,
}

impl Line {
    /// A connection to whom writes may take so long. `interim` is told before each answer whether who asked knows of
    /// answers before it.
    pub fn new(stream: TcpStream, time: Duration, interim: Arc<AtomicBool>) -> Self {
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(time));
        let (stream, next_look) = (Box::pin(stream), Box::pin(sleep(LOOK)));
        Self { stream, is_due: false, interim, next_look }
    }

    /// Looks, if it is time to, whether somebody waits for the answer that is due, and wakes the task to look again.
    fn look(&mut self, cx: &mut Context<'_>) -> Result<()> {
        while self.is_due && self.next_look.as_mut().poll(cx).is_ready() {
            self.next_look.as_mut().reset(Instant::now() + LOOK);
            self.ask_whether_somebody_waits(cx)?;
        }
        Ok(())
    }

    fn ask_whether_somebody_waits(&self, cx: &mut Context<'_>) -> Result<()> {
        let stream = self.stream.get_ref();
        let mut byte = [0];
        match stream.poll_peek(cx, &mut ReadBuf::new(&mut byte)) {
            Poll::Ready(Ok(0)) => {}
            Poll::Ready(Err(error)) => return Err(error),
            // It may say more, or did.
            Poll::Pending | Poll::Ready(Ok(_)) => return Ok(()),
        }
        if !self.interim.load(Ordering::Relaxed) {
            return Err(ErrorKind::ConnectionAborted.into());
        }
        match stream.try_write(WAIT) {
            Ok(written) if written < WAIT.len() => Err(ErrorKind::WriteZero.into()),
            // It takes nothing now; it may later.
            Err(error) if error.kind() != ErrorKind::WouldBlock => Err(error),
            _ => Ok(()),
        }
    }

    fn written(&mut self, written: Poll<Result<usize>>) -> Poll<Result<usize>> {
        self.is_due &= written.is_pending();
        written
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<Result<()>> {
        let before = buf.filled().len();
        ready!(self.stream.as_mut().poll_read(cx, buf))?;
        if buf.filled().len() > before && !self.is_due {
            self.is_due = true;
            self.next_look.as_mut().reset(Instant::now() + LOOK);
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<Result<usize>> {
        let written = self.stream.as_mut().poll_write(cx, buf);
        self.written(written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<Result<usize>> {
        let written = self.stream.as_mut().poll_write_vectored(cx, bufs);
        self.written(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called with nothing left to write, whenever the connection is looked after.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        ready!(self.stream.as_mut().poll_flush(cx))?;
        Poll::Ready(self.look(cx))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }
}
