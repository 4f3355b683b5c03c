import { Component } from "@liveside/component";

/** One for everybody. */
export class JsHall extends Component {
  static options = { singleton: true };

  members = 0;

  onClientJoin({ count }) {
    this.members = count;
  }

  onClientLeave({ count }) {
    this.members = count;
  }
}
