/** @file A chart of curves: drawn as SVG, read by mouse, by touch or by the arrow keys. */
import { html, svg } from './dom.js';
import { formatNumber, formatTicks, logTicksBetween, ticksBetween } from './format.js';

export interface Curve {
  readonly label: string;
  /** A colour of the style: `--c1`. */
  readonly color: string;
  /** Thin and pale: single steps behind the means of epochs. */
  readonly pale?: boolean;
  readonly dashed?: boolean;
  readonly x: readonly number[];
  readonly y: readonly number[];
}

export interface ChartData {
  readonly title: string;
  /** What x counts: `epoch`. */
  readonly unit: string;
  readonly curves: readonly Curve[];
  readonly log: boolean;
  /** Whether y begins at 0. */
  readonly fromZero?: boolean;
}

const HEIGHT = 190;
const MARGIN = { top: 10, right: 12, bottom: 24 };
const LEAST_LEFT = 40;
/** How wide a letter of the scale is, about. */
const LETTER = 7;

interface Scale {
  readonly toX: (x: number) => number;
  readonly toY: (y: number) => number;
  readonly xs: readonly number[];
}

/** The lowest and highest of numbers that can be drawn. */
function extent(lists: readonly (readonly number[])[], log: boolean): readonly [number, number] | null {
  let [low, high] = [Infinity, -Infinity];
  for (const list of lists)
    for (const value of list) {
      if (!Number.isFinite(value) || (log && value <= 0)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  return low <= high ? [low, high] : null;
}

/** The point of a list in order that is next to a value. */
function nearest(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle;
    else high = middle;
  }
  return Math.abs(list[high] - value) < Math.abs(list[low] - value) ? high : low;
}

/** One chart; `update` draws it anew. */
export class Chart {
  readonly element: HTMLElement;
  readonly #title = html('h3');
  readonly #legend = html('div', { class: 'legend' });
  readonly #plot: HTMLElement;
  readonly #tip = html('div', { class: 'tip', hidden: true });
  #drawing: SVGSVGElement | null = null;
  #cursor: SVGLineElement | null = null;
  #data: ChartData | null = null;
  #scale: Scale | null = null;
  #seen = '';
  #width = 0;
  /** Where the reader points, as x of the data. */
  #at: number | null = null;

  constructor() {
    this.#plot = html('div', {
      class: 'plot',
      tabindex: 0,
      role: 'img',
      pointermove: (event) => this.#point((event as PointerEvent).clientX),
      pointerdown: (event) => this.#point((event as PointerEvent).clientX),
      pointerleave: () => this.#leave(),
      blur: () => this.#leave(),
      keydown: (event) => this.#key(event as KeyboardEvent),
    });
    this.#plot.append(this.#tip);
    this.element = html('figure', { class: 'chart' }, this.#title, this.#legend, this.#plot);
    new ResizeObserver(() => {
      if (this.#plot.clientWidth !== this.#width) this.#draw();
    }).observe(this.#plot);
  }

  update(data: ChartData): void {
    // Curves only grow, or are thinned: their ends tell whether there is something new.
    const seen = JSON.stringify([
      data.log,
      data.curves.map(({ label, color, pale, x, y }) => [
        label,
        color,
        pale,
        x.length,
        x[0],
        x.at(-1),
        String(y.at(-1)),
      ]),
    ]);
    this.#data = data;
    if (seen === this.#seen) return;
    this.#seen = seen;
    this.#title.textContent = data.title;
    this.#legend.replaceChildren(
      ...data.curves
        .filter(({ pale }) => !pale)
        .map(({ label, color, dashed, y }) => {
          const key = html('i', { class: dashed ? 'key dashed' : 'key', style: `--color:var(${color})` });
          const last = y.at(-1);
          const value = html('b', {}, last === undefined ? '' : formatNumber(last));
          return html('span', {}, key, `${label} `, value);
        }),
    );
    const said = data.curves
      .filter(({ pale, y }) => !pale && y.length > 0)
      .map(({ label, y }) => `${label} ${formatNumber(y.at(-1)!)}`);
    this.#plot.setAttribute('aria-label', `${data.title}: ${said.join(', ')}. Arrow keys read single values.`);
    this.#draw();
  }

  #draw(): void {
    const data = this.#data;
    const width = this.#plot.clientWidth;
    if (data === null || width === 0) return;
    this.#width = width;
    const { curves, log } = data;
    const spanX = extent(curves.map(({ x }) => x), false); // prettier-ignore
    const spanY = this.#spanY(data);
    this.#drawing?.remove();
    this.#drawing = svg('svg', { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, 'aria-hidden': 'true' });
    this.#plot.prepend(this.#drawing);
    if (spanX === null || spanY === null) {
      this.#drawing.append(svg('text', { x: width / 2, y: HEIGHT / 2, class: 'empty' }, 'no values yet'));
      this.#scale = null;
      return;
    }
    const ticksY = log ? logTicksBetween(spanY[0], spanY[1]) : ticksBetween(spanY[0], spanY[1], 5);
    const labelsY = log ? ticksY.map(formatNumber) : formatTicks(ticksY);
    const left = Math.max(LEAST_LEFT, 14 + LETTER * Math.max(0, ...labelsY.map(({ length }) => length)));
    const [right, bottom] = [width - MARGIN.right, HEIGHT - MARGIN.bottom];
    const [low, high] = log ? spanY.map(Math.log10) : spanY;
    const [first, last] = spanX[0] === spanX[1] ? [spanX[0] - 0.5, spanX[1] + 0.5] : spanX;
    const scale = {
      toX: (x: number) => left + ((x - first) / (last - first)) * (right - left),
      toY: (y: number) => bottom - (((log ? Math.log10(y) : y) - low) / (high - low)) * (bottom - MARGIN.top),
      xs: [...new Set(curves.flatMap(({ x }) => x))].sort((a, b) => a - b),
    };
    this.#scale = scale;
    const grid = svg('g', { class: 'grid' });
    for (const [i, tick] of ticksY.entries()) {
      const y = scale.toY(tick);
      grid.append(svg('line', { x1: left, x2: right, y1: y, y2: y }));
      grid.append(svg('text', { x: left - 8, y: y + 4, 'text-anchor': 'end' }, labelsY[i]));
    }
    const ticksX = ticksBetween(first, last, Math.max(2, Math.floor(width / 70)));
    for (const [i, label] of formatTicks(ticksX).entries())
      grid.append(svg('text', { x: scale.toX(ticksX[i]), y: HEIGHT - 6, 'text-anchor': 'middle' }, label));
    // A drawing in the drawing, which ends at its edges: single steps may lie outside.
    const [x, y, w, h] = [left - 4, MARGIN.top - 5, right - left + 10, bottom - MARGIN.top + 10];
    const inner = svg('svg', { x, y, width: w, height: h, viewBox: `${x} ${y} ${w} ${h}` });
    for (const curve of curves) inner.append(...this.#curve(curve, scale, log));
    this.#drawing.append(grid, inner);
    this.#cursor = svg('line', { class: 'cursor', y1: MARGIN.top, y2: bottom, visibility: 'hidden' });
    this.#drawing.append(this.#cursor);
    if (this.#at !== null) this.#show(this.#at);
  }

  #spanY({ curves, log, fromZero = false }: ChartData): readonly [number, number] | null {
    // Single steps may jump far: what epochs give decides, where there are any.
    const means = curves.filter(({ pale, y }) => !pale && y.length > 1);
    const span = extent((means.length > 0 ? means : curves).map(({ y }) => y), log); // prettier-ignore
    if (span === null) return null;
    const [least, high] = span;
    let low = least;
    if (log) return low === high ? [low / 2, high * 2] : [low / 1.1, high * 1.1];
    if (fromZero) low = Math.min(0, low);
    const margin = high > low ? (high - low) * 0.06 : Math.abs(high) * 0.1 || 1;
    return [fromZero && low === 0 ? 0 : low - margin, high + margin];
  }

  #curve({ x, y, color, pale = false, dashed = false }: Curve, { toX, toY }: Scale, log: boolean): SVGElement[] {
    let path = '';
    let pen = 'M';
    let drawn = 0;
    let dot: readonly [number, number] | null = null;
    for (let i = 0; i < x.length; i++) {
      if (!Number.isFinite(y[i]) || (log && y[i] <= 0)) {
        pen = 'M'; // a gap
        continue;
      }
      dot = [toX(x[i]), toY(y[i])];
      path += `${pen}${dot[0].toFixed(1)} ${dot[1].toFixed(1)}`;
      pen = 'L';
      drawn++;
    }
    const style = `--color:var(${color})`;
    const line = svg('path', { d: path, class: `line${pale ? ' pale' : ''}${dashed ? ' dashed' : ''}`, style });
    if (dot === null || pale) return [line];
    // The last point shows where a curve stands, and that there is one where it has a single point.
    return [line, svg('circle', { class: 'dot', style, cx: dot[0], cy: dot[1], r: drawn === 1 ? 4 : 3 })];
  }

  #point(clientX: number): void {
    const scale = this.#scale;
    if (scale === null) return;
    const x = clientX - this.#plot.getBoundingClientRect().left;
    const pixels = scale.xs.map((each) => scale.toX(each));
    this.#show(scale.xs[nearest(pixels, x)]);
  }

  #leave(): void {
    this.#at = null;
    this.#tip.hidden = true;
    this.#cursor?.setAttribute('visibility', 'hidden');
  }

  #key(event: KeyboardEvent): void {
    const { xs } = this.#scale ?? { xs: [] };
    if (xs.length === 0) return;
    const index = this.#at === null ? xs.length : nearest(xs, this.#at);
    const to =
      event.key === 'ArrowLeft' ? Math.max(0, index - 1)
      : event.key === 'ArrowRight' ? Math.min(xs.length - 1, index + 1)
      : event.key === 'Home' ? 0
      : event.key === 'End' ? xs.length - 1
      : null; // prettier-ignore
    if (event.key === 'Escape') this.#leave();
    if (to === null) return;
    event.preventDefault();
    this.#show(xs[to]);
  }

  #show(at: number): void {
    const [data, scale] = [this.#data, this.#scale];
    if (data === null || scale === null) return;
    this.#at = at;
    const x = scale.toX(at);
    this.#cursor?.setAttribute('x1', String(x));
    this.#cursor?.setAttribute('x2', String(x));
    this.#cursor?.setAttribute('visibility', 'visible');
    const rows = data.curves.flatMap((curve) => {
      if (curve.x.length === 0) return [];
      const i = nearest(curve.x, at);
      // A curve that has nothing near says nothing there.
      if (Math.abs(scale.toX(curve.x[i]) - x) > 12) return [];
      const key = html('i', { class: curve.dashed ? 'key dashed' : 'key', style: `--color:var(${curve.color})` });
      return [html('div', {}, key, `${curve.label} `, html('b', {}, formatNumber(curve.y[i])))];
    });
    this.#tip.replaceChildren(
      html('div', { class: 'muted' }, `${data.unit} ${formatNumber(Number(at.toFixed(2)))}`),
      ...rows,
    );
    this.#tip.hidden = false;
    const { clientWidth } = this.#plot;
    this.#tip.style.left = x > clientWidth / 2 ? '' : `${x + 10}px`;
    this.#tip.style.right = x > clientWidth / 2 ? `${clientWidth - x + 10}px` : '';
    this.#tip.setAttribute('role', 'status');
  }
}
