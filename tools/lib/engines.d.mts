/** The program of a Node of this major version: the one that runs, or one in `tools/.engines`, installed at first need. */
export function nodeOf(major: number | string): Promise<string>;
/** The version of a Node, by its path. */
export function versionOf(program: string): string;
