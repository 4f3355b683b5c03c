// Who the connection speaks for, and that nothing is mounted before that is certain.

import { describe, expect, it, vi } from "vitest";
import type { Credentials, Frame } from "../src/api.ts";
import { live } from "../src/live.ts";
import { FakeSocket, back, newClient, newUrl, outcome, reconnected, settled, signed, socket } from "./harness.ts";

/** A client with credentials, a component of it, and the socket that is open. */
async function client(auth: Credentials | (() => any)) {
  const client = live({ url: newUrl(), auth });
  const counter = client.use("LiveCounter");
  const server = socket().accept();
  await settled();
  return { client, counter, server, connection: client.connection };
}

/** The connection is lost, and made again a while later. */
async function again(): Promise<FakeSocket> {
  socket().drop();
  await settled();
  const next = back();
  await settled();
  return next;
}

/** What `onUser` tells. */
function users(connection: ReturnType<typeof newClient>["connection"]): unknown[] {
  const seen: unknown[] = [];
  connection.onUser((user, error) => seen.push(error ? [user, error.code, error.message] : user));
  return seen;
}

const EXPIRED = { type: "AUTH_EXPIRED", payload: { graceMs: 5000 }, error: "Your session is over", code: "AUTH_DENIED", timestamp: 5 };

describe("credentials", () => {
  it("go first, and everything is mounted once they are answered", async () => {
    const { counter, server, connection } = await client({ token: "t-1", provider: "jwt" });
    expect(server.sent).toEqual([{ type: "AUTH", payload: { token: "t-1", provider: "jwt" }, requestId: expect.any(String) }]);
    live({ url: connection.url }).use("LiveForm");
    server.signedIn("ada");
    await settled();
    expect(server.types).toEqual(["AUTH", "COMPONENT_MOUNT", "COMPONENT_MOUNT"]);
    expect([connection.user, counter.$user]).toEqual(["ada", "ada"]);
  });

  it("go again with every socket, before anything is rehydrated", async () => {
    const { server, connection } = await client({ token: "t-1" });
    server.signedIn("ada");
    await settled();
    server.mounted("id-1", {}, signed("id-1", "first"));
    const next = await again();
    expect(next.types).toEqual(["AUTH"]);
    expect(connection.user).toBe("ada");
    next.signedIn("ada");
    await settled();
    expect(next.types).toEqual(["AUTH", "COMPONENT_REHYDRATE"]);
  });

  it("hold back what a listener uses that is told of the open connection", async () => {
    const it = live({ url: newUrl(), auth: { token: "t" } });
    it.connection.onStatus((status) => status === "open" && void it.use("LiveCounter"));
    it.connection.open();
    socket().accept();
    await settled();
    expect(socket().types).toEqual(["AUTH"]);
  });

  it("may come from a function, also later, that is asked each time", async () => {
    const tokens = ["t-1", "t-2"];
    const { server } = await client(() => Promise.resolve({ token: tokens.shift() }));
    expect(server.last("AUTH").payload).toEqual({ token: "t-1" });
    const next = await again();
    expect(next.last("AUTH").payload).toEqual({ token: "t-2" });
  });

  it("that a function gives only with the next socket are sent once", async () => {
    let give!: (credentials: Credentials) => void;
    const source = vi.fn(() => new Promise<Credentials>((resolve) => (give = resolve)));
    const { server } = await client(source);
    expect(server.sent).toEqual([]);
    const next = await again();
    give({ token: "late" });
    await settled();
    expect([next.types, source.mock.calls.length]).toEqual([["AUTH"], 1]);
    next.signedIn("ada");
    await settled();
    expect(next.types).toEqual(["AUTH", "COMPONENT_MOUNT"]);
  });

  it("that a function does not have leave it at whom the server takes the socket for", async () => {
    const { server, connection } = await client(() => null);
    expect(server.types).toEqual(["COMPONENT_MOUNT"]);
    server.established("ada");
    expect(connection.user).toBe("ada");
  });

  it("that a function fails to give, or that are refused, are told, and everything is mounted for nobody", async () => {
    const failing = await client(() => Promise.reject(new Error("The login service is down")));
    expect(failing.server.types).toEqual(["COMPONENT_MOUNT"]);
    const refused = await client({ token: "forged" });
    const seen = users(refused.connection);
    refused.server.authRefused("That token is forged");
    await settled();
    expect(refused.server.types).toEqual(["AUTH", "COMPONENT_MOUNT"]);
    expect(seen).toEqual([null, [null, "AUTH_DENIED", "That token is forged"]]);
  });

  it("that a function fails to give cost nobody who is signed in", async () => {
    const { server, connection } = await client({ token: "t" });
    server.signedIn("ada");
    await settled();
    const seen = users(connection);
    const failing = () => {
      throw new Error("The login service is down");
    };
    expect(await outcome(connection.auth(failing))).toMatchObject({ code: "AUTH_DENIED", message: "The login service is down" });
    expect(seen).toEqual(["ada", ["ada", "AUTH_DENIED", "The login service is down"]]);
  });

  it("hold for the URL as they were given first", async () => {
    const { server, connection } = await client({ token: "first" });
    live({ url: connection.url, auth: { token: "second" } });
    await settled();
    expect(server.count("AUTH")).toBe(1);
    expect((await again()).last("AUTH").payload).toEqual({ token: "first" });
  });

  it("that are given on an open connection are sent at once", async () => {
    const { connection, use } = newClient();
    use("LiveCounter");
    const server = socket().accept();
    live(connection.url, { auth: { token: "t" } }).use("LiveForm");
    expect(server.types).toEqual(["COMPONENT_MOUNT", "AUTH"]);
    server.signedIn("ada");
    await settled();
    expect(server.types).toEqual(["COMPONENT_MOUNT", "AUTH", "COMPONENT_MOUNT"]);
  });

  it("are not shown to who listens to frames", async () => {
    const it = live({ url: newUrl(), auth: { token: "secret" } });
    const frames: Frame[] = [];
    it.connection.onFrame((frame) => frames.push(frame));
    it.connection.open();
    socket().accept();
    await settled();
    expect(socket().last("AUTH").payload).toEqual({ token: "secret" });
    expect([frames.length, JSON.stringify(frames).includes("secret")]).toEqual([1, false]);
  });
});

