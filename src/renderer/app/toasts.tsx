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

function Toast({ notice: { id, tone, title, message, error } }: { readonly notice: Notice }) {
  useEffect(() => {
    if (tone === "failure") return undefined;
    const timer = setTimeout(() => closeNotice(id), INFO_MS);
    return () => clearTimeout(timer);
  }, [id, tone]);
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
      <CloseButton aria-label={`Close message: ${title}`} onClick={() => closeNotice(id)} />
    </div>
  );
}
