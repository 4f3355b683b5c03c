import { action, component } from "@liveside/component";

import { Probe, rename, schemaOf, setup } from "./probe.ts";

/** The second version calls the number something else. */
@component({ ...setup, version: "2.0.0" })
export class Second extends Probe {
  amount = 0;

  static migrate(_from: string, state: Record<string, unknown>): void {
    rename(state, "value", "amount");
  }

  @action({ schema: schemaOf("amount") })
  set({ amount }: { amount: number }): void {
    this.amount = amount;
  }

  protected override get number(): number {
    return this.amount;
  }

  protected override set number(number: number) {
    this.amount = number;
  }
}
