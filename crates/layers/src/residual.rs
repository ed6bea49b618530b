//! A stack of layers with a way around it (He, Zhang, Ren and Sun, "Deep Residual Learning for Image
//! Recognition", 2016, eq. 1).

use std::ops::Range;

use layerwise_core::{
    CoreError, Layer, LayerSpec, MatrixView, MatrixViewMut, Pass, Scalar, expect_shape,
    linalg::zip_in_place, parameters,
};

use crate::Result;

/// `a = a_prev + F(a_prev)`, where F is a stack of layers that gives out as many units as it takes in.
///
/// Backward: `da_prev = da + ∂F/∂a_prevᵀ da`, by the layers' own backward passes. Parameters are those of
/// the layers, first to last; their names have the layer before them, from 0: `0.w`.
///
/// The cache holds for each layer of the stack `a`, its cache and `dz`, each of all examples together. So
/// a driver hands over all examples in one call ([`batch_wide`](Layer::batch_wide)) and shares out the
/// columns of gradients only.
///
/// ```
/// use layerwise_layers::{Dense, Residual, activations::Tanh};
/// use layerwise_layers::core::{DMatrix, DVector, Layer, LinearParameters, Pass};
///
/// let parameters = LinearParameters { w: DMatrix::zeros(2, 2), b: DVector::from_element(2, 0.5_f64) };
/// let layer = Residual::new(vec![Box::new(Dense::new(parameters, Tanh)?)])?;
/// let x = DMatrix::from_column_slice(2, 1, &[1.0, -3.0]);
/// let (mut a, mut scratch) = (DMatrix::zeros(2, 1), vec![0.0; layer.n_scratch()]);
/// layer.forward((&x).into(), (&mut a).into(), &mut scratch, &Pass::inference())?;
/// assert_eq!(a.as_slice(), [1.0 + 0.5_f64.tanh(), -3.0 + 0.5_f64.tanh()]);
/// assert_eq!(layer.parameter_name(0), "0.w");
/// # Ok::<(), layerwise_layers::CoreError>(())
/// ```
#[derive(Debug)]
pub struct Residual<T: Scalar> {
    layers: Vec<Box<dyn Layer<T>>>,
}

/// What a layer of the stack has of the cache.
struct Kept<'a, T> {
    a: &'a mut [T],
    cache: &'a mut [T],
    dz: &'a mut [T],
}

impl<T: Scalar> Residual<T> {
    /// A way around these layers, first to last.
    ///
    /// # Errors
    /// [`CoreError::Layer`] if there are none, if one has no units, if one does not take in what the one below gives out, or
    /// if the last gives out another number of units than the first takes in.
    pub fn new(layers: Vec<Box<dyn Layer<T>>>) -> Result<Self> {
        let refuse = |message| Err(CoreError::Layer { layer: "residual".into(), message });
        let (Some(first), Some(last)) = (layers.first(), layers.last()) else {
            return refuse("a stack of no layers".to_owned());
        };
        if let Some(index) = layers.iter().position(|layer| layer.n_in() == 0 || layer.n_out() == 0)
        {
            return refuse(format!("layer {} of the stack has no units or features", index + 1));
        }
        for (index, pair) in layers.windows(2).enumerate() {
            let (below, n_in) = (pair[0].n_out(), pair[1].n_in());
            if below != n_in {
                return refuse(format!(
                    "layer {} of the stack takes in {n_in} features, but layer {} gives out {below}",
                    index + 2,
                    index + 1
                ));
            }
        }
        let (n_in, n_out) = (first.n_in(), last.n_out());
        if n_in != n_out {
            return refuse(format!(
                "the stack takes in {n_in} features and gives out {n_out}, expected as many"
            ));
        }
        Ok(Self { layers })
    }

    /// The layers of the stack, first to last.
    ///
    /// ```
    /// use layerwise_layers::{Dropout, Residual, core::Layer};
    ///
    /// let residual = Residual::<f64>::new(vec![Box::new(Dropout::new(3, 0.2, 1)?)])?;
    /// assert_eq!(residual.layers()[0].kind(), "dropout");
    /// # Ok::<(), layerwise_layers::CoreError>(())
    /// ```
    pub fn layers(&self) -> &[Box<dyn Layer<T>>] {
        &self.layers
    }

    fn n(&self) -> usize {
        self.layers[0].n_in()
    }

    /// The layer of the stack that has the parameter with this index, and the index there.
    fn place(&self, mut index: usize) -> Option<(usize, usize)> {
        for (l, layer) in self.layers.iter().enumerate() {
            let count = parameters(layer.as_ref()).count();
            if index < count {
                return Some((l, index));
            }
            index -= count;
        }
        None
    }

