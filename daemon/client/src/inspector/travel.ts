// Going back in time: the events whose state can be had again, and where among them the instance is now.

import { type InspectorEvent, type InstanceEvent, isRoomEvent } from "./contract.ts";
import { isHousekeeping } from "./events.ts";

/** What this page itself does to an instance is told as an event of this kind. */
const BY_INSPECTOR = "inspector";

const isJump = (event: InstanceEvent) => event.kind === BY_INSPECTOR && event.name === "travel";

const isStop = (event: InspectorEvent): event is InstanceEvent =>
  !isRoomEvent(event) && event.canTravel && !isJump(event) && !isHousekeeping(event);

export class Travel {
  /** The event whose state was taken again; undefined: the instance is at its newest. */
  #seq: number | undefined;

  /** Where one can go, the oldest first. A jump is none: it leads where one can go already. */
  stops(events: readonly InspectorEvent[]): InstanceEvent[] {
    return events.filter(isStop);
  }

  /** The index of the stop whose state the instance has; -1 without any. */
  position(stops: readonly InstanceEvent[]): number {
    const at = this.#seq === undefined ? -1 : stops.findIndex(({ seq }) => seq === this.#seq);
    return at >= 0 ? at : stops.length - 1;
  }

  /** Goes there, and gives what goes back, should the daemon refuse. */
  go(seq: number): () => void {
    const before = this.#seq;
    this.#seq = seq;
    return () => {
      if (this.#seq === seq) this.#seq = before;
    };
  }

  /** Whatever happens to the instance after a jump begins a new present. */
  happened(events: readonly InspectorEvent[]): void {
    if (this.#seq !== undefined && events.some((event) => event.seq > this.#seq! && isStop(event))) this.#seq = undefined;
  }
}
