import { Button } from "@mantine/core";
import { formatNumber } from "../format/number.ts";
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
        {runIds.length === 1 ? "1 run" : `${formatNumber(runIds.length)} runs`})
      </span>
      <Button variant="default" size="compact-xs" onClick={() => void unfollow(source)}>
        Stop following
      </Button>
    </div>
  ));
}
