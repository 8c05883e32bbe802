import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { IPC_CALLS } from "../../src/shared/ipc/ipc-contract.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

const APP_PAGE = "app://lab/index.html";

let lab: LaunchedApp;
let server: Server;
/** A web server on this machine: the foreign host. */
let foreign: string;
let foreignHits = 0;

declare global {
  interface Window {
    lab: LabBridge;
    ran: string[];
  }
}

beforeAll(async () => {
  server = createServer((_request, response) => {
    foreignHits += 1;
    response.writeHead(200, { "Access-Control-Allow-Origin": "*" }).end("reached");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the test's web server has no port");
  foreign = `http://127.0.0.1:${address.port}/`;
  // Every escape that is tried here makes the page complain.
  lab = await launchApp({ expectedComplaints: [/.*/] });
});

afterAll(async () => {
  await lab.close();
  server.close();
});

describe("the page", () => {
  test("is isolated and knows neither Node nor Electron", async () => {
    const seen = await lab.page.evaluate(() => ({
      isolated: crossOriginIsolated,
      secure: isSecureContext,
      origin: location.origin,
      globals: ["require", "process", "module", "Buffer", "global", "electron", "ipcRenderer"].filter(
        (name) => name in globalThis,
      ),
    }));
    expect(seen).toEqual({ isolated: true, secure: true, origin: "app://lab", globals: [] });
  });

  test("gets the contract's calls, which it cannot replace", async () => {
    const names = await lab.page.evaluate(() => {
      try {
        Object.assign(window.lab, { runsList: "replaced", extra: "added" });
      } catch {
        // Assigning to a frozen object throws in strict code.
      }
      return Object.entries(window.lab)
        .filter(([name, value]) => typeof value === (name === "platform" ? "string" : "function"))
        .map(([name]) => name)
        .sort();
    });
    expect(names).toEqual([...Object.keys(IPC_CALLS), "on", "platform"].sort());
  });

  test("is served with a policy without unsafe-inline and unsafe-eval", async () => {
    const headers = await lab.page.evaluate(async () =>
      Object.fromEntries((await fetch("/index.html")).headers),
    );
    expect(headers).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cross-origin-resource-policy": "same-origin",
      "x-content-type-options": "nosniff",
    });
    const policy = headers["content-security-policy"] ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self' 'nonce-[\w+/=]+'; /);
    expect(policy).not.toMatch(/unsafe|\*|http/);
  });
});

describe("leaving the page", () => {
  test("window.open() is refused", async () => {
    const opened = await lab.page.evaluate(
      (url) => [url, "about:blank", "app://lab/index.html"].map((target) => window.open(target) !== null),
      foreign,
    );
    expect(opened).toEqual([false, false, false]);
    expect(lab.app.windows()).toHaveLength(1);
    expect(lab.readLog()).toContain(`window.open denied: ${foreign}`);
  });

  test("navigation to another address is refused", async () => {
    const refusals = {
      [foreign]: "navigation denied: ",
      "app://other/index.html": "navigation denied: ",
      "https://example.com/": "navigation denied: ",
      // Chromium's own refusal comes first.
      "file:///etc/passwd": "Not allowed to load local resource: ",
    };
    for (const [target, refusal] of Object.entries(refusals)) {
      await lab.page.evaluate((url) => {
        const link = document.createElement("a");
        link.href = url;
        document.body.append(link);
        link.click();
        link.remove();
      }, target);
      await expect.poll(() => lab.readLog()).toContain(refusal + target);
    }
    expect(await lab.page.evaluate(() => location.href)).toBe(APP_PAGE);
  });

  test("a frame with a foreign page stays empty", async () => {
    await lab.page.evaluate((url) => {
      const frame = document.createElement("iframe");
      frame.id = "foreign";
      frame.src = url;
      document.body.append(frame);
    }, foreign);
    await lab.page.waitForTimeout(300);
    await lab.page.evaluate(() => document.getElementById("foreign")?.remove());
    expect(foreignHits).toBe(0);
  });

  test("a download is refused", async () => {
    await lab.page.evaluate(() => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob(["text"]));
      link.download = "planted.txt";
      link.click();
    });
    await expect.poll(() => lab.readLog()).toContain("download denied: blob:app://lab/");
  });
});

