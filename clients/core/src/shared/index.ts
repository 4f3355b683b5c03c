// `@liveside/client/shared`: what the packages for React, Vue and Svelte have in common, and another framework's would.
// Everything that they show is a `Store`: a value, and who is told when there is another.

export { type ActionCalls, actionsOf } from "./actions.ts";
export { type ComponentShown, type ComponentStatus, type ComponentStore, type ShareOptions, componentStore } from "./component.ts";
export { type ConnectionShown, connectionStore } from "./connection.ts";
export { type FieldShown, type FieldStore, fieldStore } from "./field.ts";
export { clientFor } from "./inert.ts";
export { keyStore } from "./key.ts";
export { componentOfError } from "./refused.ts";
export { type RoomShown, type RoomStore, type RoomUse, roomStore } from "./room.ts";
export { Store } from "./store.ts";
export { type UploadItem, type UploadStore, uploadStore } from "./upload.ts";
