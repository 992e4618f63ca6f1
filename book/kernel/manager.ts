/** html-manager over the page's comms: makes the models and the views of ipywidgets and anywidgets. */

import { HTMLManager } from "@jupyter-widgets/html-manager";
import * as base from "@jupyter-widgets/base";
import makeAnywidget from "anywidget";
import type { CommMessage, CommOpen } from "./protocol.js";
import type { WorkerClient } from "./client.js";
import { PageComm } from "./comm.js";
import { asOwn, CLASSES, OWN_MODULE } from "./own_widgets.js";

type Classes = Record<string, unknown>;

export class Manager extends HTMLManager {
  private readonly channels = new Map<string, PageComm>();
  private turn: Promise<void> = Promise.resolve();
  private anywidget: Promise<Classes> | undefined;

  constructor(private readonly client: WorkerClient) {
    super();
  }

  /** Hands on a comm message of Python, in the order in which they come. */
  take(message: CommOpen | CommMessage): void {
    this.turn = this.turn.then(() => this.handle(message)).catch((error) => console.error("widget:", error));
  }

  /** Puts a widget's view into an element. */
  async show(id: string, element: HTMLElement): Promise<void> {
    const view = await this.create_view(await this.model(id));
    await this.display_view(view as never, element);
  }

  /** A widget's model, once all messages that were sent before have been handled. */
  async model(id: string): Promise<base.WidgetModel> {
    await this.turn;
    return this.get_model(id);
  }

  override async _create_comm(
    target: string,
    id: string,
    data?: unknown,
    metadata?: unknown,
    buffers?: unknown,
  ): Promise<base.IClassicComm> {
    const channel = new PageComm(id, target, this.client);
    this.channels.set(id, channel);
    if (data) channel.open(data as never, undefined, metadata as never, buffers as never);
    return channel;
  }

  override async _get_comm_info(): Promise<Record<string, never>> {
    return {};
  }

  override async new_model(options: base.IModelOptions, state: Record<string, unknown> = {}): Promise<base.WidgetModel> {
    const own = asOwn(state);
    if (!own) return super.new_model(options, state);
    const names = { model_module: OWN_MODULE, model_name: "OwnModel", model_module_version: "1" };
    return super.new_model({ ...options, ...names } as base.IModelOptions, own);
  }

  /** html-manager asks a CDN for the classes of any package it does not know: there are none but these. */
  protected override async loadClass(name: string, module: string, version: string): Promise<never> {
    if (module === "anywidget") {
      this.anywidget ??= Promise.resolve(makeAnywidget(base));
      return (await this.anywidget)[name] as never;
    }
    if (module === OWN_MODULE) return CLASSES[name] as never;
    if (!module.startsWith("@jupyter-widgets/")) throw new Error(`The book has no widgets of ${module} ${version}.`);
    return super.loadClass(name, module, version) as never;
  }

  private async handle(message: CommOpen | CommMessage): Promise<void> {
    const buffers = message.buffers.map((each) => new DataView(each.buffer, each.byteOffset, each.byteLength));
    const { comm: comm_id, data, metadata } = message;
    if (message.type === "comm_open") {
      const channel = new PageComm(comm_id, message.target, this.client);
      this.channels.set(comm_id, channel);
      const content = { comm_id, target_name: message.target, data };
      await this.handle_comm_open(channel, { content, metadata, buffers } as never);
      return;
    }
    const channel = this.channels.get(comm_id);
    if (message.type === "comm_close") this.channels.delete(comm_id);
    await channel?.take(message.type, { content: { comm_id, data }, metadata, buffers, parent_header: {} });
  }
}
