import { checkGenericPrograms } from "./check-generic-programs.ts";
import { times } from "../../thorough.ts";
import { startEngine } from "./start-engine.ts";

checkGenericPrograms(() => startEngine(3), { exact: times(96, 1_200), others: times(64, 800) });