    /// Where layer l of the stack has its a, its cache and its dz, for m examples.
    fn ranges(&self, l: usize, m: usize) -> [Range<usize>; 3] {
        let size = |layer: &dyn Layer<T>| 2 * layer.n_out() + layer.n_cache();
        let start = m * self.layers[..l].iter().map(|layer| size(layer.as_ref())).sum::<usize>();
        let (n_out, n_cache) = (m * self.layers[l].n_out(), m * self.layers[l].n_cache());
        let (cache, dz) = (start + n_out, start + n_out + n_cache);
        [start..cache, cache..dz, dz..dz + n_out]
    }

    /// The part of layer l, and what is before it.
    fn kept<'a>(&self, l: usize, m: usize, cache: &'a mut [T]) -> (&'a mut [T], Kept<'a, T>) {
        let [a, own, dz] = self.ranges(l, m).map(|range| (range.start, range.len()));
        let (before, rest) = cache.split_at_mut(a.0);
        let (a, rest) = rest.split_at_mut(a.1);
        let (cache, rest) = rest.split_at_mut(own.1);
        (before, Kept { a, cache, dz: &mut rest[..dz.1] })
    }

    /// What layer l takes in.
    fn below<'a>(
        &self,
        l: usize,
        a_prev: MatrixView<'a, T>,
        cache: &'a [T],
    ) -> Result<MatrixView<'a, T>> {
        let m = a_prev.ncols();
        match l.checked_sub(1) {
            None => Ok(a_prev),
            Some(l) => {
                let [a, ..] = self.ranges(l, m);
                Ok(MatrixView::new(&cache[a], self.layers[l].n_out(), m)?)
            }
        }
    }

    fn expect_cache(&self, m: usize, cache: &[T]) -> Result<()> {
        let expected = (Layer::n_cache(self) * m, 1);
        expect_shape("the cache", MatrixView::column_vector(cache), expected)
    }

    /// The stack without anything to remember; `scratch` has `a` of each layer and then their scratch.
    fn infer(
        &self,
        a_prev: MatrixView<'_, T>,
        a: &mut [T],
        scratch: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        let m = a_prev.ncols();
        let expected = (Layer::n_scratch(self) * m, 1);
        expect_shape("the scratch", MatrixView::column_vector(scratch), expected)?;
        let units: usize = self.layers.iter().map(|layer| layer.n_out()).sum();
        let (mut units, inner) = scratch.split_at_mut(units * m);
        let mut below = a_prev;
        for layer in &self.layers {
            let n_out = layer.n_out();
            let (here, rest) = units.split_at_mut(n_out * m);
            let inner = &mut inner[..layer.n_scratch() * m];
            layer.forward(below, MatrixViewMut::new(&mut *here, n_out, m)?, inner, pass)?;
            below = MatrixView::new(here, n_out, m)?;
            units = rest;
        }
        a.copy_from_slice(below.as_slice());
        Ok(())
    }
}

impl<T: Scalar> Layer<T> for Residual<T> {
    fn n_in(&self) -> usize {
        self.n()
    }

    fn n_out(&self) -> usize {
        self.n()
    }

    fn batch_wide(&self) -> bool {
        true
    }

    fn forward(
        &self,
        a_prev: MatrixView<'_, T>,
        mut a: MatrixViewMut<'_, T>,
        cache: &mut [T],
        pass: &Pass,
    ) -> Result<()> {
        let m = a_prev.ncols();
        expect_shape("a_prev", a_prev, (self.n(), m))?;
        expect_shape("a", a.as_view(), a_prev.shape())?;
        if pass.training {
            self.expect_cache(m, cache)?;
            for (l, layer) in self.layers.iter().enumerate() {
                let (before, Kept { a, cache, .. }) = self.kept(l, m, cache);
                let below = self.below(l, a_prev, before)?;
                layer.forward(below, MatrixViewMut::new(a, layer.n_out(), m)?, cache, pass)?;
            }
            let last = self.below(self.layers.len(), a_prev, cache)?;
            a.as_mut_slice().copy_from_slice(last.as_slice());
        } else {
            self.infer(a_prev, a.as_mut_slice(), cache, pass)?;
        }
        zip_in_place(a.as_mut_slice(), a_prev.as_slice(), |a, a_prev| a + a_prev);
        Ok(())
    }

