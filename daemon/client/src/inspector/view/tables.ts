// The columns of the tables: instances, rooms, connections, modules.

import type { ConnectionRow, InstanceRow, ModuleRow, RoomRow } from "../contract.ts";
import { html, nothing } from "lit-html";
import { bytes, count, duration } from "../format.ts";
import { linkTo } from "../route.ts";
import { healthOf, idOf, none, roomLinks, tag } from "./parts.ts";
import type { TableView } from "./table.ts";

const orNone = (value: string | null) => value ?? none;

export const INSTANCES: TableView<InstanceRow> = {
  label: "Instances",
  sort: { column: "component", descending: false },
  keyOf: ({ id }) => id,
  linkOf: ({ id }) => linkTo("instances", id),
  lookOf: ({ lost }) => (lost ? "faint" : ""),
  empty: "Nothing is mounted.",
  columns: [
    { id: "component", label: "Component", value: ({ component }) => component },
    { id: "id", label: "Id", value: ({ id }) => id, cell: ({ id }) => idOf(id) },
    { id: "version", label: "Version", value: ({ version }) => version },
    {
      id: "owner",
      label: "Connection",
      title: "Whose it is: one connection's, or of as many as share it",
      value: ({ connectionId, members }) => connectionId ?? (members === null ? null : `shared by ${count(members)}`),
      cell: ({ connectionId, members, lost }) =>
        html`${connectionId ? idOf(connectionId) : members === null ? none : `shared by ${count(members)}`}
        ${lost ? tag("lost", "warn") : nothing}`,
    },
    {
      id: "rooms",
      label: "Rooms",
      value: ({ rooms }) => rooms.join(" "),
      cell: ({ rooms }) => (rooms.length ? roomLinks(rooms) : none),
    },
    {
      id: "waiting",
      label: "Waiting",
      title: "Events that wait for their turn",
      figure: true,
      value: ({ waiting }) => waiting,
      cell: ({ waiting }) => count(waiting),
    },
    {
      id: "state",
      label: "State",
      figure: true,
      value: ({ stateBytes }) => stateBytes,
      cell: ({ stateBytes }) => (stateBytes === null ? none : bytes(stateBytes)),
    },
    {
      id: "busy",
      label: "Busy",
      title: "Handles an event now",
      value: ({ busy }) => !busy,
      cell: ({ busy }) => html`<span class="busy ${busy ? "on" : ""}" title=${busy ? "busy" : "idle"}></span>`,
    },
  ],
};

export const ROOMS: TableView<RoomRow> = {
  label: "Rooms",
  sort: { column: "members", descending: true },
  keyOf: ({ name }) => name,
  linkOf: ({ name }) => linkTo("rooms", name),
  empty: "There is no room.",
  columns: [
    { id: "name", label: "Room", value: ({ name }) => name },
    {
      id: "logic",
      label: "Logic",
      title: "The component that decides what happens in it",
      value: ({ logic }) => logic,
      cell: ({ logic }) => orNone(logic),
    },
    { id: "members", label: "Members", figure: true, value: ({ members }) => members, cell: ({ members }) => count(members) },
    {
      id: "state",
      label: "State",
      figure: true,
      value: ({ stateBytes }) => stateBytes,
      cell: ({ stateBytes }) => bytes(stateBytes),
    },
    { id: "who", label: "Written by", value: ({ serverOnly }) => (serverOnly ? "server" : "members") },
  ],
};

export const CONNECTIONS: TableView<ConnectionRow> = {
  label: "Connections",
  sort: { column: "age", descending: true },
  keyOf: ({ id }) => id,
  // What a connection has mounted is what there is to see of it.
  linkOf: ({ id }) => linkTo("instances", null, id),
  empty: "Nobody is connected.",
  columns: [
    { id: "id", label: "Connection", value: ({ id }) => id, cell: ({ id }) => html`<span class="id">${id}</span>` },
    { id: "user", label: "User", value: ({ userId }) => userId, cell: ({ userId }) => orNone(userId) },
    { id: "age", label: "Age", figure: true, value: ({ ageMs }) => ageMs, cell: ({ ageMs }) => duration(ageMs) },
    {
      id: "silent",
      label: "Silent for",
      figure: true,
      value: ({ silentMs }) => silentMs,
      cell: ({ silentMs }) => duration(silentMs),
    },
    {
      id: "waiting",
      label: "Waiting",
      title: "Bytes that are not sent yet",
      figure: true,
      value: ({ waitingBytes }) => waitingBytes,
      cell: ({ waitingBytes }) => bytes(waitingBytes),
    },
  ],
};

const RANK = { unhealthy: 0, degraded: 1, healthy: 2 };

export const MODULES: TableView<ModuleRow> = {
  label: "Modules",
  sort: { column: "component", descending: false },
  keyOf: ({ component }) => component,
  linkOf: ({ component }) => linkTo("instances", null, component),
  empty: "No module is loaded.",
  columns: [
    { id: "component", label: "Component", value: ({ component }) => component },
    { id: "version", label: "Version", value: ({ version }) => version },
    { id: "kind", label: "Kind", value: ({ kind }) => kind },
    {
      id: "health",
      label: "Health",
      value: ({ health }) => health && RANK[health.status],
      cell: ({ health }) => (health ? healthOf(health.status) : none),
    },
    {
      id: "instances",
      label: "Instances",
      figure: true,
      value: ({ instances }) => instances,
      cell: ({ instances }) => count(instances),
    },
    {
      id: "events",
      label: "Events",
      figure: true,
      value: ({ health }) => health && health.events,
      cell: ({ health }) => (health ? count(health.events) : none),
    },
    {
      id: "broken",
      label: "Broken",
      title: "Events that crashed or took too long",
      figure: true,
      value: ({ health }) => health && health.broken,
      cell: ({ health }) => (health ? html`<span class=${health.broken ? "bad" : ""}>${count(health.broken)}</span>` : none),
    },
    {
      id: "mean",
      label: "Mean",
      title: "How long an event takes",
      figure: true,
      value: ({ health }) => health && health.meanMs,
      cell: ({ health }) => (health ? `${health.meanMs.toFixed(2)} ms` : none),
    },
    {
      id: "last",
      label: "Last event",
      figure: true,
      value: ({ health }) => health && health.lastEventMs,
      cell: ({ health }) => (typeof health?.lastEventMs === "number" ? `${duration(health.lastEventMs)} ago` : none),
    },
    {
      id: "live",
      label: "Workers",
      title: "Workers that live",
      figure: true,
      value: ({ workers }) => workers.live,
      cell: ({ workers }) => count(workers.live),
    },
    {
      id: "recycled",
      label: "Recycled",
      title: "Workers that were replaced after many events",
      figure: true,
      value: ({ workers }) => workers.recycled,
      cell: ({ workers }) => count(workers.recycled),
    },
    {
      id: "trapped",
      label: "Trapped",
      title: "Workers that crashed",
      figure: true,
      value: ({ workers }) => workers.trapped,
      cell: ({ workers }) => html`<span class=${workers.trapped ? "bad" : ""}>${count(workers.trapped)}</span>`,
    },
    { id: "module", label: "File", value: ({ module }) => module },
    { id: "bytes", label: "Size", figure: true, value: ({ bytes }) => bytes, cell: (row) => bytes(row.bytes) },
  ],
};
