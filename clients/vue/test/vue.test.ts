import { type Component, Suspense, createApp, defineComponent, h, nextTick, onErrorCaptured, ref } from "vue";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Liveside, createLiveside, useConnection, useField, useLive, useRoom, useRoomEvent, useUpload } from "@liveside/vue";
import { back, newUrl, socket } from "../../../daemon/client/test/harness.ts";
import { KIB, UploadServer, file, withSender } from "../../../daemon/client/test/uploading.ts";

let leave: () => void = () => {};
afterEach(() => leave());

/** An app that shows this component. */
function show(component: Component): Liveside {
  document.body.innerHTML = "<main></main>";
  const liveside = createLiveside({ url: newUrl() });
  const app = createApp(component).use(liveside);
  app.mount("main");
  leave = () => {
    app.unmount();
    leave = () => {};
  };
  return liveside;
}

/** A component of a setup that gives what it shows. */
const shows = (setup: () => () => unknown) => defineComponent({ setup: () => { const text = setup(); return () => h("p", String(text())); } });

const mounts = async (id: string, state: object) => {
  socket().accept().mounted(id, state);
  await nextTick();
};
const text = () => document.querySelector("main")!.textContent;
const wait = (ms: number) => vi.advanceTimersByTimeAsync(ms);

describe("useLive", () => {
  const Counter = shows(() => {
    const { state, status, pending, error } = useLive("LiveCounter", { room: "lobby" });
    return () => [status.value, state.count, pending.value, error.value?.message].join();
  });

  it("mounts once for several who ask for the same, and ends with the last of them", async () => {
    const both = ref(true);
    show(defineComponent(() => () => [h(Counter), both.value ? h(Counter) : null]));
    await mounts("id-1", { count: 5 });
    expect(text()).toBe("live,5,0,live,5,0,");
    both.value = false;
    await wait(1000);
    expect(socket().types).toEqual(["COMPONENT_MOUNT"]);
    leave();
    await wait(1000);
    expect(socket().types).toEqual(["COMPONENT_MOUNT", "COMPONENT_UNMOUNT"]);
  });

  it("has a state that is reactive key by key", async () => {
    let renders = 0;
    const Name = defineComponent({
      props: ["state"],
      setup: (props: any) => () => {
        renders++;
        return props.state.name;
      },
    });
    show(defineComponent(() => {
      const { state } = useLive("LiveForm");
      return () => h(Name, { state });
    }));
    await mounts("id-1", { name: "Ada", count: 1 });
    expect([text(), renders]).toEqual(["Ada", 2]);
    socket().delta("id-1", { count: 2 });
    await nextTick();
    expect(renders).toBe(2);
    socket().delta("id-1", { name: "Bob" });
    await nextTick();
    expect([text(), renders]).toEqual(["Bob", 3]);
  });

  it("shows the initial state at once", async () => {
    show(shows(() => {
      const { state, status } = useLive<{ count: number }>("LiveCounter", { initialState: { count: 3 } });
      return () => `${status.value} ${state.count}`;
    }));
    expect(text()).toBe("mounting 3");
    await mounts("id-1", { count: 3 });
    expect(text()).toBe("live 3");
  });

  it("shows what is pending, takes back what is refused, and sends later what was done offline", async () => {
    let handle: any;
    show(shows(() => {
      const live = useLive("LiveForm");
      handle = live.handle;
      return () => [live.status.value, live.state.name, live.pending.value].join();
    }));
    await mounts("id-1", { name: "old" });
    handle.set("name", "new").catch(() => {});
    await nextTick();
    expect(text()).toBe("live,new,1");
    socket().reply("PROPERTY_UPDATE", { success: false, error: "not here", code: "INVALID_PAYLOAD" });
    await nextTick();
    expect(text()).toBe("live,old,0");
    socket().drop();
    handle.call("add", {}, { queue: true });
    await nextTick();
    expect(text()).toBe("offline,old,1");
    back().mounted("id-2", { name: "old" });
    socket().reply("CALL_ACTION", { result: null });
    await nextTick();
    expect(text()).toBe("live,old,0");
  });
});

