// Outgoing HTTP, to the hosts that the daemon's configuration allows.

import { ask } from "../errors.js";
import { host } from "../host.js";
import { decode, encode } from "./codec.js";

/** Requests. They wait for the whole answer. */
export class Http {
  /**
   * Sends a request: `fetch(url, { method, headers, body, json, timeoutMs })`. `body` is text or bytes; `json` is a
   * value that is sent as JSON.
   */
  fetch(url, { method, headers = {}, body, json, timeoutMs = null } = {}) {
    const named = Object.entries(headers).map(([name, value]) => ({ name, value: String(value) }));
    if (json !== undefined) named.push({ name: "content-type", value: "application/json" });
    const content = json !== undefined ? JSON.stringify(json) : body;
    const bytes = content == null ? null : encode(content);
    const request = { method: method ?? (bytes ? "POST" : "GET"), url: String(url), headers: named, body: bytes, timeoutMs };
    return new HttpResponse(ask(host().http.fetch, request));
  }
}

/** An answer, whole. */
export class HttpResponse {
  constructor({ status, headers, body }) {
    this.status = status;
    /** Whether the status is 200 to 299. */
    this.ok = status >= 200 && status < 300;
    /** By names in lower case; of several of one name, joined by commas. */
    this.headers = {};
    for (const { name, value } of headers) {
      const key = name.toLowerCase();
      this.headers[key] = key in this.headers ? `${this.headers[key]}, ${value}` : value;
    }
    this.bytes = Uint8Array.from(body);
  }

  text() {
    return decode(this.bytes);
  }

  json() {
    return JSON.parse(this.text());
  }
}
