import { expect, test } from 'vitest';
import { parse } from './command_line.js';

const command = { name: 'birds', about: 'Birds.', data: { what: 'a folder of birds', path: '../birds' }, epochs: 3 };

test('what is not given has its default', () => {
  expect(parse(command, [])).toEqual({ data: '../birds', epochs: 3, out: 'runs/birds' });
  expect(parse(command, ['--epochs', '7', '--data=owls', '--out', 'x'])).toEqual({ data: 'owls', epochs: 7, out: 'x' });
});

test('--help says what there is; mistakes are named', () => {
  const help = parse(command, ['--help']) as { text: string; code: number };
  expect(help.code).toBe(0);
  expect(help.text).toContain('--data PATH    a folder of birds (default: ../birds)');
  expect(help.text).toContain('npm run birds');
  const wrong = (argument: string): unknown => {
    const { text, code } = parse(command, [argument]) as { text: string; code: number };
    expect(code).toBe(2);
    return text;
  };
  for (const epochs of ['many', '0', '1.5', '']) expect(wrong(`--epochs=${epochs}`)).toMatch(/--epochs.*whole number/);
  expect(wrong('--colour')).toContain('--colour');
  expect(wrong('bird')).toContain('bird');
});
