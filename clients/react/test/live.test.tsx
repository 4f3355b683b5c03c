import { Suspense, act, memo, use } from "react";
import { renderToString } from "react-dom/server";
import { describe, expect, it, vi } from "vitest";
import { LiveErrorBoundary, LiveProvider, preloadLive, useConnection, useLive, useLiveClient, useLiveState, useSuspenseLive } from "@liveside/react";
import { socket } from "../../../daemon/client/test/harness.ts";
import { click, does, leave, mounts, render, text, wait } from "./render.tsx";

function Counter({ initialState, id }: { initialState?: object; id?: string }) {
  const { state, actions, status, pending, error } = useLive("LiveCounter", { room: "lobby", key: id, initialState });
  return (
    <p>
      {status} {state.count ?? "…"} {pending} {error?.message}
      <button onClick={actions.increment}>+</button>
    </p>
  );
}

describe("useLive", () => {
  it("mounts once, in StrictMode and for several who ask for the same", async () => {
    await render([<Counter key="1" />, <Counter key="2" />]);
    expect(text()).toBe("mounting … 0 +mounting … 0 +");
    await mounts("id-1", { count: 5 });
    await wait(1000);
    expect(text()).toBe("live 5 0 +live 5 0 +");
    expect(socket().types).toEqual(["COMPONENT_MOUNT"]);
    expect(socket().last("COMPONENT_MOUNT").payload).toEqual({ component: "LiveCounter", room: "lobby" });
  });

  it("mounts another for another key, and ends what is used no more", async () => {
    const { rerender } = await render(<Counter />);
    await mounts("id-1", { count: 5 });
    await rerender(<Counter id="other" />);
    await does((server) => server.mounted("id-2", {}));
    await wait(1000);
    expect(socket().types).toEqual(["COMPONENT_MOUNT", "COMPONENT_MOUNT", "COMPONENT_UNMOUNT"]);
    await leave();
    await vi.advanceTimersByTimeAsync(1000);
    expect(socket().last("COMPONENT_UNMOUNT").componentId).toBe("id-2");
  });

  it("mounts another for other props, and not for the same said anew", async () => {
    const Page = ({ count }: { count: number }) => <p>{useLive("LiveCounter", { props: { count } }).status}</p>;
    const { rerender } = await render(<Page count={1} />);
    await mounts("id-1", { count: 1 });
    await rerender(<Page count={1} />);
    expect(socket().count("COMPONENT_MOUNT")).toBe(1);
    await rerender(<Page count={2} />);
    expect(socket().last("COMPONENT_MOUNT").payload.props).toEqual({ count: 2 });
  });

  it("goes on with the same where one view follows another", async () => {
    const { rerender } = await render(<Counter key="before" />);
    await mounts("id-1", { count: 5 });
    await rerender(<section><Counter key="after" /></section>);
    await wait(1000);
    expect([text(), socket().types]).toEqual(["live 5 0 +", ["COMPONENT_MOUNT"]]);
  });

  it("calls actions by name, and shows their failure", async () => {
    await render(<Counter />);
    await mounts("id-1", { count: 5 });
    await click("button");
    expect(socket().last("CALL_ACTION")).toMatchObject({ action: "increment", componentId: "id-1" });
    await does((server) => {
      server.delta("id-1", { count: 6 });
      server.reply("CALL_ACTION", { result: 6 });
    });
    expect(text()).toBe("live 6 0 +");
    await click("button");
    await does((server) => server.reply("CALL_ACTION", { success: false, error: "Enough", code: "ACTION_FAILED" }));
    expect(text()).toBe("live 6 0 Enough+");
  });

  it("shows the initial state at once, and the same element where the server tells the same", async () => {
    await render(<Counter initialState={{ count: 3 }} />);
    expect(text()).toBe("mounting 3 0 +");
    await mounts("id-1", { count: 3 });
    expect(text()).toBe("live 3 0 +");
  });

  it("renders on a server with the initial state, and mounts nothing there", () => {
    vi.stubGlobal("window", undefined);
    const html = renderToString(<LiveProvider><Counter initialState={{ count: 3 }} /></LiveProvider>);
    vi.unstubAllGlobals();
    expect(html.replaceAll("<!-- -->", "")).toBe("<p>mounting 3 0 <button>+</button></p>");
  });

  it("tells that the connection is lost, and keeps what was known", async () => {
    await render(<Counter />);
    await mounts("id-1", { count: 5 });
    await does((server) => server.drop());
    expect(text()).toBe("offline 5 0 +");
  });
});

