import { Button } from "@mantine/core";
import { GraduationCap, ListChecks } from "lucide-react";
import { useStore } from "../../store/create-store.ts";
import { lessonsStore, loadLessons, openLesson, showCourse } from "./lessons-store.ts";
import classes from "./library.module.css";

/** The course: what comes next, and every lesson with how far it has been done. */
export function LessonListPanel() {
  const list = useStore(lessonsStore);
  const next = list?.lessons.find(({ id }) => id === list.next?.lesson);
  return (
    <details onToggle={(event) => event.currentTarget.open && void loadLessons()}>
      <summary>
        <GraduationCap size="0.9375rem" aria-hidden="true" /> Lessons
      </summary>
      {next !== undefined && (
        <Button
          variant="default"
          fullWidth
          mt="xs"
          className={classes["next"] ?? ""}
          onClick={() => void openLesson(next, list?.next?.exercise)}
        >
          {`Next: ${next.title}`}
        </Button>
      )}
      <Button
        variant="subtle"
        fullWidth
        my="xs"
        leftSection={<ListChecks size="0.875rem" aria-hidden="true" />}
        onClick={showCourse}
      >
        All lessons on a page
      </Button>
      <ol className={classes["list"]} aria-label="Lessons">
        {list?.lessons.map((lesson) => (
          <li key={lesson.id} className={classes["item"]}>
            <button type="button" className={classes["name"]} onClick={() => void openLesson(lesson)}>
              <span className={classes["titleText"]}>{lesson.title}</span>
              <span className={classes["facts"]}>
                {lesson.exercises.filter(({ passed }) => passed).length} of {lesson.exercises.length}{" "}
                exercises passed
              </span>
            </button>
          </li>
        ))}
      </ol>
    </details>
  );
}
