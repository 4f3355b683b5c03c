// Finds out that a connection is dead though no close came: a network that changed, a laptop that slept.
// Whatever is received proves life; only silence is asked about.

const IDLE_MS = 25_000;
const ANSWER_MS = 10_000;

export class Heartbeat {
  readonly #ping: () => void;
  readonly #dead: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #heardAt = 0;

  constructor(ping: () => void, dead: () => void) {
    this.#ping = ping;
    this.#dead = dead;
  }

  /** The connection is being made: it has as long as an answer. */
  connecting(): void {
    this.#await();
  }

  /** The connection is there. */
  start(): void {
    this.heard();
    this.#idle(IDLE_MS);
  }

  /** Something came in. Called for every frame, so it only notes the time; the timer looks at it when it is due. */
  heard(): void {
    this.#heardAt = performance.now();
  }

  /** Asks now, because there is a reason to doubt. */
  ask(): void {
    this.#await();
    this.#ping();
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #idle(after: number): void {
    this.#set(after, () => {
      const left = this.#heardAt + IDLE_MS - performance.now();
      if (left > 0) this.#idle(left);
      else this.ask();
    });
  }

  #await(): void {
    const askedAt = performance.now();
    this.#set(ANSWER_MS, () => {
      if (this.#heardAt > askedAt) this.#idle(IDLE_MS);
      else this.#dead();
    });
  }

  #set(after: number, due: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(due, after);
  }
}
