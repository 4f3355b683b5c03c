import { Component } from "@liveside/component";

/** Logic of the rooms `jsbox:NAME`: a box of things, and room for three. */
export class JsBox extends Component {
  static options = { room: "jsbox" };
  static actions = ["put"];

  items = [];

  put({ item }) {
    return this.items.push(item);
  }

  onMemberJoin({ count }) {
    if (count > 3) throw new Error("Full.");
  }
}
