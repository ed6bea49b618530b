//! What is answered instead of predictions.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

/// A request that is not answered as it was meant.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    #[error("too much is waiting to be predicted; ask again in a second")]
    Overload,
    #[error("the request has more than {0} bytes, the most that are taken; send its rows in parts")]
    Bytes(usize),
    #[error("the request has more than {0} rows, the most that are taken; send them in parts")]
    Rows(usize),
    #[error("the request did not arrive whole within {0} s")]
    Slow(u64),
    #[error("there was no prediction within {0} s; ask again")]
    Late(u64),
    #[error("the request broke off")]
    BrokenOff,
    #[error("the request is not JSON: {0}")]
    NotJson(String),
    #[error(
        "the request is {0}; send an object with a value for each column, or a list of such objects"
    )]
    NotRows(&'static str),
    /// A table of which no row can be read.
    #[error("{0}")]
    Table(String),
    #[error(
        "the request is {0}; send JSON with `Content-Type: application/json`, or CSV with `text/csv`, unpacked"
    )]
    Media(String),
    #[error("the request brings no token, or another: `Authorization: Bearer TOKEN`")]
    Token,
    #[error("this service is not called {0}; --allow-host lets requests call it so")]
    Host(String),
    #[error("there is nothing at this path; there are /, /predict, /model, /health and /metrics")]
    NotFound,
    #[error("this path does not take that method: POST /predict, GET all others")]
    Method,
    #[error("the prediction failed")]
    Failed,
}

impl Refusal {
    /// Its status.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Overload | Self::Late(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Bytes(_) | Self::Rows(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Slow(_) => StatusCode::REQUEST_TIMEOUT,
            Self::BrokenOff | Self::NotJson(_) => StatusCode::BAD_REQUEST,
            Self::NotRows(_) | Self::Table(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Media(_) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Token => StatusCode::UNAUTHORIZED,
            Self::Host(_) => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What `/metrics` calls it.
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Overload => "overload",
            Self::Bytes(_) => "bytes",
            Self::Rows(_) => "rows",
            Self::Slow(_) | Self::Late(_) => "time",
            Self::Token => "token",
            Self::Host(_) => "host",
            Self::Failed => "failed",
            Self::NotFound | Self::Method => "path",
            _ => "content",
        }
    }
}

/// Why a request was refused, for whoever counts it.
#[derive(Debug, Clone, Copy)]
pub struct Reason(pub &'static str);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({ "error": self.to_string() }).to_string();
        body.push('\n');
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = self.status();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        match &self {
            Self::Overload | Self::Late(_) => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
            }
            Self::Token => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            // What is still to come of it is not read.
            Self::Slow(_) | Self::Bytes(_) => {
                headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
            }
            _ => {}
        }
        response.extensions_mut().insert(Reason(self.reason()));
        response
    }
}
