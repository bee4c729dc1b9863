export const TFJS_VERSION: string;
/** The module of tfjs, on its plain backend. */
export function loadTfjs(): Promise<unknown>;
