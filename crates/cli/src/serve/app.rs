//! What is answered at which path.

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONNECTION, CONTENT_SECURITY_POLICY, CONTENT_TYPE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};

use super::Shared;
use super::refusal::{Reason, Refusal};
use super::{metrics, page, predict};

/// All paths, and what is done for each request.
pub fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(form))
        .route("/page.css", get(async || text("text/css; charset=utf-8", page::STYLE)))
        .route("/page.js", get(async || text("text/javascript; charset=utf-8", page::SCRIPT)))
        .route("/predict", post(predict::predict))
        .route("/model", get(model))
        .route("/health", get(async || text("application/json", "{\"status\":\"ok\"}\n")))
        .route("/metrics", get(counts))
        .fallback(async || Refusal::NotFound)
        .method_not_allowed_fallback(async || Refusal::Method)
        .layer(from_fn_with_state(Arc::clone(&shared), guard))
        .with_state(shared)
}

/// Lets in whoever may ask, and counts what is answered.
async fn guard(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let path = known(request.uri().path());
    let mut response = match shared.access.refuse(request.uri(), request.headers()) {
        Some(refusal) => refusal.into_response(),
        None => next.run(request).await,
    };
    let always = [(X_CONTENT_TYPE_OPTIONS, "nosniff"), (CACHE_CONTROL, "no-store")];
    for header in always {
        set(&mut response, header);
    }
    if shared.is_stopping() {
        set(&mut response, (CONNECTION, "close"));
    }
    if let Some(Reason(reason)) = response.extensions().get() {
        shared.metrics.refusal(reason);
    }
    shared.metrics.answered(path, response.status().as_u16(), begun.elapsed());
    response
}

/// A path as it is counted: what anybody may type is one.
fn known(path: &str) -> &'static str {
    const KNOWN: [&str; 7] =
        ["/predict", "/", "/page.css", "/page.js", "/model", "/health", "/metrics"];
    KNOWN.into_iter().find(|&known| known == path).unwrap_or("other")
}

fn set(response: &mut Response, (name, value): (HeaderName, &'static str)) {
    response.headers_mut().insert(name, HeaderValue::from_static(value));
}

fn text(kind: &'static str, body: impl Into<Body>) -> Response {
    let mut response = Response::new(body.into());
    set(&mut response, (CONTENT_TYPE, kind));
    response
}

async fn form(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Response {
    // Whoever brings a token brings the right one, or would not get here.
    let page = match shared.access.token() {
        Some(_) if !headers.contains_key(AUTHORIZATION) => shared.key.clone(),
        _ => shared.model().page.clone(),
    };
    let mut response = text("text/html; charset=utf-8", page);
    set(&mut response, (CONTENT_SECURITY_POLICY, page::POLICY));
    response
}

async fn model(State(shared): State<Arc<Shared>>) -> Response {
    text("application/json", shared.model().about.clone())
}

async fn counts(State(shared): State<Arc<Shared>>) -> Result<Response, Refusal> {
    let all = shared.metrics.text(shared.queue.rows()).map_err(|_| Refusal::Failed)?;
    Ok(text(metrics::CONTENT_TYPE, all))
}
