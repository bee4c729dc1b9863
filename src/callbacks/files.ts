/** @file The platform's files, as callbacks use them. */
import type { Files } from '../core/platform.js';
import { requireFiles } from '../core/platform.js';

/** The platform's files. @throws {ValueError} There are none. @param owner Who asks, for the message. */
export function filesFor(owner: string): Files {
  return requireFiles(owner, 'there are no files here to write to.');
}

/** The folder that a path names a file in; '' where it names none. */
function folderOf(path: string): string {
  return /^(.*)[\\/][^\\/]*$/s.exec(path)?.[1] ?? '';
}

/** Make the folder of a file, and those above it. */
export async function makeFolderOf(files: Files, path: string): Promise<void> {
  const folder = folderOf(path);
  if (folder !== '') await files.makeFolder(folder);
}
