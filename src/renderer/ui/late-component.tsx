import { lazy, Suspense, useState, type ComponentType } from "react";

interface LateComponent<Props extends object> {
  readonly Component: ComponentType<Props>;
  /** Fetches its code before it is shown. */
  readonly preload: () => Promise<unknown>;
}

/**
 * A component whose code comes when it is first shown, or before. React shows what a lazy component waits for a third of a
 * second later, even when it is there: what has been fetched is drawn at once.
 *
 * @param Meanwhile Stands in its place until its code is there.
 */
export function lateComponent<Props extends object>(
  load: () => Promise<ComponentType<Props>>,
  Meanwhile?: ComponentType<Props>,
): LateComponent<Props> {
  let known: ComponentType<Props> | null = null;
  const preload = async (): Promise<ComponentType<Props>> => (known = await load());
  const Late = lazy(async () => ({ default: await preload() }));
  const Component: ComponentType<Props> = (props) => {
    const [Body] = useState<ComponentType<Props>>(() => known ?? Late);
    return (
      <Suspense fallback={Meanwhile === undefined ? null : <Meanwhile {...props} />}>
        <Body {...props} />
      </Suspense>
    );
  };
  return { Component, preload };
}
