// A counter. Save this file while the page is open: it goes on with the new logic, and the count stays.

import { Component, action, component } from "@liveside/component";

@component({ name: "{{component}}", version: "1.0.0" })
export class Counter extends Component {
  /** What the browser sees. */
  count = 0;

  @action
  increment({ by = 1 }: { by?: number } = {}): number {
    this.count += by;
    return this.count;
  }

  @action
  reset(): void {
    this.count = 0;
  }
}
