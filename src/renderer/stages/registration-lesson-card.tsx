import { Check, TriangleAlert } from "lucide-react";
import type { RegistrationLesson } from "../../shared/experiments/stages.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { Badge } from "../ui/badge.tsx";
import { CodeBlock } from "../ui/code-block.tsx";
import { CodeDisclosure } from "../ui/code-disclosure.tsx";
import classes from "./stage-card.module.css";

/** The notebook's pitfall: layers in a plain list compute, and are never trained. */
export function RegistrationLessonCard({ lesson }: { readonly lesson: RegistrationLesson }) {
  return (
    <section className={classes["section"]} aria-labelledby="stages-lesson">
      <h2 id="stages-lesson">A list that nobody registered</h2>
      <p className={classes["idea"]}>
        Both models below hold the same three layers and compute the same predictions, and backward() fills in
        all gradients. An optimiser updates what parameters() gives it: from the first model that is nothing,
        without any error, and its loss never falls.
      </p>
      <div className={classes["models"]}>
        {lesson.models.map(({ name, code, parameters }) => (
          <article key={name} className={classes["model"]} data-model={name}>
            <h3>{name}</h3>
            <CodeBlock code={code} label={`Code of ${name}`} />
            <Answer parameters={parameters} />
          </article>
        ))}
      </div>
      <details className={classes["why"]}>
        <summary>Why</summary>
        <p>
          parameters() goes through the properties of a module and takes those that are a Parameter or a
          Module. An array is neither, so what is in it is not seen. Sequential is a Module and says of itself
          what its list holds; torch has ModuleList for the same reason. The notebook's model of cell 81 keeps
          its layers in such a plain list.
        </p>
      </details>
      <CodeDisclosure name="the base class Module" code={lesson.code} source={lesson.source} />
    </section>
  );
}

function Answer({ parameters }: { readonly parameters: readonly (readonly number[])[] }) {
  const numbers = parameters.reduce(
    (sum, shape) => sum + shape.reduce((product, size) => product * size, 1),
    0,
  );
  const registered = parameters.length > 0;
  return (
    <p className={classes["answer"]}>
      <Badge tone={registered ? "good" : "warn"} icon={registered ? Check : TriangleAlert}>
        {registered ? "trained" : "not trained"}
      </Badge>
      <span>
        <code>model.parameters()</code> gives {parameters.length} tensors, {formatNumber(numbers)} numbers
        {registered && `: ${parameters.map((shape) => `(${shape.join(", ")})`).join(", ")}`}
      </span>
    </p>
  );
}