describe("signing in", () => {
  it("resolves with the user, and holds for the next sockets", async () => {
    const { connection, use } = newClient();
    use("LiveCounter");
    const server = socket().accept();
    const seen = users(connection);
    const signingIn = connection.auth({ user: "ada", password: "x" });
    server.signedIn("ada");
    expect(await outcome(signingIn)).toEqual({ value: { userId: "ada" } });
    expect(seen).toEqual([null, "ada"]);
    const next = await again();
    expect(next.last("AUTH").payload).toEqual({ user: "ada", password: "x" });
  });

  it("rejects with the server's reason, and leaves who one was and what was given before", async () => {
    const { server, connection } = await client({ token: "t-1" });
    server.signedIn("ada");
    await settled();
    const signingIn = connection.auth({ password: "wrong" });
    await settled();
    server.authRefused();
    expect(await outcome(signingIn)).toMatchObject({ code: "AUTH_DENIED", message: "Wrong password" });
    expect(connection.user).toBe("ada");
    expect((await again()).last("AUTH").payload).toEqual({ token: "t-1" });
  });

  it("without a connection opens one, and goes first", async () => {
    const { connection, use } = newClient();
    const signingIn = connection.auth({ token: "t" });
    use("LiveCounter");
    socket().accept();
    await settled();
    expect(socket().types).toEqual(["AUTH"]);
    socket().signedIn("ada");
    expect(await outcome(signingIn)).toEqual({ value: { userId: "ada" } });
    expect(socket().types).toEqual(["AUTH", "COMPONENT_MOUNT"]);
  });

  it("that could not be sent in time is not sent later", async () => {
    const { connection } = newClient();
    const signingIn = connection.auth({ token: "t" }).catch(({ code }) => code);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(await signingIn).toBe("NOT_CONNECTED");
    back();
    await settled();
    expect(socket().sent).toEqual([]);
  });

  it("that was lost with its connection is tried again with the next", async () => {
    const { connection } = newClient();
    const signingIn = connection.auth({ token: "t" }).catch(({ code }) => code);
    socket().accept();
    await settled();
    const next = await again();
    expect(await signingIn).toBe("CONNECTION_LOST");
    expect(next.last("AUTH").payload).toEqual({ token: "t" });
  });

  it("mounts what was refused for want of a user, and nothing else that was refused", async () => {
    const { connection, use } = newClient();
    const [chat, nope] = [use("LiveProtectedChat"), use("LiveNope")];
    const server = socket().accept();
    const [first, second] = server.sent;
    server.answer(first!, { success: false, code: "AUTH_DENIED", error: "Sign in first" });
    server.answer(second!, { success: false, code: "COMPONENT_NOT_FOUND", error: "No component LiveNope" });
    expect([chat.$error?.message, nope.$error?.code]).toEqual(["Sign in first", "COMPONENT_NOT_FOUND"]);
    connection.auth({ password: "wrong" }).catch(() => {});
    await settled();
    server.authRefused();
    await settled();
    expect(server.count("COMPONENT_MOUNT")).toBe(2);
    void connection.auth({ password: "right" });
    await settled();
    server.signedIn("ada");
    await settled();
    expect(server.sent.slice(4).map(({ payload }) => payload.component)).toEqual(["LiveProtectedChat"]);
    server.mounted("id-1", { messages: [] });
    expect([chat.$error, chat.$connected]).toEqual([null, true]);
  });
});

