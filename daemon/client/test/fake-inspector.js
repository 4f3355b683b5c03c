// The `$inspector` of the fake server: a made-up daemon with some traffic, for working on the page without one.
// What it shows has nothing to do with the other components of the fake server.

const id = (number) =>
  `01939c5e-7a${String(number).padStart(2, "0")}-7d1c-9e4f-${(0xa3f19c0de5 + number * 7919 * 65537).toString(16).padStart(12, "0")}`;
const pick = (list) => list[Math.floor(Math.random() * list.length)];

const MODULES = [
  ["local-counter.wasm", "LiveLocalCounter", "component", ["increment", "decrement", "reset"]],
  ["form.wasm", "LiveForm", "component", ["setValue", "validate", "submit", "reset"]],
  ["shared-counter.wasm", "LiveSharedCounter", "component", ["increment", "rename"]],
  ["room-chat.wasm", "LiveRoomChat", "component", ["join", "say", "typing"]],
  ["dashboard.wasm", "LiveDashboard", "singleton", ["acknowledge"]],
  ["weather.wasm", "LiveWeather", "component", ["look"]],
  ["gathering.wasm", "Gathering", "room", []],
];

/** The states that instances begin with. */
const STATES = {
  LiveLocalCounter: () => ({ count: 0, clicks: 0 }),
  LiveForm: () => ({ name: "", email: "", message: "", submitted: false, submittedAt: null }),
  LiveSharedCounter: () => ({ count: 41, lastBy: "Ada", recent: ["Ada", "Bo", "Cy"] }),
  LiveRoomChat: () => ({ room: "lobby", messages: [{ by: "Ada", text: "Hello <b>there</b>", at: 1 }], typing: {} }),
  LiveDashboard: () => ({ load: 0.42, alerts: [], figures: { requests: 1200, errors: 3, latency: { p50: 12, p99: 140 } } }),
  LiveWeather: () => ({ city: "Lisbon", degrees: 21.5, loading: false }),
};

export class FakeInspector {
  #mode;
  #key;
  #began = Date.now();
  #seq = 1000;
  #instances = [];
  #swaps = [];
  /** By what sends to it. */
  #pages = new Map();

