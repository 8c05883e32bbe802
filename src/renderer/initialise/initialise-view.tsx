import { PlainLayout } from "../ui/view-layout.tsx";

export function InitialiseView() {
  return <PlainLayout>Initialise</PlainLayout>;
}
