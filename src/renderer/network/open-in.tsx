import { Button } from "@mantine/core";
import type { NetworkSpec } from "../../shared/specs/network-spec.ts";
import { NETWORK_VIEWS, openNetworkIn, type NetworkView } from "../store/network-offers.ts";
import classes from "../ui/controls.module.css";

const OTHERS = Object.entries(NETWORK_VIEWS).map(([view, title]) => ({ view: view as NetworkView, title }));

/** Buttons that take the network and its data along to the other views. */
export function OpenIn({ from, spec }: { readonly from: NetworkView; readonly spec: NetworkSpec | null }) {
  return (
    <div className={classes["more"]} role="group" aria-label="The same network elsewhere">
      {OTHERS.filter(({ view }) => view !== from).map(({ view, title }) => (
        <Button
          key={view}
          variant="default"
          size="xs"
          disabled={spec === null}
          onClick={() => spec !== null && openNetworkIn(view, spec)}
        >
          Open in {title}
        </Button>
      ))}
    </div>
  );
}
