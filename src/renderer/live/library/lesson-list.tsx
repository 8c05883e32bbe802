import { Button } from "@mantine/core";
import { GraduationCap } from "lucide-react";
import { useState } from "react";
import type { LessonList } from "../../../shared/experiments/lessons.ts";
import { ask } from "../../bridge/lab.ts";
import { showFailure } from "../../store/lab-store.ts";
import { createDocument } from "./library-store.ts";
import classes from "./library.module.css";

/** Makes a notebook of a lesson and opens it. */
async function beginLesson(id: string): Promise<void> {
  try {
    const { text, title } = await ask(window.lab.lessonsOpen({ id }));
    await createDocument({ kind: "text", text }, title);
  } catch (error) {
    showFailure("The lesson was not opened", error);
  }
}

/** The course: what comes next, and every lesson with how far it has been done. */
export function LessonListPanel() {
  const [list, setList] = useState<LessonList | null>(null);
  const load = (): void => {
    ask(window.lab.lessonsList()).then(setList, (error: unknown) =>
      showFailure("The lessons cannot be listed", error),
    );
  };
  const next = list?.lessons.find(({ id }) => id === list.next?.lesson);
  return (
    <details onToggle={(event) => event.currentTarget.open && load()}>
      <summary>
        <GraduationCap size="0.9375rem" aria-hidden="true" /> Lessons
      </summary>
      {next !== undefined && (
        <Button variant="light" fullWidth mt="xs" onClick={() => void beginLesson(next.id)}>
          {`Next: ${next.title}`}
        </Button>
      )}
      <ol className={classes["list"]} aria-label="Lessons">
        {list?.lessons.map(({ id, title, exercises }) => (
          <li key={id} className={classes["item"]}>
            <button type="button" className={classes["name"]} onClick={() => void beginLesson(id)}>
              <span className={classes["titleText"]}>{title}</span>
              <span className={classes["facts"]}>
                {exercises.filter(({ passed }) => passed).length} of {exercises.length} exercises passed
              </span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
