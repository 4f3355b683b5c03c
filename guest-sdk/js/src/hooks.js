// The hooks by name: the flag of `hooks` in wit/component.wit, the event, and what the method is given.

const json = (text) => (text == null ? undefined : JSON.parse(text));

const upload = ({ id, stage, filename, contentType, size }) => {
  const details = { progress: "bytes", complete: "url", failed: "reason" }[stage.tag];
  const more = details ? { [details]: stage.val } : {};
  return { id, stage: stage.tag, filename, contentType, size, ...more };
};

/** Method name to flag, event tag and the arguments made of the event. */
export const HOOKS = {
  onConnect: { flag: "connect", tag: "connect", args: () => [] },
  onMount: { flag: "mount", tag: "mount", args: (mount) => [mount] },
  onRehydrate: { flag: "rehydrate", tag: "rehydrate", args: ({ fromVersion }) => [fromVersion] },
  onAction: { flag: "beforeAction", tag: "before-action", args: ({ name, payload }) => [name, json(payload)] },
  onStateChange: { flag: "stateChange", tag: "state-change", args: (keys) => [keys] },
  onRoomJoin: { flag: "roomJoin", tag: "room-join", args: (room) => [room] },
  onRoomLeave: { flag: "roomLeave", tag: "room-leave", args: (room) => [room] },
  onUpload: { flag: "upload", tag: "upload", args: (event) => [upload(event)] },
  onClientJoin: { flag: "clientJoin", tag: "client-join", args: (client) => [client] },
  onClientLeave: { flag: "clientLeave", tag: "client-leave", args: (client) => [client] },
  onReload: { flag: "reload", tag: "reload", args: ({ fromVersion }) => [fromVersion] },
  onDisconnect: { flag: "disconnect", tag: "disconnect", args: () => [] },
  onDestroy: { flag: "destroy", tag: "destroy", args: () => [] },
  onMemberJoin: { flag: "memberJoin", tag: "member-join", args: (member) => [member] },
  onMemberLeave: { flag: "memberLeave", tag: "member-leave", args: (member) => [member] },
  onEmpty: { flag: "empty", tag: "empty", args: () => [] },
};

/** The timers that no method of their own is named for come here. It has no flag: timers always come. */
export const ON_TIMER = "onTimer";

/** Event tag to the hook's method name. */
export const HOOK_OF = Object.fromEntries(Object.entries(HOOKS).map(([name, hook]) => [hook.tag, name]));

/** A name that only a hook may have. */
export function looksLikeHook(name) {
  return /^on[A-Z]/.test(name);
}
