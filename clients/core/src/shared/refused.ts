// Which component an error kept from being mounted: for whoever catches the error and wants to try again.

import type { LiveError } from "@liveside/client";
import type { ComponentStore } from "./component.ts";

const refused = new WeakMap<object, ComponentStore<any, any>>();

export function noteRefusal(error: LiveError, component: ComponentStore<any, any>): void {
  refused.set(error, component);
}

/** The component that this error is the refusal of; none where it is the failure of a call. */
export function componentOfError(error: unknown): ComponentStore<any, any> | undefined {
  return refused.get(error as object);
}
