// A page that a server has rendered, taken over by the browser.

import { act } from "react";
import { type Root, hydrateRoot } from "react-dom/client";
import { renderToString } from "react-dom/server";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { LiveProvider, useConnection, useField, useLive, useLiveState, useRoom, useSuspenseLive } from "@liveside/react";
import { newUrl } from "../../../daemon/client/test/harness.ts";
import { mounts, text } from "./render.tsx";

let root: Root | undefined;
beforeEach(() => void vi.stubGlobal("IS_REACT_ACT_ENVIRONMENT", true));
afterEach(() => act(async () => root?.unmount()));

function Page() {
  const options = { room: "lobby", initialState: { count: 3, name: "Ada" } };
  const { handle, status, actions } = useLive("LiveCounter", options);
  const { state } = useSuspenseLive<{ count: number }>("LiveCounter", options);
  const { joined } = useRoom(handle);
  const name = useField<string>(handle, "name");
  return (
    <button onClick={actions.increment}>
      {[status, state.count, useLiveState(handle, "count"), name.text.value, joined, useConnection().status].join()}
    </button>
  );
}

/** As on a server: there is no window. */
function onServer<T>(render: () => T): T {
  vi.stubGlobal("window", undefined);
  try {
    return render();
  } finally {
    vi.stubGlobal("window", document.defaultView);
  }
}

it("goes on with what it was rendered with, without a mismatch and without a flash", async () => {
  const page = <LiveProvider url={newUrl()}><Page /></LiveProvider>;
  const html = onServer(() => renderToString(page));
  expect(html).toContain("mounting,3,3,Ada,false,closed");
  document.body.innerHTML = `<main>${html}</main>`;
  const main = document.querySelector("main")!;
  const button = main.querySelector("button");
  const errors: unknown[] = [];
  const seen: string[] = [];
  new MutationObserver(() => seen.push(text())).observe(main, { subtree: true, childList: true, characterData: true });
  await act(async () => void (root = hydrateRoot(main, page, { onRecoverableError: (error) => errors.push(error) })));
  await mounts("id-1", { count: 3, name: "Ada" });
  expect(errors).toEqual([]);
  expect(main.querySelector("button")).toBe(button);
  expect(text()).toBe("live,3,3,Ada,false,open");
  // The count and the name never went away.
  expect(seen.every((shown) => shown.includes(",3,3,Ada,"))).toBe(true);
});
