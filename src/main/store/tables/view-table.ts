import * as v from "valibot";
import { DEFAULT_VIEW, runViewSchema, type RunView } from "../../../shared/runs/run-table.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

const storedSchema = v.omit(runViewSchema, ["name"]);

/** What a view holds; one that cannot be read shows all runs until it is saved anew or dropped. */
function readView(text: string): Omit<RunView, "name"> {
  try {
    return fromJsonColumn(storedSchema, text, "A view");
  } catch {
    return DEFAULT_VIEW;
  }
}

/** Views of the table of runs that a person has saved, by their names. */
export class ViewTable {
  readonly #save;
  readonly #select;
  readonly #drop;

  constructor(db: Database) {
    this.#save = keptStatement(
      db,
      "INSERT INTO saved_view VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET view = excluded.view",
    );
    this.#select = keptStatement<{ name: string; view: string }>(
      db,
      "SELECT name, view FROM saved_view ORDER BY name",
    );
    this.#drop = keptStatement(db, "DELETE FROM saved_view WHERE name = ?");
  }

  save({ name, ...view }: RunView): void {
    this.#save().run(name, toJsonColumn(view));
  }

  list(): RunView[] {
    return this.#select()
      .all()
      .map(({ name, view }) => ({ ...readView(view), name }));
  }

  drop(name: string): void {
    this.#drop().run(name);
  }
}
