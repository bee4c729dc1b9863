/**
 * @file A font of strokes, for labels on pixels: letters are lines on a grid whose capitals are 6 units high (row 0 to the base line at row
 * 6), whose small letters begin at row 2, and which reach down to row 8.
 */

/** A line through points: [x, y] in units of the grid. One point is a dot. */
export type Stroke = readonly (readonly [x: number, y: number])[];

/** Strokes of each character: points as pairs of digits, x then y; blanks between strokes. */
const STROKES: Readonly<Record<string, string>> = {
  A: '062046 1434', B: '06003041423303 3344453606', C: '4130100105163645', D: '00063645413000', E: '40000646 0333',
  F: '400006 0333', G: '41301001051636454323', H: '0006 4046 0343', I: '0006', J: '4045361605', K: '0006 4004 2246',
  L: '000646', M: '0600244046', N: '06004640', O: '100105163645413010', P: '06003041423303', Q: '100105163645413010 2446',
  R: '06003041423303 2346', S: '413010010213334445361605', T: '0040 2026', U: '000516364540', V: '002640', W: '0016315660',
  X: '0046 4006', Y: '002340 2326', Z: '00400646',
  a: '4246 4332120305163645', b: '0006 0312324345361605', c: '4332120305163645', d: '4046 4332120305163645',
  e: '04444332120305163645', f: '30201116 0232', g: '4247381807 4332120305163645', h: '0006 0312324346', i: '0206 00',
  j: '121708 10', k: '0006 3205 1436', l: '0006', m: '0206 0312223336 3342526366', n: '0206 0312324346',
  o: '120305163645433212', p: '0208 0312324345361605', q: '4248 4332120305163645', r: '0206 031232', s: '43321203143445361605',
  t: '10152636 0232', u: '0205163645 4246', v: '022642', w: '0216325662', x: '0246 4206', y: '0226 4218', z: '02420646',
  0: '100105163645413010', 1: '011016', 2: '01103041420646', 3: '01103041423313 334445361605', 4: '36300444',
  5: '40000312324345361605', 6: '413010010516364544331304', 7: '004016', 8: '100102133342413010 1304051636454433',
  9: '423313020110304145361605',
  '.': '06', ',': '0607', ':': '03 06', ';': '03 0607', '-': '0434', _: '0747', '+': '0444 2226', '=': '0343 0545', '|': '0008',
  '/': '0740', '\\': '0047', '(': '10010617', ')': '00111607', '[': '10000717', ']': '00101707', '{': '20111203141627',
  '}': '00111223141607', '<': '320436', '>': '023406', '!': '0004 06', '?': '01103041422324 26', "'": '0001', '"': '0001 2021',
  '`': '0011', '#': '1006 3026 0242 0444', '%': '0640 0010110100 3545463635', '&': '460201102031320405162644',
  '*': '2125 0244 0442', $: '413010010213334445361605 2026', '^': '122032', '~': '04133443', '@': '342423323444434130100105163646',
}; // prettier-ignore

const UNKNOWN = '0040460600';
/** Columns between characters, and those of a blank. */
const [GAP, BLANK] = [2, 2];

const glyphs = new Map<string, { strokes: Stroke[]; width: number }>();

function glyphOf(character: string): { strokes: Stroke[]; width: number } {
  const known = glyphs.get(character);
  if (known !== undefined) return known;
  const text = Object.hasOwn(STROKES, character) ? STROKES[character] : UNKNOWN;
  const strokes = text
    .split(' ')
    .map((stroke) => [...stroke.matchAll(/../g)].map(([pair]): [number, number] => [Number(pair[0]), Number(pair[1])]));
  const glyph = { strokes, width: Math.max(...strokes.flat().map(([x]) => x)) };
  glyphs.set(character, glyph);
  return glyph;
}

/**
 * The lines of a text whose base line begins at 0, 0, in units of which capitals are 6 high; y grows downwards. Accents are left out, and
 * characters that the font has not are boxes.
 */
export function textStrokes(text: string): { strokes: Stroke[]; width: number } {
  let at = 0;
  const strokes: Stroke[] = [];
  for (const character of text.normalize('NFD').replaceAll(/\p{Mark}/gu, '')) {
    if (/\s/.test(character)) {
      at += BLANK + GAP;
      continue;
    }
    const glyph = glyphOf(character);
    const from = at;
    for (const stroke of glyph.strokes) strokes.push(stroke.map(([x, y]) => [x + from, y - 6] as const));
    at += glyph.width + GAP;
  }
  return { strokes, width: Math.max(0, at - GAP) };
}
