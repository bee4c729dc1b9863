/** @file Runs in the report's page: draws the learning curves with uPlot, in the colours of the light or dark page. */
/* global document, getComputedStyle, matchMedia, ResizeObserver, uPlot */
(() => {
  const history = JSON.parse(document.getElementById('history').textContent);
  const holders = [...document.querySelectorAll('.chart')];
  const height = 270;

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

  const number = (percent, value, digits) => {
    if (value == null) return '–';
    return percent ? `${(100 * value).toFixed(digits)} %` : value.toFixed(digits);
  };

  /** As few decimals as say exactly where the marks of an axis are. */
  const marks = (percent) => (_, values) => {
    const [scale, least] = percent ? [100, 0] : [1, 1];
    const exact = (digits) =>
      values.every((value) => Math.abs(scale * value - Number((scale * value).toFixed(digits))) < 1e-9);
    const digits = [0, 1, 2, 3].find((digits) => digits >= least && exact(digits)) ?? 3;
    return values.map((value) => number(percent, value, digits));
  };

  function draw(holder) {
    const { metric, held } = holder.dataset;
    const percent = 'percent' in holder.dataset;
    const epochs = history[metric].map((_, index) => index + 1);
    const axis = {
      stroke: color('--dim'),
      grid: { stroke: color('--line'), width: 1 },
      ticks: { stroke: color('--line'), width: 1 },
    };
    const line = (label, stroke) => ({
      label,
      stroke,
      width: 2,
      points: { show: true, size: 6, fill: stroke },
      value: (_, value) => number(percent, value, percent ? 2 : 4),
    });
    // The legend says the last epoch's numbers until the mouse points at another.
    const showLast = (chart) => {
      if (chart.legend.idx == null) chart.setLegend({ idx: epochs.length - 1 });
    };
    return new uPlot(
      {
        width: holder.clientWidth,
        height,
        scales: { x: { time: false, range: [0.75, epochs.length + 0.25] } },
        hooks: { ready: [showLast], setLegend: [showLast] },
        cursor: { drag: { x: false, y: false } },
        axes: [
          { ...axis, incrs: [1, 2, 5, 10, 20, 50, 100], size: 34 },
          { ...axis, size: 58, values: marks(percent) },
        ],
        series: [
          { label: 'epoch' },
          line('training', color('--train')),
          ...(history[`val_${metric}`] ? [line(held, color('--held'))] : []),
        ],
      },
      [epochs, history[metric], ...(history[`val_${metric}`] ? [history[`val_${metric}`]] : [])],
      holder,
    );
  }

  const charts = new Map(holders.map((holder) => [holder, draw(holder)]));

  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    for (const holder of holders) {
      charts.get(holder).destroy();
      charts.set(holder, draw(holder));
    }
  });
  const observer = new ResizeObserver((entries) => {
    for (const { target } of entries) {
      const chart = charts.get(target);
      if (chart.width !== target.clientWidth) chart.setSize({ width: target.clientWidth, height });
    }
  });
  for (const holder of holders) observer.observe(holder);
})();
