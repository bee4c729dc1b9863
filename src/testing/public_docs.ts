/** @file How much of the public API is documented: reads the comments of the names that src/keras.ts exports, room by room. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const src = dirname(dirname(fileURLToPath(import.meta.url)));

/** A public name and the comment at its declaration. */
export interface PublicName {
  /** As users write it: `ops.sum`. */
  readonly name: string;
  /** Where it is declared, from src. */
  readonly path: string;
  /** The comment with its stars, or an empty text. */
  readonly comment: string;
}

/** What a comment can have: a description, or one of the tags. */
export const PARTS = ['text', 'param', 'returns', 'throws', 'see', 'example'] as const;
/** Of how many percent of a room's names the comments have each part, rounded down. */
export type Rates = Record<(typeof PARTS)[number], number>;

type Found = { readonly file: string; readonly name: string } | { readonly room: string };

const parsed = new Map<string, ts.SourceFile>();
function sourceOf(file: string): ts.SourceFile {
  let source = parsed.get(file);
  if (source === undefined) {
    source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.ES2022, true);
    parsed.set(file, source);
  }
  return source;
}

function resolve(from: string, specifier: ts.Expression | undefined): string | null {
  if (specifier === undefined || !ts.isStringLiteral(specifier) || !specifier.text.startsWith('.')) return null;
  const file = join(dirname(from), specifier.text.replace(/\.js$/, '.ts'));
  return existsSync(file) ? file : null;
}

const isValue = (node: ts.Statement): boolean => !ts.isInterfaceDeclaration(node) && !ts.isTypeAliasDeclaration(node);

/** The values that a file exports, and where each is declared or imported. */
function exportsOf(file: string): Map<string, Found> {
  const found = new Map<string, Found>();
  const imports = new Map<string, Found>();
  for (const node of sourceOf(file).statements) {
    if (!ts.isImportDeclaration(node) || node.importClause === undefined || node.importClause.isTypeOnly) continue;
    const from = resolve(file, node.moduleSpecifier);
    const bindings = node.importClause.namedBindings;
    if (from === null || bindings === undefined) continue;
    if (ts.isNamespaceImport(bindings)) imports.set(bindings.name.text, { room: from });
    else
      for (const { name, propertyName } of bindings.elements)
        imports.set(name.text, { file: from, name: (propertyName ?? name).text });
  }
  for (const node of sourceOf(file).statements) {
    if (ts.isExportDeclaration(node) && !node.isTypeOnly) {
      const from = node.moduleSpecifier === undefined ? file : resolve(file, node.moduleSpecifier);
      if (from === null) continue;
      if (node.exportClause === undefined) for (const [name, each] of exportsOf(from)) found.set(name, each);
      else if (ts.isNamespaceExport(node.exportClause)) found.set(node.exportClause.name.text, { room: from });
      else
        for (const { isTypeOnly, name, propertyName } of node.exportClause.elements) {
          const own = (propertyName ?? name).text;
          const imported = from === file ? imports.get(own) : undefined;
          if (!isTypeOnly) found.set(name.text, imported ?? { file: from, name: own });
        }
    } else if (
      ts.canHaveModifiers(node) &&
      isValue(node) &&
      ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) === true
    ) {
      for (const name of declaredNames(node)) found.set(name, { file, name });
    }
  }
  return found;
}

function declaredNames(node: ts.Statement): string[] {
  if (ts.isVariableStatement(node))
    return node.declarationList.declarations.flatMap(({ name }) => (ts.isIdentifier(name) ? [name.text] : []));
  if ((ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node)) && node.name !== undefined)
    return [node.name.text];
  return [];
}

/** The comment of a declaration: the first of an overloaded function's. A type of the same name does not count. */
function declaration(file: string, name: string): { path: string; comment: string } | null {
  const nodes = sourceOf(file).statements.filter((node) => declaredNames(node).includes(name));
  if (nodes.length > 0) {
    const comments = nodes.flatMap((node) => ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc));
    return { path: relative(src, file).replaceAll('\\', '/'), comment: comments.at(-1)?.getText() ?? '' };
  }
  const next = exportsOf(file).get(name);
  if (next === undefined || 'room' in next || (next.file === file && next.name === name)) return null;
  return declaration(next.file, next.name);
}

/** All public functions, classes and constants, each once, under the first of the rooms that export it. */
export function publicNames(): PublicName[] {
  const names: PublicName[] = [];
  const seen = new Set<string>();
  const enter = (file: string, prefix: string): void => {
    const rooms: [file: string, prefix: string][] = [];
    for (const [name, found] of exportsOf(file)) {
      if ('room' in found) {
        rooms.push([found.room, `${prefix}${name}.`]);
        continue;
      }
      const declared = declaration(found.file, found.name);
      const key = `${found.file} ${found.name} ${name}`;
      if (declared === null || seen.has(key)) continue;
      seen.add(key);
      names.push({ name: `${prefix}${name}`, ...declared });
    }
    for (const [room, path] of rooms) enter(room, path);
  };
  enter(join(src, 'keras.ts'), '');
  return names;
}

const has = (comment: string, part: (typeof PARTS)[number]): boolean =>
  part === 'text' ? /^\/\*\*[\s*]*[^\s*@]/.test(comment) : new RegExp(`@${part}\\b`).test(comment);

/** The rates of each room, and of all names together. */
export function documentationRates(): Record<string, Rates> {
  const rooms = new Map<string, PublicName[]>([['all', []]]);
  for (const each of publicNames()) {
    const room = each.name.includes('.') ? each.name.split('.')[0] : 'keras';
    rooms.set(room, [...(rooms.get(room) ?? []), each]);
    rooms.get('all')!.push(each);
  }
  const rate = (names: readonly PublicName[], part: (typeof PARTS)[number]): number =>
    Math.floor((100 * names.filter(({ comment }) => has(comment, part)).length) / names.length);
  return Object.fromEntries(
    [...rooms].map(([room, names]) => [
      room,
      Object.fromEntries(PARTS.map((part) => [part, rate(names, part)])) as Rates,
    ]),
  );
}
