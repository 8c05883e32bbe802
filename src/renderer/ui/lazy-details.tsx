import { useState, type ReactNode } from "react";

/** A disclosure whose inside is made when it is opened first: a view has several, and most are never opened. */
export function LazyDetails({
  summary,
  className,
  always,
  children,
}: {
  readonly summary: ReactNode;
  readonly className?: string | undefined;
  /** Comes after the rest, and is there although nobody has opened it: it listens to something. */
  readonly always?: ReactNode;
  readonly children: ReactNode;
}) {
  const [opened, setOpened] = useState(false);
  return (
    <details className={className} onToggle={(event) => event.currentTarget.open && setOpened(true)}>
      <summary>{summary}</summary>
      {opened && children}
      {always}
    </details>
  );
}
