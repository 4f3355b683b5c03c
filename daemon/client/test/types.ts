// Checked by the compiler, never run: the published types say what is exported, and help who uses them.

import type * as published from "../src/api.ts";
import type * as exported from "../src/client.ts";

type Same<A, B> = [A, B] extends [B, A] ? true : false;
const same = <_ extends true>() => {};

same<Same<(typeof exported)["live"], typeof published.live>>();
same<Same<(typeof exported)["start"], typeof published.start>>();
same<Same<(typeof exported)["handleOf"], typeof published.handleOf>>();
same<Same<(typeof exported)["LiveError"], typeof published.LiveError>>();

interface CounterState {
  count: number;
  lastUpdatedBy: string | null;
}
interface CounterActions {
  increment(payload?: { by?: number }): Promise<{ count: number }>;
}

export async function typed({ live }: { live: typeof published.live }): Promise<void> {
  const counter = live().use<CounterState, CounterActions>("LiveCounter", { props: { count: 1 } });
  const { count }: { count: number } = await counter.increment({ by: 2 });
  counter.subscribe("count", (value, previous) => value + (previous ?? count));
  counter.subscribe("$error", (error) => error?.code);
  await counter.set("lastUpdatedBy", "Ada");
  const state: Readonly<CounterState> = counter.state;
  const on: boolean = counter.$connected;
  void [state, on];

  // @ts-expect-error: not a number
  void counter.set("count", "1");
  // @ts-expect-error: no such key
  counter.subscribe("cuont", () => {});
  // @ts-expect-error: no such action
  void counter.decrement();
  // @ts-expect-error: the state is read-only
  counter.state.count = 1;
}

interface ChatState {
  topic: string;
  pinned?: string;
}

export async function rooms({ live }: { live: typeof published.live }): Promise<void> {
  const counter = live({ encoding: "msgpack" }).use<CounterState>("LiveCounter", { room: "lobby" });
  const room: published.Room<ChatState> = counter.room<ChatState>("chat:1");
  const { topic }: { topic: string } = await room.join({ topic: "new" });
  const count: number = await room.emit("MESSAGE", { text: topic }, { includeSelf: true });
  const nothing: undefined = await room.emit("CURSOR", [1, 2], { ask: false });
  await room.setState({ topic: "other", pinned: null });
  const stops: published.Stop[] = [
    room.on("MESSAGE", ({ text }) => text),
    room.onState((state) => state.topic),
    room.onMembers((change) => change.count + count),
    counter.onBroadcast("note", (data, from) => [data, from.room]),
    counter.onBinary("frame", (bytes) => bytes.length),
  ];
  await counter.room().leave();
  void [stops, nothing];

  // @ts-expect-error: not text
  void room.setState({ topic: 1 });
  // @ts-expect-error: the state is read-only
  room.state.topic = "x";
  // @ts-expect-error: no such encoding
  live({ encoding: "xml" });
}

export async function signedIn({ live }: { live: typeof published.live }): Promise<void> {
  const client = live({ auth: async () => ({ token: "t" }), storage: false });
  const { userId }: { userId: string } = await live("/other", { auth: { token: "t" } }).connection.auth({ user: "ada", password: "x" });
  const counter = client.use<CounterState>("LiveCounter");
  const stops: published.Stop[] = [
    client.connection.onUser((user, error) => [user === userId, error?.code]),
    counter.onRehydrated(({ recovered }) => !recovered),
    counter.subscribe("$user", (user) => user?.length),
    counter.subscribe("$pending", (count) => count + counter.$pending),
  ];
  await counter.call("add", { by: 1 }, { queue: true });
  await client.connection.signOut();
  void stops;

  // @ts-expect-error: the URL is given already
  live("/other", { url: "/another" });
  // @ts-expect-error: credentials are named
  void client.connection.auth("token");
}

export async function uploads({ live }: { live: typeof published.live }): Promise<void> {
  const counter = live().use<CounterState>("LiveCounter");
  const upload = counter.upload(new Blob(), {
    onProgress: ({ bytesUploaded, totalBytes, percent }) => bytesUploaded + totalBytes + percent,
    chunkSize: 65536,
    adaptive: false,
    filename: "a.txt",
    signal: new AbortController().signal,
  });
  const id: string = upload.id;
  const { fileUrl, filename, size, sha256 }: published.UploadResult = await upload;
  document.body.addEventListener("liveside:upload-error", ({ detail: { file, upload, error } }) => [file.name, upload?.id, error.code]);
  document.body.addEventListener("liveside:upload-complete", ({ detail: { upload, result } }) => [upload.id, result.fileUrl]);
  upload.cancel();
  void [id, fileUrl, filename, size, sha256?.length];

  // @ts-expect-error: not a file
  counter.upload("a.txt");
  // @ts-expect-error: only the server tells
  upload.progress.bytesUploaded = 1;
}

declare module "../src/api.ts" {
  interface LiveComponents {
    LiveTally: { state: CounterState; actions: CounterActions };
  }
}

export async function named({ live }: { live: typeof published.live }): Promise<void> {
  const tally = live().use("LiveTally", { initialState: { count: 1 } });
  const { count }: { count: number } = await tally.increment({ by: tally.state.count });
  // What is said beside the call goes before what the name stands for, and other names are untyped.
  const other: string = live().use<ChatState>("LiveTally").state.topic;
  const name: string = "LiveTally";
  void [count, other, live().use(name).state.anything, live().use("LiveOther").anything()];

  // @ts-expect-error: no such action
  void tally.decrement();
  // @ts-expect-error: not text
  void tally.increment({ by: "1" });
  // @ts-expect-error: no such key
  tally.state.cuont;
  // @ts-expect-error: no such state
  live().use<CounterState>("LiveCounter", { initialState: { count: "1" } });
}

export async function untyped({ live }: { live: typeof published.live }): Promise<void> {
  const counter = live().use("LiveCounter");
  const result = await counter.increment({ by: 2 });
  const total: number = counter.state.count + result.count;
  counter.subscribe("count", (count) => count + total);
  const stop: published.Stop = counter.field("name", { syncOn: "blur" }).bind(document.body);
  stop();
}
