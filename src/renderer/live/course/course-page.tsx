import { Button } from "@mantine/core";
import { ArrowLeft, ArrowRight, Check, Circle, CircleCheck, CircleDot, type LucideIcon } from "lucide-react";
import { useEffect, useId, useRef } from "react";
import { counted } from "../../../core/counted.ts";
import type { Course, ExerciseProgress, Lesson } from "../../../shared/experiments/lessons.ts";
import { useStore } from "../../store/create-store.ts";
import { Badge, type Tone } from "../../ui/badge.tsx";
import { MarkdownText } from "../cell/markdown-text.tsx";
import { openStore } from "../document/open-notebook.ts";
import { lessonsStore, openLesson } from "../library/lessons-store.ts";
import { courseShownStore } from "./course-store.ts";
import { helpTaken, passedOf } from "./standing-text.ts";
import classes from "./course.module.css";

/** All lessons in their order: what each teaches, what is done of it, and what comes next. */
export function CoursePage() {
  const list = useStore(lessonsStore);
  const open = useStore(openStore);
  const heading = useRef<HTMLHeadingElement>(null);
  // It takes the place of what was in sight: who came by key goes on here.
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div className={classes["page"]}>
      <header className={classes["head"]}>
        <h2 ref={heading} tabIndex={-1}>
          Lessons
        </h2>
        {open !== null && (
          <Button
            variant="default"
            leftSection={<ArrowLeft size="0.875rem" aria-hidden="true" />}
            onClick={() => courseShownStore.set(false)}
          >
            {`Back to “${open.edit.document.header.title}”`}
          </Button>
        )}
      </header>
      {list !== null && (
        <>
          {list.own.lessons.length > 0 && <CoursePart title="Among your notebooks" course={list.own} />}
          <CoursePart title="The course" course={list} />
        </>
      )}
    </div>
  );
}

function CoursePart({ title, course }: { readonly title: string; readonly course: Course }) {
  const id = useId();
  const { lessons, next } = course;
  const exercises = lessons.flatMap((lesson) => lesson.exercises);
  const nextLesson = lessons.find((lesson) => lesson.id === next?.lesson);
  const nextExercise = nextLesson?.exercises.find(({ name }) => name === next?.exercise);
  return (
    <section className={classes["part"]} aria-labelledby={id}>
      <h3 id={id}>{title}</h3>
      <p className={classes["standing"]}>
        {`${lessons.filter(({ state }) => state === "done").length} of ${counted(lessons.length, "lesson")} done, ${passedOf(exercises)}.`}
      </p>
      <progress
        className={classes["progress"]}
        aria-label={`${title}: exercises passed`}
        value={exercises.filter(({ passed }) => passed).length}
        max={Math.max(1, exercises.length)}
      />
      {nextLesson !== undefined && nextExercise !== undefined && (
        <Button
          className={classes["next"] ?? ""}
          rightSection={<ArrowRight size="0.875rem" aria-hidden="true" />}
          onClick={() => void openLesson(nextLesson, nextExercise.name)}
        >
          {`${exercises.some(({ passed }) => passed) || nextLesson.state === "begun" ? "Go on" : "Begin"}: ${nextLesson.title}, ${nextExercise.title}`}
        </Button>
      )}
      <ol className={classes["lessons"]} aria-label={title}>
        {lessons.map((lesson) => (
          <LessonCard key={lesson.id} lesson={lesson} isNext={lesson === nextLesson} />
        ))}
      </ol>
    </section>
  );
}

const STATES: Readonly<Record<Lesson["state"], { tone: Tone; icon: LucideIcon; word: string }>> = {
  new: { tone: "plain", icon: Circle, word: "not begun" },
  begun: { tone: "plain", icon: CircleDot, word: "begun" },
  done: { tone: "good", icon: Check, word: "done" },
};

function LessonCard({ lesson, isNext }: { readonly lesson: Lesson; readonly isNext: boolean }) {
  const { title, summary, state, exercises } = lesson;
  const { tone, icon, word } = STATES[state];
  const help = helpTaken(exercises);
  return (
    <li className={classes["lesson"]} aria-current={isNext ? "step" : undefined}>
      <div className={classes["title"]}>
        <button type="button" className={classes["open"]} onClick={() => void openLesson(lesson)}>
          {title}
        </button>
        <Badge tone={tone} icon={icon}>
          {word}
        </Badge>
        <span className={classes["standing"]}>{passedOf(exercises)}</span>
      </div>
      <MarkdownText source={summary} />
      <ul className={classes["exercises"]} aria-label={`Exercises of ${title}`}>
        {exercises.map((exercise) => (
          <ExerciseLine key={exercise.name} lesson={lesson} exercise={exercise} />
        ))}
      </ul>
      {help !== "" && <p className={classes["standing"]}>{help}</p>}
    </li>
  );
}

function ExerciseLine({
  lesson,
  exercise,
}: {
  readonly lesson: Lesson;
  readonly exercise: ExerciseProgress;
}) {
  const Icon = exercise.passed ? CircleCheck : Circle;
  return (
    <li>
      <button
        type="button"
        className={classes["exercise"]}
        data-passed={exercise.passed}
        onClick={() => void openLesson(lesson, exercise.name)}
      >
        <Icon size="0.9375rem" aria-hidden="true" />
        <span>{exercise.title}</span>
        <span className="visually-hidden">{exercise.passed ? ", passed" : ", not passed"}</span>
      </button>
    </li>
  );
}
