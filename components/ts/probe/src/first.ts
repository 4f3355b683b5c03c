import { action, component } from "@liveside/component";

import { Probe, rename, schemaOf, setup } from "./probe.ts";

@component({ ...setup, version: "1.0.0" })
export class First extends Probe {
  value = 0;

  static migrate(_from: string, state: Record<string, unknown>): void {
    rename(state, "amount", "value");
  }

  @action({ schema: schemaOf("value") })
  set({ value }: { value: number }): void {
    this.value = value;
  }

  protected override get number(): number {
    return this.value;
  }

  protected override set number(number: number) {
    this.value = number;
  }
}
