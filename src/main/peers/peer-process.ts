import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { createInterface } from "node:readline";
import { TaskError } from "../../core/errors.ts";

/** How a peer is started. */
export interface PeerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** The slowest call of all, tenfold: a peer that is silent for longer hangs. */
const ANSWER_MS = 180_000;
/** What a peer wrote on stderr, as far as an error message can hold it. */
const COMPLAINT_LENGTH = 600;

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: TaskError) => void;
}

/** A child process that answers each line of JSON on its stdin with one on its stdout, and ends with its stdin. */
export class PeerProcess {
  readonly #name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #ended: Promise<void>;
  #waiting: Waiting | null = null;
  #complaints = "";
  #failure: TaskError | null = null;

  constructor(name: string, { command, args, env }: PeerCommand) {
    this.#name = name;
    this.#child = spawn(command, args, { env: { ...process.env, ...env }, stdio: "pipe" });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#complaints = (this.#complaints + text).slice(-COMPLAINT_LENGTH);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => {
      // Libraries print too; an answer is an object.
      if (!line.startsWith("{")) return;
      const waiting = this.#waiting;
      this.#waiting = null;
      waiting?.resolve(line);
    });
    // A peer that has died closes its end first; its exit is what is reported.
    this.#child.stdin.on("error", () => undefined);
    this.#ended = new Promise((resolve) => {
      this.#child.once("error", (error) => {
        this.#fail(error.message);
        resolve();
      });
      this.#child.once("close", (code, signal) => {
        this.#fail(`it ended (${signal ?? `exit code ${code}`}) ${this.#complaints.trim()}`);
        resolve();
      });
    });
  }

  /** Sends one request and waits for its answer. @throws {TaskError} If the peer fails, ends or is silent. */
  async ask(request: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (this.#failure !== null) throw this.#failure;
    const line = await new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(`no answer to "${String(request["command"])}" within ${ANSWER_MS / 1000} s`);
        this.#child.kill("SIGKILL");
      }, ANSWER_MS);
      this.#waiting = {
        resolve: (answer) => {
          clearTimeout(timer);
          resolve(answer);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#child.stdin.write(`${JSON.stringify(request)}\n`);
    });
    const answer: unknown = JSON.parse(line);
    return answer;
  }

  /** Lets the peer end. */
  async close(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Ends the peer at once, whatever it does. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  #fail(reason: string): void {
    this.#failure ??= new TaskError(`${this.#name}: ${reason}`);
    const waiting = this.#waiting;
    this.#waiting = null;
    waiting?.reject(this.#failure);
  }
}
