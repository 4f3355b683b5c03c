// What `static options` may say, checked where the class is read: a typing error shows when the module is built.

const LOGGING = ["lifecycle", "messages", "state", "performance", "rooms", "websocket"];
const PROPS = ["known", "none", "any"];
const OPTIONS = [
  "name", "version", "props", "access", "rateLimit", "singleton", "room", "durable", "setValue", "fresh", "logging",
  "stateSchema", "persistent",
];
const ACTION_OPTIONS = ["name", "access", "rateLimit", "schema"];

/** Says what is wrong with what an author wrote. */
export function refuse(where, message) {
  throw new Error(`${where}: ${message}`);
}

/** The options of a class as fields of `definition` in wit/component.wit. */
export function readOptions(options) {
  const name = options.name || "A component";
  known(name, "option", options, OPTIONS);
  if (!/^[A-Za-z][A-Za-z0-9_-]{0,63}$/.test(name)) {
    refuse(name, "a name is 1 to 64 of A-Z a-z 0-9 _ -, a letter first: say `static options = { name }`");
  }
  const props = options.props ?? "known";
  if (!PROPS.includes(props)) refuse(name, `\`props\` is one of ${PROPS.join(", ")}`);
  return {
    name,
    version: options.version ?? "1.0.0",
    props,
    access: readAccess(name, options.access),
    rateLimit: readRateLimit(name, options.rateLimit),
    singleton: readSingleton(name, options.singleton),
    room: options.room == null ? null : { name: options.room },
    durable: options.durable ?? false,
    isolation: options.fresh ? "fresh" : "shared",
    logging: readLogging(name, options.logging ?? []),
    stateSchema: readSchema(options.stateSchema),
    persistentDefaults: JSON.stringify(options.persistent ?? {}),
  };
}

/** The options of an action as a record `action-definition`. */
export function readAction(where, name, options) {
  known(where, "option", options, ACTION_OPTIONS);
  return {
    name,
    access: readAccess(where, options.access),
    rateLimit: readRateLimit(where, options.rateLimit),
    payloadSchema: readSchema(options.schema),
  };
}

function known(where, what, given, names) {
  for (const name of Object.keys(given)) {
    if (!names.includes(name)) refuse(where, `there is no ${what} \`${name}\`; there are ${names.join(", ")}`);
  }
}

function readAccess(where, access) {
  if (access == null) return null;
  if (access === "authenticated") return { authenticated: true, roles: [], permissions: [] };
  known(where, "rule in `access`", access, ["authenticated", "roles", "permissions"]);
  const { roles = [], permissions = [] } = access;
  return { authenticated: true, roles: [...roles], permissions: [...permissions] };
}

function readRateLimit(where, limit) {
  if (limit == null) return null;
  known(where, "number in `rateLimit`", limit, ["burst", "perMinute"]);
  const { burst, perMinute } = limit;
  if (!(burst > 0 && perMinute > 0)) refuse(where, "`rateLimit` is `{ burst, perMinute }`, both above 0");
  return { burst, perMinute };
}

function readSingleton(where, singleton) {
  if (singleton == null || singleton === false) return null;
  if (singleton === true) return { lingerMs: 0 };
  if (singleton === "keep") return { lingerMs: null };
  if (typeof singleton.lingerMs === "number") return { lingerMs: singleton.lingerMs };
  return refuse(where, '`singleton` is true, "keep" or `{ lingerMs }`');
}

function readLogging(where, names) {
  for (const name of names) {
    if (!LOGGING.includes(name)) refuse(where, `\`logging\` knows ${LOGGING.join(", ")}, not "${name}"`);
  }
  return Object.fromEntries(LOGGING.map((name) => [name, names.includes(name)]));
}

function readSchema(schema) {
  return schema == null ? null : JSON.stringify(schema);
}
