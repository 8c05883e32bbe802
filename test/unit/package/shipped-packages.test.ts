import { expect, test } from "vitest";
import { withDependencies } from "../../../scripts/package/shipped-packages.mjs";

test("withDependencies() follows what a package needs when it runs, from where Node would find it", () => {
  const locked = {
    "node_modules/a": {
      dependencies: { b: "1", "@types/b": "1" },
      peerDependencies: { peer: "1", compiler: "1" },
      peerDependenciesMeta: { compiler: { optional: true } },
    },
    "node_modules/a/node_modules/b": { dependencies: { c: "1" } },
    "node_modules/b": { dependencies: { unused: "1" } },
    "node_modules/c": { optionalDependencies: { d: "1", absent: "1" } },
    "node_modules/d": { dependencies: { a: "1" } },
    "node_modules/peer": {},
    "node_modules/compiler": {},
    "node_modules/unused": {},
    "node_modules/@types/b": {},
  };
  expect(withDependencies(locked, ["node_modules/a"])).toEqual([
    "node_modules/a",
    "node_modules/a/node_modules/b",
    "node_modules/c",
    "node_modules/d",
    "node_modules/peer",
  ]);
});
