/** @file `mountDashboard`: the whole page in an element, drawn anew as runs go on. */
import { RunBoard } from '../run_board.js';
import type { RunParts, RunState } from '../run_state.js';
import type { ChartData, Curve } from './chart.js';
import { Chart } from './chart.js';
import { html, setText } from './dom.js';
import { metricLabel } from './format.js';
import { confusionPanel, histogramPanel, notesPanel, samplesPanel } from './panels.js';
import { RunCard } from './run_card.js';
import type { Connection, PageSource } from './source.js';
import { STYLE } from './style.js';

const COLORS = 8;
const GRADIENT_ALL = 'gradient/';
/** Milliseconds without a connection after which runs count as lost. */
const PATIENCE = 5000;

const CONNECTIONS: Readonly<Record<Connection, readonly [text: string, look: string]>> = {
  connecting: ['connecting', 'plain'],
  open: ['live', 'good'],
  renewed: ['live', 'good'],
  lost: ['no connection: trying again', 'warn'],
  saved: ['saved', 'plain'],
};

interface Shown {
  readonly state: RunState;
  readonly card: RunCard;
  readonly color: string;
  shown: boolean;
}

/** A heading with what belongs under it; it is seen when there is something. */
class Section {
  readonly element: HTMLElement;
  readonly body: HTMLElement;

  constructor(title: string, look: string) {
    this.body = html('div', { class: look });
    this.element = html('section', { hidden: true }, html('h2', {}, title), this.body);
  }

  show(): void {
    this.element.hidden = this.body.childElementCount === 0;
  }
}

class Page {
  readonly element: HTMLElement;
  readonly #source: PageSource;
  /** What this page knows: it goes on when the server has gone. */
  readonly #board = new RunBoard();
  readonly #runs = new Map<string, Shown>();
  readonly #connection = html('span', { class: 'pill', role: 'status' });
  readonly #cards = html('div', { class: 'runs' });
  readonly #none = html('p', { class: 'none' }, 'No run yet. This page shows the next one.');
  readonly #charts = new Map<string, Chart>();
  readonly #curves = new Section('Curves', 'charts');
  readonly #speed = new Section('Learning rate and speed', 'charts');
  readonly #gradients = new Section('Norms of gradients', 'charts');
  readonly #predictions = new Section('Predictions', 'wide');
  readonly #histograms = new Section('Histograms of weights', 'grids');
  readonly #notes = new Section('Notes', 'wide');
  readonly #panels = new Map<string, { readonly value: unknown; readonly element: HTMLElement }>();
  #log = false;
  #state: Connection = 'connecting';
  #frame = 0;
  #losing: ReturnType<typeof setTimeout> | undefined;

