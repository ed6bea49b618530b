//! Curvature learned from the last steps.

use std::collections::VecDeque;

/// Changes of parameters and gradient that are remembered.
const HISTORY: usize = 10;

/// The last changes s of the parameters and y of the gradient, oldest first, with 1/sᵀy.
#[derive(Default)]
pub(super) struct Memory {
    pub(super) pairs: VecDeque<(Vec<f64>, Vec<f64>, f64)>,
}

impl Memory {
    /// Keeps a pair, unless it says nothing of curvature.
    pub(super) fn add(&mut self, s: Vec<f64>, y: Vec<f64>) {
        let sy = dot(&s, &y);
        if sy <= f64::EPSILON * dot(&y, &y) {
            return;
        }
        if self.pairs.len() == HISTORY {
            self.pairs.pop_front();
        }
        self.pairs.push_back((s, y, 1.0 / sy));
    }

    /// `−H dw` by the two loops of algorithm 7.4, from `H₀ = sᵀy/yᵀy` of the last pair (equation 7.20).
    pub(super) fn direction(&self, dw: &[f64]) -> Vec<f64> {
        let mut q: Vec<f64> = dw.iter().map(|dw| -dw).collect();
        let mut alphas = Vec::with_capacity(self.pairs.len());
        for (s, y, rho) in self.pairs.iter().rev() {
            let alpha = rho * dot(s, &q);
            add(&mut q, -alpha, y);
            alphas.push(alpha);
        }
        if let Some((_, y, rho)) = self.pairs.back() {
            let gamma = 1.0 / (rho * dot(y, y));
            q.iter_mut().for_each(|q| *q *= gamma);
        }
        for ((s, y, rho), alpha) in self.pairs.iter().zip(alphas.into_iter().rev()) {
            let beta = rho * dot(y, &q);
            add(&mut q, alpha - beta, s);
        }
        q
    }
}

pub(super) fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add(to: &mut [f64], factor: f64, what: &[f64]) {
    to.iter_mut().zip(what).for_each(|(to, what)| *to += factor * what);
}