  constructor({ mode = "development", key } = {}) {
    this.#mode = mode;
    this.#key = key;
    for (let number = 0; number < 34; number++) {
      const [, component, kind] = MODULES[number % 6];
      if (kind === "singleton" && number > 5) continue;
      const state = STATES[component]();
      const rooms =
        component === "LiveRoomChat" ? ["chat:lobby", "chat:directory"] : component === "LiveSharedCounter" ? ["counter"] : [];
      this.#instances.push({
        id: id(number),
        component,
        state,
        private: { token: "s3cret", tries: number },
        rooms,
        events: [],
        after: new Map(),
        connection: id(60 + (number % 9)),
      });
    }
    this.#swaps.push({
      at: Date.now() - 400_000,
      module: "form.wasm",
      outcome: "refused",
      tookMs: 31,
      components: [],
      error: "error: the component LiveForm has no action `submit` any more\n  --> form/src/lib.rs:41:5",
    });
    this.#swaps.unshift({
      at: Date.now() - 90_000,
      module: "local-counter.wasm",
      outcome: "taken",
      tookMs: 48,
      components: [{ name: "LiveLocalCounter", version: "1.0.1", isNew: false, instances: 6 }],
      error: null,
    });
    setInterval(() => this.#live(), 250).unref();
    for (let times = 0; times < 400; times++) this.#happen();
  }

  /** Whether the message was for the inspector. */
  handle({ type, componentId, requestId, action, payload }, send) {
    if (type === "COMPONENT_MOUNT" && payload.component === "$inspector") {
      const reply = { type: "COMPONENT_MOUNTED", originalType: type, componentId, requestId };
      if (this.#key && payload.props?.key !== this.#key)
        send({ ...reply, success: false, code: "AUTH_DENIED", error: "The inspector needs the daemon's API key" });
      else {
        const page = {
          id: `inspector-${++this.#seq}`,
          target: null,
          reveal: false,
          tail: { on: false },
          filters: {},
          told: {},
          batch: 0,
          news: [],
        };
        this.#pages.set(send, page);
        page.told = this.#see(page);
        send({ ...reply, success: true, result: { componentId: page.id, initialState: page.told } });
      }
      return true;
    }
    const page = this.#pages.get(send);
    if (!page || page.id !== componentId) return false;
    if (type === "COMPONENT_UNMOUNT") this.#pages.delete(send);
    if (type !== "CALL_ACTION") return true;
    const reply = { type: "ACTION_RESPONSE", originalType: type, componentId, requestId };
    try {
      const result = this.#act(page, action, payload) ?? null;
      this.#push(page, send);
      send({ ...reply, success: true, result });
    } catch (error) {
      send({ ...reply, success: false, code: "ACTION_FAILED", error: error.message });
    }
    return true;
  }

  leave(send) {
    this.#pages.delete(send);
  }

  #act(page, action, payload) {
    const instance = this.#instances.find(({ id }) => id === payload.instance);
    if (action === "filter") page.filters[payload.table] = payload.text.toLowerCase();
    else if (action === "select") {
      Object.assign(page, { target: Object.keys(payload).length ? payload : null, reveal: false });
      return { events: instance?.events.slice(-200) ?? [] };
    } else if (action === "reveal") page.reveal = payload.private;
    else if (action === "tail") page.tail = payload;
    else if (!instance) throw new Error("That instance has ended");
    else if (action === "call") {
      const event = this.#happen(instance, payload.action, payload.payload ?? null);
      return { success: event.outcome === "ok", result: event.result, error: event.error, code: event.error && "ACTION_FAILED" };
    } else if (this.#mode !== "development") throw new Error("Only in development");
    else if (action === "edit") this.#note(instance, "inspector", "edit", payload.changes, payload.changes);
    else if (action === "travel") {
      const after = instance.after.get(payload.seq);
      if (!after) throw new Error("That event is not known any more");
      this.#note(instance, "inspector", "travel", { seq: payload.seq }, after);
    } else throw new Error(`No action ${action}`);
  }

  #live() {
    for (let times = Math.random() * 3; times > 0; times--) this.#happen();
    for (const [send, page] of this.#pages) this.#push(page, send);
  }

  /** One event of some instance. */
  #happen(instance = pick(this.#instances), name, payload = null) {
    const { component, state } = instance;
    const actions = MODULES.find(([, other]) => other === component)[3];
    name ??= pick(actions);
    if (Math.random() < 0.04)
      return this.#note(instance, "action", name, payload, null, {
        outcome: pick(["refused", "crashed", "timeout"]),
        error: "the amount must be positive",
      });
    const delta =
      component === "LiveLocalCounter"
        ? { count: state.count + 1, clicks: state.clicks + 1 }
        : component === "LiveSharedCounter"
          ? { count: state.count + 1, recent: ["Ada", pick(["Bo", "Cy", "Di"]), "Cy"] }
          : component === "LiveDashboard"
            ? { figures: { ...state.figures, requests: state.figures.requests + 7 }, load: Math.round(Math.random() * 100) / 100 }
            : component === "LiveWeather"
              ? { degrees: Math.round(Math.random() * 300) / 10 }
              : component === "LiveRoomChat"
                ? { typing: { [pick(["Ada", "Bo"])]: true } }
                : { name: pick(["Ada", "Bo", "Grace Hopper"]) };
    const kind = component === "LiveDashboard" ? "timer" : "action";
    return this.#note(instance, kind, kind === "timer" ? "refresh" : name, payload, delta, {
      result: { success: true, ...delta },
    });
  }

  #note(instance, kind, name, payload, delta, more = {}) {
    if (delta) instance.state = { ...instance.state, ...delta };
    const event = {
      seq: ++this.#seq,
      at: Date.now(),
      kind,
      instance: instance.id,
      component: instance.component,
      name,
      payload,
      delta,
      result: null,
      error: null,
      outcome: "ok",
      tookUs: Math.round(40 + Math.random() ** 6 * 9000),
      connection: instance.connection,
      userId: pick([null, "ada"]),
      request: `r-${this.#seq}`,
      canTravel: this.#mode === "development",
      ...more,
    };
    instance.events = [...instance.events.slice(-199), event];
    instance.after.set(event.seq, instance.state);
    const room = instance.rooms[0] && {
      seq: ++this.#seq,
      at: Date.now(),
      kind: "room:emit",
      room: instance.rooms[0],
      name: "changed",
      data: delta,
      from: instance.id,
    };
    for (const { target, tail, news } of this.#pages.values()) {
      if (target?.instance === instance.id || (tail.on && (tail.component ?? event.component) === event.component))
        news.push(event);
      if (room && (target?.room === room.room || (tail.on && !tail.component))) news.push(room);
    }
    return event;
  }

  #push(page, send) {
    const now = this.#see(page);
    const delta = Object.fromEntries(
      Object.entries(now).filter(([key, value]) => JSON.stringify(value) !== JSON.stringify(page.told[key])),
    );
    if (page.news.length) delta.news = { batch: ++page.batch, lost: 0, events: page.news.splice(0) };
    Object.assign(page.told, delta);
    if (Object.keys(delta).length) send({ type: "STATE_DELTA", componentId: page.id, payload: { delta } });
  }

  #see(page) {
    const age = Date.now() - this.#began;
    const fits = (table, rows) => ({
      total: rows.length,
      rows: rows
        .filter((row) =>
          JSON.stringify(row)
            .toLowerCase()
            .includes(page.filters[table] ?? ""),
        )
        .slice(0, 200),
    });
    const size = (value) => JSON.stringify(value).length;
    const rooms = [
      ["chat:lobby", "Gathering"],
      ["chat:directory", "Gathering"],
      ["counter", null],
    ];
    const members = (room) => this.#instances.filter((instance) => instance.rooms.includes(room));
    const ill = { LiveWeather: "degraded", LiveForm: "unhealthy" };
    return {
      daemon: {
        version: "0.1.0",
        mode: this.#mode,
        uptimeMs: age + 11_000_000,
        memoryBytes: 88_000_000 + (age % 9000) * 40,
        mayEdit: this.#mode === "development",
      },
      counts: {
        connections: 9,
        instances: this.#instances.length,
        rooms: 3,
        timers: 4,
        uploads: 1,
        workers: 21,
        messages: this.#seq * 3,
        waitingBytes: 0,
      },
      connections: fits(
        "connections",
        [...Array(9).keys()].map((n) => ({
          id: id(60 + n),
          userId: n % 3 ? null : "ada",
          ageMs: age + n * 77_000,
          silentMs: (age * (n + 3)) % 25_000,
          waitingBytes: n === 4 ? 2048 : 0,
        })),
      ),
      instances: fits(
        "instances",
        this.#instances.map(({ id, component, state, rooms, connection }, n) => ({
          id,
          component,
          version: "1.0.0",
          connectionId: component === "LiveDashboard" ? null : connection,
          members: component === "LiveDashboard" ? 6 : null,
          waiting: 0,
          busy: Math.random() < 0.03,
          stateBytes: size(state),
          rooms,
          lost: n === 8,
        })),
      ),
      rooms: fits(
        "rooms",
        rooms.map(([name, logic]) => ({
          name,
          logic,
          members: members(name).length,
          stateBytes: 300,
          serverOnly: logic !== null,
        })),
      ),
      modules: fits(
        "modules",
        MODULES.map(([module, component, kind, actions], n) => ({
          module,
          component,
          version: "1.0.0",
          bytes: 81_234 + n * 7000,
          kind,
          instances: this.#instances.filter((instance) => instance.component === component).length,
          workers: { live: 3, recycled: n, trapped: ill[component] ? 2 : 0 },
          actions,
          health:
            kind === "room"
              ? null
              : {
                  status: ill[component] ?? "healthy",
                  events: 100,
                  broken: ill[component] ? 12 - n : 0,
                  meanMs: 0.21 + n / 7,
                  lastEventMs: 1200 * n,
                },
        })),
      ),
      swaps: this.#swaps,
      selected: this.#selected(page),
      news: page.told.news ?? { batch: 0, lost: 0, events: [] },
    };
  }

  #selected({ target, reveal }) {
    if (!target) return null;
    if (target.room !== undefined) {
      const members = this.#instances.filter(({ rooms }) => rooms.includes(target.room));
      const state = {
        topic: "news",
        people: Object.fromEntries(members.map(({ id }, n) => [id, { name: `Visitor ${n}`, since: 1000 + n }])),
      };
      return {
        kind: "room",
        name: target.room,
        there: members.length > 0,
        logic: "Gathering",
        state,
        members: members.map(({ id, component }) => ({ id, component })),
        serverOnly: true,
      };
    }
    const instance = this.#instances.find(({ id }) => id === target.instance);
    if (!instance)
      return {
        kind: "instance",
        id: target.instance,
        component: "?",
        version: "",
        there: false,
        busy: false,
        state: null,
        private: null,
        rooms: [],
        timers: [],
        actions: [],
        canTravel: false,
      };
    const isDevelopment = this.#mode === "development";
    const { id, component, state, rooms } = instance;
    return {
      kind: "instance",
      id,
      component,
      version: "1.0.0",
      there: true,
      busy: false,
      state,
      private: isDevelopment && reveal ? instance.private : null,
      rooms,
      timers:
        component === "LiveDashboard"
          ? [{ name: "refresh", repeats: true, delayMs: 1000, inMs: 1000 - (Date.now() % 1000) }]
          : [],
      actions: MODULES.find(([, other]) => other === component)[3],
      canTravel: isDevelopment,
    };
  }
}
