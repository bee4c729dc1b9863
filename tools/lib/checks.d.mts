/** A run of checks. */
export class Checks {
  record(name: string, ok: boolean, detail?: string): boolean;
  run(name: string, check: () => Promise<string | void>): Promise<boolean>;
  close(): void;
}
