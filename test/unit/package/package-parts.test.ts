import { PNG } from "pngjs";
import { describe, expect, test } from "vitest";
import { shrunk } from "../../../scripts/package/icon-sizes.mjs";
import { releaseFacts } from "../../../scripts/package/release-facts.mjs";
import { shippedBom } from "../../../scripts/package/sbom.mjs";
import { filled, gzip } from "../../../scripts/package/share-files.mjs";

test("filled() puts in what is known, and refuses a template that names more", () => {
  expect(filled("Version: @version@ of @date@", { version: "1.0.0", date: "2026-01-02" })).toBe(
    "Version: 1.0.0 of 2026-01-02",
  );
  expect(() => filled("@nothing@", {})).toThrow(/@nothing@/);
});

test("gzip() writes neither a name nor a time", () => {
  expect(gzip("text").subarray(3, 8)).toEqual(Buffer.from([0, 0, 0, 0, 0]));
});

test("releaseFacts() takes the version of package.json, the date given, Debian's names of who packages", async () => {
  const env = { SOURCE_DATE_EPOCH: "1767312000", DEBFULLNAME: "Ada", DEBEMAIL: "ada@example.com" };
  const facts = await releaseFacts(undefined, env);
  expect(facts.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(facts).toMatchObject({
    date: "2026-01-02",
    epochS: 1767312000,
    maintainer: "Ada <ada@example.com>",
  });
});

describe("shrunk()", () => {
  const picture = (pixels: readonly (readonly number[])[], width: number) => {
    const png = new PNG({ width, height: width });
    png.data.set(pixels.flat());
    return png;
  };

  test("gives each pixel the mean of the area it covers, colours weighted by opacity", () => {
    const four = picture(
      [
        [200, 0, 0, 255],
        [100, 0, 0, 255],
        [0, 0, 9, 0],
        [0, 0, 9, 0],
      ],
      2,
    );
    expect([...shrunk(four, 1).data]).toEqual([150, 0, 0, 128]);
  });

  test("counts parts of pixels where the sizes do not divide", () => {
    const nine = picture(
      Array.from({ length: 9 }, (_, at) => [at % 3 === 1 ? 90 : 0, 0, 0, 255]),
      3,
    );
    // A pixel covers one and a half columns: the first, and half of the second.
    expect([...shrunk(nine, 2).data].filter((_, at) => at % 4 === 0)).toEqual([30, 30, 30, 30]);
  });
});

describe("shippedBom()", () => {
  const component = (name: string) => ({
    "bom-ref": `${name}@1.0.0`,
    name,
    version: "1.0.0",
    properties: [{ name: "cdx:npm:package:development", value: "true" }],
  });
  const bom = (serialNumber: string) => ({
    serialNumber,
    metadata: { timestamp: serialNumber, component: { ...component("folder"), "bom-ref": "root" } },
    components: [component("react"), component("vitest")],
    dependencies: [
      { ref: "root", dependsOn: ["react@1.0.0", "vitest@1.0.0"] },
      { ref: "vitest@1.0.0", dependsOn: [] },
    ],
  });
  const release = {
    shipped: {
      loaded: [],
      bundled: ["node_modules/react"],
      locked: { "node_modules/react": { version: "1.0.0" } },
    },
    runtime: {
      electronPath: "/e",
      source: "official" as const,
      electronVersion: "45.4.1",
      chromeVersion: "150.0.0.0",
      nodeVersion: "24.1.0",
      napi: 10,
      nativeBinding: null,
      sqliteVersion: "3.54.1",
      validFor: "",
    },
    facts: {
      version: "1.0.0",
      productName: "Backprop Lab",
      description: "",
      epochS: 1767312000,
      date: "2026-01-02",
      maintainer: "",
    },
  };

  test("names what is in the app and its runtime, and nothing of the tools", () => {
    const { components, dependencies, metadata } = shippedBom(bom("random"), release);
    expect(components.map(({ name, version }) => `${name} ${version}`)).toEqual([
      "react 1.0.0",
      "electron 45.4.1",
      "chromium 150.0.0.0",
      "node.js 24.1.0",
      "sqlite 3.54.1",
    ]);
    expect(components[0]?.properties).toEqual([]);
    expect(dependencies).toEqual([{ ref: "root", dependsOn: ["react@1.0.0"] }]);
    expect(metadata).toMatchObject({
      timestamp: "2026-01-02T00:00:00.000Z",
      component: { name: "backprop-lab" },
    });
  });

  test("is the same for the same content, whatever npm made up", () => {
    expect(shippedBom(bom("one"), release)).toEqual(shippedBom(bom("other"), release));
    expect(shippedBom(bom("one"), release).serialNumber).toMatch(
      /^urn:uuid:[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/,
    );
  });
});
