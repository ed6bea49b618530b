//! The ten functions give the exercise's figures, every value within 1e-12 of its size.
#![allow(clippy::unwrap_used)]

use layerwise::core::{LinearActivationCache, LinearCache, LinearGradients};
use layerwise::prelude::*;
use layerwise_tests::{Case, assert_each_close, cases};

const TOLERANCE: f64 = 1e-12;

/// `W1, b1, …, WL, bL` under a JSON pointer.
fn parameters(case: &Case, path: &str, l: usize) -> Parameters<f64> {
    let layer = |l| LinearParameters {
        w: case.matrix(&format!("{path}/W{l}")),
        b: case.vector(&format!("{path}/b{l}")),
    };
    Parameters { layers: (1..=l).map(layer).collect() }
}

fn linear_cache(case: &Case, path: &str) -> LinearCache<f64> {
    LinearCache {
        a_prev: case.matrix(&format!("{path}/a_prev")),
        w: case.matrix(&format!("{path}/w")),
        b: case.vector(&format!("{path}/b")),
    }
}

fn expect(case: &Case, name: &str, found: &DMatrix<f64>) {
    assert_each_close(name, found, &case.matrix(&format!("/expected/{name}")), TOLERANCE);
}

fn expect_vector(case: &Case, name: &str, found: &DVector<f64>) {
    assert_each_close(name, found, &case.matrix(&format!("/expected/{name}")), TOLERANCE);
}

fn expect_gradients(case: &Case, found: &LinearGradients<f64>) {
    expect(case, "da_prev", &found.da_prev);
    expect(case, "dw", &found.dw);
    expect_vector(case, "db", &found.db);
}

/// Draws are the published ones to the last bit, so the parameters are too.
fn expect_exactly(case: &Case, found: &Parameters<f64>) {
    assert_eq!(found, &parameters(case, "/expected", found.layers.len()));
}

#[test]
fn initialize_parameters_from_the_published_seed() {
    for case in cases("initialize_parameters") {
        let size = |name| case.number(&format!("/inputs/{name}")) as usize;
        let rng = &mut NumpyRandom::new(size("seed") as u32);
        let found = initialize_parameters(size("n_x"), size("n_h"), size("n_y"), rng).unwrap();
        expect_exactly(&case, &found);
    }
}

#[test]
fn initialize_parameters_deep_from_the_published_seeds() {
    for case in cases("initialize_parameters_deep") {
        let scale = match case.text("/inputs/scale") {
            "0.01" => Scale::Normal(0.01),
            "1/sqrt(n_prev)" => Scale::InverseSqrt,
            other => panic!("unknown scale {other}"),
        };
        let rng = &mut NumpyRandom::new(case.number("/inputs/seed") as u32);
        let sizes = case.sizes("/inputs/layer_dims");
        expect_exactly(&case, &initialize_parameters_deep(&sizes, scale, rng).unwrap());
    }
}

#[test]
fn linear_forward_as_published() {
    for case in cases("linear_forward") {
        let LinearCache { a_prev, w, b } = linear_cache(&case, "/inputs");
        let (z, cache) = linear_forward(&a_prev, &w, &b).unwrap();
        expect(&case, "z", &z);
        assert_eq!(cache, LinearCache { a_prev, w, b });
    }
}

#[test]
fn linear_activation_forward_as_published() {
    for case in cases("linear_activation_forward") {
        let LinearCache { a_prev, w, b } = linear_cache(&case, "/inputs");
        let (a, cache) = match case.text("/inputs/activation") {
            "relu" => linear_activation_forward(&a_prev, &w, &b, &Relu).unwrap(),
            "sigmoid" => linear_activation_forward(&a_prev, &w, &b, &Sigmoid).unwrap(),
            other => panic!("unknown activation {other}"),
        };
        expect(&case, "a", &a);
        expect(&case, "z", &cache.z);
    }
}

#[test]
fn l_model_forward_as_published() {
    for case in cases("l_model_forward") {
        let l = case.len("/expected/z");
        let parameters = parameters(&case, "/inputs/parameters", l);
        let (al, caches) = l_model_forward(&case.matrix("/inputs/x"), &parameters).unwrap();
        expect(&case, "al", &al);
        assert_eq!(caches.len(), l);
        for (index, cache) in caches.iter().enumerate() {
            expect(&case, &format!("a/{index}"), &cache.linear.a_prev);
            expect(&case, &format!("z/{index}"), &cache.z);
        }
    }
}

#[test]
fn compute_cost_as_published() {
    for case in cases("compute_cost") {
        let cost = compute_cost(&case.matrix("/inputs/al"), &case.matrix("/inputs/y")).unwrap();
        let expected = case.number("/expected/cost");
        assert!((cost / expected - 1.0).abs() <= TOLERANCE, "{cost} is not {expected}");
    }
}

#[test]
fn linear_backward_as_published() {
    for case in cases("linear_backward") {
        let cache = linear_cache(&case, "/inputs");
        expect_gradients(&case, &linear_backward(&case.matrix("/inputs/dz"), &cache).unwrap());
    }
}

#[test]
fn linear_activation_backward_as_published() {
    for case in cases("linear_activation_backward") {
        let (linear, z) = (linear_cache(&case, "/inputs"), case.matrix("/inputs/z"));
        let (da, cache) = (case.matrix("/inputs/da"), LinearActivationCache { linear, z });
        let gradients = match case.text("/inputs/activation") {
            "relu" => linear_activation_backward(&da, &cache, &Relu).unwrap(),
            "sigmoid" => linear_activation_backward(&da, &cache, &Sigmoid).unwrap(),
            other => panic!("unknown activation {other}"),
        };
        expect_gradients(&case, &gradients);
    }
}

#[test]
fn l_model_backward_as_published() {
    for case in cases("l_model_backward") {
        let cache = |index| {
            let path = format!("/inputs/caches/{index}");
            let z = case.matrix(&format!("{path}/z"));
            LinearActivationCache { linear: linear_cache(&case, &path), z }
        };
        let caches: Vec<_> = (0..case.len("/inputs/caches")).map(cache).collect();
        let (al, y) = (case.matrix("/inputs/al"), case.matrix("/inputs/y"));
        let gradients = l_model_backward(&al, &y, &caches).unwrap();
        assert_eq!(gradients.len(), caches.len());
        for (index, layer) in gradients.iter().enumerate() {
            let l = index + 1;
            expect(&case, &format!("dW{l}"), &layer.dw);
            expect_vector(&case, &format!("db{l}"), &layer.db);
            expect(&case, &format!("dA{index}"), &layer.da_prev);
        }
    }
}

#[test]
fn update_parameters_as_published() {
    for case in cases("update_parameters") {
        let before = parameters(&case, "/inputs/parameters", 2);
        let gradient = |l| LinearGradients {
            da_prev: DMatrix::zeros(0, 0),
            dw: case.matrix(&format!("/inputs/gradients/dW{l}")),
            db: case.vector(&format!("/inputs/gradients/db{l}")),
        };
        let gradients = [gradient(1), gradient(2)];
        let after = update_parameters(&before, &gradients, case.number("/inputs/alpha")).unwrap();
        for (index, layer) in after.layers.iter().enumerate() {
            expect(&case, &format!("W{}", index + 1), &layer.w);
            expect_vector(&case, &format!("b{}", index + 1), &layer.b);
        }
    }
}
