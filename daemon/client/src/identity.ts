// Who the connection speaks for. It signs in before anything is mounted, again with every socket, and again when the
// server says that the time is over.

import type { Credentials, CredentialsSource, Message, Stop } from "./api.ts";
import type { Connection } from "./connection.ts";
import { LiveError, errorOf } from "./errors.ts";
import { Listeners } from "./listeners.ts";
import type { Request } from "./requests.ts";

const TIMEOUT_MS = 30_000;

/** What signing out sends. It is sent with every further socket too: a cookie would sign in again. */
const NOBODY = { anonymous: true };

export class Identity {
  user: string | null = null;
  readonly #connection: Connection;
  /** Told when nothing is under way any more, with whether somebody is signed in. */
  readonly #settled: (signedIn: boolean) => void;
  readonly #users = new Listeners<[user: string | null, error: LiveError | null]>();
  #source: CredentialsSource | undefined;
  /** Whom the server takes the connection for. While it is made again, `user` waits for the credentials to be answered. */
  #known: string | null = null;
  /** This socket's first signing in was begun. */
  #begun = false;
  #underWay = 0;
  /** Asked for, and not sent for want of a socket. */
  #waiting: { request: Request; message: Message }[] = [];

  constructor(connection: Connection, settled: (signedIn: boolean) => void) {
    this.#connection = connection;
    this.#settled = settled;
  }

  /** Nothing may be mounted while it is not certain for whom. */
  get uncertain(): boolean {
    return this.#underWay > 0 || (!this.#begun && this.#source !== undefined);
  }

  onUser(listener: (user: string | null, error: LiveError | null) => void): Stop {
    const stop = this.#users.add(listener);
    listener(this.user, null);
    return stop;
  }

  /** What the page gives with `live()`. The first holds: scripts may all say the same. */
  offer(source: CredentialsSource): void {
    if (this.#source) return;
    this.#source = source;
    if (this.#begun) this.#signIn(source).catch(() => {});
  }

  async auth(source: CredentialsSource): Promise<{ userId: string }> {
    const before = this.#source;
    this.#source = source;
    this.#connection.open();
    try {
      const userId = await this.#signIn(source);
      if (userId === null) throw new LiveError("There was nobody to sign in", "AUTH_DENIED");
      return { userId };
    } catch (error) {
      // Where only the connection was lost, the next one tries again.
      if ((error as LiveError).code !== "CONNECTION_LOST" && this.#source === source) this.#source = before;
      throw error;
    }
  }

  async signOut(): Promise<void> {
    this.#source = NOBODY;
    this.#connection.open();
    await this.#signIn(NOBODY);
  }

  opened(): void {
    this.#begun = true;
    const waiting = this.#waiting.filter(({ request }) => request.open);
    this.#waiting = [];
    for (const { request, message } of waiting) this.#post(request, message);
    // What is under way is newer than what was said with the socket before.
    if (this.#underWay === 0 && this.#source) this.#signIn(this.#source).catch(() => {});
  }

  lost(): void {
    this.#begun = false;
  }

  receive(message: Message): void {
    if (message.type === "CONNECTION_ESTABLISHED") {
      this.#known = message.userId ?? null;
      if (!this.uncertain) this.#become();
    } else if (message.type === "AUTH_EXPIRED") {
      const error = errorOf(message, "AUTH_DENIED");
      this.#known = null;
      // Nobody is told of an end that is none.
      if (typeof this.#source === "function") this.#signIn(this.#source, error).catch(() => {});
      else this.#become(error);
    }
  }

  /** Resolves with who is signed in then. `reason` is told where the page has no credentials any more. */
  async #signIn(source: CredentialsSource, reason: LiveError | null = null): Promise<string | null> {
    this.#underWay++;
    try {
      const credentials = typeof source === "function" ? await this.#ask(source) : source;
      if (credentials) await this.#send(credentials);
      this.#become(credentials ? null : reason);
      return this.user;
    } catch (error) {
      if ((error as LiveError).code !== "CONNECTION_LOST") this.#become(error as LiveError);
      throw error;
    } finally {
      if (--this.#underWay === 0) this.#settled(this.user !== null);
    }
  }

  async #ask(source: () => unknown): Promise<Credentials | null | undefined> {
    try {
      return (await source()) as Credentials;
    } catch (error) {
      throw new LiveError(error instanceof Error ? error.message : String(error), "AUTH_DENIED");
    }
  }

  #send(payload: Credentials): Promise<void> {
    return new Promise((resolve, reject) => {
      const { requests, status } = this.#connection;
      const request = requests.add("sign in", undefined, TIMEOUT_MS, (error, reply) => {
        // Who is refused stays who it was.
        if (error) return reject(error);
        this.#known = reply.payload?.userId ?? null;
        resolve();
      });
      const message = { type: "AUTH", payload };
      if (status === "open") this.#post(request, message);
      else this.#waiting.push({ request, message });
    });
  }

  #post(request: Request, message: Message): void {
    this.#connection.requests.sending(request);
    this.#connection.send({ ...message, requestId: request.id });
  }

  #become(error: LiveError | null = null): void {
    const same = this.user === this.#known;
    this.user = this.#known;
    if (!same || error) this.#users.emit(this.user, error);
  }
}