describe("the network", () => {
  test("fetch(), images, sockets and beacons reach no foreign host", async () => {
    const fetched = await lab.page.evaluate(async (url) => {
      navigator.sendBeacon(url, "x");
      await new Promise((resolve) => {
        const image = new Image();
        image.onload = image.onerror = resolve;
        image.src = url;
      });
      await new Promise((resolve) => {
        const socket = new WebSocket(url.replace("http", "ws"));
        socket.onopen = socket.onerror = resolve;
      }).catch(() => undefined);
      return fetch(url).then(
        () => "reached",
        () => "refused",
      );
    }, foreign);
    expect(fetched).toBe("refused");
    expect(foreignHits).toBe(0);
  });

  test("the session cancels foreign requests even where no page policy applies", async () => {
    const fetched = await lab.app.evaluate(
      ({ net }, url) =>
        net.fetch(url).then(
          () => "reached",
          () => "refused",
        ),
      foreign,
    );
    expect(fetched).toBe("refused");
    expect(foreignHits).toBe(0);
    expect(lab.readLog()).toContain(`request cancelled: GET ${foreign}`);
  });
});

describe("files under app://", () => {
  const traversals = [
    "/..%2f..%2fpackage.json",
    "/../../package.json",
    "/%2e%2e/%2e%2e/package.json",
    "/assets/..%2f..%2f..%2fpackage.json",
    "/..%5c..%5cpackage.json",
    "/%2fetc%2fpasswd",
    "/index.html%00.js",
    "/%ff",
    "/..%2fmain%2findex.js",
  ];
  for (const address of traversals) {
    test(`${address} is refused`, async () => {
      const status = await lab.page.evaluate(
        async (path) => (await fetch(`app://lab${path}`)).status,
        address,
      );
      expect([400, 403, 404]).toContain(status);
    });
  }

  test("another method than GET is refused", async () => {
    const status = await lab.page.evaluate(
      async () => (await fetch("/index.html", { method: "POST", body: "x" })).status,
    );
    expect(status).toBe(405);
  });
});

describe("scripts and styles", () => {
  test("eval() and its relatives are refused", async () => {
    // In a timer: what the test itself evaluates is exempt from the policy while it runs.
    const outcomes = await lab.page.evaluate(
      () =>
        new Promise<string[]>((resolve) => {
          const tried = (run: () => unknown) => {
            try {
              return `ran: ${String(run())}`;
            } catch (error) {
              return error instanceof EvalError ? "refused" : String(error);
            }
          };
          setTimeout(
            () =>
              resolve([
                tried(() => (0, eval)("1 + 1")),
                tried(() => Reflect.construct(Function, ["return 2"])),
              ]),
            0,
          );
        }),
    );
    expect(outcomes).toEqual(["refused", "refused"]);
  });

  test("inline scripts, handlers, javascript: links and foreign scripts do not run", async () => {
    const ran = await lab.page.evaluate(async (url) => {
      window.ran = [];
      const script = document.createElement("script");
      script.textContent = "window.ran.push('inline script')";
      const external = document.createElement("script");
      external.src = url;
      external.onload = () => window.ran.push("foreign script");
      const holder = document.createElement("div");
      holder.innerHTML = `<button onclick="window.ran.push('handler')">x</button><a href="javascript:window.ran.push('link')">y</a>`;
      document.body.append(script, external, holder);
      holder.querySelector("button")?.click();
      holder.querySelector("a")?.click();
      await new Promise((resolve) => setTimeout(resolve, 200));
      for (const element of [script, external, holder]) element.remove();
      return window.ran;
    }, foreign);
    expect(ran).toEqual([]);
    expect(foreignHits).toBe(0);
  });

  test("a style element counts only with the page's nonce", async () => {
    const widths = await lab.page.evaluate(() => {
      const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
      const probe = document.createElement("div");
      document.body.append(probe);
      const widthUnder = (value: string) => {
        const style = document.createElement("style");
        style.setAttribute("nonce", value);
        style.textContent = "#probe { width: 123px }";
        document.head.append(style);
        probe.id = "probe";
        const { width } = getComputedStyle(probe);
        style.remove();
        return width;
      };
      const seen = [widthUnder("guess") === "123px", widthUnder(nonce) === "123px"];
      probe.remove();
      return seen;
    });
    expect(widths).toEqual([false, true]);
  });
});

