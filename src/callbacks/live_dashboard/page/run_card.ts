/** @file The card of a run: where it stands, and its buttons. */
import type { Command, RunInfo } from '../run_state.js';
import { html, setText } from './dom.js';
import { formatDuration, formatNumber } from './format.js';

const STATUS: Readonly<Record<RunInfo['status'], readonly [text: string, look: string]>> = {
  running: ['training', 'good'],
  finished: ['finished', 'plain'],
  stopped: ['stopped', 'warn'],
  failed: ['failed', 'bad'],
  lost: ['lost', 'bad'],
};

export interface CardActions {
  /** null: nobody hears. */
  readonly command: ((command: Command) => Promise<void>) | null;
  readonly onShown: (shown: boolean) => void;
}

export class RunCard {
  readonly element: HTMLElement;
  readonly #name = html('span');
  readonly #status = html('span', { class: 'pill' });
  readonly #bar = html('div');
  readonly #progress: HTMLElement;
  readonly #facts = new Map<string, HTMLElement>();
  readonly #list = html('dl');
  readonly #reason = html('p', { class: 'reason' });
  readonly #answer = html('p', { class: 'answer', role: 'status' });
  readonly #stop: HTMLButtonElement | null = null;
  readonly #rates: readonly HTMLButtonElement[] = [];

  constructor(color: string, shown: boolean, { command, onShown }: CardActions) {
    const box = html('input', { type: 'checkbox', change: () => onShown(box.checked) });
    box.checked = shown;
    const label = html('label', {}, box, html('i', { class: 'key', style: `--color:var(${color})` }), this.#name);
    this.#progress = html(
      'div',
      { class: 'bar', role: 'progressbar', 'aria-valuemin': 0, 'aria-valuemax': 100 },
      this.#bar,
    );
    this.#bar.style.setProperty('--color', `var(${color})`);
    const parts = [html('header', {}, label, this.#status), this.#progress, this.#list, this.#reason];
    if (command !== null) {
      const press = (name: string, what: Command): HTMLButtonElement => {
        const button = html(
          'button',
          { type: 'button', click: () => void this.#press(button, () => command(what)) },
          name,
        );
        return button;
      };
      this.#stop = press('Stop after this epoch', { name: 'stop' });
      this.#rates = [2, 10].map((by) => press(`Learning rate ÷ ${by}`, { name: 'scaleLearningRate', factor: 1 / by }));
      parts.push(html('div', { class: 'buttons' }, this.#stop, ...this.#rates), this.#answer);
    }
    this.element = html('section', { class: 'card' }, ...parts);
  }

  async #press(button: HTMLButtonElement, ask: () => Promise<void>): Promise<void> {
    try {
      await ask();
      this.#answer.textContent = `Asked for: ${button.textContent}.`;
    } catch (error) {
      this.#answer.textContent = `Not done: ${(error as Error).message}`;
    }
  }

  update(info: RunInfo, shown: boolean): void {
    const { status, reason, epoch, epochs, stepsOfEpoch, stepsPerEpoch, firstEpoch, stopping } = info;
    setText(this.#name, info.name);
    this.element.classList.toggle('hidden-run', !shown);
    this.element.setAttribute('aria-label', `Run ${info.name}`);
    const [text, look] = status === 'running' && stopping ? ['stops after this epoch', 'warn'] : STATUS[status];
    setText(this.#status, text);
    this.#status.className = `pill ${look}`;
    setText(this.#reason, reason);
    this.#reason.className = `reason${status === 'failed' || status === 'lost' ? '' : ' plain'}`;
    this.#reason.hidden = reason === '';
    const part = stepsPerEpoch === null ? 0 : Math.min(1, stepsOfEpoch / stepsPerEpoch);
    const done = epoch === 0 ? 0 : epoch - 1 - firstEpoch + (status === 'finished' ? 1 : part);
    const percent = Math.round((100 * done) / Math.max(1, epochs - firstEpoch));
    this.#bar.style.width = `${percent}%`;
    this.#progress.setAttribute('aria-valuenow', String(percent));
    this.#progress.setAttribute('aria-label', `Progress of ${info.name}`);
    this.#fact('epoch', `${epoch} of ${epochs}`);
    this.#fact('step of epoch', `${stepsOfEpoch}${stepsPerEpoch === null ? '' : ` of ${stepsPerEpoch}`}`);
    this.#fact('time', formatDuration(info.elapsed));
    const isRunning = status === 'running';
    this.#fact('time left', isRunning ? (info.timeLeft === null ? '…' : formatDuration(info.timeLeft)) : null);
    this.#fact('steps a second', info.throughput === null ? (isRunning ? '…' : null) : formatNumber(info.throughput));
    for (const [name, rate] of Object.entries(info.learningRates))
      this.#fact(`learning rate${name === '' ? '' : ` of ${name}`}`, formatNumber(rate));
    if (this.#stop !== null) this.#stop.disabled = !isRunning || stopping;
    for (const button of this.#rates) {
      button.disabled = !isRunning || info.scheduled;
      button.title = info.scheduled ? 'The learning rate follows a schedule.' : '';
    }
  }

  #fact(name: string, text: string | null): void {
    let fact = this.#facts.get(name);
    if (fact === undefined) {
      if (text === null) return;
      fact = html('dd');
      this.#facts.set(name, fact);
      this.#list.append(html('div', {}, html('dt', {}, name), fact));
    }
    fact.parentElement!.hidden = text === null;
    setText(fact, text ?? '');
  }
}
