import * as v from "valibot";
import { DOCUMENT_MAX_BYTES } from "../documents/lab-document.ts";
import { cellOutputSchema } from "../live/cell-output.ts";
import { cellErrorSchema } from "../live/cell-result.ts";
import { sourcePlaceSchema } from "../live/source-place.ts";
import { saved, suggestedName } from "../ipc/saved-file.ts";
import { measuredNumberSchema as measured } from "../runs/run-records.ts";

/** How far a person has come with an exercise. */
export const exerciseProgressSchema = v.object({
  name: v.string(),
  title: v.string(),
  passed: v.boolean(),
  /** ISO time of the first pass from a clean kernel; null before it. */
  passedAt: v.nullable(v.string()),
  /** Of the code that passed last. */
  codeHash: v.nullable(v.string()),
  attempts: v.number(),
  hintsShown: v.number(),
  hints: v.number(),
  solutionShown: v.boolean(),
  /** False where the document came without it. */
  hasSolution: v.boolean(),
});
export type ExerciseProgress = v.InferOutput<typeof exerciseProgressSchema>;

const lessonSchema = v.object({
  /** Of the course: the file's name without its end, "05-gradient-of-the-loss"; of one's own: the notebook's id. */
  id: v.string(),
  number: v.number(),
  title: v.string(),
  /** The first paragraph of its text. */
  summary: v.string(),
  state: v.picklist(["new", "begun", "done"]),
  /** The notebook in the library in which it is worked on, the one that was changed last; null before it is opened. */
  documentId: v.nullable(v.string()),
  exercises: v.array(exerciseProgressSchema),
});
export type Lesson = v.InferOutput<typeof lessonSchema>;

const courseSchema = v.object({
  lessons: v.array(lessonSchema),
  /** The first open exercise of the first lesson that was begun, else of the first new one; null when all is done. */
  next: v.nullable(v.object({ lesson: v.string(), exercise: v.string() })),
});
export type Course = v.InferOutput<typeof courseSchema>;

export const lessonListSchema = v.object({
  ...courseSchema.entries,
  /** Notebooks with exercises that were made from no lesson of the course: a teacher's own, and handed-out ones. */
  own: courseSchema,
});
export type LessonList = v.InferOutput<typeof lessonListSchema>;

const documentText = v.pipe(
  v.string(),
  v.maxLength(DOCUMENT_MAX_BYTES, "a notebook may have at most 10 million characters"),
);

/** A document as its .lab.ts text, and an exercise of it by name or cell id. */
export const exerciseRequestSchema = v.object({
  text: documentText,
  exercise: v.pipe(v.string(), v.minLength(1), v.maxLength(200)),
});
export type ExerciseRequest = v.InferOutput<typeof exerciseRequestSchema>;

export const exerciseResultSchema = v.object({
  exercise: v.string(),
  passed: v.boolean(),
  /** Why it is not passed, in a sentence or two; "" where it is. */
  reason: v.string(),
  /** The mistakes that explain it, with their places where known. */
  diagnosis: v.array(v.object({ text: v.string(), place: v.nullable(sourcePlaceSchema) })),
  error: v.nullable(cellErrorSchema),
  /** What the check has shown, reports of gradients above all. */
  outputs: v.array(cellOutputSchema),
  /** Cells that ran before the check. */
  ran: v.array(v.string()),
  codeHash: v.string(),
  wallMs: measured,
});
export type ExerciseResult = v.InferOutput<typeof exerciseResultSchema>;

/** Whether an exercise is fit to be handed out: its solution passes its check, its starter does not. */
export const testedExerciseSchema = v.object({
  exercise: v.string(),
  title: v.string(),
  /** In words; none where all is well. */
  problems: v.array(v.string()),
});
export type TestedExercise = v.InferOutput<typeof testedExerciseSchema>;

/** What one student's file gave in one exercise. Its texts are one line each, without control characters. */
export const gradeSchema = v.object({
  file: v.string(),
  exercise: v.string(),
  passed: v.boolean(),
  reason: v.string(),
  diagnosis: v.string(),
  /** "" where nothing could be run. */
  codeHash: v.string(),
  /** Null where nothing could be run. */
  seconds: v.nullable(v.number()),
});
export type Grade = v.InferOutput<typeof gradeSchema>;

const nothing = v.undefined();
const lessonText = v.object({ text: documentText });
/** Exercises of a few hundred students at once. */
const MOST_GRADES = 100_000;

/** The window's questions about lessons; part of the IPC contract. */
export const LESSON_CALLS = {
  lessonsList: { input: nothing, output: lessonListSchema },
  /** A bundled lesson as it is handed out: its solutions are left out. */
  lessonsOpen: {
    input: v.object({ id: v.pipe(v.string(), v.maxLength(200)) }),
    output: v.object({ id: v.string(), title: v.string(), text: v.string() }),
  },
  /** How far a person has come in any document with exercises. */
  lessonsProgress: { input: v.object({ text: documentText }), output: v.array(exerciseProgressSchema) },
  /** Runs the check in a clean kernel and answers; a pass is kept. Refused while an activity is on. */
  lessonsCheck: { input: exerciseRequestSchema, output: exerciseResultSchema },
  /** The next hint; null when all have been shown. */
  lessonsHint: {
    input: exerciseRequestSchema,
    output: v.object({ hint: v.nullable(v.string()), shown: v.number(), of: v.number() }),
  },
  /** Shows the solution, and notes that it was shown. */
  lessonsSolution: { input: exerciseRequestSchema, output: v.object({ source: v.string() }) },
  /** Whether each solution passes its check and each starter fails it. Refused while an activity is on. */
  lessonsTest: {
    /** `exercise`: only this one, by name; null for all. */
    input: v.object({ text: documentText, exercise: v.nullable(v.string()) }),
    output: v.object({ tested: v.array(testedExerciseSchema), cancelled: v.boolean() }),
  },
  /** Asks for a place, then writes the lesson without its solutions. */
  lessonsHandOut: { input: lessonText, output: saved },
  /** Asks for the folder of what was handed in, then checks every file in it. Refused while an activity is on. */
  lessonsGrade: {
    input: lessonText,
    output: v.nullable(
      v.object({
        folder: v.string(),
        files: v.number(),
        grades: v.array(gradeSchema),
        cancelled: v.boolean(),
      }),
    ),
  },
  /** Asks for a place, then writes a row an exercise. */
  lessonsSaveGrades: {
    input: v.object({ title: suggestedName, grades: v.pipe(v.array(gradeSchema), v.maxLength(MOST_GRADES)) }),
    output: saved,
  },
} as const;

/** What the window hears while a lesson is tested, and while files are graded. Part of the table IPC_EVENTS. */
export const LESSON_EVENTS = {
  lessonTested: testedExerciseSchema,
  /** `exercises` of each of `files` are graded in all. */
  lessonGraded: v.object({ grade: gradeSchema, files: v.number(), exercises: v.number() }),
} as const;
