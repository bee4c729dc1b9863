/** @file For `npm run docs`: typedoc leaves out the kind of error in `@throws {ValueError} …`; here it stands in front of the text. */
import { Converter } from 'typedoc';
import ts from 'typescript';

/** The kinds that the comments of a declaration name, in their order; null where a tag names none. */
function kindsOf(declaration) {
  // The comment of `const x = …` stands on the statement.
  const node = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts
    .getJSDocTags(node)
    .filter((tag) => tag.tagName.text === 'throws')
    .map((tag) => tag.typeExpression?.type.getText() ?? null);
}

/** Called by typedoc with its application. */
export function load(app) {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    const done = new Set();
    for (const reflection of Object.values(context.project.reflections)) {
      const tags = reflection.comment?.getTags('@throws') ?? [];
      if (tags.length === 0 || done.has(reflection.comment)) continue;
      done.add(reflection.comment);
      const owner = reflection.isSignature() ? reflection.parent : reflection;
      const symbol = context.getSymbolFromReflection(reflection) ?? context.getSymbolFromReflection(owner);
      const found = (symbol?.declarations ?? []).map(kindsOf).find((kinds) => kinds.length === tags.length) ?? [];
      tags.forEach((tag, i) => {
        if (found[i]) tag.content.unshift({ kind: 'code', text: `\`${found[i]}\`` }, { kind: 'text', text: ': ' });
      });
    }
  });
}
