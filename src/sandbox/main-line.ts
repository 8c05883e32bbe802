import { receiveMessageOnPort, type MessagePort } from "node:worker_threads";
import {
  SANDBOX_CONTROL,
  type FromSandbox,
  type RefusalReason,
  type SandboxRequests,
  type ToSandbox,
} from "../shared/live/sandbox-protocol.ts";

/** Main refused a request. */
export class RequestRefused extends Error {
  override readonly name = "RequestRefused";
  readonly reason: RefusalReason;

  constructor(reason: RefusalReason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** The sandbox's line to main: news goes out at once, a request sleeps until it is answered. */
export class MainLine {
  readonly #port: MessagePort;
  readonly #control: Int32Array;
  #leftBytes = Infinity;

  constructor(port: MessagePort, control: Int32Array) {
    this.#port = port;
    this.#control = control;
  }

  /** Whether the running cell is to end. */
  get stopped(): boolean {
    return Atomics.load(this.#control, SANDBOX_CONTROL.stop) !== 0;
  }

  /** What the arena could still give when main last answered. */
  get leftBytes(): number {
    return this.#leftBytes;
  }

  tell(news: FromSandbox): void {
    this.#port.postMessage(news);
  }

  /** @throws {RequestRefused} */
  ask<K extends keyof SandboxRequests>(
    request: SandboxRequests[K]["request"] & { readonly kind: K },
  ): SandboxRequests[K]["answer"] {
    const before = Atomics.load(this.#control, SANDBOX_CONTROL.answers);
    this.#port.postMessage({ kind: "request", request } satisfies FromSandbox);
    // Main counts an answer before it wakes: who has seen the count and asks again may be woken for the last one.
    while (Atomics.load(this.#control, SANDBOX_CONTROL.answers) === before) {
      Atomics.wait(this.#control, SANDBOX_CONTROL.answers, before);
    }
    const received: { readonly message: ToSandbox } | undefined = receiveMessageOnPort(this.#port);
    if (received?.message.kind !== "answer") throw new TypeError("the sandbox was woken without an answer");
    const { answer, refusal, leftBytes } = received.message;
    this.#leftBytes = leftBytes;
    if (refusal !== null) throw new RequestRefused(refusal.reason, refusal.message);
    // Each kind of request has one kind of answer; main and sandbox share the table.
    return answer as SandboxRequests[K]["answer"];
  }
}
