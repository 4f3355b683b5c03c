// How the world of a test answers a component's calls: the same functions as those of the WIT.

import { LiveError } from "../errors.js";
import { read, refusal } from "./values.js";

/** The daemon's functions over a world. */
export function hostOf(world) {
  return {
    state: {
      load: (keys) => world.load(keys),
      patch: (changes) => world.patch(changes),
      pushBinary: (name, bytes) => void world.effects.push({ type: "binary", name, bytes }),
    },
    private: keyed(() => world.private),
    persistent: {
      ...keyed(() => world.persistent),
      compareAndSet: (key, expected, value) => swap(world.persistent, key, expected ?? null, value, (a, b) => a === b),
    },
    session: { current: () => sessionOf(world) },
    rooms: rooms(world),
    broadcast: {
      send(kind, data, exceptSender) {
        world.effects.push({ type: "broadcast", kind, data: read(data), exceptSender });
        return 0;
      },
    },
    timers: {
      after: (ms, name, payload) => world.startTimer(ms, false, name, payload),
      every: (ms, name, payload) => world.startTimer(ms, true, name, payload),
      cancel: (id) => world.cancelTimer(id),
    },
    http: {
      fetch(request) {
        if (world.http) return world.http(request);
        throw refusal("denied", "No host is allowed: answer requests with the option `http` of `mount`");
      },
    },
    store: store(world),
    uploads: {
      read(upload, offset, length) {
        const bytes = world.uploads[upload];
        if (!bytes) throw refusal("invalid", `No upload ${upload}`);
        return Uint8Array.from(bytes).slice(offset, offset + length);
      },
    },
    config: { get: (key) => world.config[key] ?? null },
    log: { log: (level, message) => void world.logs.push({ level, message }) },
    clock: { now: () => world.now, monotonic: () => world.now * 1e6 },
    random: {
      getBytes(length) {
        const bytes = new Uint8Array(Math.min(length, 65536));
        for (let at = 0; at < bytes.length; at += 8) {
          let number = world.nextRandom();
          for (let i = at; i < Math.min(at + 8, bytes.length); i++, number >>= 8n) bytes[i] = Number(number & 255n);
        }
        return bytes;
      },
      getU64: () => Number(world.nextRandom()),
    },
  };
}

function keyed(map) {
  return {
    get: (key) => map().get(key) ?? null,
    set: (key, value) => void map().set(key, value),
    delete: (key) => void map().delete(key),
  };
}

function swap(map, key, expected, value, same) {
  if (!same(map.get(key) ?? null, expected)) return false;
  if (value == null) map.delete(key);
  else map.set(key, value);
  return true;
}

function sessionOf({ user, connection, label }) {
  const { id = null, roles = [], permissions = [], claims = {} } = user ?? {};
  const authenticated = user !== null;
  return { connectionId: connection, authenticated, userId: id, roles, permissions, claims: JSON.stringify(claims), label };
}

function rooms(world) {
  const named = (room) => {
    if (!/^[A-Za-z0-9_:.-]{1,64}$/.test(room)) throw refusal("invalid", `"${room}" is not a room name`);
  };
  const member = (room) => {
    named(room);
    if (!world.joined.has(room)) throw refusal("denied", `only members of ${room} may do that`);
  };
  return {
    defaultRoom: () => world.room,
    join(room) {
      named(room);
      world.joined.add(room);
      world.effects.push({ type: "join", room });
    },
    leave(room) {
      named(room);
      world.joined.delete(room);
      world.effects.push({ type: "leave", room });
    },
    emit(room, event, data) {
      member(room);
      world.effects.push({ type: "emit", room, event, data: read(data) });
      return Math.max((world.roomCounts.get(room) ?? 1) - 1, 0);
    },
    stateGet(room) {
      member(room);
      return JSON.stringify(world.roomStates.get(room) ?? {});
    },
    stateSet(room, changes) {
      member(room);
      world.effects.push({ type: "roomState", room, changes: read(changes) });
      world.roomStates.set(room, { ...world.roomStates.get(room), ...read(changes) });
    },
    members(room) {
      member(room);
      return [{ instance: world.instance, userId: world.user?.id ?? null }];
    },
    count(room) {
      member(room);
      return world.roomCounts.get(room) ?? 1;
    },
    call(room, action, payload) {
      named(room);
      if (!world.roomLogic) {
        throw refusal("invalid", `No logic for ${room}: answer its calls with the option \`roomLogic\` of \`mount\``);
      }
      try {
        return world.callRoom(room, action, payload);
      } catch (error) {
        throw error instanceof LiveError ? refusal("failed", error.message) : error;
      }
    },
  };
}

function store(world) {
  const live = (key) => {
    const entry = world.store.get(key);
    return entry && entry.until > world.now ? entry.value : null;
  };
  const put = (key, value, expiresAfterMs) =>
    void world.store.set(key, { value: Uint8Array.from(value), until: world.now + (expiresAfterMs ?? Infinity) });
  const equal = (a, b) => (a && b ? Buffer.compare(a, Buffer.from(b)) === 0 : a === b);
  return {
    get: live,
    set: put,
    delete: (key) => void world.store.delete(key),
    scan(prefix, limit, after) {
      const keys = [...world.store.keys()].sort().filter((key) => key.startsWith(prefix) && live(key));
      const found = keys.filter((key) => after == null || key > after);
      return { entries: found.slice(0, limit).map((key) => ({ key, value: live(key) })), more: found.length > limit };
    },
    compareAndSwap(key, expected, value, expiresAfterMs) {
      if (!equal(live(key), expected ?? null)) return false;
      if (value == null) world.store.delete(key);
      else put(key, value, expiresAfterMs);
      return true;
    },
    flush() {},
  };
}