describe("the user", () => {
  it("is whom the server takes the socket for by its cookie", () => {
    const { connection, use } = newClient();
    const counter = use("LiveCounter");
    const seen = users(connection);
    socket().accept().established("ada");
    expect([seen, counter.$user]).toEqual([[null, "ada"], "ada"]);
    reconnected().established();
    expect(seen).toEqual([null, "ada", null]);
  });

  it("stays while the connection is made again, and is not nobody in between", async () => {
    const { server, connection } = await client({ token: "t" });
    const seen = users(connection);
    server.established();
    server.signedIn("ada");
    await settled();
    (await again()).established();
    // That one is lost before the credentials are answered.
    const next = await again();
    next.signedIn("ada");
    await settled();
    expect(seen).toEqual([null, "ada"]);
  });

  it("can be watched on a handle as any key", async () => {
    const { server, counter } = await client({ token: "t" });
    const seen: unknown[] = [];
    counter.subscribe("$user", (user) => seen.push(user));
    server.signedIn("ada");
    await settled();
    expect(seen).toEqual([null, "ada"]);
  });
});

describe("an identity whose time is over", () => {
  it("is renewed by the function that gave it, and nobody is told", async () => {
    const tokens = ["t-1", "t-2"];
    const { server, connection } = await client(() => ({ token: tokens.shift() }));
    server.signedIn("ada");
    await settled();
    const seen = users(connection);
    server.push(EXPIRED);
    await settled();
    expect(server.last("AUTH").payload).toEqual({ token: "t-2" });
    server.signedIn("ada");
    await settled();
    expect(seen).toEqual(["ada"]);
  });

  it("is told where the function has nothing any more, or is refused", async () => {
    const sources = [{ token: "t-1" }, null, { token: "t-3" }];
    const { server, connection } = await client(() => sources.shift());
    server.signedIn("ada");
    await settled();
    const seen = users(connection);
    server.push(EXPIRED);
    await settled();
    expect(seen).toEqual(["ada", [null, "AUTH_DENIED", "Your session is over"]]);
    server.push(EXPIRED);
    await settled();
    server.authRefused("Too late");
    await settled();
    expect(seen.slice(2)).toEqual([[null, "AUTH_DENIED", "Too late"]]);
  });

  it("that a cookie gave is over as well", async () => {
    const { server, connection } = await client(() => null);
    server.established("ada");
    const seen = users(connection);
    server.push(EXPIRED);
    await settled();
    expect(seen).toEqual(["ada", [null, "AUTH_DENIED", "Your session is over"]]);
  });

  it("is told where the credentials are no function", async () => {
    const { server, connection } = await client({ token: "t-1" });
    server.signedIn("ada");
    await settled();
    const seen = users(connection);
    server.push(EXPIRED);
    await settled();
    expect([seen, server.count("AUTH")]).toEqual([["ada", [null, "AUTH_DENIED", "Your session is over"]], 1]);
  });

  it("takes its components away after the grace time, and who signs in again gets them back with their state", async () => {
    const { server, counter, connection } = await client({ token: "t-1" });
    server.signedIn("ada");
    await settled();
    server.mounted("id-1", { count: 7 }, signed("id-1", "first"));
    server.push(EXPIRED);
    const ended = { type: "COMPONENT_UNMOUNTED", componentId: "id-1", success: true, code: "AUTH_DENIED", error: "Sign in first" };
    server.push(ended);
    expect([counter.$connected, counter.$error?.message, counter.state]).toEqual([false, "Sign in first", { count: 7 }]);
    expect(await outcome(counter.increment())).toMatchObject({ code: "AUTH_DENIED" });
    void connection.auth({ token: "t-2" });
    await settled();
    server.signedIn("ada");
    await settled();
    expect(server.last("COMPONENT_REHYDRATE").payload.signedState).toEqual(signed("id-1", "first"));
    server.rehydrated("id-2", { count: 7 }, { recovered: false });
    expect([counter.$connected, counter.$error]).toEqual([true, null]);
  });

  it("keeps the signed state for who signs in later also where the rehydration was refused meanwhile", async () => {
    const { connection, use } = newClient();
    const counter = use("LiveCounter");
    socket().accept().mounted("id-1", { count: 7 }, signed("id-1", "first"));
    const next = reconnected();
    next.rehydrationRefused("AUTH_DENIED");
    next.reply("COMPONENT_MOUNT", { success: false, code: "AUTH_DENIED", error: "Sign in first" });
    expect(counter.$error?.message).toBe("Sign in first");
    void connection.auth({ token: "t" });
    await settled();
    next.signedIn("ada");
    await settled();
    expect(next.count("COMPONENT_REHYDRATE")).toBe(2);
  });
});

