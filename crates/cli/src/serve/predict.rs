//! `POST /predict`.

use std::future::Future;
use std::sync::Arc;

use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderName};
use axum::response::Response;
use http_body_util::LengthLimitError;
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
    // Before anything is done for it.
    if shared.queue.is_full() {
        return Err(Refusal::Overload);
    }
    let body = whole(&shared, request).await?;
    let _share = shared.working.take(body.len()).ok_or(Refusal::Overload)?;
    let model = shared.model();
    let coming = shared.queue.announce();
    let size = body.len();
    let most = model.most_rows(shared.limits.rows);
    let rows = apart(size, || read(&body, &model, most))?;
    drop(body);
    let done = if rows.n_read() == 0 {
        Done { rows, al: vec![], unseen: vec![] }
    } else {
        let (answer, answered) = oneshot::channel();
        let job = Job { model: Arc::clone(&model), rows, answer };
        shared.queue.push(job).map_err(|_| Refusal::Overload)?;
        drop(coming);
        let late = Refusal::Late(shared.limits.time.as_secs());
        in_time(&shared, late, answered).await?.map_err(|_| Refusal::Failed)?
    };
    let answer = apart(size, || Answer::new(&model, done));
    shared.metrics.rows(answer.predicted, answer.refused);
    Ok(answer.into_response())
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

/// The body of a request, which has so many bytes at most and arrives in time.
async fn whole(shared: &Shared, request: Request) -> Result<Bytes, Refusal> {
    let most = shared.limits.body;
    let length = request.headers().get(CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    let length = length.and_then(|length| length.parse().ok());
    if length.is_some_and(|length| length > most) {
        return Err(Refusal::Bytes(most));
    }
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

async fn in_time<F: Future>(
    shared: &Shared,
    late: Refusal,
    future: F,
) -> Result<F::Output, Refusal> {
    timeout(shared.limits.time, future).await.map_err(|_| late)
}

/// What takes long is done where it keeps no other request waiting.
fn apart<R>(size: usize, work: impl FnOnce() -> R) -> R {
    if size > SMALL { tokio::task::block_in_place(work) } else { work() }
}
