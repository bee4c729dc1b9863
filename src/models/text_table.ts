/** @file Tables with box characters and wrapped text, drawn as Python's `rich` draws those of `summary()`. */

/** A column of a table. */
export interface TextColumn {
  readonly header: string;
  readonly justify: 'left' | 'right' | 'center';
  /** Characters for the text, without the blank on either side. */
  readonly width: number;
}

const PADDING = 2;

/** Python's rounding: halves go to the even neighbour. */
function roundHalfEven(x: number): number {
  const floor = Math.floor(x);
  const rest = x - floor;
  if (rest !== 0.5) return Math.round(x);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** Take `total` away from `values`, evenly, none below 0. */
function reduceEvenly(total: number, values: readonly number[]): number[] {
  let left = total;
  let parts = values.filter((value) => value > 0).length;
  return values.map((value) => {
    if (value <= 0 || parts <= 0) return value;
    const share = Math.min(value, roundHalfEven(left / parts));
    left -= share;
    parts -= 1;
    return value - share;
  });
}

/** Hand out `total` in proportion to `ratios`. */
function distribute(total: number, ratios: readonly number[]): number[] {
  let left = total;
  let sum = ratios.reduce((a, b) => a + b, 0);
  return ratios.map((ratio) => {
    const share = sum > 0 ? Math.ceil((ratio * left) / sum) : left;
    sum -= ratio;
    left -= share;
    return share;
  });
}

/** Widths of the columns with their padding, which fill a line of `lineLength` with its borders. */
function columnWidths(columns: readonly TextColumn[], lineLength: number): number[] {
  const room = lineLength - (columns.length + 1);
  const wanted = columns.map((column) => column.width + PADDING);
  let widths = wanted.map((width) => Math.min(width, Math.max(room, 0)));
  let total = widths.reduce((a, b) => a + b, 0);
  if (total > room) {
    widths = reduceEvenly(total - room, widths);
    total = widths.reduce((a, b) => a + b, 0);
    widths = widths.map((width, i) => Math.min(wanted[i], width));
  }
  if (total >= room) return widths;
  const extra = distribute(room - total, widths);
  return widths.map((width, i) => width + extra[i]);
}

/** Where lines begin if the text is broken between words; words longer than a line are broken only if `fold`. */
function lineBreaks(text: string, width: number, fold: boolean): number[] {
  const breaks: number[] = [];
  let used = 0;
  for (const match of text.matchAll(/\s*\S+\s*/g)) {
    const word = match[0];
    const start = match.index;
    const length = word.trimEnd().length;
    if (width - used >= length) {
      used += word.length;
    } else if (length > width) {
      if (fold) {
        const pieces = Math.ceil(word.length / width);
        for (let i = 0; i < pieces; i++) if (start + i * width > 0) breaks.push(start + i * width);
        used = word.length - (pieces - 1) * width;
      } else {
        if (start > 0) breaks.push(start);
        used = word.length;
      }
    } else if (used > 0 && start > 0) {
      breaks.push(start);
      used = word.length;
    }
  }
  return breaks;
}

function wrap(text: string, width: number, fold: boolean): string[] {
  const ends = [...lineBreaks(text, width, fold), text.length];
  return ends.map((end, i) => {
    const line = text.slice(i === 0 ? 0 : ends[i - 1], end);
    const blanks = line.length - line.trimEnd().length;
    return line.length > width ? line.slice(0, line.length - Math.min(blanks, line.length - width)) : line;
  });
}

/** Break a line of text so that it fits the console. */
export function wrapLine(text: string, width: number): string[] {
  return wrap(text, width, true);
}

function fit(line: string, width: number, justify: TextColumn['justify']): string {
  const text = justify === 'left' ? line : line.trimEnd();
  const cut = text.length > width ? `${text.slice(0, Math.max(width - 1, 0))}…` : text;
  if (justify === 'left') return cut.padEnd(width);
  if (justify === 'right') return cut.padStart(width);
  return `${' '.repeat(Math.floor((width - cut.length) / 2))}${cut}`.padEnd(width);
}

/** The lines of a cell, each as wide as its column. */
function cellLines(text: string, width: number, justify: TextColumn['justify']): string[] {
  const inner = Math.max(width - PADDING, 0);
  return wrap(text, inner, false).map((line) => ` ${fit(line, inner, justify)} `.slice(0, width));
}

/**
 * A table of one line per row (or more, where text wraps), a head, and rules between the rows.
 *
 * @param lineLength Characters a line, with the borders.
 * @returns The lines.
 */
export function renderTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  lineLength: number,
): string[] {
  const widths = columnWidths(columns, lineLength);
  const rule = (left: string, line: string, cross: string, right: string): string =>
    left + widths.map((width) => line.repeat(Math.max(width, 0))).join(cross) + right;
  const body = (texts: readonly string[], bar: string, atBottom: boolean): string[] => {
    const cells = texts.map((text, i) => cellLines(text, widths[i], columns[i].justify));
    const height = Math.max(...cells.map((cell) => cell.length));
    return Array.from({ length: height }, (_, line) => {
      const parts = cells.map((cell, i) => {
        const offset = atBottom ? height - cell.length : 0;
        return cell[line - offset] ?? ' '.repeat(widths[i]);
      });
      return bar + parts.join(bar) + bar;
    });
  };
  const lines = [
    rule('┏', '━', '┳', '┓'),
    ...body(
      columns.map((column) => column.header),
      '┃',
      true,
    ),
    rule('┡', '━', '╇', '┩'),
  ];
  rows.forEach((row, i) => {
    if (i > 0) lines.push(rule('├', '─', '┼', '┤'));
    lines.push(...body(row, '│', false));
  });
  return [...lines, rule('└', '─', '┴', '┘')];
}
