// How long to wait before the next try. Full jitter: after a restart of the daemon its browsers come
// back spread over the whole interval instead of all at once.

const FIRST_MS = 500;
const CAP_MS = 15_000;

/** A connection that lived this long was a good one: the next try counts as the first. */
export const STABLE_MS = 5_000;

/** `attempt` counts from 0; the result lies between 0 and 0.5 s, 1 s, 2 s, … 15 s. */
export function reconnectDelay(attempt: number): number {
  return Math.random() * Math.min(CAP_MS, FIRST_MS * 2 ** attempt);
}
