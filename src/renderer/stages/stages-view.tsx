import { PlainLayout } from "../ui/view-layout.tsx";

export function StagesView() {
  return <PlainLayout>Stages</PlainLayout>;
}