    fn backward(
        &self,
        a_prev: MatrixView<'_, T>,
        _a: MatrixView<'_, T>,
        da: MatrixViewMut<'_, T>,
        cache: &mut [T],
        mut da_prev: Option<MatrixViewMut<'_, T>>,
    ) -> Result<()> {
        let (m, da) = (a_prev.ncols(), da.as_view());
        expect_shape("a_prev", a_prev, (self.n(), m))?;
        expect_shape("da", da, a_prev.shape())?;
        self.expect_cache(m, cache)?;
        if let Some(da_prev) = &da_prev {
            expect_shape("da_prev", da_prev.as_view(), a_prev.shape())?;
        }
        let [_, _, dz] = self.ranges(self.layers.len() - 1, m);
        cache[dz].copy_from_slice(da.as_slice());
        for (l, layer) in self.layers.iter().enumerate().rev() {
            let (n_in, n_out) = (layer.n_in(), layer.n_out());
            let (before, here) = self.kept(l, m, cache);
            let a = MatrixView::new(here.a, n_out, m)?;
            let dz = MatrixViewMut::new(here.dz, n_out, m)?;
            if l == 0 {
                let below = da_prev.as_mut().map(MatrixViewMut::reborrow);
                layer.backward(a_prev, a, dz, here.cache, below)?;
            } else {
                let (_, below) = self.kept(l - 1, m, before);
                let a_prev = MatrixView::new(below.a, n_in, m)?;
                let da_prev = MatrixViewMut::new(below.dz, n_in, m)?;
                layer.backward(a_prev, a, dz, here.cache, Some(da_prev))?;
            }
        }
        if let Some(mut da_prev) = da_prev {
            zip_in_place(da_prev.as_mut_slice(), da.as_slice(), |da_prev, da| da_prev + da);
        }
        Ok(())
    }

    fn gradient(
        &self,
        index: usize,
        columns: Range<usize>,
        a_prev: MatrixView<'_, T>,
        dz: MatrixView<'_, T>,
        cache: &[T],
        gradient: MatrixViewMut<'_, T>,
    ) -> Result<()> {
        let Some((l, index)) = self.place(index) else {
            return Err(CoreError::NoParameter { layer: self.kind(), index });
        };
        let m = a_prev.ncols();
        expect_shape("a_prev", a_prev, (self.n(), m))?;
        expect_shape("da", dz, a_prev.shape())?;
        self.expect_cache(m, cache)?;
        let layer = &self.layers[l];
        let [_, own, dz] = self.ranges(l, m);
        let dz = MatrixView::new(&cache[dz], layer.n_out(), m)?;
        let below = self.below(l, a_prev, cache)?;
        layer.gradient(index, columns, below, dz, &cache[own], gradient)
    }

    fn absorb(&mut self, m: usize, cache: &[T]) {
        if cache.len() != Layer::n_cache(self) * m {
            return;
        }
        for l in 0..self.layers.len() {
            let [_, own, _] = self.ranges(l, m);
            self.layers[l].absorb(m, &cache[own]);
        }
    }

    fn trains(&self, index: usize) -> bool {
        self.place(index).is_none_or(|(l, index)| self.layers[l].trains(index))
    }

    fn n_cache(&self) -> usize {
        self.layers.iter().map(|layer| 2 * layer.n_out() + layer.n_cache()).sum()
    }

    fn n_scratch(&self) -> usize {
        let inner = self.layers.iter().map(|layer| layer.n_scratch()).max().unwrap_or(0);
        self.layers.iter().map(|layer| layer.n_out()).sum::<usize>() + inner
    }

    fn parameter(&self, index: usize) -> Option<MatrixView<'_, T>> {
        let (l, index) = self.place(index)?;
        self.layers[l].parameter(index)
    }

    fn parameters_mut<'a>(&'a mut self, visit: &mut dyn FnMut(MatrixViewMut<'a, T>)) {
        for layer in &mut self.layers {
            layer.parameters_mut(visit);
        }
    }

    fn decays(&self, index: usize) -> bool {
        self.place(index).is_some_and(|(l, index)| self.layers[l].decays(index))
    }

    fn parameter_name(&self, index: usize) -> String {
        self.place(index).map_or_else(
            || "?".into(),
            |(l, index)| format!("{l}.{}", self.layers[l].parameter_name(index)),
        )
    }

    fn kind(&self) -> String {
        "residual".into()
    }

    fn spec(&self) -> Option<LayerSpec> {
        let inner = self.layers.iter().map(|layer| layer.spec()).collect::<Option<Vec<_>>>()?;
        let (n, settings) = (self.n(), Default::default());
        Some(LayerSpec { kind: "residual".into(), n_in: n, n_out: n, settings, inner })
    }
}

#[cfg(test)]
mod tests;
