/** @file Advice that is given once a process. */

const given = new Set<string>();

/** A warning on the console, the first time that it is called for. @param key Names the advice. */
export function adviseOnce(key: string, message: string): void {
  if (given.has(key)) return;
  given.add(key);
  console.warn(message);
}

/** Give all advice again when it is called for. */
export function forgetAdvice(): void {
  given.clear();
}

/** An older name was used: says which one to use. */
export function adviseSuccessor(older: string, successor: string): void {
  adviseOnce(older, `${older} is Keras 2's name and works here; the name today is ${successor}.`);
}
