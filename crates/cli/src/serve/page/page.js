'use strict';

const form = document.getElementById('form');
const answer = document.getElementById('answer');

// The value of a field, null where nothing is said.
function value(field) {
  const given = field.tagName === 'FIELDSET' ? field.querySelector('input:checked') : field;
  const text = given ? given.value : '';
  if (text === '') return null;
  if (!field.dataset.format) return text;
  const [year, month, day] = text.split('-');
  return field.dataset.format.replace('Y', year).replace('M', month).replace('D', day);
}

function row() {
  const cells = Object.create(null);
  for (const field of form.querySelectorAll('[data-column]')) {
    cells[field.dataset.column] = value(field);
  }
  return cells;
}

function add(parent, tag, kind, text) {
  const child = document.createElement(tag);
  child.className = kind;
  child.textContent = text;
  parent.append(child);
  return child;
}

function show(result) {
  answer.replaceChildren();
  const problem = result.error || (result.errors && result.errors[0].error);
  if (problem) {
    add(answer, 'p', 'error', problem);
  } else {
    const { predicted, probabilities } = result.predictions[0];
    add(answer, 'p', 'predicted', String(predicted));
    if (probabilities) bars(probabilities);
  }
  for (const note of result.notes || []) add(answer, 'p', 'note', note);
  answer.hidden = false;
  answer.scrollIntoView({ block: 'nearest' });
}

function bars(probabilities) {
  const table = add(answer, 'div', 'bars', '');
  const sorted = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  for (const [label, p] of sorted.slice(0, 10)) {
    add(table, 'span', 'label', label);
    const bar = add(table, 'progress', '', '');
    bar.max = 1;
    bar.value = p;
    bar.setAttribute('aria-label', label);
    add(table, 'span', 'p', `${(100 * p).toFixed(1)} %`);
  }
  if (sorted.length > 10) add(answer, 'p', 'note', `and ${sorted.length - 10} more`);
}

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const response = await fetch('predict', {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(row()),
    });
    show(await response.json());
  } catch (error) {
    show({ error: `The service does not answer: ${error.message}` });
  } finally {
    button.disabled = false;
  }
});
