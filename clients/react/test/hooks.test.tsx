import { useState } from "react";
import { describe, expect, it } from "vitest";
import { useConnection, useField, useLive, useRoom, useRoomEvent, useUpload } from "@liveside/react";
import { FakeSocket, back, socket } from "../../../daemon/client/test/harness.ts";
import { KIB, UploadServer, file, withSender } from "../../../daemon/client/test/uploading.ts";
import { click, does, leave, mounts, render, text, type, wait } from "./render.tsx";

const value = (selector: string) => document.querySelector<HTMLInputElement>(selector)!.value;

describe("useField", () => {
  function Form() {
    const { handle, pending } = useLive("LiveForm");
    const name = useField<string>(handle, "name");
    const age = useField<number>(handle, "age");
    const news = useField<boolean>(handle, "news");
    return (
      <>
        <input id="name" {...name.text} />
        <input id="age" type="number" ref={age.ref} />
        <input id="news" type="checkbox" {...news.checkbox} />
        <output>{[name.value, age.value, news.value, name.dirty, name.pending, pending].join()}</output>
      </>
    );
  }
  const STATE = { name: "Ada", age: 36, news: false };

  it("shows the state, sends what is typed a moment later, and says so meanwhile", async () => {
    await render(<Form />);
    expect(value("#name")).toBe("");
    await mounts("id-1", STATE);
    expect([value("#name"), value("#age"), text("output")]).toEqual(["Ada", "36", "Ada,36,false,false,false,0"]);
    await type("#name", "Bob");
    expect(text("output")).toBe("Bob,36,false,true,true,1");
    expect(socket().count("PROPERTY_UPDATE")).toBe(0);
    await wait(300);
    expect(socket().last("PROPERTY_UPDATE")).toMatchObject({ property: "name", payload: { value: "Bob" } });
    expect(text("output")).toBe("Bob,36,false,false,true,1");
    await does((server) => {
      server.delta("id-1", { name: "Bob" });
      server.reply("PROPERTY_UPDATE", {});
    });
    expect(text("output")).toBe("Bob,36,false,false,false,0");
  });

  it("takes back what is refused", async () => {
    await render(<Form />);
    await mounts("id-1", STATE);
    await type("#name", "Bob");
    await wait(300);
    await does((server) => server.reply("PROPERTY_UPDATE", { success: false, error: "not here", code: "INVALID_PAYLOAD" }));
    expect([value("#name"), text("output")]).toEqual(["Ada", "Ada,36,false,false,false,0"]);
  });

  it("keeps what is typed without a connection, and sends it with the next", async () => {
    await render(<Form />);
    await mounts("id-1", STATE);
    await does((server) => server.drop());
    await type("#name", "Bob");
    await wait(400);
    expect(text("output")).toBe("Bob,36,false,true,true,1");
    await does(() => void back().mounted("id-2", STATE));
    expect(socket().last("PROPERTY_UPDATE")).toMatchObject({ componentId: "id-2", payload: { value: "Bob" } });
    expect(value("#name")).toBe("Bob");
    await does((server) => {
      server.delta("id-2", { name: "Bob" });
      server.reply("PROPERTY_UPDATE", {});
    });
    expect(text("output")).toBe("Bob,36,false,false,false,0");
  });

  it("binds other inputs with their types", async () => {
    await render(<Form />);
    await mounts("id-1", STATE);
    await type("#age", "37");
    await click("#news");
    await wait(300);
    expect(text("output")).toMatch(/^Ada,37,true,/);
    expect(socket().sent.map(({ payload }) => payload.value).slice(1)).toEqual([37, true]);
  });

  it("does not leave behind what was typed", async () => {
    await render(<Form />);
    await mounts("id-1", STATE);
    await type("#name", "Bob");
    await leave();
    await wait(100);
    expect(socket().types).toEqual(["COMPONENT_MOUNT", "PROPERTY_UPDATE", "COMPONENT_UNMOUNT"]);
  });
});

