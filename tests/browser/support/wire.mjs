// A network between the browser and the daemon, which can fail as networks do: without a word.

import { connect, createServer } from "node:net";

/** Passes on what goes to `address`, under an address of its own. */
export async function startWire(address) {
  const [host, port] = address.split(":");
  const pairs = new Set();
  /** Who came while it was cut: passed on once it is mended. */
  const waiting = [];
  let isCut = false;

  function pass(browser) {
    const daemon = connect(Number(port), host);
    const pair = { browser, daemon };
    pairs.add(pair);
    for (const [from, to] of [[browser, daemon], [daemon, browser]]) {
      from.pipe(to);
      from.on("error", () => to.destroy());
      from.on("close", () => {
        pairs.delete(pair);
        to.end();
      });
    }
  }

  const server = createServer({ noDelay: true }, (browser) => {
    browser.on("error", () => {});
    if (isCut) waiting.push(browser);
    else pass(browser);
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));

  return {
    url: `http://127.0.0.1:${server.address().port}`,
    /** From now on nothing gets through, and neither side is told. What was open stays so, and never works again. */
    cut() {
      isCut = true;
      for (const { browser, daemon } of pairs) {
        for (const [from, to] of [[browser, daemon], [daemon, browser]]) {
          from.unpipe(to);
          from.resume();
          from.removeAllListeners("close");
        }
      }
    },
    /** As when a network is gone and a browser knows: what is open ends, and nothing new gets through. */
    drop() {
      isCut = true;
      for (const { browser, daemon } of pairs) for (const socket of [browser, daemon]) socket.destroy();
    },
    mend() {
      isCut = false;
      for (const browser of waiting.splice(0)) pass(browser);
    },
    stop() {
      for (const { browser, daemon } of pairs) for (const socket of [browser, daemon]) socket.destroy();
      for (const browser of waiting) browser.destroy();
      return new Promise((done) => server.close(done));
    },
  };
}
