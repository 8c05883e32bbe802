// Run by the runtime itself (as Node) before its SQLite is accepted: the values, functions and errors the
// app relies on, with garbage collections in between, because a mismatched binding passes simple calls
// and dies when its references are collected. Prints the SQLite version; any other end is a refusal.
const assert = require("node:assert");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { setFlagsFromString } = require("node:v8");
const { runInNewContext } = require("node:vm");
const Database = require("better-sqlite3");

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc");
const nativeBinding = process.argv[2];
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "backprop-lab-sqlite-"));
let version = "";
try {
  for (let round = 0; round < 3; round++) {
    const db = new Database(path.join(folder, "check.sqlite"), nativeBinding ? { nativeBinding } : {});
    db.pragma("journal_mode = WAL");
    db.exec("CREATE TABLE IF NOT EXISTS t (i INTEGER, r REAL, s TEXT, b BLOB, n TEXT)");
    const insert = db.prepare("INSERT INTO t VALUES (@i, @r, @s, @b, @n)");
    const fill = db.transaction(() => {
      for (let k = 0; k < 500; k++) {
        insert.run({ i: 2n ** 62n + BigInt(k), r: k / 3, s: `row ${k} é`, b: Buffer.alloc(k, k), n: null });
      }
    });
    fill();
    collect();
    const rows = db.prepare("SELECT * FROM t").safeIntegers().all();
    assert.strictEqual(rows.length, 500 * (round + 1));
    for (const [k, row] of rows.slice(0, 500).entries()) {
      assert.deepStrictEqual(
        { ...row, b: Buffer.from(row.b) },
        { i: 2n ** 62n + BigInt(k), r: k / 3, s: `row ${k} é`, b: Buffer.alloc(k, k), n: null },
      );
    }
    for (const row of db.prepare("SELECT s FROM t LIMIT 50").iterate()) assert.ok(row.s.startsWith("row"));
    db.function("twice", (x) => (x === null ? null : x * 2));
    assert.strictEqual(db.prepare("SELECT twice(21.5) AS x").get().x, 43);
    assert.strictEqual(db.prepare("SELECT twice(NULL) AS x").get().x, null);
    for (const thrown of ["a string", 7, null, 8n, undefined, new Error("an error")]) {
      db.function("fail", () => {
        throw thrown;
      });
      collect();
      let caught = "nothing";
      try {
        db.prepare("SELECT fail()").get();
      } catch (error) {
        caught = error;
      }
      assert.strictEqual(caught, thrown);
    }
    db.aggregate("total_length", { start: 0, step: (total, s) => total + s.length });
    assert.ok(db.prepare("SELECT total_length(s) AS x FROM t").get().x > 0);
    assert.throws(() => db.exec("INSERT INTO nowhere VALUES (1)"), { code: "SQLITE_ERROR" });
    version = db.prepare("SELECT sqlite_version() AS v").get().v;
    db.close();
    collect();
  }
} finally {
  fs.rmSync(folder, { recursive: true, force: true });
}
process.stdout.write(version);