  constructor(source: PageSource) {
    this.#source = source;
    const log = html('input', {
      type: 'checkbox',
      change: () => {
        this.#log = log.checked;
        this.#draw();
      },
    });
    const save = html('button', { type: 'button', class: 'main', click: () => void this.#save() }, 'Save this page');
    const top = html(
      'header',
      { class: 'top' },
      html('h1', {}, 'Training'),
      this.#connection,
      html('span', { class: 'space' }),
      html('label', {}, log, 'logarithmic curves'),
      save,
    );
    const sections = [this.#curves, this.#speed, this.#predictions, this.#notes, this.#gradients, this.#histograms]; // prettier-ignore
    const inner = html(
      'main',
      { class: 'inner' },
      top,
      this.#cards,
      this.#none,
      ...sections.map(({ element }) => element),
    );
    this.element = html('div', { class: 'page' }, inner);
  }

  start(): () => void {
    const end = this.#source.subscribe(
      ({ runs }) => {
        this.#board.apply(runs);
        this.#schedule();
      },
      (connection) => {
        this.#state = connection;
        if (connection === 'renewed') this.#lose();
        if (connection !== 'lost') {
          clearTimeout(this.#losing);
          this.#losing = undefined;
        } else this.#losing ??= setTimeout(() => this.#lose(), PATIENCE);
        this.#schedule();
      },
    );
    return () => {
      end();
      clearTimeout(this.#losing);
      cancelAnimationFrame(this.#frame);
    };
  }

  /** Nobody tells of the runs that have not ended. If somebody does again, they are as they are told. */
  #lose(): void {
    this.#board.lose(this.#board.runs.map(({ id }) => id));
    this.#schedule();
  }

  #schedule(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => this.#draw());
  }

  async #save(): Promise<void> {
    const text = await this.#source.save(this.#board.since(0));
    const url = URL.createObjectURL(new Blob([text], { type: 'text/html' }));
    html('a', { href: url, download: 'run.html' }).click();
    setTimeout(() => URL.revokeObjectURL(url), 10_000);
  }

  #draw(): void {
    this.#drawCards();
    const shown = [...this.#runs.values()].filter((run) => run.shown);
    this.#drawCurves(shown);
    this.#drawPanels(shown);
    for (const section of [this.#curves, this.#speed, this.#predictions, this.#notes, this.#gradients, this.#histograms]) section.show(); // prettier-ignore
  }

  #drawCards(): void {
    const states = this.#board.runs;
    const known = new Set(states.map(({ id }) => id));
    for (const [id, { card }] of this.#runs) {
      if (known.has(id)) continue;
      card.element.remove();
      this.#runs.delete(id);
    }
    for (const state of states) {
      const info = state.get('info');
      if (info === undefined) continue;
      const run = this.#runs.get(state.id) ?? this.#enter(state);
      run.card.update(info, run.shown);
    }
    this.#none.hidden = this.#runs.size > 0;
    const running = states.some((state) => state.get('info')?.status === 'running');
    const isOver = this.#state === 'lost' && states.length > 0 && !running;
    const [text, look] = isOver ? ['the process has ended', 'plain'] : CONNECTIONS[this.#state];
    setText(this.#connection, text);
    this.#connection.className = `pill ${look}`;
  }

  #enter(state: RunState): Shown {
    const used = new Set([...this.#runs.values()].map(({ color }) => color));
    const colors = Array.from({ length: COLORS }, (_, i) => `--c${i + 1}`);
    const color = colors.find((each) => !used.has(each)) ?? colors[this.#runs.size % COLORS];
    const { command } = this.#source;
    const card = new RunCard(color, true, {
      command: command === null ? null : (each) => command(state.id, each),
      onShown: (is) => {
        run.shown = is;
        this.#draw();
      },
    });
    const run: Shown = { state, card, color, shown: true };
    this.#runs.set(state.id, run);
    this.#cards.append(card.element);
    return run;
  }

  #drawCurves(shown: readonly Shown[]): void {
    const names = new Set(shown.flatMap(({ state }) => [...state.series.keys()]));
    const metrics = new Set<string>();
    for (const name of names) {
      const [kind, metric] = splitName(name);
      if ((kind === 'epoch' || kind === 'batch') && !isRate(metric)) metrics.add(metric.replace(/^val_/, ''));
    }
    const ordered = [...metrics].sort((a, b) => Number(b === 'loss') - Number(a === 'loss'));
    const drawn = new Set<string>();
    const chart = (section: Section, key: string, data: ChartData): void => {
      if (data.curves.length === 0) return;
      drawn.add(key);
      let each = this.#charts.get(key);
      if (each === undefined) {
        each = new Chart();
        this.#charts.set(key, each);
        section.body.append(each.element);
      }
      each.update(data);
    };
    for (const metric of ordered) chart(this.#curves, metric, this.#metricChart(metric, shown));
    for (const name of [...names].filter((each) => each.startsWith('rate/'))) {
      const curves = shown.flatMap((run) =>
        this.#stepCurve(run, name, shown.length > 1 ? nameOf(run) : 'learning rate'),
      );
      const optimizer = splitName(name)[1];
      chart(this.#speed, name, { title: `learning rate${optimizer === '' ? '' : ` of ${optimizer}`}`, unit: 'epoch', curves, log: this.#log }); // prettier-ignore
    }
    const speeds = shown.flatMap((run) => this.#stepCurve(run, 'throughput/', shown.length > 1 ? nameOf(run) : 'steps a second')); // prettier-ignore
    chart(this.#speed, 'throughput/', { title: 'steps a second', unit: 'epoch', curves: speeds, log: false, fromZero: true }); // prettier-ignore
    const gradients = [...names].filter((each) => each.startsWith(GRADIENT_ALL));
    for (const name of gradients) {
      const curves = shown.flatMap((run) => plainCurve(run, name, shown.length > 1 ? nameOf(run) : 'norm'));
      const path = splitName(name)[1];
      chart(this.#gradients, name, {
        title: path === '' ? 'all weights' : path,
        unit: 'epoch',
        curves,
        log: this.#log,
      });
    }
    for (const [key, each] of this.#charts) {
      if (drawn.has(key)) continue;
      each.element.remove();
      this.#charts.delete(key);
    }
  }

  /** Training and validation of one metric; of one run in two colours, of several in a colour each, validation dashed. */
  #metricChart(metric: string, shown: readonly Shown[]): ChartData {
    const several = shown.length > 1;
    const curves = shown.flatMap((run) => {
      const label = (what: string): string => (several ? `${nameOf(run)}, ${what}` : what);
      const other = run.color === '--c2' ? '--c1' : '--c2';
      const steps = this.#stepCurve(run, `batch/${metric}`, label('steps'));
      const means = plainCurve(run, `epoch/${metric}`, label('training'));
      // Before the first epoch ends its steps are all that there is.
      const pale = steps.map((curve) => ({ ...curve, label: means.length === 0 ? label('training so far') : curve.label, pale: means.length > 0 })); // prettier-ignore
      const validation = plainCurve(run, `epoch/val_${metric}`, label('validation')).map((curve) =>
        several ? { ...curve, dashed: true } : { ...curve, color: other },
      );
      return [...pale, ...means, ...validation];
    });
    return { title: metricLabel(metric), unit: 'epoch', curves, log: this.#log };
  }

  /** A curve by steps, over epochs. */
  #stepCurve(run: Shown, name: string, label: string): Curve[] {
    const { stepsPerEpoch, stepsOfEpoch } = run.state.get('info')!;
    // Without a number of steps, in the first epoch: what is done counts as a whole one.
    const steps = stepsPerEpoch ?? Math.max(1, stepsOfEpoch);
    return plainCurve(run, name, label).map((curve) => ({ ...curve, x: curve.x.map((x) => x / steps) }));
  }

  #drawPanels(shown: readonly Shown[]): void {
    const drawn = new Set<string>();
    const several = shown.length > 1;
    const panel = (section: Section, key: string, value: unknown, make: () => HTMLElement): void => {
      drawn.add(key);
      const before = this.#panels.get(key);
      if (before?.value === value) return;
      const element = make();
      const scroll = before?.element.querySelector('.notes');
      if (before === undefined) section.body.append(element);
      else before.element.replaceWith(element);
      this.#panels.set(key, { value, element });
      const list = element.querySelector('.notes');
      // Notes stay at their end, unless somebody reads above.
      if (list !== null && (scroll == null || scroll.scrollTop + scroll.clientHeight > scroll.scrollHeight - 8))
        list.scrollTop = list.scrollHeight; // prettier-ignore
      else if (list !== null && scroll != null) list.scrollTop = scroll.scrollTop;
    };
    for (const run of shown) {
      const { state, color } = run;
      const title = (text: string): string => (several ? `${nameOf(run)}: ${text}` : text);
      const part = <K extends keyof RunParts>(name: K): RunParts[K] | undefined => state.get(name);
      const [confusion, samples, histograms, notes] = [
        part('confusion'),
        part('samples'),
        part('histograms'),
        part('notes'),
      ];
      if (confusion !== undefined)
        panel(this.#predictions, `${state.id} confusion`, confusion, () =>
          confusionPanel(title('confusion matrix'), confusion),
        );
      if (samples !== undefined)
        panel(this.#predictions, `${state.id} samples`, samples, () => samplesPanel(title('samples'), samples));
      for (const [path, histogram] of Object.entries(histograms ?? {}))
        panel(this.#histograms, `${state.id} histogram ${path}`, histogram, () =>
          histogramPanel(title(path), histogram, color),
        );
      if (notes !== undefined) panel(this.#notes, `${state.id} notes`, notes, () => notesPanel(title('notes'), notes));
    }
    for (const [key, { element }] of this.#panels) {
      if (drawn.has(key)) continue;
      element.remove();
      this.#panels.delete(key);
    }
  }
}

const nameOf = ({ state }: Shown): string => state.get('info')?.name ?? '';

/** `epoch/val_loss` → `['epoch', 'val_loss']`. Names of weights have slashes too. */
function splitName(name: string): readonly [kind: string, rest: string] {
  const at = name.indexOf('/');
  return [name.slice(0, at), name.slice(at + 1)];
}

/** Learning rates, which some callbacks write among the logs, have a chart of their own. */
const isRate = (metric: string): boolean => /^learning_rate(_|$)/.test(metric);

function plainCurve({ state, color }: Shown, name: string, label: string): Curve[] {
  const series = state.series.get(name);
  return series === undefined ? [] : [{ label, color, x: series.x, y: series.y }];
}

/**
 * Show runs in an element, until the function that comes back is called. The element keeps its other content; the page's styles do not
 * reach it, nor do others reach in.
 */
export function mountDashboard(element: Element, source: PageSource, whole = false): () => void {
  const host = document.createElement('div');
  const root = host.attachShadow({ mode: 'open' });
  const style = document.createElement('style');
  style.textContent = STYLE;
  const page = new Page(source);
  page.element.classList.toggle('whole', whole);
  root.append(style, page.element);
  element.append(host);
  const end = page.start();
  return () => {
    end();
    host.remove();
  };
}
