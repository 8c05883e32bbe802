import { Button } from "@mantine/core";
import { counted } from "../../core/counted.ts";
import { useStore } from "../store/create-store.ts";
import { followedStore, unfollow } from "./exchange-actions.ts";
import classes from "./exchange.module.css";

/** What is followed while it grows, and the way to stop it. */
export function FollowedStrip() {
  const followed = useStore(followedStore);
  return followed.map(({ source, format, runIds }) => (
    <div key={source} className={classes["followed"]} role="group" aria-label="Followed while it grows">
      <span>
        Following <strong className={classes["source"]}>{source}</strong> ({format},{" "}
        {counted(runIds.length, "run")})
      </span>
      <Button variant="default" size="compact-xs" onClick={() => void unfollow(source)}>
        Stop following
      </Button>
    </div>
  ));
}
