import { PlainLayout } from "../ui/view-layout.tsx";

export function BackwardView() {
  return <PlainLayout>Backward</PlainLayout>;
}
