import { createServer } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, it, onTestFinished } from "vitest";
import { connectThroughProxy, proxyFor } from "../../../scripts/setup/proxy-tunnel.mjs";

describe("proxyFor()", () => {
  const target = new URL("https://registry.example.org/x");

  it("reads the variable of the target's scheme", () => {
    expect(proxyFor(target, { HTTPS_PROXY: "http://proxy:3128" })?.host).toBe("proxy:3128");
    expect(proxyFor(target, { https_proxy: "proxy:3128" })?.host).toBe("proxy:3128");
    expect(proxyFor(target, { HTTP_PROXY: "http://proxy:3128" })).toBeUndefined();
    expect(proxyFor(target, {})).toBeUndefined();
  });

  it.each([
    ["*", true],
    ["localhost,example.org", true],
    [".example.org", true],
    ["*.example.org", true],
    ["ample.org", false],
  ])("takes NO_PROXY=%s into account", (noProxy, direct) => {
    const proxy = proxyFor(target, { HTTPS_PROXY: "http://proxy:3128", NO_PROXY: noProxy });
    expect(proxy === undefined).toBe(direct);
  });
});

describe("connectThroughProxy()", () => {
  it("reaches the target by CONNECT with the proxy's credentials", async () => {
    const site = createServer((_request, response) => response.end("reached"));
    await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", () => resolve()));
    const asked: (string | undefined)[] = [];
    const proxy = createServer().on("connect", (request, client) => {
      asked.push(request.url, request.headers["proxy-authorization"]);
      const upstream = connect((site.address() as AddressInfo).port, "127.0.0.1", () => {
        client.write("HTTP/1.1 200 OK\r\n\r\n");
        upstream.pipe(client).pipe(upstream);
      });
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", () => resolve()));
    onTestFinished(() => {
      site.closeAllConnections();
      site.close();
      proxy.close();
    });
    const place = new URL(`http://user:p%20w@127.0.0.1:${(proxy.address() as AddressInfo).port}`);
    const socket = await connectThroughProxy(place, new URL("http://site.test/"), AbortSignal.timeout(5_000));
    socket.end("GET / HTTP/1.1\r\nHost: site.test\r\nConnection: close\r\n\r\n");
    expect(await text(socket)).toContain("reached");
    expect(asked).toEqual(["site.test:80", `Basic ${Buffer.from("user:p w").toString("base64")}`]);
  });
});
