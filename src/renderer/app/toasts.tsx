import { Button, CloseButton } from "@mantine/core";
import { Check, OctagonAlert } from "lucide-react";
import { useEffect } from "react";
import { useStore } from "../store/create-store.ts";
import type { Notice } from "../store/lab-state.ts";
import { closeNotice, labStore } from "../store/lab-store.ts";
import { copyText } from "../store/save.ts";
import { errorDetails } from "../ui/notices.tsx";
import classes from "./toasts.module.css";

const INFO_MS = 5_000;
/** A way back is offered for longer. */
const ACTION_MS = 15_000;

/** Failures stay until they are closed; good news goes by itself. */
export function Toasts() {
  const notices = useStore(labStore, (state) => state.notices);
  return (
    <div className={classes["stack"]} role="region" aria-label="Messages" aria-live="polite">
      {notices.map((notice) => (
        <Toast key={notice.id} notice={notice} />
      ))}
    </div>
  );
}

function Toast({ notice: { id, tone, title, message, error, action } }: { readonly notice: Notice }) {
  const offers = action !== undefined;
  useEffect(() => {
    if (tone === "failure") return undefined;
    const timer = setTimeout(() => closeNotice(id), offers ? ACTION_MS : INFO_MS);
    return () => clearTimeout(timer);
  }, [id, tone, offers]);
  const Icon = tone === "failure" ? OctagonAlert : Check;
  return (
    <div className={classes["toast"]} data-tone={tone} role={tone === "failure" ? "alert" : undefined}>
      <Icon size="1.125rem" aria-hidden="true" />
      <div className={classes["text"]}>
        <strong>{title}</strong>
        {message !== "" && <p>{message}</p>}
        {tone === "failure" && (
          <Button
            variant="subtle"
            color="gray"
            onClick={() =>
              void copyText("Details", error === null ? `${title}: ${message}` : errorDetails(error))
            }
          >
            Copy details
          </Button>
        )}
      </div>
      {action !== undefined && (
        <Button
          variant="default"
          className={classes["action"] ?? ""}
          size="xs"
          onClick={() => {
            closeNotice(id);
            action.run();
          }}
        >
          {action.label}
        </Button>
      )}
      <CloseButton aria-label={`Close message: ${title}`} onClick={() => closeNotice(id)} />
    </div>
  );
}
