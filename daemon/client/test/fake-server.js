// A stand-in for the daemon while working on the client or the demo page: serves the page and dist/,
// and plays some of the example components, rooms, recovery, uploads to any of them, and the inspector of a busy daemon.
// `npm run fake-server [PORT]`; FAKE_MODE=production and FAKE_KEY=… for the inspector.
//
// It keeps only to what the demo needs of the protocol; the daemon is the reference.
// POST /fake/DEV_RELOAD with a JSON body pushes that message to every browser.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { decode, encode } from "@msgpack/msgpack";
import { WebSocketServer } from "ws";
import { FakeInspector } from "./fake-inspector.js";
import { FakeRecovery } from "./fake-recovery.js";
import { FakeRooms } from "./fake-rooms.js";
import { FakeUploads } from "./fake-uploads.js";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "../dist");
const demo = join(here, "../../../components/demo");
const types = { html: "text/html", css: "text/css", js: "text/javascript", map: "application/json", ts: "text/plain", svg: "image/svg+xml" };

const runs = new Map();

function formErrors({ name, email, message }) {
  const errors = {};
  if (!name?.trim()) errors.name = "Please tell us your name.";
  if (!/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(email ?? "")) errors.email = "This does not look like an address.";
  if ((message ?? "").trim().length < 10) errors.message = "At least 10 characters, please.";
  return errors;
}

// Each action gets the state to change and its payload, and returns its result or throws.
const components = {
  LiveLocalCounter: {
    state: { count: 0, clicks: 0 },
    increment: (s, { by = 1 } = {}) => ((s.clicks += 1), { success: true, count: (s.count += by) }),
    decrement: (s, { by = 1 } = {}) => ((s.clicks += 1), { success: true, count: (s.count -= by) }),
    reset: (s) => ((s.clicks += 1), { success: true, count: (s.count = 0) }),
  },
  LiveForm: {
    state: { name: "", email: "", message: "", submitted: false, submittedAt: null },
    setValue: (s, { key, value }) => void (s[key] = value),
    validate: (s) => {
      const errors = formErrors(s);
      return { valid: Object.keys(errors).length === 0, errors };
    },
    submit: (s) => {
      const [first] = Object.values(formErrors(s));
      if (first) throw new Error(first);
      Object.assign(s, { submitted: true, submittedAt: Date.now() });
      return { success: true };
    },
    reset: (s) => (Object.assign(s, components.LiveForm.state), { success: true }),
  },
  LiveMigration: {
    state: { status: "idle", lastResult: null },
    runMigration: (s, { key }) => {
      const cached = runs.has(key);
      if (!cached) runs.set(key, `migrated ${key} (run ${runs.size + 1})`);
      Object.assign(s, { status: "done", lastResult: runs.get(key) });
      return { cached, result: runs.get(key) };
    },
  },
  LiveVault: {
    state: { unlocked: false },
    unlock: (s, { token }, hidden) => {
      if (!token) throw new Error("A token is needed");
      hidden.token = token;
      s.unlocked = true;
      return { success: true };
    },
    reveal: (_s, _p, hidden) => {
      if (!hidden.token) throw new Error("The vault is locked");
      return { length: hidden.token.length };
    },
  },
};

const server = createServer(async (request, response) => {
  let { pathname } = new URL(request.url, "http://localhost");
  if (request.method === "POST" && pathname === "/fake/DEV_RELOAD") {
    let body = "";
    for await (const chunk of request) body += chunk;
    for (const socket of sockets.clients) write(socket, { type: "DEV_RELOAD", ...JSON.parse(body) });
    return response.end();
  }
  if (pathname === "/api/live/stats") {
    return response.end(JSON.stringify({ components: Object.keys(components).map((name) => ({ name, version: "1.0.0" })) }));
  }
  if (pathname === "/live/inspector") pathname = "/live/inspector.html";
  const uploaded = uploads.file(pathname);
  if (uploaded) return response.setHeader("content-type", uploaded.type).end(uploaded.bytes);
  const file = pathname.startsWith("/live/") ? join(dist, normalize(pathname.slice(5))) : join(demo, normalize(pathname === "/" ? "/index.html" : pathname));
  try {
    const bytes = await readFile(file);
    response.setHeader("content-type", `${types[file.split(".").pop()] ?? "application/octet-stream"}; charset=utf-8`);
    response.setHeader("content-security-policy", "default-src 'self'; img-src 'self' data:; connect-src 'self' ws: wss:");
    response.end(bytes);
  } catch {
    response.writeHead(404).end();
  }
});

// Like the daemon, it speaks MessagePack with who offers it.
const handleProtocols = (offered) => offered.has("live.msgpack") && "live.msgpack";
const sockets = new WebSocketServer({ server, path: "/api/live/ws", handleProtocols });
const rooms = new FakeRooms();
const uploads = new FakeUploads();
const inspector = new FakeInspector({ mode: process.env.FAKE_MODE, key: process.env.FAKE_KEY });
const recovery = new FakeRecovery(({ id }) => rooms.leaveAll(id));
// After a restart no id is given again.
let ids = Date.now() % 1e9;

function write(socket, message) {
  socket.send(socket.protocol ? encode(message, { ignoreUndefined: true }) : JSON.stringify(message));
}