describe("signing out", () => {
  it("makes the connection nobody's, with every further socket, whatever a cookie says", async () => {
    const { server, connection } = await client({ token: "t" });
    server.signedIn("ada");
    await settled();
    const signingOut = connection.signOut();
    expect(server.last("AUTH").payload).toEqual({ anonymous: true });
    server.signedIn(null);
    expect(await outcome(signingOut)).toEqual({ value: undefined });
    expect(connection.user).toBeNull();
    live({ url: connection.url, auth: { token: "t" } });
    const next = reconnected();
    next.established("ada");
    await settled();
    expect([next.last("AUTH").payload, connection.user]).toEqual([{ anonymous: true }, null]);
  });

  it("forgets the signed states, which nobody else could use", async () => {
    const { connection, use } = newClient();
    use("LiveCounter");
    socket().accept().mounted("id-1", { count: 7 }, signed("id-1", "first"));
    expect(Object.keys(sessionStorage)).toHaveLength(1);
    const signingOut = connection.signOut();
    socket().signedIn(null);
    await signingOut;
    expect(Object.keys(sessionStorage)).toEqual([]);
    const next = await again();
    next.signedIn(null);
    await settled();
    expect(next.types).toEqual(["AUTH", "COMPONENT_MOUNT"]);
  });

  it("forgets also what other pages of the app have stored, and leaves what is another socket's", async () => {
    const entry = `${Date.now()} ${JSON.stringify(signed("id-9", "other page"))}`;
    const { connection } = newClient();
    const { host, pathname } = new URL(connection.url);
    const [same, another] = [`liveside-state ${host}${pathname} LiveForm  0`, `liveside-state ${host}${pathname}/2 LiveForm  0`];
    for (const key of [same, another]) sessionStorage.setItem(key, entry);
    const signingOut = connection.signOut();
    socket().accept();
    await settled();
    socket().signedIn(null);
    await signingOut;
    expect(Object.keys(sessionStorage)).toEqual([another]);
  });

  it("without a connection is done with the next, and who was signed in is not signed in again", async () => {
    const { server, connection } = await client({ token: "t" });
    server.signedIn("ada");
    await settled();
    const before = FakeSocket.all.length;
    server.drop();
    const signingOut = connection.signOut();
    await vi.advanceTimersByTimeAsync(1000);
    expect(FakeSocket.all.length).toBe(before + 1);
    socket().accept();
    await settled();
    expect(socket().sent.map(({ payload }) => payload)).toEqual([{ anonymous: true }]);
    socket().signedIn(null);
    expect(await outcome(signingOut)).toEqual({ value: undefined });
  });
});
