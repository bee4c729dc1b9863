/** @file The contest: each workload in all contestants, round by round in turn, so that a noisy minute hits them alike. */
import type { Contestant } from './contestants.js';
import type { Round } from './measure.js';
import { Session } from './session.js';
import { quantile } from './statistics.js';

/** What one contestant did with one workload. */
export interface Result {
  readonly contestant: string;
  /** Milliseconds to the end of the first step. */
  readonly firstStep: number;
  readonly rounds: readonly Round[];
  /** The largest resident memory of the process, in MB. */
  readonly peakMemory: number;
}

/** All results of one workload. Contestants that failed are not among them. */
export interface Contest {
  readonly workload: string;
  readonly results: readonly Result[];
  /** What those who failed said. */
  readonly failures: Readonly<Record<string, string>>;
}

/** How long it lasts. */
export interface ContestOptions {
  readonly rounds: number;
  /** Seconds of training in a round. */
  readonly seconds: number;
  readonly threads: number;
}

interface Running {
  readonly contestant: string;
  readonly session: Session;
  readonly firstStep: number;
  readonly rounds: Round[];
}

/** Time one workload in all contestants. */
export async function contest(
  workload: string,
  contestants: readonly Contestant[],
  { rounds, seconds, threads }: ContestOptions,
): Promise<Contest> {
  const failures: Record<string, string> = {};
  let running: Running[] = [];
  /** Those who fail are out. */
  const each = async (act: (one: Running) => Promise<void>): Promise<void> => {
    for (const one of running) {
      try {
        await act(one);
      } catch (error) {
        failures[one.contestant] = (error as Error).message;
        one.session.kill();
      }
    }
    running = running.filter(({ contestant }) => !(contestant in failures));
  };

  for (const contestant of contestants) {
    const { name } = contestant;
    try {
      const { session, firstStep } = await Session.start(contestant.command(workload, threads));
      running.push({ contestant: name, session, firstStep, rounds: [] });
    } catch (error) {
      failures[name] = (error as Error).message;
    }
  }
  await each(async ({ session }) => void (await session.round(seconds / 2))); // warms up
  for (let round = 0; round < rounds; round++)
    await each(async (one) => void one.rounds.push(await one.session.round(seconds)));
  const results: Result[] = [];
  await each(async ({ contestant, session, firstStep, rounds }) => {
    results.push({ contestant, firstStep, rounds, peakMemory: await session.stop() });
  });
  return { workload, results, failures };
}

/** The median over the rounds. */
export function median(result: Result, what: keyof Round): number {
  return quantile(result.rounds.map((round) => round[what]), 0.5); // prettier-ignore
}

/** Time of a contestant over that of the fastest of its peers, round by round; null without peers. */
export function ratios(
  { results }: Contest,
  name: string,
  peers: readonly string[],
  what: keyof Round,
): readonly number[] | null {
  const own = results.find(({ contestant }) => contestant === name);
  const others = results.filter(({ contestant }) => peers.includes(contestant));
  if (own === undefined || others.length === 0) return null;
  const best = others.reduce((a, b) => (median(b, what) < median(a, what) ? b : a));
  return own.rounds.map((round, i) => round[what] / best.rounds[i][what]);
}