describe("permissions", () => {
  test("every request is denied", async () => {
    const answers = await lab.page.evaluate(async () => {
      const outcome = (promise: Promise<unknown>) =>
        promise.then(
          () => "granted",
          () => "denied",
        );
      return [
        await outcome(
          new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
        ),
        await outcome(navigator.mediaDevices.getUserMedia({ audio: true, video: true })),
        await outcome(navigator.mediaDevices.getDisplayMedia()),
        await outcome(navigator.clipboard.readText()),
        await Notification.requestPermission(),
        (await navigator.permissions.query({ name: "geolocation" })).state,
      ];
    });
    expect(answers).toEqual(["denied", "denied", "denied", "denied", "denied", "denied"]);
  });
});

describe("IPC", () => {
  test("fault 46: a call from another window is refused, whatever page it shows", async () => {
    const answer = await fromHostileWindow(["invoke", "lab:runsList"]);
    expect(answer).toMatchObject({ ok: false, error: { code: "ContractError" } });
    expect(lab.readLog()).toContain("call refused: runsList: it came from app://lab/index.html");
  });

  test("fault 46: an unknown channel is refused and logged", async () => {
    expect(await fromHostileWindow(["invoke", "lab:openShell", "rm"])).toMatch(/No handler registered/);
    await expect.poll(() => lab.readLog()).toContain("No handler registered for 'lab:openShell'");
    await fromHostileWindow(["send", "lab:sessionRun", {}]);
    await expect.poll(() => lab.readLog()).toContain("message refused: lab:sessionRun");
  });

  test("fault 46: malformed and oversized input is refused before it reaches the lab", async () => {
    const errors = await lab.page.evaluate(async () => {
      type AnyCall = (input: unknown) => Promise<{ error?: { message: string } }>;
      const call = (name: string, input: unknown) => (Reflect.get(window.lab, name) as AnyCall)(input);
      const answers = [
        await call("sessionRun", { documentId: "d", text: 7, selection: { kind: "all" } }),
        await call("runsGet", { runId: { $ne: "" } }),
        await call("runsList", { unexpected: true }),
        await call("clipboardWrite", { kind: "text", text: "x".repeat(10_000_001) }),
        await call("fileSave", { suggestedName: "x", content: { kind: "exe", bytes: new Uint8Array(4) } }),
        await call("runsExport", { runIds: Array.from({ length: 300_000 }, () => "r") }),
      ];
      return answers.map((answer) => answer.error?.message ?? "let in");
    });
    expect(errors).toHaveLength(6);
    expect(errors).not.toContain("let in");
    expect(errors.slice(0, 5)).toEqual([
      "text must be text; it is 7",
      "run id must be text; it is an object",
      "takes no value; it has an object",
      "text may have at most 10,000,000 characters and has 10,000,001: shorten it",
      'kind must be "csv" or "png"; it is "exe"',
    ]);
    expect(errors[5]).toContain("more than 200000 values");
  });

  test("listening to an event outside the contract throws", async () => {
    const outcome = await lab.page.evaluate(() => {
      try {
        Reflect.apply(window.lab.on, undefined, ["__proto__", () => undefined]);
        return "let in";
      } catch (error) {
        return String(error);
      }
    });
    expect(outcome).toContain('there is no event "__proto__"');
  });
});

/** Opens a second window on the app's own page, with a preload that can reach any channel, and lets it call. */
async function fromHostileWindow(
  call: readonly [method: "invoke" | "send", channel: string, ...payload: unknown[]],
): Promise<unknown> {
  const preload = join(import.meta.dirname, "hostile-preload.cjs");
  return lab.app.evaluate(
    async ({ BrowserWindow }, { file, page, script }) => {
      const intruder = new BrowserWindow({ show: false, webPreferences: { preload: file, sandbox: true } });
      try {
        await intruder.loadURL(page);
        const answer: unknown = await intruder.webContents.executeJavaScript(script);
        return answer;
      } catch (error) {
        return String(error);
      } finally {
        intruder.destroy();
      }
    },
    {
      file: preload,
      page: APP_PAGE,
      script: `hostile.${call[0]}(${call
        .slice(1)
        .map((part) => JSON.stringify(part))
        .join(", ")})`,
    },
  );
}
