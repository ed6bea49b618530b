const find = (id) => document.getElementById(id);

// Kept here alone: not where another page, or this one when loaded anew, would find it.
let token = '';

// Asks the service, with the token where there is one.
function ask(path, headers = {}, options = {}) {
  const all = token ? { ...headers, Authorization: `Bearer ${token}` } : headers;
  return fetch(path, { ...options, headers: all });
}

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
  for (const field of find('form').querySelectorAll('[data-column]')) {
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

// Empties the answer, lets it be filled and shows it.
function answer(fill) {
  const place = find('answer');
  place.replaceChildren();
  fill(place);
  place.hidden = false;
  place.scrollIntoView({ block: 'nearest' });
}

function show(result) {
  answer((place) => {
    const problem = result.error || (result.errors && result.errors[0].error);
    if (problem) {
      add(place, 'p', 'error', problem);
    } else {
      const { predicted, probabilities } = result.predictions[0];
      add(place, 'p', 'predicted', String(predicted));
      if (probabilities) bars(place, probabilities);
    }
    for (const note of result.notes || []) add(place, 'p', 'note', note);
  });
}

function bars(place, probabilities) {
  const table = add(place, 'div', 'bars', '');
  const sorted = Object.entries(probabilities).sort((a, b) => b[1] - a[1]);
  for (const [label, p] of sorted.slice(0, 10)) {
    add(table, 'span', 'label', label);
    const bar = add(table, 'progress', '', '');
    bar.max = 1;
    bar.value = p;
    bar.setAttribute('aria-label', label);
    add(table, 'span', 'p', `${(100 * p).toFixed(1)} %`);
  }
  if (sorted.length > 10) add(place, 'p', 'note', `and ${sorted.length - 10} more`);
}

// Does something when a form is sent, its button at rest until that is done.
function onSubmit(form, action) {
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const button = form.querySelector('[type=submit]');
    button.disabled = true;
    try {
      await action();
    } catch (error) {
      show({ error: `The service does not answer: ${error.message}` });
    } finally {
      button.disabled = false;
    }
  });
}

function startForm() {
  const numbers = startNumbers(find('form'), show);
  onSubmit(find('form'), async () => {
    const headers = { 'Content-Type': 'application/json' };
    const body = JSON.stringify(numbers ? [numbers()] : row());
    const response = await ask('predict', headers, { method: 'POST', body });
    show(await response.json());
  });
  // A link brings no token.
  for (const link of document.querySelectorAll('footer a')) {
    link.addEventListener('click', async (event) => {
      if (!token) return;
      event.preventDefault();
      const text = await (await ask(link.getAttribute('href'))).text();
      answer((place) => add(place, 'pre', '', text));
    });
  }
}

// Where the service asks for a token, the page itself is only given to who has it.
function startKey() {
  onSubmit(find('key'), async () => {
    token = find('token').value.trim();
    const response = await ask('./');
    if (!response.ok) return show(await response.json());
    const page = new DOMParser().parseFromString(await response.text(), 'text/html');
    document.title = page.title;
    document.querySelector('main').replaceWith(document.adoptNode(page.querySelector('main')));
    startForm();
  });
}

if (find('key')) startKey();
else startForm();
