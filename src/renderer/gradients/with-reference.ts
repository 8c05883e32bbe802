import { GRADIENT_REFERENCES, type GradientReference } from "../../shared/experiments/gradcheck.ts";

/** All references, the chosen ones in their order. */
export const withReference = (
  references: readonly GradientReference[],
  reference: GradientReference,
  wanted: boolean,
): readonly GradientReference[] =>
  GRADIENT_REFERENCES.filter((name) => (name === reference ? wanted : references.includes(name)));
