// The rooms of the fake server: members, state, events. What the daemon refuses, limits or keeps for later is left out.

const replies = {
  ROOM_JOIN: "ROOM_JOINED",
  ROOM_LEAVE: "ROOM_LEFT",
  ROOM_EMIT: "ROOM_EMITTED",
  ROOM_STATE_SET: "ROOM_EMITTED",
  ROOM_STATE_GET: "ROOM_STATE",
};

export class FakeRooms {
  /** By name; members by id, with what sends to them. */
  #rooms = new Map();

  join(roomId, componentId, send, state = {}) {
    if (!this.#rooms.has(roomId)) this.#rooms.set(roomId, { members: new Map(), state });
    const room = this.#rooms.get(roomId);
    const known = room.members.has(componentId);
    room.members.set(componentId, send);
    if (!known) this.#system(roomId, "$sub:join", componentId);
    return room;
  }

  leaveAll(componentId) {
    for (const roomId of this.#rooms.keys()) this.#leave(roomId, componentId);
  }

  handle({ type, componentId, requestId, roomId, event, data, initialState, includeSelf }, send) {
    const answer = (fields) => {
      const reply = { type: replies[type], originalType: type, componentId, roomId, requestId, success: true, ...fields };
      if (requestId !== undefined) send(reply);
    };
    if (type === "ROOM_JOIN") return answer({ state: this.join(roomId, componentId, send, initialState).state });
    const room = this.#rooms.get(roomId);
    if (!room?.members.has(componentId)) {
      return answer({ success: false, code: "ROOM_DENIED", error: `Only members of ${roomId} may do that` });
    }
    if (type === "ROOM_LEAVE") this.#leave(roomId, componentId);
    const told = [...room.members].filter(([id]) => includeSelf || id !== componentId);
    const tell = (message) => told.forEach(([id, send]) => send({ ...message, componentId: id, roomId, data }));
    if (type === "ROOM_EMIT") tell({ type: "ROOM_EVENT", event });
    if (type === "ROOM_STATE_SET") {
      for (const [key, value] of Object.entries(data)) value === null ? delete room.state[key] : (room.state[key] = value);
      tell({ type: "ROOM_STATE", event: "$state:update" });
    }
    answer(type === "ROOM_STATE_GET" ? { state: room.state } : { count: told.length });
  }

  #leave(roomId, componentId) {
    if (this.#rooms.get(roomId).members.delete(componentId)) this.#system(roomId, "$sub:leave", componentId);
  }

  /** Unlike the daemon's, these come once for each member instead of once for each connection. */
  #system(roomId, event, subscriberId) {
    const { members } = this.#rooms.get(roomId);
    for (const send of members.values()) send({ type: "ROOM_SYSTEM", roomId, event, data: { subscriberId, count: members.size } });
  }
}
