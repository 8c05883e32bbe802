import { SegmentedControl } from "@mantine/core";
import type { ProductShape } from "../../shared/experiments/ladder.ts";
import { sameShape, shapeText } from "./ladder-results.ts";

interface SizeChoiceProps {
  readonly shapes: readonly ProductShape[];
  readonly shape: ProductShape;
  readonly onChoose: (shape: ProductShape | null) => void;
}

/** Which size of a ladder is shown; nothing where it has one only. */
export function SizeChoice({ shapes, shape, onChoose }: SizeChoiceProps) {
  if (shapes.length < 2) return null;
  return (
    <SegmentedControl
      mt="xs"
      aria-label="Size shown"
      value={shapeText(shape)}
      data={shapes.map((each) => ({ value: shapeText(each), label: sizeLabel(each) }))}
      onChange={(text) => onChoose(shapes.find((each) => shapeText(each) === text) ?? null)}
    />
  );
}

function sizeLabel({ m, k, n }: ProductShape): string {
  return sameShape({ m, k, n }, { m, k: m, n: m }) ? `${m}³` : shapeText({ m, k, n });
}
