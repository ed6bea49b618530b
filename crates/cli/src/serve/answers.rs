//! Predictions as JSON.

use std::fmt::Write;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use layerwise_data::Task;
use serde_json::Value;

use super::model::Served;
use super::queue::Done;
use crate::predict::cells::{Number, best};

/// An answer and how many rows it predicts and refuses.
pub struct Answer {
    pub json: String,
    pub predicted: usize,
    pub refused: usize,
}

impl Answer {
    /// Predictions in the order of the request, null for rows that are refused; then why they are, and what was
    /// never seen in training.
    pub fn new(model: &Served, mut done: Done) -> Self {
        let n_out = model.network.n_out();
        let mut outputs = done.al.chunks_exact(n_out.max(1));
        let mut json =
            String::with_capacity(64 + done.rows.total() * (24 + 24 * model.n_answered()));
        json.push_str("{\"predictions\":[");
        let mut predicted = 0;
        for (index, is_predicted) in done.rows.predicted().enumerate() {
            if index > 0 {
                json.push(',');
            }
            let al = if is_predicted { outputs.next() } else { None };
            match al {
                Some(al) => {
                    predicted += 1;
                    prediction(model, al, &mut json);
                }
                None => json.push_str("null"),
            }
        }
        json.push(']');
        let refused = done.rows.refused();
        if !refused.is_empty() {
            json.push_str(",\"errors\":[");
            for (index, row) in refused.iter().enumerate() {
                let comma = if index > 0 { "," } else { "" };
                let error = Value::from(row.error.as_str());
                add(&mut json, format_args!("{comma}{{\"row\":{},\"error\":{error}}}", row.number));
            }
            json.push(']');
        }
        let refused = refused.len();
        if !done.unseen.is_empty() {
            let notes = done.unseen.iter().map(|unseen| Value::from(unseen.to_string())).collect();
            add(&mut json, format_args!(",\"notes\":{}", Value::Array(notes)));
        }
        json.push_str("}\n");
        Self { json, predicted, refused }
    }

    /// 200, or 422 if a row is refused.
    pub fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.json));
        if self.refused > 0 {
            *response.status_mut() = StatusCode::UNPROCESSABLE_ENTITY;
        }
        let json = HeaderValue::from_static("application/json");
        response.headers_mut().insert(header::CONTENT_TYPE, json);
        response
    }
}

fn add(json: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a String fails only if what is written does.
    let _ = json.write_fmt(text);
}

/// The class and the probability of each, or the number: the same digits as `layerwise predict` gives.
fn prediction(model: &Served, al: &[f32], json: &mut String) {
    let target = model.target();
    match target.task() {
        Task::Binary => {
            let [no, yes] = [0, 1].map(|i| model.labels.get(i).map_or("null", String::as_str));
            let p = al.first().copied().unwrap_or(f32::NAN);
            let class = if p > 0.5 { yes } else { no };
            add(json, format_args!("{{\"predicted\":{class},\"probabilities\":{{{no}:"));
            probability(1.0 - f64::from(p), json);
            add(json, format_args!(",{yes}:"));
            probability(f64::from(p), json);
            json.push_str("}}");
        }
        Task::Classes => {
            let class = best(al).and_then(|best| model.labels.get(best));
            let class = class.map_or("null", String::as_str);
            add(json, format_args!("{{\"predicted\":{class},\"probabilities\":{{"));
            for (index, (label, &p)) in model.labels.iter().zip(al).enumerate() {
                let comma = if index > 0 { "," } else { "" };
                add(json, format_args!("{comma}{label}:"));
                probability(f64::from(p), json);
            }
            json.push_str("}}");
        }
        Task::Regression => {
            let a = al.first().copied().unwrap_or(f32::NAN);
            match target.number(a).is_finite() {
                true => add(json, format_args!("{{\"predicted\":{}}}", Number { target, a })),
                false => json.push_str("{\"predicted\":null}"),
            }
        }
    }
}

fn probability(p: f64, json: &mut String) {
    match p.is_finite() {
        true => add(json, format_args!("{p:.6}")),
        false => json.push_str("null"),
    }
}
