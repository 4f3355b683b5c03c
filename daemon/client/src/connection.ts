// One socket that is kept open: made, watched, and made again when it is lost. It knows frames and
// requests, and nothing of components.

import type { Connection as PublicConnection, ConnectionStatus, CredentialsSource, Frame, Message, Stop } from "./api.ts";
import { STABLE_MS, reconnectDelay } from "./backoff.ts";
import { Encoding } from "./encoding.ts";
import type { LiveError } from "./errors.ts";
import { Heartbeat } from "./heartbeat.ts";
import { Identity } from "./identity.ts";
import { Listeners } from "./listeners.ts";
import { Requests } from "./requests.ts";
import { describeFrame } from "./wire.ts";

/** The close code of a connection that is given up, and will be made again. */
const LOST = 4000;

/** What the owner of a connection is told. */
export interface ConnectionEvents {
  opened(): void;
  lost(): void;
  /** It is certain whom the connection speaks for; `signedIn` if it is somebody. */
  identified(signedIn: boolean): void;
  signedOut(): void;
  /** A message that is not the reply to a request. */
  message(message: Message): void;
  /** The component to ask when the connection is silent. */
  pingTarget(): string;
}

export class Connection implements PublicConnection {
  readonly url: string;
  readonly requests = new Requests();
  readonly encoding = new Encoding();
  readonly identity: Identity;
  readonly #events: ConnectionEvents;
  readonly #heartbeat: Heartbeat;
  readonly #frames = new Listeners<[Frame]>();
  readonly #statuses = new Listeners<[ConnectionStatus]>();
  #status: ConnectionStatus = "closed";
  #socket: WebSocket | undefined;
  #openedAt = 0;
  #attempt = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(url: string, events: ConnectionEvents) {
    this.url = url;
    this.#events = events;
    this.identity = new Identity(this, (signedIn) => events.identified(signedIn));
    this.#heartbeat = new Heartbeat(
      () => this.send({ type: "COMPONENT_PING", componentId: events.pingTarget() }),
      () => this.#lost(),
    );
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  /** Components may be mounted. */
  get ready(): boolean {
    return this.#status === "open" && !this.identity.uncertain;
  }

  get user(): string | null {
    return this.identity.user;
  }

  onUser(listener: (user: string | null, error: LiveError | null) => void): Stop {
    return this.identity.onUser(listener);
  }

  auth(credentials: CredentialsSource): Promise<{ userId: string }> {
    return this.identity.auth(credentials);
  }

  signOut(): Promise<void> {
    return this.identity.signOut().finally(() => this.#events.signedOut());
  }

  onStatus(listener: (status: ConnectionStatus) => void): Stop {
    const stop = this.#statuses.add(listener);
    listener(this.#status);
    return stop;
  }

  onFrame(listener: (frame: Frame) => void): Stop {
    return this.#frames.add(listener);
  }

  open(): void {
    if (this.#status !== "closed") return;
    globalThis.addEventListener?.("online", this.#online);
    this.#attempt = 0;
    this.#connect("connecting");
  }

  close(): void {
    if (this.#status === "closed") return;
    globalThis.removeEventListener?.("online", this.#online);
    clearTimeout(this.#retry);
    this.#drop("closed");
  }

  /** Bytes that have not left the browser yet. */
  get bufferedAmount(): number {
    return this.#socket?.bufferedAmount ?? 0;
  }

  /** Sends a message, with the bytes of a chunk perhaps, if the connection is open. */
  send(message: Message, bytes?: Uint8Array): void {
    if (this.#status !== "open") return;
    const data = this.encoding.encode(message, bytes);
    this.#socket!.send(data);
    // Who shows frames does not mean to show passwords.
    const shown = message.type === "AUTH" ? { ...message, payload: {} } : message;
    if (this.#frames.any) this.#frames.emit(describeFrame("out", data, [shown]));
  }

  #connect(status: ConnectionStatus): void {
    clearTimeout(this.#retry);
    const { loading } = this.encoding;
    if (loading) {
      loading.then(() => {
        // Unless it was closed meanwhile, or somebody else was quicker.
        if (this.#status === status && !this.#socket) this.#connect(status);
      });
    } else this.#dial();
    this.#heartbeat.connecting();
    this.#become(status);
  }

  #dial(): void {
    const socket = (this.#socket = new WebSocket(this.url, this.encoding.offer()));
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.encoding.selected(socket.protocol);
      this.#openedAt = performance.now();
      this.#heartbeat.start();
      this.#become("open");
      this.identity.opened();
      this.#events.opened();
    };
    socket.onmessage = (event) => this.#receive(event.data);
    // An error is always followed by a close.
    socket.onclose = () => this.#lost();
  }

  #receive(data: unknown): void {
    this.#heartbeat.heard();
    const messages = this.encoding.decode(data);
    if (this.#frames.any) this.#frames.emit(describeFrame("in", data, messages));
    for (const message of messages) {
      if (this.requests.answer(message)) continue;
      if (message.type === "CONNECTION_ESTABLISHED" || message.type === "AUTH_EXPIRED") this.identity.receive(message);
      else this.#events.message(message);
    }
  }

  #lost(): void {
    if (this.#socket && this.#status !== "open") this.encoding.failed();
    if (this.#status === "open" && performance.now() - this.#openedAt >= STABLE_MS) this.#attempt = 0;
    this.#retry = setTimeout(() => this.#connect("reconnecting"), reconnectDelay(this.#attempt++));
    this.#drop("reconnecting");
  }

  /** Lets go of the socket without waiting for its close, which on a dead network takes minutes. */
  #drop(status: ConnectionStatus): void {
    const socket = this.#socket;
    if (socket) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      // Without a code it would say goodbye, and the server would keep nothing for who comes back.
      socket.close(status === "closed" ? 1000 : LOST);
    }
    this.#socket = undefined;
    this.#heartbeat.stop();
    const before = this.#status;
    // The status first: what somebody asks for while being told must wait, not be sent into the void.
    this.#status = status;
    if (before === "open") {
      this.identity.lost();
      this.#events.lost();
      this.requests.connectionLost();
    }
    if (status !== before) this.#statuses.emit(status);
  }

  readonly #online = (): void => {
    if (this.#status === "open") this.#heartbeat.ask();
    else if (!this.#socket) this.#connect("reconnecting");
  };

  #become(status: ConnectionStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    this.#statuses.emit(status);
  }
}