/** A chunk of a file: the length of its header, its header, its bytes. */
function unframed(frame) {
  const end = 4 + frame.readUInt32LE();
  return { ...JSON.parse(frame.subarray(4, end)), data: frame.subarray(end) };
}

sockets.on("connection", (socket) => {
  const instances = new Map();
  const send = (message) => write(socket, { ...message, timestamp: Date.now() });
  send({ type: "CONNECTION_ESTABLISHED", connectionId: `c${++ids}`, protocolVersion: 1, authenticated: false, features: { recovery: true, binaryUpload: true } });

  function act({ componentId, requestId }, type, action, payload) {
    const reply = { type, componentId, requestId };
    const instance = instances.get(componentId);
    if (instance?.send !== send) return send({ ...reply, success: false, code: "COMPONENT_NOT_FOUND", error: `No component ${componentId}` });
    const before = { ...instance.state };
    const run = components[instance.name][action];
    let outcome;
    try {
      if (!run || action === "state") throw Object.assign(new Error(`${action} is not a public action`), { code: "ACTION_NOT_CALLABLE" });
      outcome = { success: true, result: run(instance.state, payload ?? {}, instance.hidden) };
    } catch (error) {
      outcome = { success: false, error: error.message, code: error.code ?? "ACTION_FAILED" };
      send({ type: "ERROR", componentId, error: error.message, payload: { action, error: error.message } });
    }
    const delta = Object.fromEntries(Object.entries(instance.state).filter(([key, value]) => value !== before[key]));
    if (Object.keys(delta).length) {
      send({ type: "STATE_DELTA", componentId, payload: { delta } });
      recovery.changed(instance);
    }
    send({ ...reply, ...outcome });
  }

  function make(name, state) {
    const instance = { id: `${name}-${++ids}`, name, state, hidden: {}, send };
    recovery.add(instance);
    return instance;
  }

  /** Any name is somebody; a password is not asked for. */
  function authenticate({ user = null, anonymous }) {
    if (user === null && !anonymous) return { success: false, authenticated: false, code: "AUTH_DENIED", error: "Who are you?", payload: {} };
    return { success: true, authenticated: user !== null, payload: { ...(user && { userId: user }) } };
  }

  socket.on("close", () => {
    inspector.leave(send);
    for (const instance of instances.values()) if (instance.send === send) recovery.lost(instance);
  });
  socket.on("message", (data, isBinary) => {
    const message = socket.protocol ? decode(data) : isBinary ? unframed(data) : JSON.parse(data);
    const { type, componentId, requestId, payload } = message;
    if (inspector.handle(message, send)) return;
    if (type === "COMPONENT_MOUNT") {
      const definition = components[payload.component];
      const reply = { type: "COMPONENT_MOUNTED", originalType: type, componentId, requestId };
      if (!definition) return send({ ...reply, success: false, code: "COMPONENT_NOT_FOUND", error: `No component ${payload.component}` });
      const instance = make(payload.component, { ...definition.state, ...payload.props });
      const { id, state } = instance;
      const signedState = recovery.sign(instance);
      instances.set(id, instance);
      send({ type: "STATE_UPDATE", componentId: id, payload: { state, signedState } });
      if (payload.room) rooms.join(payload.room, id, send);
      send({ ...reply, success: true, result: { componentId: id, initialState: state, signedState } });
    } else if (type === "COMPONENT_REHYDRATE") {
      const reply = { type: "COMPONENT_REHYDRATED", originalType: type, componentId, requestId };
      try {
        const { instance, recovered } = recovery.rehydrate(payload, send, make);
        const { id, state } = instance;
        const signedState = recovery.sign(instance);
        instances.set(id, instance);
        if (payload.room) rooms.join(payload.room, id, send);
        const names = { oldComponentId: componentId, newComponentId: id };
        send({ type: "STATE_REHYDRATED", componentId: id, payload: { state, signedState, ...names } });
        send({ ...reply, success: true, result: { newComponentId: id, state, signedState, recovered } });
        recovery.changed(instance);
      } catch ({ code, error }) {
        send({ ...reply, success: false, code, error });
      }
    } else if (type === "AUTH") send({ type: "AUTH_RESPONSE", originalType: type, requestId, ...authenticate(payload) });
    else if (type === "COMPONENT_UNMOUNT") {
      const instance = instances.get(componentId);
      instances.delete(componentId);
      if (instance?.send === send) recovery.ended(instance);
    } else if (type.startsWith("ROOM_")) rooms.handle(message, send);
    else if (type.startsWith("FILE_UPLOAD_")) send(uploads.answer(message));
    else if (type === "CALL_ACTION") act(message, "ACTION_RESPONSE", message.action, payload);
    else if (type === "PROPERTY_UPDATE") act(message, "PROPERTY_UPDATED", "setValue", { key: message.property, value: payload.value });
    else if (type === "COMPONENT_PING") send({ type: "COMPONENT_PONG", componentId, requestId, success: instances.get(componentId)?.send === send });
    else send({ type: "ERROR", success: false, code: "UNKNOWN_TYPE", error: `Unknown message type: ${type}`, requestId });
  });
});

// As the daemon does: everybody gets the last of the state, and is sent away.
process.on("SIGTERM", () => {
  recovery.refreshAll();
  for (const socket of sockets.clients) socket.close(1012);
  server.close(() => process.exit());
  server.closeIdleConnections();
});

server.listen(Number(process.argv[2] ?? 4100), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}/`));
