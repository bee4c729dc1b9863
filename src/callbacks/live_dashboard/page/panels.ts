/** @file The parts of the page beside charts: histograms, confusion matrices, predictions, notes. */
import type { Confusion, Histogram, Note, SampleImage, Samples } from '../run_state.js';
import { html, svg } from './dom.js';
import { formatNumber, ticksBetween } from './format.js';

const RIDGES = { width: 260, height: 150, top: 34, bottom: 20, left: 6, right: 34 };

/** Histograms of one weight, the newest in front. */
export function histogramPanel(path: string, histogram: Histogram, color: string): HTMLElement {
  const { epochs, ranges, counts } = histogram;
  const { width, height, top, bottom, left, right } = RIDGES;
  const low = Math.min(...ranges.map(([each]) => each));
  const high = Math.max(...ranges.map(([, each]) => each));
  const span = high > low ? high - low : 1;
  const toX = (value: number): number => left + (high > low ? (value - low) / span : 0.5) * (width - left - right);
  // Counts by unit of x, so that wide and narrow ranges compare.
  const densities = counts.map((list, i) => {
    const step = (ranges[i][1] - ranges[i][0]) / list.length || span / list.length;
    return list.map((count) => count / step);
  });
  const most = Math.max(...densities.flat(), Number.MIN_VALUE);
  const drawing = svg('svg', { viewBox: `0 0 ${width} ${height}`, width: '100%', role: 'img' });
  const [lowest, highest] = ranges.at(-1)!;
  drawing.setAttribute(
    'aria-label',
    `Histogram of ${path} after epoch ${epochs.at(-1)}: values from ${formatNumber(lowest)} to ${formatNumber(highest)}`,
  );
  const rows = epochs.length;
  const gap = rows > 1 ? (height - top - bottom) / (rows - 1) : 0;
  densities.forEach((list, i) => {
    const base = rows > 1 ? top + gap * i : height - bottom;
    const step = (ranges[i][1] - ranges[i][0]) / list.length;
    const points = list.map((density, bin) => {
      const x = toX(ranges[i][0] + (bin + 0.5) * step);
      return `${x.toFixed(1)} ${(base - (density / most) * (top - 4)).toFixed(1)}`;
    });
    const [first, last] = [toX(ranges[i][0]).toFixed(1), toX(ranges[i][1]).toFixed(1)];
    const path = `M${first} ${base.toFixed(1)}L${points.join('L')}L${last} ${base.toFixed(1)}`;
    drawing.append(svg('path', { d: path, class: 'ridge', style: `--color:var(${color})` }));
    if (i === rows - 1 || (i === 0 && rows > 1))
      drawing.append(svg('text', { x: width - right + 6, y: base + 4 }, String(epochs[i])));
  });
  for (const tick of ticksBetween(low, high, 3)) {
    // At the left edge there is no room before a number.
    const anchor = toX(tick) < 24 ? 'start' : 'middle';
    drawing.append(svg('text', { x: toX(tick), y: height - 4, 'text-anchor': anchor }, formatNumber(tick)));
  }
  return html('figure', { class: 'box' }, html('h3', {}, path), drawing);
}

/** A row for each true class, a column for each predicted one; the darker, the more of the row. */
export function confusionPanel(title: string, { epoch, names, counts }: Confusion): HTMLElement {
  const head = html('tr', {}, html('th'), ...names.map((name) => html('th', { scope: 'col' }, name)));
  const rows = counts.map((row, truth) => {
    const total = row.reduce((a, b) => a + b, 0);
    const cells = row.map((count, predicted) => {
      const part = total === 0 ? 0 : count / total;
      const style = `background:rgba(var(--heat),${(0.05 + 0.85 * part).toFixed(3)});${part > 0.6 ? 'color:var(--on-accent);font-weight:600' : ''}`;
      const hint = `${count} of ${total} of class ${names[truth]} taken for ${names[predicted]}`;
      return html('td', { style, title: hint }, count === 0 ? '' : String(count));
    });
    return html('tr', {}, html('th', { scope: 'row' }, names[truth]), ...cells);
  });
  const all = counts.flat().reduce((a, b) => a + b, 0);
  const right = counts.reduce((sum, row, i) => sum + row[i], 0);
  const said = `${right} of ${all} right after epoch ${epoch}. Rows: what is true; columns: what was predicted.`;
  const table = html('table', { class: 'matrix' }, html('thead', {}, head), html('tbody', {}, ...rows));
  return html(
    'div',
    { class: 'box' },
    html('h3', {}, title),
    html('div', { class: 'muted' }, said),
    html('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': title }, table),
  );
}

function drawImage({ width, height, channels, data }: SampleImage): HTMLElement {
  const canvas = html('canvas', { width, height, role: 'img', 'aria-label': 'the sample' });
  const bytes = atob(data);
  const context = canvas.getContext('2d')!;
  const pixels = context.createImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    const at = (channel: number): number => bytes.charCodeAt(i * channels + Math.min(channel, channels - 1));
    pixels.data.set([at(0), at(channels > 1 ? 1 : 0), at(channels > 1 ? 2 : 0), channels === 4 ? at(3) : 255], i * 4);
  }
  context.putImageData(pixels, 0, 0);
  return canvas;
}

export function samplesPanel(title: string, { epoch, list }: Samples): HTMLElement {
  const shown = list.map((sample) => {
    const { correct } = sample;
    const mark = correct === null ? null : html('span', { class: 'mark' }, correct ? '✓ ' : '✗ ');
    if (mark !== null) mark.setAttribute('aria-label', correct ? 'right' : 'wrong');
    return html(
      'div',
      { class: correct === null ? null : correct ? 'right' : 'wrong' },
      sample.image === null ? null : drawImage(sample.image),
      html('div', {}, mark, sample.title),
      sample.text === '' ? null : html('div', { class: 'muted' }, sample.text),
    );
  });
  return html(
    'div',
    { class: 'box' },
    html('h3', {}, title),
    html('div', { class: 'muted' }, `after epoch ${epoch}`),
    html('div', { class: 'samples' }, ...shown),
  );
}

export function notesPanel(title: string, notes: readonly Note[]): HTMLElement {
  const lines = notes.map(({ time, level, text }) => {
    const at = new Date(time);
    const clock = html('time', { datetime: at.toISOString() }, at.toLocaleTimeString([], { hourCycle: 'h23' }));
    return html('li', {}, clock, html('span', { class: level }, text));
  });
  const list = html('ol', { class: 'notes', tabindex: 0, 'aria-label': title }, ...lines);
  return html('div', { class: 'box' }, html('h3', {}, title), list);
}
