/** @file Runs the program of docs/pictures.md in a page, shows its galleries as SVG and as PNG, and says in `window.report` what can be read. */
const report = { galleries: {} };

/** How the letters of a drawing lie: what is too small, cut off, or on top of another title. */
function lettersOf(svg) {
  const frame = svg.getBoundingClientRect();
  const all = [...svg.querySelectorAll('text')].map((text) => ({
    words: text.firstChild.data,
    size: parseFloat(window.getComputedStyle(text).fontSize),
    box: text.getBoundingClientRect(),
  }));
  const apart = (a, b) =>
    a.right <= b.left + 1 || b.right <= a.left + 1 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1;
  return {
    words: all.map(({ words }) => words),
    small: all.filter(({ size }) => size < 11.5).map(({ words }) => words),
    outside: all
      .filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1 || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
      .map(({ words }) => words),
    covered: all.flatMap((a, i) =>
      all.slice(i + 1).filter((b) => !apart(a.box, b.box)).map((b) => `${a.words} / ${b.words}`),
    ),
  };
} // prettier-ignore

/** The pixels of an image of the page. */
async function pixelsOf(image) {
  await image.decode();
  const canvas = Object.assign(document.createElement('canvas'), {
    width: image.naturalWidth,
    height: image.naturalHeight,
  });
  const context = canvas.getContext('2d');
  context.drawImage(image, 0, 0);
  return context.getImageData(0, 0, canvas.width, canvas.height);
}

try {
  const parameters = new URLSearchParams(location.search);
  const keras = await import(parameters.get('module'));
  const { galleries, again } = await import(parameters.get('program'));
  for (const [name, svg] of Object.entries(galleries)) {
    const section = document.body.appendChild(document.createElement('section'));
    for (const ground of ['light', 'dark']) {
      const place = section.appendChild(document.createElement('div'));
      place.className = ground;
      place.innerHTML = svg;
    }
    const drawing = section.querySelector('svg');
    const path = `opfs://pictures/${name}.png`;
    const bytes = await again[name](path);
    const image = section.appendChild(document.createElement('div')).appendChild(document.createElement('img'));
    image.src = URL.createObjectURL(new window.Blob([bytes], { type: 'image/png' }));
    const { width, height, data } = await pixelsOf(image);
    const kept = await keras.utils.loadImg(path, { colorMode: 'rgba' });
    report.galleries[name] = {
      ...lettersOf(drawing),
      size: [drawing.width.baseVal.value, drawing.height.baseVal.value],
      png: [width, height],
      kept: [kept.width, kept.height],
      colours: new Set(new Uint32Array(data.buffer)).size,
    };
  }
} catch (error) {
  report.error = String(error?.stack ?? error);
}
window.report = report;
