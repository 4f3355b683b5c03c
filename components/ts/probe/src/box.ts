import { Component, action, component, type Member } from "@liveside/component";

/** Logic of the rooms `tsbox:NAME`: a box of things, and room for three. */
@component({ name: "TsBox", room: "tsbox" })
export class Box extends Component {
  items: unknown[] = [];

  @action
  put({ item }: { item: unknown }): number {
    return this.items.push(item);
  }

  onMemberJoin({ count }: Member): void {
    if (count > 3) throw new Error("Full.");
  }
}