describe("useLiveState", () => {
  it("renders again for its own key only", async () => {
    let renders = 0;
    const Name = memo(({ handle }: { handle: any }) => {
      renders++;
      return <b>{useLiveState(handle, "name")}</b>;
    });
    function Page() {
      const { handle } = useLive("LiveForm");
      return <Name handle={handle} />;
    }
    await render(<Page />);
    await mounts("id-1", { name: "Ada", count: 1 });
    const before = renders;
    await does((server) => server.delta("id-1", { count: 2 }));
    expect([text("b"), renders]).toEqual(["Ada", before]);
    await does((server) => server.delta("id-1", { name: "Bob" }));
    expect(text("b")).toBe("Bob");
    expect(renders).toBeGreaterThan(before);
  });

  it("knows the handle's own keys", async () => {
    const Connected = ({ handle }: { handle: any }) => <b>{String(useLiveState(handle, "$connected"))}</b>;
    const Page = () => <Connected handle={useLive("LiveForm").handle} />;
    await render(<Page />);
    expect(text("b")).toBe("false");
    await mounts("id-1", {});
    expect(text("b")).toBe("true");
  });
});

function Waiting() {
  const { state, status } = useSuspenseLive<{ count: number }>("LiveCounter");
  return <p>{status} {state.count.toFixed(1)}</p>;
}

describe("useSuspenseLive", () => {
  it("waits until there is a state, however long that takes, and mounts once", async () => {
    await render(<Suspense fallback="one moment"><Waiting /></Suspense>);
    expect(text()).toBe("one moment");
    await wait(25_000);
    await mounts("id-1", { count: 5 });
    expect(text()).toBe("live 5.0");
    await wait(15_000);
    expect([socket().count("COMPONENT_MOUNT"), socket().count("COMPONENT_UNMOUNT")]).toEqual([1, 0]);
  });

  it("works with React's use as well", async () => {
    function Used() {
      const handle = use(preloadLive<{ count: number }>(useLiveClient(), "LiveCounter"));
      return <p>{useLiveState(handle, "count")}</p>;
    }
    await render(<Suspense fallback="one moment"><Used /></Suspense>);
    expect(text()).toBe("one moment");
    await mounts("id-1", { count: 5 });
    expect(text()).toBe("5");
  });

  it("throws the refusal to a boundary, which can try again", async () => {
    const caught = vi.fn();
    vi.spyOn(console, "error").mockImplementation(() => {});
    await render(
      <LiveErrorBoundary onError={caught} fallback={({ error, retry }) => <button onClick={retry}>{error.code}</button>}>
        <Suspense fallback="one moment"><Waiting /></Suspense>
      </LiveErrorBoundary>,
    );
    await does((server) => server.accept().reply("COMPONENT_MOUNT", { success: false, error: "No", code: "COMPONENT_NOT_FOUND" }));
    expect(text()).toBe("COMPONENT_NOT_FOUND");
    expect(caught).toHaveBeenCalledOnce();
    await click("button");
    expect(text()).toBe("one moment");
    await wait(1000);
    await does((server) => server.mounted("id-1", { count: 5 }));
    expect(text()).toBe("live 5.0");
  });

  it("is shown once the server mounts it after all", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    await render(
      <LiveErrorBoundary fallback="sign in">
        <Suspense fallback="one moment"><Waiting /></Suspense>
        <SignIn />
      </LiveErrorBoundary>,
    );
    await does((server) => server.accept().reply("COMPONENT_MOUNT", { success: false, error: "Who?", code: "AUTH_DENIED" }));
    expect(text()).toBe("sign in");
    await act(async () => void signIn({ user: "ada" }));
    await does((server) => server.signedIn("ada"));
    await does((server) => server.mounted("id-1", { count: 5 }));
    expect(text()).toContain("live 5.0");
  });

  it("leaves other errors to other boundaries", async () => {
    vi.spyOn(console, "error").mockImplementation(() => {});
    const Broken = () => {
      throw new Error("a bug");
    };
    await expect(render(<LiveErrorBoundary fallback="sign in"><Broken /></LiveErrorBoundary>)).rejects.toThrow("a bug");
  });
});

let signIn: (credentials: object) => Promise<unknown>;
function SignIn() {
  const { connection } = useConnection();
  signIn = (credentials) => connection.auth({ ...credentials });
  return null;
}
