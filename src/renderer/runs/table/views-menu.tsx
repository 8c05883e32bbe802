import { Button, Menu, Popover, TextInput } from "@mantine/core";
import { Bookmark, Trash2 } from "lucide-react";
import { useEffect, useState } from "react";
import { runViewSchema, type RunView } from "../../../shared/runs/run-table.ts";
import { ask } from "../../bridge/lab.ts";
import { problemOf } from "../../preferences/check-number.ts";
import { showFailure, showUndo } from "../../store/lab-store.ts";
import { BUILT_IN_VIEWS, changeTableView, showTableView } from "./table-view.ts";

/** Ways of looking at the table: those that are always there, and one's own. */
export function ViewsMenu({ view }: { readonly view: RunView }) {
  const [saved, setSaved] = useState<readonly RunView[]>([]);
  const read = () => {
    ask(window.lab.viewsList()).then(setSaved, (error: unknown) =>
      showFailure("The saved views could not be read", error),
    );
  };
  useEffect(read, []);
  const save = async (kept: RunView) => {
    try {
      await ask(window.lab.viewsSave(kept));
      read();
    } catch (error) {
      showFailure("The view was not saved", error);
    }
  };
  const drop = async (dropped: RunView) => {
    try {
      await ask(window.lab.viewsDrop({ name: dropped.name }));
      read();
      showUndo(`View "${dropped.name}" deleted`, "Undo", () => void save(dropped));
    } catch (error) {
      showFailure("The view was not deleted", error);
    }
  };
  return (
    <>
      <Menu position="bottom-start" onOpen={read}>
        <Menu.Target>
          <Button
            variant="default"
            size="xs"
            leftSection={<Bookmark size="0.875rem" aria-hidden="true" />}
            aria-label={`View: ${view.name}`}
          >
            {view.name}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>Always there</Menu.Label>
          {BUILT_IN_VIEWS.map((view) => (
            <Menu.Item key={view.name} onClick={() => showTableView(view)}>
              {view.name}
            </Menu.Item>
          ))}
          {saved.length > 0 && <Menu.Label>Saved</Menu.Label>}
          {saved.map((view) => (
            <Menu.Item key={view.name} onClick={() => showTableView(view)}>
              {view.name}
            </Menu.Item>
          ))}
          {saved.some(({ name }) => name === view.name) && (
            <Menu.Item
              leftSection={<Trash2 size="0.875rem" aria-hidden="true" />}
              onClick={() => void drop(view)}
            >
              Delete "{view.name}"
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <SaveView
        onSave={(name) => {
          changeTableView({ name });
          void save({ ...view, name });
        }}
      />
    </>
  );
}

function SaveView({ onSave }: { readonly onSave: (name: string) => void }) {
  const [open, setOpen] = useState(false);
  const [name, setName] = useState("");
  const taken = BUILT_IN_VIEWS.some((view) => view.name === name.trim());
  const problem = taken
    ? "this one is always there: choose another name"
    : name === ""
      ? null
      : problemOf(runViewSchema.entries.name, name);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-start" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="subtle" color="gray" size="xs" onClick={() => setOpen(!open)}>
          Save view
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (name.trim() === "" || problem !== null) return;
            setOpen(false);
            onSave(name.trim());
          }}
        >
          <TextInput
            size="xs"
            label="Name of this view"
            description="filter, columns, order and grouping as they are now"
            data-autofocus
            error={problem}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Button type="submit" size="xs" mt="xs" disabled={name.trim() === "" || problem !== null}>
            Save
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
