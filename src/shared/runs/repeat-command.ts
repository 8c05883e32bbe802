import { INITIALISATIONS } from "../specs/layer-spec.ts";
import type { QuantityValue, RunSummary } from "./run-records.ts";

/** How a run is done once more from a command line. */
export interface RepeatCommand {
  /** Without the program: "ladder --preset lesson --threads 2". */
  readonly command: string;
  /** Which file the command reads, whose content is the run's spec; null for none. */
  readonly specFile: string | null;
  /** What the command cannot repeat, in words, or "". */
  readonly caution: string;
}

/** Of trainings and searches of their rate; which weights it were is kept by their hash. */
const weightsCaution = ({ config }: RunSummary): string =>
  config["weights"] === undefined
    ? ""
    : `This run began with weights ${String(config["weights"])}, which the spec does not hold.`;

const option = (name: string, value: QuantityValue | undefined): string =>
  value === undefined ? "" : ` --${name} ${String(value)}`;

/** The fixed notebook of earlier versions, and the stages view. */
function repeatStages({ kind, config, threads }: RunSummary): RepeatCommand {
  const options = ["seed", "rows", "samples", "coordinates"]
    .map((name) => option(name, config[name]))
    .join("");
  return {
    command: `notebook${options}${option("threads", threads)}`,
    specFile: null,
    caution:
      kind === "stages"
        ? "The command line runs the stages as cells of the notebook."
        : config["weights"] === "given"
          ? "This run's weights were read from files: add --weights FOLDER."
          : "",
  };
}

/** A notebook that a person wrote: its text is kept with the run. */
function repeatDocument({ id, config, threads }: RunSummary): RepeatCommand {
  const file = `${id}.lab.ts`;
  return {
    command: `run ${file}${option("seed", config["seed"])}${option("rows", config["rows"])}${option("threads", threads)}`,
    specFile: file,
    caution: "",
  };
}

/** What an initialisation was compared with is kept by its title; older runs do not say whether they went backwards. */
function repeatInit({ id, config, threads }: RunSummary): RepeatCommand {
  const specFile = `${id}.json`;
  const [otherwise] =
    Object.entries(INITIALISATIONS).find(([, title]) => title === config["otherwise"]) ?? [];
  const { gradients } = config;
  return {
    command:
      `init ${specFile}${option("otherwise", otherwise)}${gradients === false ? "" : " --gradients"}` +
      `${option("threads", threads)} --save`,
    specFile,
    caution:
      gradients === undefined
        ? "This run is older than the note whether it went backwards: leave --gradients out if it shows no gradients."
        : "",
  };
}

function repeatGradcheck({ id, config, threads }: RunSummary): RepeatCommand {
  const specFile = `${id}.json`;
  const references = String(config["references"]).split(", ").join(",");
  const bug = config["bug"] === "none" ? "" : option("bug", config["bug"]);
  const coordinates =
    config["coordinates"] === "every one"
      ? " --all-coordinates"
      : option("coordinates", config["coordinates"]);
  return {
    command:
      `gradcheck ${specFile} --reference ${references}${coordinates}${bug}` +
      `${option("tolerance", config["tolerance"])}${option("threads", threads)}`,
    specFile,
    caution: config["given"] === true ? "This run's weights were read from files: add --weights FOLDER." : "",
  };
}

/** The command that does the same again. */
export function repeatCommand(run: RunSummary): RepeatCommand {
  const { id, kind, config, threads } = run;
  const common = option("threads", threads);
  const specFile = `${id}.json`;
  switch (kind) {
    case "notebook":
      return config["document"] === undefined ? repeatStages(run) : repeatDocument(run);
    case "stages":
      return repeatStages(run);
    case "ladder": {
      const own = config["preset"] === "custom";
      const [m, k, n] = String(config["shapes"]).split("×");
      const shape = own
        ? `${option("m", m)}${option("k", k)}${option("n", n)}`
        : option("preset", config["preset"]);
      return {
        command:
          `ladder${shape}${option("budget", config["budgetSeconds"])}${option("seed", config["seed"])}${common}` +
          (config["scaling"] === true ? " --scaling" : ""),
        specFile: null,
        caution: "",
      };
    }
    case "init":
      return repeatInit(run);
    case "gradcheck":
      return repeatGradcheck(run);
    case "profile":
      return { command: `bench ${specFile} --profile${common}`, specFile, caution: "" };
    case "imported":
      return {
        command: `import ${JSON.stringify(String(config["source"] ?? ""))}`,
        specFile: null,
        caution: "This run was measured elsewhere; the command reads its numbers again and adds what is new.",
      };
    case "training":
      return {
        command: `train ${specFile}${common}${option("kernels", config["kernels"])} --again`,
        specFile,
        caution: weightsCaution(run),
      };
    case "lrsearch":
      return { command: `find-lr ${specFile}${common}`, specFile, caution: weightsCaution(run) };
  }
}
