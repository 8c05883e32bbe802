import { Button } from "@mantine/core";
import { ArrowRight } from "lucide-react";
import { useStore } from "../../store/create-store.ts";
import { choose } from "../cell/cell-commands.ts";
import { requestFocus } from "../cell/focus-request.ts";
import { openStore } from "../document/open-notebook.ts";
import { exercisesStore } from "../kernel/exercise-store.ts";
import { lessonsStore, openLesson } from "../library/lessons-store.ts";
import { courseAround, nextStep } from "./next-step.ts";
import classes from "./lesson.module.css";

/** What to do next, after a pass; nothing goes on by itself. */
export function NextStepOffer({ cell }: { readonly cell: string }) {
  const open = useStore(openStore);
  const progress = useStore(exercisesStore, (state) => state.progress);
  const list = useStore(lessonsStore);
  if (open === null) return null;
  const { document } = open.edit;
  const course = courseAround(list, { document, documentId: open.entry.id });
  const next = nextStep(document, cell, progress, course);
  if (next.kind === "exercise") {
    const { id, title } = next.exercise;
    return (
      <div className={classes["next"]}>
        <Button
          variant="default"
          rightSection={<ArrowRight size="0.875rem" aria-hidden="true" />}
          onClick={() => {
            choose(id);
            requestFocus({ cell: id, mode: "command" });
          }}
        >
          {`Next exercise: ${title}`}
        </Button>
      </div>
    );
  }
  const { exercises, lesson } = next;
  return (
    <div className={classes["next"]}>
      {exercises > 1 && <span>{`All ${exercises} exercises are passed.`}</span>}
      {lesson !== null && (
        <Button
          variant="default"
          rightSection={<ArrowRight size="0.875rem" aria-hidden="true" />}
          onClick={() => void openLesson(lesson)}
        >
          {`Next lesson: ${lesson.title}`}
        </Button>
      )}
    </div>
  );
}
