// `@liveside/react`: Liveside's components as hooks. React 18 and 19.

export { LiveErrorBoundary, type LiveErrorBoundaryProps, type LiveFallbackProps } from "./boundary.tsx";
export { useConnection, type UseConnection } from "./connection.ts";
export { useField, type UseField } from "./field.ts";
export { type LiveResult, type SuspenseLiveResult, preloadLive, useLive, useLiveState, useSuspenseLive } from "./live.ts";
export { LiveProvider, type LiveProviderProps, useLiveClient } from "./provider.ts";
export { useRoom, useRoomEvent, type UseRoom } from "./room.ts";
export { useUpload, type UseUpload } from "./upload.ts";
export { LiveError, live } from "@liveside/client";
export type { ComponentStatus, RoomUse, ShareOptions, UploadItem } from "@liveside/client/shared";
