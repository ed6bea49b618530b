#![doc = include_str!("../README.md")]

pub use layerwise_activations as activations;
pub use layerwise_core as core;
pub use layerwise_cost as cost;
pub use layerwise_data as data;
pub use layerwise_gradcheck as gradcheck;
pub use layerwise_layers as layers;
pub use layerwise_linalg as linalg;
pub use layerwise_model as model;
pub use layerwise_optim as optim;

pub mod prelude {
    //! Everything a program that trains a network names, and the exercise's ten functions.

    pub use layerwise_activations::{
        Activation, Elu, Gelu, GeluTanh, HardSigmoid, HardSwish, Identity, LeakyRelu, Relu, Selu,
        Sigmoid, Silu, Softmax, Softplus, Tanh,
    };
    pub use layerwise_core::{
        DMatrix, DVector, Layer, LinearParameters, MatrixView, MatrixViewMut, Parameters, Pass,
        Scalar,
    };
    pub use layerwise_cost::{
        BinaryCrossEntropy, BinaryCrossEntropyFromLogits, CategoricalCrossEntropy, ClassWeights,
        Cost, EntryCost, Focal, Huber, MeanAbsoluteError, MeanSquaredError, PerEntry, Poisson,
        PositiveWeights, Quantile, WeightedCost, compute_cost, one_hot, smooth_labels,
        weighted_cost,
    };
    pub use layerwise_layers::{
        BatchNorm, Dense, Dropout, Embedding, FeatureScale, GaussianNoise, LayerNorm, Linear,
        MixedActivation, PRelu, Periodic, PeriodicLinear, PiecewiseLinear, Residual,
        linear_activation_backward, linear_activation_forward, linear_backward, linear_forward,
    };
    pub use layerwise_model::{
        Callback, Candidate, Checkpoint, Confusion, EarlyStopping, Ended, EpochRecord, Examples,
        History, Lbfgs, ModelFile, Network, NumpyRandom, OnlineTrainer, ParameterGroup, Patience,
        Predictor, Progress, RateRecorder, Regularization, Scale, Space, StepRecord, Temperature,
        ThresholdMetric, Trainer, TrainingState, TrainingStep, accuracy, best_threshold,
        calibration_error, class_accuracy, class_roc_auc, cross_validate, f1,
        initialize_parameters, initialize_parameters_deep, k_fold, l_model_backward,
        l_model_forward, learning_curve, log_loss, matthews, mean_absolute_error,
        permutation_importance, pr_auc, precision, r_squared, recall, roc_auc,
        root_mean_squared_error, search, stratified_k_fold, top_k_accuracy,
    };
    pub use layerwise_optim::{
        AdaGrad, Adadelta, Adam, AdamW, AmsGrad, Decayed, GradientDescent, Lion, Momentum, NAdam,
        Nesterov, Optimizer, Penalty, Plateau, RmsProp, Schedule, update_parameters,
    };
}
