import { Button, Popover, type ButtonProps } from "@mantine/core";
import { useState, type ReactNode } from "react";

interface ConfirmButtonProps extends Pick<ButtonProps, "leftSection" | "disabled"> {
  readonly children: ReactNode;
  /** What will happen, and that it cannot be taken back. */
  readonly question: string;
  readonly confirm: string;
  /** Nothing is lost by it. */
  readonly harmless?: boolean;
  readonly onConfirm: () => void;
}

/** A button for what cannot be undone: it says so and asks once more. */
export function ConfirmButton(props: ConfirmButtonProps) {
  const { children, question, confirm, harmless = false, onConfirm, ...button } = props;
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" width="18rem" trapFocus returnFocus>
      <Popover.Target>
        <Button size="xs" variant="default" {...button} onClick={() => setOpen(!open)}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p>{question}</p>
        <Button
          size="xs"
          mt="xs"
          {...(harmless ? {} : { color: "red" })}
          data-autofocus
          onClick={() => {
            setOpen(false);
            onConfirm();
          }}
        >
          {confirm}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
