import { Component, component, type Client } from "@liveside/component";

/** One for everybody. */
@component({ name: "TsHall", singleton: true })
export class Hall extends Component {
  members = 0;

  onClientJoin({ count }: Client): void {
    this.members = count;
  }

  onClientLeave({ count }: Client): void {
    this.members = count;
  }
}
