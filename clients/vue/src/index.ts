// `@liveside/vue`: Liveside's components as composables. Vue 3.

export { useConnection, type UseConnection } from "./connection.ts";
export { useField, type UseField } from "./field.ts";
export { useLive, type UseLive } from "./live.ts";
export { type Liveside, type LivesideOptions, createLiveside, useLiveClient } from "./plugin.ts";
export { useRoom, useRoomEvent, type UseRoom } from "./room.ts";
export { useUpload, type UseUpload } from "./upload.ts";
export { LiveError, live } from "@liveside/client";
export type { ComponentStatus, RoomUse, ShareOptions, UploadItem } from "@liveside/client/shared";
