import { Button } from "@mantine/core";
import { OctagonAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { useStore } from "../store/create-store.ts";
import { lastResultsRead } from "../store/last-results-read.ts";
import { copyText } from "../store/save.ts";
import classes from "./notices.module.css";

/** Everything that is known of an error, to send to somebody. */
export function errorDetails({ code, message, details }: WireError): string {
  return [`${code}: ${message}`, details].filter((part) => part !== undefined).join("\n");
}

interface ErrorNoticeProps {
  readonly title: string;
  readonly error: WireError;
  readonly onRetry?: () => void;
}

/** A failure where a result would stand: what happened, what to do, and the details to copy. */
export function ErrorNotice({ title, error, onRetry }: ErrorNoticeProps) {
  return (
    <div className={classes["error"]} role="alert">
      <OctagonAlert size="1.125rem" aria-hidden="true" />
      <div>
        <strong>{title}</strong>
        <p className={classes["message"]}>{error.message}</p>
        <div className={classes["actions"]}>
          {onRetry !== undefined && (
            <Button variant="default" onClick={onRetry}>
              Try again
            </Button>
          )}
          <Button variant="subtle" color="gray" onClick={() => void copyText("Details", errorDetails(error))}>
            Copy details
          </Button>
        </div>
      </div>
    </div>
  );
}

interface EmptyStateProps {
  readonly children: ReactNode;
  readonly action: ReactNode;
}

/** The empty state of a view that shows its last result again after a restart, once there is known to be none. */
export function NoResultYet(props: EmptyStateProps) {
  return useStore(lastResultsRead) ? <EmptyState {...props} /> : null;
}

/** Nothing here yet: one sentence and one way to change that. */
export function EmptyState({ children, action }: EmptyStateProps) {
  return (
    <div className={classes["empty"]}>
      <p>{children}</p>
      {action}
    </div>
  );
}
