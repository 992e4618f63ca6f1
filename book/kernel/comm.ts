/** The page's ends of the widgets' channels, as html-manager wants them. */

import type { IClassicComm, ICallbacks } from "@jupyter-widgets/base";
import type { JSONObject, JSONValue } from "@lumino/coreutils";
import type { Bundle } from "./protocol.js";
import type { WorkerClient } from "./client.js";

type Handler = (message: unknown) => unknown;

/** What html-manager hands over: views on bytes, of any kind. */
export type AnyBuffer = ArrayBuffer | ArrayBufferView;

export class PageComm implements IClassicComm {
  private message: Handler = () => {};
  private closed: Handler = () => {};
  private sent = 0;

  constructor(
    readonly comm_id: string,
    readonly target_name: string,
    private readonly client: WorkerClient,
  ) {}

  open(data: JSONValue, _callbacks?: ICallbacks, metadata?: JSONObject, buffers?: AnyBuffer[]): string {
    return this.send_("comm_open", data, undefined, metadata, buffers);
  }

  send(data: JSONValue, callbacks?: ICallbacks, metadata?: JSONObject, buffers?: AnyBuffer[]): string {
    return this.send_("comm_msg", data, callbacks, metadata, buffers);
  }

  close(data: JSONValue = {}, callbacks?: ICallbacks, metadata?: JSONObject, buffers?: AnyBuffer[]): string {
    return this.send_("comm_close", data, callbacks, metadata, buffers);
  }

  on_msg(callback: Handler): void {
    this.message = callback;
  }

  on_close(callback: Handler): void {
    this.closed = callback;
  }

  /** A message from Python; resolves when the widget has taken it. */
  async take(type: "comm_msg" | "comm_close", message: unknown): Promise<void> {
    await (type === "comm_msg" ? this.message : this.closed)(message);
  }

  /** A widget holds back its next change until Python has dealt with the last: `idle` tells it so. */
  private send_(
    type: "comm_open" | "comm_msg" | "comm_close",
    data: JSONValue,
    callbacks?: ICallbacks,
    metadata: JSONObject = {},
    buffers: AnyBuffer[] = [],
  ): string {
    const id = `${this.comm_id}-${(this.sent += 1)}`;
    const message = { type, comm: this.comm_id, target: this.target_name, data: data as Bundle, metadata, buffers: buffers.map(bytes) };
    const status = { content: { execution_state: "idle" }, header: { msg_type: "status" }, parent_header: { msg_id: id } };
    void this.client.send(message).then(() => callbacks?.iopub?.status?.(status as never));
    return id;
  }
}

function bytes(buffer: AnyBuffer): Uint8Array {
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}
