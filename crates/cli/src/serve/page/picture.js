'use strict';

// The numbers of a text; what is none is left as it is, for the service to say so.
function numbersOf(text) {
  const words = text.split(/[\s,;[\]]+/).filter((word) => word !== '');
  return words.map((word) => (Number.isFinite(Number(word)) ? Number(word) : word));
}

// Where a form asks for the numbers of an example, something that gives them: those that were pasted, or the picture's.
function startNumbers(form, tell) {
  const pasted = form.querySelector('#numbers');
  if (!pasted) return null;
  const picture = form.querySelector('#box') && startBox(form, tell, () => { pasted.value = ''; });
  if (!picture) return () => numbersOf(pasted.value);
  const numbers = () => (pasted.value.trim() ? numbersOf(pasted.value) : picture.numbers());
  pasted.addEventListener('input', () => picture.show(numbers()));
  return numbers;
}

// A box to draw in or to drop a picture on. It is larger than what the model takes by a whole factor: a pixel of the
// model is the mean of a square of it.
function startBox(form, tell, onChange) {
  const [box, seen, swap, file] = ['box', 'seen', 'swap', 'file'].map((id) => form.querySelector(`#${id}`));
  const [width, height, channels, least, most, ground] =
    ['width', 'height', 'channels', 'least', 'most', 'ground'].map((name) => Number(box.dataset[name]));
  const factor = Math.ceil(280 / Math.max(width, height));
  [box.width, box.height] = [width * factor, height * factor];
  [seen.width, seen.height] = [width, height];
  const pen = box.getContext('2d', { willReadFrequently: true });
  pen.lineCap = 'round';
  pen.lineJoin = 'round';
  pen.lineWidth = Math.max(box.width, box.height) / 12;
  const grey = (level) => `rgb(${level}, ${level}, ${level})`;
  pen.strokeStyle = grey(255 - ground);

  // Red, green and blue of the model's pixels, row by row, from 0 to 255.
  function means() {
    const { data } = pen.getImageData(0, 0, box.width, box.height);
    const sums = new Float64Array(3 * width * height);
    for (let from = 0; from < data.length; from += 4) {
      const x = Math.floor(((from / 4) % box.width) / factor);
      const y = Math.floor(from / 4 / box.width / factor);
      for (let colour = 0; colour < 3; colour++) sums[3 * (y * width + x) + colour] += data[from + colour];
    }
    return sums.map((sum) => sum / factor ** 2);
  }

  function numbers() {
    const [all, found] = [[], means()];
    for (let at = 0; at < found.length; at += 3) {
      const [red, green, blue] = found.subarray(at, at + 3);
      const levels = channels === 1 ? [0.2126 * red + 0.7152 * green + 0.0722 * blue] : [red, green, blue];
      for (const level of levels) {
        const byte = Math.round(swap.checked ? 255 - level : level);
        all.push(least + ((most - least) * byte) / 255);
      }
    }
    return all;
  }

  function show(all) {
    const image = new ImageData(width, height);
    for (let at = 0; at < image.data.length; at++) {
      const [pixel, colour] = [Math.floor(at / 4), at % 4];
      const number = all[channels === 1 ? pixel : 3 * pixel + colour];
      image.data[at] = colour === 3 ? 255 : (255 * (number - least)) / (most - least);
    }
    seen.getContext('2d').putImageData(image, 0, 0);
  }

  function changed() {
    onChange();
    show(numbers());
  }

  function clear() {
    pen.fillStyle = grey(ground);
    pen.fillRect(0, 0, box.width, box.height);
    file.value = '';
    changed();
  }

  async function take(chosen) {
    if (!chosen) return;
    let image;
    try {
      image = await createImageBitmap(chosen);
    } catch {
      tell({ error: `${chosen.name} is no picture that this browser can show.` });
      return;
    }
    // What lets through the ground is seen on it.
    clear();
    pen.imageSmoothingEnabled = image.width !== width || image.height !== height;
    pen.imageSmoothingQuality = 'high';
    pen.drawImage(image, 0, 0, box.width, box.height);
    changed();
  }

  function line(event) {
    const x = (event.offsetX / box.clientWidth) * box.width;
    const y = (event.offsetY / box.clientHeight) * box.height;
    pen.lineTo(x, y);
    // A dot is a line, too.
    pen.lineTo(x + 0.1, y);
    pen.stroke();
    changed();
  }

  box.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    box.setPointerCapture(event.pointerId);
    pen.beginPath();
    line(event);
  });
  box.addEventListener('pointermove', (event) => {
    if (box.hasPointerCapture(event.pointerId)) line(event);
  });
  for (const kind of ['dragover', 'drop']) {
    form.addEventListener(kind, (event) => {
      event.preventDefault();
      take(event.dataTransfer.files[0]);
    });
  }
  file.addEventListener('change', () => take(file.files[0]));
  swap.addEventListener('change', changed);
  form.querySelector('#clear').addEventListener('click', () => { swap.checked = false; clear(); });
  clear();
  return { numbers, show };
}