describe("useRoom", () => {
  function Chat({ name }: { name?: string }) {
    const { handle } = useLive("LiveChat", { room: "lobby" });
    const { state, joined, members, error, room, emit } = useRoom(handle, name, { initialState: { topic: "new" } });
    const [said, setSaid] = useState<string[]>([]);
    useRoomEvent<{ text: string }>(room, "message", ({ text }) => setSaid((said) => [...said, text]));
    return (
      <button onClick={() => emit("message", { text: "hello" })}>
        {[state.topic, joined, members, error?.code, ...said].join()}
      </button>
    );
  }

  it("joins once, shows the room, hears it, and leaves with the last who shows it", async () => {
    const { rerender } = await render([<Chat key="1" name="chat:1" />, <Chat key="2" name="chat:1" />]);
    await mounts("id-1", {});
    expect(socket().last("ROOM_JOIN")).toMatchObject({ roomId: "chat:1", initialState: { topic: "new" } });
    await does((server) => {
      server.joined({ topic: "old" });
      server.roomEvent("id-1", "chat:1", "message", { text: "hi" });
      server.roomEvent("id-1", "chat:1", "message", { text: "ho" });
      server.push({ type: "ROOM_SYSTEM", roomId: "chat:1", event: "$sub:join", data: { subscriberId: "id-1", count: 2 } } as any);
    });
    expect(text("button")).toBe("old,true,2,,hi,ho");
    await click("button");
    expect(socket().last("ROOM_EMIT")).toMatchObject({ roomId: "chat:1", event: "message", data: { text: "hello" } });
    await rerender(<Chat key="1" name="chat:1" />);
    await wait(1000);
    expect([socket().count("ROOM_JOIN"), socket().count("ROOM_LEAVE")]).toEqual([1, 0]);
    await rerender(<Chat key="1" name="chat:2" />);
    await wait(1000);
    expect(socket().last("ROOM_LEAVE").roomId).toBe("chat:1");
  });

  it("stays in the room that the component was mounted with", async () => {
    const Nothing = () => void useLive("LiveChat", { room: "lobby" });
    const { rerender } = await render(<Chat />);
    await mounts("id-1", {});
    expect(socket().last("ROOM_JOIN").roomId).toBe("lobby");
    await does((server) => server.joined({}));
    await rerender(<Nothing />);
    await wait(1000);
    expect(socket().types).toEqual(["COMPONENT_MOUNT", "ROOM_JOIN"]);
  });

  it("tells why it may not join", async () => {
    await render(<Chat name="staff" />);
    await mounts("id-1", {});
    await does((server) => server.reply("ROOM_JOIN", { success: false, error: "Staff only", code: "ROOM_DENIED" }));
    expect(text("button")).toBe(",false,,ROOM_DENIED");
  });
});

describe("useUpload", () => {
  withSender();

  it("sends a file, and shows how far it is and what came of it", async () => {
    let upload!: (file: Blob) => PromiseLike<unknown>;
    function Album() {
      const it = useUpload(useLive("LiveAlbum").handle);
      upload = it.upload;
      return <p>{[it.status, it.progress?.percent, it.result?.fileUrl, it.uploads.length].join()}</p>;
    }
    await render(<Album />);
    await mounts("id-1", {});
    expect(text()).toBe("idle,,,0");
    const server = new UploadServer(socket());
    await does(() => void upload(file(200 * KIB)));
    expect(text()).toBe("uploading,0,,1");
    await does(() => server.asked());
    await wait(20_000);
    expect(text()).toBe("complete,100,/uploads/file-1,1");
  });
});

describe("useConnection", () => {
  it("shows the status and the user", async () => {
    function Status() {
      const { status, user } = useConnection();
      useLive("LiveCounter");
      return <p>{`${status} ${user}`}</p>;
    }
    await render(<Status />);
    expect(text()).toBe("connecting null");
    await does((server) => server.accept().established("ada"));
    expect(text()).toBe("open ada");
    await does((server) => server.drop());
    expect(text()).toMatch(/^reconnecting/);
    expect(FakeSocket.all).toHaveLength(1);
  });
});
