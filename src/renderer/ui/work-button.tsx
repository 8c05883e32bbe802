import { Button, type ButtonProps } from "@mantine/core";
import { useLayoutEffect, useRef } from "react";
import { isFocusNowhere, isFocusOnView } from "./focus-view.ts";

interface WorkButtonProps extends Omit<ButtonProps, "loading"> {
  /** What it has started is on: a press on it does nothing meanwhile. */
  readonly working: boolean;
  readonly onClick: () => void;
}

/** A button that shows that its work is on. The browser takes the focus from it meanwhile: it comes back at the end. */
export function WorkButton({ working, onClick, ...looks }: WorkButtonProps) {
  const button = useRef<HTMLButtonElement>(null);
  const wasPressed = useRef(false);
  useLayoutEffect(() => {
    if (working || !wasPressed.current) return;
    wasPressed.current = false;
    // Where its work is an activity, the focus waits in the view.
    if (isFocusNowhere() || isFocusOnView()) button.current?.focus({ preventScroll: true });
  }, [working]);
  return (
    <Button
      {...looks}
      ref={button}
      loading={working}
      onClick={() => {
        wasPressed.current = true;
        onClick();
      }}
    />
  );
}
