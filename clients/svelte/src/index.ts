// `@liveside/svelte`: Liveside's components as stores. Svelte 5, with runes or without.

export { connection, type ConnectionReadable } from "./connection.ts";
export { field, type FieldWritable } from "./field.ts";
export { live, type ComponentReadable, type LiveStoreOptions } from "./live.ts";
export { room, type RoomReadable } from "./room.ts";
export { upload, type UploadReadable } from "./upload.ts";
export { LiveError, live as createClient } from "@liveside/client";
export type { ComponentShown, ComponentStatus, ConnectionShown, RoomShown, RoomUse, UploadItem } from "@liveside/client/shared";
