/** @file Numbers and times as people read them. */

/** Four digits that count; very large and very small numbers with a power of ten. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '∞' : '−∞';
  const size = Math.abs(value);
  const text =
    value !== 0 && (size < 1e-3 || size >= 1e6)
      ? value
          .toExponential(2)
          .replace(/\.?0+e/, 'e')
          .replace('e+', 'e')
      : Number.isInteger(value)
        ? String(value)
        : size >= 1000
          ? value.toFixed(0)
          : String(Number(value.toPrecision(4)));
  return text.replace('-', '−');
}

/** `2 h 05 min`, `3 min 20 s`, `12 s`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [minutes, rest] = [Math.floor(whole / 60), whole % 60];
  if (minutes < 60) return `${minutes} min ${String(rest).padStart(2, '0')} s`;
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, '0')} min`;
}

/** `val_sparse_categorical_accuracy` as it is read: `sparse categorical accuracy`. */
export function metricLabel(name: string): string {
  return name.replaceAll('_', ' ');
}

/** Round numbers between two others, some `count` of them. */
export function ticksBetween(low: number, high: number, count: number): number[] {
  const span = high - low;
  if (!(span > 0)) return [low];
  const raw = span / Math.max(1, count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5].find((each) => each * power >= raw * 0.999) ?? 10) * power;
  const ticks: number[] = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** Numbers in one form, with as many digits as tell them apart. */
export function formatTicks(ticks: readonly number[]): string[] {
  const most = Math.max(...ticks.map(Math.abs));
  if (ticks.length < 2 || most === 0) return ticks.map(formatNumber);
  const step = Math.min(...ticks.slice(1).map((tick, i) => Math.abs(tick - ticks[i])));
  const power = most < 1e-3 || most >= 1e6 ? Math.floor(Math.log10(most)) : 0;
  const digits = Math.min(12, Math.max(0, power - Math.floor(Math.log10(step) + 1e-9)));
  return ticks.map((tick) => {
    if (power === 0) return tick.toFixed(digits).replace('-', '−');
    return tick === 0 ? '0' : `${(tick / 10 ** power).toFixed(digits)}e${power}`.replaceAll('-', '−');
  });
}

/** Powers of ten between two numbers above 0; with few of them their doubles and fives too. */
export function logTicksBetween(low: number, high: number): number[] {
  const [first, last] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  const factors = last - first > 3 ? [1] : [1, 2, 5];
  const stride = Math.max(1, Math.ceil((last - first) / 6));
  const ticks: number[] = [];
  for (let power = first; power <= last; power += stride)
    for (const factor of factors) {
      const tick = Number((factor * 10 ** power).toPrecision(3));
      if (tick >= low * 0.999 && tick <= high * 1.001) ticks.push(tick);
    }
  return ticks;
}