describe("an asynchronous setup", () => {
  const Waiting = defineComponent({
    async setup() {
      const counter = useLive<{ count: number }>("LiveCounter");
      await counter.ready;
      return () => h("p", counter.state.count);
    },
  });
  const problem = ref("");
  const Page = defineComponent({
    setup() {
      onErrorCaptured((error: any) => {
        problem.value = error.code;
        return false;
      });
      return () => [problem.value, h(Suspense, null, { default: () => h(Waiting), fallback: () => "one moment" })];
    },
  });

  it("waits for the state", async () => {
    show(Page);
    expect(text()).toBe("one moment");
    await mounts("id-1", { count: 5 });
    await wait(0);
    expect(text()).toBe("5");
  });

  it("throws the refusal", async () => {
    show(Page);
    socket().accept().reply("COMPONENT_MOUNT", { success: false, error: "No", code: "COMPONENT_NOT_FOUND" });
    await wait(0);
    expect(text()).toContain("COMPONENT_NOT_FOUND");
  });
});

describe("useField", () => {
  it("is a model: shows the state, sends what is typed a moment later, keeps it without a connection", async () => {
    let name!: ReturnType<typeof useField<string>>;
    show(shows(() => {
      name = useField<string>(useLive("LiveForm").handle, "name");
      return () => [name.value.value, name.dirty.value, name.pending.value].join();
    }));
    await mounts("id-1", { name: "Ada" });
    expect(text()).toBe("Ada,false,false");
    name.value.value = "Bob";
    await nextTick();
    expect(text()).toBe("Bob,true,true");
    await wait(300);
    expect(socket().last("PROPERTY_UPDATE")).toMatchObject({ property: "name", payload: { value: "Bob" } });
    expect(text()).toBe("Bob,false,true");
    socket().drop();
    await wait(0);
    expect(text()).toBe("Bob,true,true");
    back().mounted("id-2", { name: "Ada" });
    socket().delta("id-2", { name: "Bob" });
    socket().reply("PROPERTY_UPDATE", {});
    await wait(0);
    expect(text()).toBe("Bob,false,false");
  });

  it("binds an input as it is", async () => {
    show(defineComponent(() => {
      const age = useField<number>(useLive("LiveForm").handle, "age");
      return () => h("input", { type: "number", ref: age.ref });
    }));
    await mounts("id-1", { age: 36 });
    const input = document.querySelector("input")!;
    expect(input.value).toBe("36");
    input.value = "37";
    input.dispatchEvent(new Event("input"));
    await wait(300);
    expect(socket().last("PROPERTY_UPDATE").payload).toEqual({ value: 37 });
  });
});

describe("useRoom", () => {
  it("joins, shows the room, hears it, and leaves", async () => {
    const said: unknown[] = [];
    show(shows(() => {
      const { state, joined, room } = useRoom(useLive("LiveChat").handle, "chat:1");
      useRoomEvent(room, "message", (data) => said.push(data));
      return () => [state.value.topic, joined.value].join();
    }));
    await mounts("id-1", {});
    socket().joined({ topic: "old" });
    socket().roomEvent("id-1", "chat:1", "message", "hi");
    await wait(0);
    expect([text(), said]).toEqual(["old,true", ["hi"]]);
    leave();
    await wait(10);
    socket().roomEvent("id-1", "chat:1", "message", "ho");
    expect(said).toEqual(["hi"]);
  });
});

describe("useUpload", () => {
  withSender();

  it("sends a file, and shows what came of it", async () => {
    let upload!: (file: Blob) => PromiseLike<unknown>;
    show(shows(() => {
      const it = useUpload(useLive("LiveAlbum").handle);
      upload = it.upload;
      return () => [it.status.value, it.progress.value?.percent, it.result.value?.fileUrl].join();
    }));
    await mounts("id-1", {});
    const server = new UploadServer(socket());
    upload(file(200 * KIB));
    await server.asked();
    expect(text()).toBe("uploading,0,");
    await wait(20_000);
    expect(text()).toBe("complete,100,/uploads/file-1");
  });
});

describe("useConnection", () => {
  it("shows the status and the user", async () => {
    show(shows(() => {
      const { status, user } = useConnection();
      useLive("LiveCounter");
      return () => `${status.value} ${user.value}`;
    }));
    await nextTick();
    expect(text()).toBe("connecting null");
    socket().accept().established("ada");
    await nextTick();
    expect(text()).toBe("open ada");
  });
});
