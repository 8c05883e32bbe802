import { checkGenericPrograms } from "./check-generic-programs.ts";
import { startEngine } from "./start-engine.ts";

checkGenericPrograms(() => startEngine(3), { exact: 1_200, others: 800 });
