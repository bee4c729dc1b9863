/** @file How the page looks, in light and in dark, on wide and on narrow windows. */

export const STYLE = `
:host {
  --ground: #f5f6f8; --panel: #ffffff; --text: #1c2330; --muted: #5a6474; --edge: #d9dee6; --grid: #e6e9ef;
  --accent: #1f66c1; --on-accent: #ffffff; --good: #1a7f46; --warn: #8a5a00; --bad: #b3261e; --soft: #eef2f8;
  --c1: #2a6fc9; --c2: #c2570c; --c3: #17816b; --c4: #a1369b; --c5: #7a6a00; --c6: #b02a4f; --c7: #5b4bc4; --c8: #3d7300;
  --heat: 42, 111, 201;
  display: block; color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ground: #12161d; --panel: #1b212b; --text: #e4e9f1; --muted: #a3aec0; --edge: #343d4b; --grid: #2a323e;
    --accent: #77b0f7; --on-accent: #0e1723; --good: #6fcf97; --warn: #efbf5b; --bad: #ff8a80; --soft: #232b37;
    --c1: #6eb0ff; --c2: #ffa25e; --c3: #4fcfb0; --c4: #e38adf; --c5: #dcc94a; --c6: #ff8aa8; --c7: #a99cff; --c8: #9bd45c;
    --heat: 110, 176, 255;
  }
}
* { box-sizing: border-box; }
.page { background: var(--ground); color: var(--text); min-height: 100%; padding: 18px 22px 40px;
  font: 14px/1.45 system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; }
.whole { min-height: 100vh; }
.inner { max-width: 1400px; margin: 0 auto; }
h1 { font-size: 19px; margin: 0; font-weight: 650; }
h2 { font-size: 16px; margin: 28px 0 10px; font-weight: 650; }
h3 { font-size: 14px; margin: 0; font-weight: 650; overflow-wrap: anywhere; }
.top { display: flex; flex-wrap: wrap; gap: 8px 14px; align-items: center; margin-bottom: 14px; }
.top .space { flex: 1 1 0; }
.muted { color: var(--muted); }
.pill { border-radius: 999px; padding: 1px 10px; font-size: 12.5px; border: 1px solid currentColor; white-space: nowrap; }
.pill.good { color: var(--good); } .pill.warn { color: var(--warn); } .pill.bad { color: var(--bad); } .pill.plain { color: var(--muted); }
button { font: inherit; color: var(--text); background: var(--panel); border: 1px solid var(--edge); border-radius: 7px;
  padding: 5px 12px; cursor: pointer; min-height: 32px; }
button:hover:not(:disabled) { border-color: var(--accent); }
button:disabled { color: var(--muted); cursor: not-allowed; opacity: 0.75; }
button.main { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
label { display: inline-flex; gap: 6px; align-items: center; cursor: pointer; }
.runs { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); }
.card { background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; padding: 14px 16px; min-width: 0; }
.card header { display: flex; flex-wrap: wrap; gap: 6px 10px; align-items: center; }
.card header label { font-weight: 650; overflow-wrap: anywhere; }
.hidden-run { opacity: 0.6; }
.key { display: inline-block; width: 18px; height: 0; border-top: 3px solid var(--color); vertical-align: middle; border-radius: 2px; margin-right: 6px; }
.key.dashed { border-top-style: dashed; border-radius: 0; }
.bar { height: 7px; border-radius: 4px; background: var(--grid); margin: 12px 0 10px; overflow: hidden; }
.bar > div { height: 100%; background: var(--color, var(--accent)); border-radius: 4px; width: 0; }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(104px, 1fr)); gap: 8px 14px; margin: 0; }
dt { color: var(--muted); font-size: 12.5px; } dd { margin: 0; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
.reason { color: var(--bad); margin: 8px 0 0; overflow-wrap: anywhere; } .reason.plain { color: var(--muted); }
.buttons { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px; }
.answer { margin: 8px 0 0; color: var(--muted); min-height: 0; }
.charts { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 380px), 1fr)); }
figure { margin: 0; }
.chart, .box { background: var(--panel); border: 1px solid var(--edge); border-radius: 10px; padding: 12px 14px 8px; min-width: 0; }
.box { padding-bottom: 14px; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 14px; color: var(--muted); font-size: 13px; margin: 4px 0 6px; min-height: 20px; }
.legend b, .tip b { color: var(--text); font-weight: 600; font-variant-numeric: tabular-nums; }
.plot { position: relative; height: 190px; touch-action: pan-y; border-radius: 4px; }
.plot svg { display: block; }
svg text { fill: var(--muted); font-size: 12px; font-family: inherit; font-variant-numeric: tabular-nums; }
svg .empty { text-anchor: middle; }
.grid line { stroke: var(--grid); stroke-width: 1; }
.line { fill: none; stroke: var(--color); stroke-width: 2; stroke-linejoin: round; }
.line.pale { stroke-width: 1.2; opacity: 0.42; }
.line.dashed { stroke-dasharray: 6 4; }
.dot { fill: var(--color); stroke: var(--panel); stroke-width: 1; }
.cursor { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 3; }
.tip { position: absolute; top: 4px; background: var(--panel); border: 1px solid var(--edge); border-radius: 7px; padding: 6px 9px;
  font-size: 13px; pointer-events: none; box-shadow: 0 2px 8px rgb(0 0 0 / 18%); max-width: 80%; z-index: 1; }
.tip[hidden] { display: none; }
.grids { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 250px), 1fr)); }
.wide { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); }
.scroll { overflow-x: auto; margin-top: 8px; }
.ridge { fill: var(--panel); fill-opacity: 0.8; stroke: var(--color); stroke-width: 1.2; stroke-linejoin: round; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
.matrix th { font-weight: 500; color: var(--muted); padding: 2px 6px; font-size: 13px; text-align: right; max-width: 110px; overflow-wrap: anywhere; }
.matrix thead th { text-align: center; vertical-align: bottom; }
.matrix td { text-align: center; min-width: 34px; height: 28px; padding: 0 5px; border: 1px solid var(--panel); font-size: 13px; border-radius: 3px; }
.samples { display: grid; gap: 10px; grid-template-columns: repeat(auto-fill, minmax(108px, 1fr)); margin-top: 10px; }
.samples > div { min-width: 0; overflow-wrap: anywhere; font-size: 13px; border-left: 3px solid var(--edge); padding-left: 8px; }
.samples .right { border-color: var(--good); } .samples .wrong { border-color: var(--bad); }
.samples canvas { display: block; width: 72px; image-rendering: pixelated; border-radius: 3px; border: 1px solid var(--edge); margin-bottom: 4px; }
.samples .mark { font-weight: 600; } .right .mark { color: var(--good); } .wrong .mark { color: var(--bad); }
.notes { margin: 8px 0 0; padding: 0; list-style: none; max-height: 260px; overflow: auto;
  font: 12.5px/1.5 ui-monospace, SFMono-Regular, Menlo, 'DejaVu Sans Mono', monospace; }
.notes li { display: flex; gap: 10px; overflow-wrap: anywhere; white-space: pre-wrap; }
.notes time { color: var(--muted); flex: none; }
.notes .warn { color: var(--warn); } .notes .error { color: var(--bad); } .notes .note { color: var(--accent); }
.none { padding: 40px 0; text-align: center; color: var(--muted); }
@media (max-width: 560px) { .page { padding: 12px 12px 30px; } .top .space { flex-basis: 100%; } }
@media (prefers-reduced-motion: no-preference) { .bar > div { transition: width 0.25s linear; } }
`;
