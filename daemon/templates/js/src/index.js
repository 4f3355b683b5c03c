// A counter. Save this file while the page is open: it goes on with the new logic, and the count stays.

import { Component } from "@liveside/component";

export class {{component}} extends Component {
  static options = { version: "1.0.0" };
  static actions = ["increment", "reset"];

  /** What the browser sees. */
  count = 0;

  increment({ by = 1 } = {}) {
    this.count += by;
    return this.count;
  }

  reset() {
    this.count = 0;
  }
}
