// Who keeps its state where. Two handles of one component on a page, and two tabs of a browser, must not fight for
// one stored state, so the places are numbered and each belongs to one handle at a time. A place is held by a Web
// Lock, which the browser gives back when the page goes, however it goes.
//
// A tab remembers its places: after a reload of two tabs each has its own again, whichever is quicker.

/** A reload may find its own place still held, for the moment that the browser takes to let go of the old page. */
const PATIENCE_MS = 1_000;

/** Who finds all of them taken keeps nothing. */
const MAX_PLACES = 100;

export interface Place {
  readonly number: number;
  giveBack(): void;
}

/** What a browser lets a page do with its storages is its affair: full, forbidden or not there at all is no error. */
export function attempt<T>(use: () => T): T | undefined {
  try {
    return use();
  } catch {
    return undefined;
  }
}

/** Without locks, where the page is not served securely, places are only told apart within one tab. */
export const hasLocks = (): boolean => navigator.locks !== undefined;

/** The places of this page by what they are for, each by the rank of its handle. */
const ofPage = new Map<string, Map<number, number>>();

/** The place for the next handle of this purpose; none where there is none left. */
export function takePlace(purpose: string): Place | Promise<Place | undefined> {
  let ranks = ofPage.get(purpose);
  if (!ranks) ofPage.set(purpose, (ranks = new Map()));
  let rank = 0;
  while (ranks.has(rank)) rank++;
  ranks.set(rank, rank);
  if (hasLocks()) return lockPlace(purpose, ranks, rank);
  return { number: rank, giveBack: () => ranks.delete(rank) };
}

async function lockPlace(purpose: string, ranks: Map<number, number>, rank: number): Promise<Place | undefined> {
  const memory = `liveside-places ${purpose}`;
  const remembered = (): (number | null)[] => attempt(() => JSON.parse(sessionStorage.getItem(memory)!)) ?? [];
  const own = remembered()[rank] ?? -1;
  ranks.set(rank, -1);
  for (const number of [own, ...Array(MAX_PLACES).keys()]) {
    // What another handle of this page has, or is asking for.
    if (number < 0 || [...ranks.values()].includes(number)) continue;
    ranks.set(rank, number);
    const release = await hold(`${purpose} ${number}`, number === own);
    if (!release) continue;
    attempt(() => sessionStorage.setItem(memory, JSON.stringify(Object.assign(remembered(), { [rank]: number }))));
    const giveBack = () => {
      ranks.delete(rank);
      release();
    };
    return { number, giveBack };
  }
  ranks.delete(rank);
  return undefined;
}

/** Holds a lock; gives what releases it, or nothing where somebody else has it. */
function hold(name: string, patient: boolean): Promise<(() => void) | undefined> {
  return new Promise((resolve) => {
    const stop = new AbortController();
    const timer = patient ? setTimeout(() => stop.abort(), PATIENCE_MS) : undefined;
    const held = (lock: Lock | null) => {
      clearTimeout(timer);
      if (lock) return new Promise<void>(resolve);
      return resolve(undefined);
    };
    // Refused where the page has no origin of its own, in a sandbox.
    navigator.locks.request(name, patient ? { signal: stop.signal } : { ifAvailable: true }, held).catch(() => resolve(undefined));
  });
}
