import { afterEach, expect, test } from "vitest";
import { PeerProcess } from "../../../../src/main/peers/peer-process.ts";

/** A peer in a few words of JavaScript: `answer(request)` gives a line for its stdout. */
const ECHO = `
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const request = JSON.parse(line);
    if (request.command === "die") { console.error("out of luck"); process.exit(7); }
    console.log("a library says hello");
    console.log(JSON.stringify({ echo: request.value, given: process.env.OMP_NUM_THREADS }));
  });
`;

const open: PeerProcess[] = [];

function start(command = process.execPath): PeerProcess {
  const env = { ELECTRON_RUN_AS_NODE: "1", OMP_NUM_THREADS: "2" };
  const peer = new PeerProcess("echo", { command, args: ["-e", ECHO], env });
  open.push(peer);
  return peer;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((peer) => peer.close()));
});

test("PeerProcess.ask() gives the answer to each request and passes over other lines", async () => {
  const peer = start();
  expect(await peer.ask({ command: "say", value: 1 })).toEqual({ echo: 1, given: "2" });
  expect(await peer.ask({ command: "say", value: "two" })).toEqual({ echo: "two", given: "2" });
});

test("PeerProcess.ask() says how a peer ended, and goes on saying so", async () => {
  const peer = start();
  const reason = /^echo: it ended \(exit code 7\) out of luck$/;
  await expect(peer.ask({ command: "die" })).rejects.toThrow(reason);
  await expect(peer.ask({ command: "say" })).rejects.toThrow(reason);
});

test("PeerProcess.ask() fails when there is no such program", async () => {
  await expect(start("/there/is/no/such/program").ask({ command: "say" })).rejects.toThrow(/ENOENT/);
});
