import { PlainLayout } from "../ui/view-layout.tsx";

export function GradientsView() {
  return <PlainLayout>Gradients</PlainLayout>;
}
