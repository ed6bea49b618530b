//! `POST /predict`.

use std::future::Future;
use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::Shared;
use super::answers::Answer;
use super::model::Served;
use super::queue::{Done, Job};
use super::refusal::Refusal;
use super::rows::Rows;
use super::{csv_rows, json_rows};

/// Bytes up to which a request is small: it is always read, and turned into rows among the others' requests.
const SMALL: usize = 1 << 16;

/// Rows are predicted in their order; bad ones are told and spoil no other.
pub async fn predict(
    State(shared): State<Arc<Shared>>,
    request: Request,
) -> Result<Response, Refusal> {
    let read = reader_of(request.headers())?;
    let length = length(&shared, request.headers())?;
    // Before anything is done for it.
    if shared.queue.is_full() || !shared.working.has(length.unwrap_or(SMALL)) {
        pass_over(&shared, request).await?;
        return Err(Refusal::Overload);
    }
    let body = whole(&shared, request, length).await?;
    let late = Refusal::Late(shared.limits.time.as_secs());
    let answer = in_time(&shared, late, answer(&shared, read, body)).await??;
    shared.metrics.rows(answer.predicted, answer.refused);
    Ok(answer.into_response())
}

/// The answer to the rows of a body. Dropped before its end, what is not begun is not done.
async fn answer(shared: &Shared, read: Reader, body: Bytes) -> Result<Answer, Refusal> {
    let size = body.len();
    let _share = shared.working.take(size).ok_or(Refusal::Overload)?;
    let model = shared.model();
    let most = model.most_rows(shared.limits.rows);
    let (rows, coming) = apart(shared, size, || {
        let coming = shared.queue.announce();
        (read(&body, &model, most), coming)
    })
    .await;
    let rows = rows?;
    drop(body);
    let done = if rows.n_read() == 0 {
        Done { rows, al: vec![], unseen: vec![] }
    } else {
        let (answer, answered) = oneshot::channel();
        let job = Job { model: Arc::clone(&model), rows, answer };
        shared.queue.push(job).map_err(|_| Refusal::Overload)?;
        drop(coming);
        answered.await.map_err(|_| Refusal::Failed)?
    };
    Ok(apart(shared, size, || Answer::new(&model, done)).await)
}

/// Makes rows of a request.
type Reader = fn(&[u8], &Served, usize) -> Result<Rows, Refusal>;

/// By what the request is said to be.
fn reader_of(headers: &HeaderMap) -> Result<Reader, Refusal> {
    let text = |name: HeaderName| {
        headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).to_lowercase())
    };
    if let Some(packed) = text(CONTENT_ENCODING).filter(|encoding| encoding != "identity") {
        return Err(Refusal::Media(format!("packed ({packed:?})")));
    }
    let kind = text(CONTENT_TYPE);
    match kind.as_deref().map(|kind| kind.split(';').next().unwrap_or(kind).trim()) {
        Some("application/json") => Ok(json_rows::read),
        Some("text/csv") => Ok(csv_rows::read),
        Some(kind) => Err(Refusal::Media(format!("said to be {kind:?}"))),
        None => Err(Refusal::Media("not said to be anything".into())),
    }
}

/// What a request says of the length of its body.
fn length(shared: &Shared, headers: &HeaderMap) -> Result<Option<usize>, Refusal> {
    let most = shared.limits.body;
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse().ok());
    match length {
        Some(length) if length > most => Err(Refusal::Bytes(most)),
        length => Ok(length),
    }
}

/// The body of a request, which has so many bytes at most and arrives in time.
async fn whole(shared: &Shared, request: Request, length: Option<usize>) -> Result<Bytes, Refusal> {
    let most = shared.limits.body;
    let expected = length.unwrap_or(most);
    let _share = match expected > SMALL {
        true => Some(shared.reading.take(expected).ok_or(Refusal::Overload)?),
        false => None,
    };
    let slow = Refusal::Slow(shared.limits.time.as_secs());
    let read = in_time(shared, slow, to_bytes(request.into_body(), most)).await?;
    read.map_err(|error| {
        let limit = std::error::Error::source(&error).is_some_and(|e| e.is::<LengthLimitError>());
        if limit { Refusal::Bytes(most) } else { Refusal::BrokenOff }
    })
}

/// Reads a body and keeps nothing of it: who still sends would not see an answer before its end.
async fn pass_over(shared: &Shared, request: Request) -> Result<(), Refusal> {
    let mut body = Limited::new(request.into_body(), shared.limits.body);
    let slow = Refusal::Slow(shared.limits.time.as_secs());
    in_time(shared, slow, async { while let Some(Ok(_)) = body.frame().await {} }).await
}

async fn in_time<F: Future>(
    shared: &Shared,
    late: Refusal,
    future: F,
) -> Result<F::Output, Refusal> {
    timeout(shared.limits.time, future).await.map_err(|_| late)
}

/// What takes long is done where it keeps no other request waiting, as much at a time as there are processors.
async fn apart<R>(shared: &Shared, size: usize, work: impl FnOnce() -> R) -> R {
    if size <= SMALL {
        return work();
    }
    // Nobody closes it.
    let _permit = shared.large.acquire().await;
    tokio::task::block_in_place(work)
}
