//! What `--help` says last of each verb.

pub const EXAMPLES: &str = "\
Examples:
  layerwise                                            train on the shipped set
  layerwise look customers.csv                         what is in a table
  layerwise train customers.csv --target churned       train on a file of your own
  layerwise predict model.safetensors new.csv          add predictions to a table
  layerwise evaluate model.safetensors labelled.csv    compare predictions with the truth
  layerwise inspect model.safetensors                  what a model is and how it came about
  layerwise search customers.csv --target churned      choose the options by trying them

Exit codes: 0 success, also of a training that Ctrl-C ended with something learned; 2 something to
correct (arguments, data, model file); 1 output that could not be written; 130 ended by Ctrl-C with
nothing to keep. Colours are left out when the output is piped or NO_COLOR is set.";

pub const LOOK_EXAMPLES: &str = "\
Examples:
  layerwise look customers.csv
  layerwise look customers.csv --target churned
  layerwise look breast-cancer";

pub const TRAIN_EXAMPLES: &str = "\
Examples:
  layerwise train breast-cancer
  layerwise train customers.csv --target churned --out churn.safetensors
  layerwise train houses.csv --target price --leave-out address,seller
  layerwise train customers.csv --hidden 32,16,8 --epochs 300 --learning-rate 0.005 --seed 7
  layerwise train customers.csv --hidden none          (logistic or linear regression)
  layerwise train images.npy --target labels.npy
  layerwise train digits.npz                           (arrays X and y, x_train and y_train, …)
  layerwise train pets --image-size 48                 (pets/cat/1.png, …, pets/dog/1.jpg, …)
  layerwise train customers.csv --target churned --print-config > churn.toml
  layerwise train --config churn.toml --seed 7
  layerwise train customers.csv --target churned --resume     (after Ctrl-C)

What is predicted follows from the target: texts and a few whole numbers are classes, other numbers
are predicted as numbers; --task says otherwise. Columns of numbers, categories and dates are used,
missing values filled in; what is left out is said. The rows are split at random into parts for
training, validation and testing, classes with the same share in each. Everything is learned from
the training part, training stops when the validation part gets no better, and the test part only
judges the result. The same data, options and seed give the same file, byte for byte.

Ctrl-C ends training and keeps what was learned; beside the model lies a checkpoint then, from which
--resume goes on to the very model an uninterrupted training gives. It is written during long trainings
too, so that little is lost to a power cut. Ctrl-C twice ends at once.";

pub const REPORT_EXAMPLES: &str = "\
Examples:
  layerwise report model.safetensors customers.csv                    writes model.html
  layerwise report model.safetensors new.csv --out new.html           judged by other data
  layerwise report images.safetensors images.npy --labels labels.npy
  layerwise report model.safetensors                                  without data: no failures, no reasons

The page is one file that needs no other and no network. `train` and `search` write it beside the model
unless --no-report is typed. Given the very data the model was trained on, it is judged by the rows that
were held out then; of other data by all rows.";

pub const SEARCH_EXAMPLES: &str = "\
Examples:
  layerwise search customers.csv --target churned
  layerwise search customers.csv --target churned --trials 100 --minutes 30 --save-config best.toml
  layerwise search customers.csv --target churned --hidden 64,32    (only the rest is searched)

Hidden layers, dropout, learning rate, weight decay, mini-batches and how numbers are made ready are
drawn at random, but for those that are given; the first trial is what `train` would have done. Each is
judged by its cost on the validation part, the one with the lowest is kept, and the test part judges it
once, at the end. Ctrl-C ends the search and keeps the best so far. The same seed draws the same trials.";

pub const PREDICT_EXAMPLES: &str = "\
Examples:
  layerwise predict model.safetensors new.csv
  layerwise predict model.safetensors new.csv --out predicted.csv
  cat new.csv | layerwise predict model.safetensors - | head
  layerwise predict model.safetensors holiday.jpg      (a model that was trained on images)

Prints the table as CSV with columns added: `predicted`, the more probable class or the number, and
for classes `probability_…`, of two classes that of the second. Columns are found by name, in any
order; the target need not be there. Rows are read, predicted and written some thousands at a time,
so a table may be larger than memory. Of images the name of each file stands in place of its pixels.";

pub const EVALUATE_EXAMPLES: &str = "\
Examples:
  layerwise evaluate model.safetensors labelled.csv
  layerwise evaluate model.safetensors breast-cancer

The table needs the target column the model was trained on.";

pub const CROSS_VALIDATE_EXAMPLES: &str = "\
Examples:
  layerwise cross-validate customers.csv --target churned
  layerwise cross-validate houses.csv --target price --folds 10 --hidden 64

Each part judges once a network that the others taught; a tenth of these say when to stop. Everything
is learned anew each time, also how columns are made ready. No model is written.";

pub const EXPLAIN_EXAMPLES: &str = "\
Examples:
  layerwise explain model.safetensors labelled.csv
  layerwise explain model.safetensors breast-cancer --repeats 20

A column is shuffled among the rows, and what the model then does worse is what it relies on the
column (permutation importance). Columns that say the same share what they are worth. Of large data
some rows stand for all, which is said; --rows N takes more or fewer.";

pub const COMPLETIONS_EXAMPLES: &str = "\
Examples:
  layerwise completions bash > ~/.local/share/bash-completion/completions/layerwise
  layerwise completions fish > ~/.config/fish/completions/layerwise.fish";

pub const MANUAL_EXAMPLES: &str = "\
Examples:
  layerwise manual ~/.local/share/man/man1";

pub const INSPECT_EXAMPLES: &str = "\
Examples:
  layerwise inspect model.safetensors
  layerwise inspect model.safetensors --json";

#[cfg(feature = "serve")]
pub const SERVE_EXAMPLES: &str = "\
Examples:
  layerwise serve model.safetensors
  layerwise serve model.safetensors --port 0           (any free port; the first line tells it)
  layerwise serve model.safetensors --host 0.0.0.0 --token-file token.txt
  curl localhost:8080/predict -H 'Content-Type: application/json' -d '{\"age\": 39, \"town\": \"Rome\"}'
  curl localhost:8080/predict -H 'Content-Type: text/csv' --data-binary @new.csv
  kill -HUP PID                                        (take up the model file anew)

POST /predict takes an object with a value for each column, a list of such objects, or CSV, and answers
{\"predictions\": [...]} in the same order. Where a row cannot be used the status is 422, null stands in its
place and \"errors\" tells its number and what is wrong; the others are predicted. Rows of JSON are counted
from 1, those of CSV by their line. null is a missing value; a name that was no column in training is
refused in JSON and, as in any table, passed over in CSV. A model of arrays or images takes a list of numbers
for an object, too. GET /model tells the columns, GET /metrics counts for Prometheus, GET /health whether it
lives, GET / is a form to try it.

Too much at a time is answered 503 with Retry-After, so is what takes too long; too large a request 413.
SIGTERM and Ctrl-C stop it: what was taken on is finished first. At SIGHUP the model file and the token are
read anew; what cannot be used is told, and the old one serves on. Nothing is written, and there is no
encryption: where others listen in, a proxy adds it (--allow-host names it).";
