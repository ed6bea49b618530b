//! Layers that make more of the columns of a table.

use layerwise_core::{DMatrix, Layer, Scalar};
use layerwise_layers::{Embedding, Periodic, PeriodicLinear, PiecewiseLinear};
use rand::rngs::ChaCha8Rng;

use super::NetworkBuilder;
use super::plan::{Plan, expect_deviation, normals};
use crate::Result;

const FREQUENCIES: &str = "the standard deviation of frequencies";

impl<T: Scalar> NetworkBuilder<T> {
    /// Adds [`Embedding`]: the rows of `tables` hold codes of so many levels and become so many numbers
    /// each, which start standard normal, times `1/√width`.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid};
    ///
    /// // Rows 0 and 1 are numbers, row 2 one of 40 countries, which becomes 3 numbers.
    /// let network = Network::<f32>::builder(3).embedding(&[(2, 40, 3)]).dense(1, Sigmoid).build()?;
    /// assert_eq!(network.layers()[0].n_out(), 2 + 3);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn embedding(self, tables: &[(usize, usize, usize)]) -> Self {
        let tables = tables.to_vec();
        let coded = tables.len();
        let width: usize = tables.iter().map(|&(_, _, width)| width).sum();
        self.drawn(
            move |n| n.saturating_sub(coded) + width,
            move |n, rng| {
                let draw = |&(row, levels, width): &(usize, usize, usize)| {
                    let scale = 1.0 / (width.max(1) as f64).sqrt();
                    (row, normals(width, levels, scale, rng))
                };
                let tables = tables.iter().map(draw).collect();
                Ok(Box::new(Embedding::new(n, tables)?))
            },
        )
    }

    /// Adds [`Periodic`] with so many `frequencies` a feature, which start normal with standard deviation
    /// `sigma`.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid};
    ///
    /// let network = Network::<f32>::builder(2).periodic(3, 1.0).dense(1, Sigmoid).build()?;
    /// // A sine and a cosine of each frequency.
    /// assert_eq!(network.layers()[0].n_out(), 2 * 3 * 2);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn periodic(self, frequencies: usize, sigma: f64) -> Self {
        self.drawn(
            move |n| 2 * frequencies * n,
            move |n, rng| {
                expect_deviation(FREQUENCIES, sigma)?;
                Ok(Box::new(Periodic::new(normals(frequencies, n, sigma, rng))?))
            },
        )
    }

    /// Adds [`PeriodicLinear`] with so many `waves` and `width` numbers a feature beside itself. Frequencies
    /// start normal with standard deviation `sigma`, phases anywhere in `[−π, π]`, `W₂` normal with
    /// `1/√waves`. RealMLP takes 16 waves, a width of 3 and 0.1.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid};
    ///
    /// let builder = Network::<f32>::builder(2).periodic_linear(16, 3, 0.1).dense(1, Sigmoid);
    /// assert_eq!(builder.build()?.layers()[0].n_out(), (3 + 1) * 2);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn periodic_linear(self, waves: usize, width: usize, sigma: f64) -> Self {
        self.drawn(
            move |n| (width + 1) * n,
            move |n, rng| {
                expect_deviation(FREQUENCIES, sigma)?;
                let w1 = normals(waves, n, sigma, rng);
                let b1 = DMatrix::from_fn(waves, n, |_, _| {
                    T::of(rand::RngExt::random_range(
                        rng,
                        -std::f64::consts::PI..std::f64::consts::PI,
                    ))
                });
                let w2 = normals(width * waves, n, 1.0 / (waves.max(1) as f64).sqrt(), rng);
                Ok(Box::new(PeriodicLinear::new([w1, b1, w2, DMatrix::zeros(width, n)])?))
            },
        )
    }

    /// Adds [`PiecewiseLinear`] with these edges, those of one feature after the other, which do not change
    /// in training. `layerwise_data::PiecewiseLinear` finds them.
    ///
    /// ```
    /// use layerwise_model::{Network, activations::Sigmoid, core::DMatrix};
    ///
    /// // Ages in two bins, incomes in one: raw columns go in.
    /// let edges = vec![vec![17.0, 35.0, 90.0], vec![0.0, 99_999.0]];
    /// let network = Network::<f32>::builder(2).piecewise_linear(edges).dense(1, Sigmoid).build()?;
    /// assert_eq!(network.layers()[0].n_out(), 2 + 1);
    /// assert_eq!(network.n_parameters(), 3 + 1);
    /// # Ok::<(), layerwise_model::ModelError>(())
    /// ```
    pub fn piecewise_linear(self, edges: Vec<Vec<f64>>) -> Self {
        let n_out = edges.iter().map(|edges| edges.len().saturating_sub(1).max(1)).sum();
        self.drawn(move |_| n_out, move |_, _| Ok(Box::new(PiecewiseLinear::new(edges)?)))
    }

    fn drawn(
        mut self,
        n_out: impl FnOnce(usize) -> usize + 'static,
        make: impl FnOnce(usize, &mut ChaCha8Rng) -> Result<Box<dyn Layer<T>>> + 'static,
    ) -> Self {
        let n_in = self.width();
        let (n_out, make) = (n_out(n_in), Box::new(make));
        self.plans.push(Plan::Drawn { n_out, make });
        self
    }
}
