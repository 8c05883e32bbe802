import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { lessonHash } from "../../../../src/main/lab/lessons/bundled-lessons.ts";
import { LESSON_HASHES } from "../../../../src/main/lab/lessons/lesson-hashes.ts";

test("the bundled lessons are those whose hashes the app knows", () => {
  const folder = resolve("resources/lessons");
  const found = readdirSync(folder).map((name) => [
    name.replace(".lab.ts", ""),
    lessonHash(readFileSync(join(folder, name), "utf8")),
  ]);
  expect(LESSON_HASHES).toEqual(Object.fromEntries(found));
});
