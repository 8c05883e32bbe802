import { answerSql } from "./answer-sql.ts";
import { messageOf } from "../../../core/thrown.ts";
import type { SqlReply, SqlRequest } from "./sql-messages.ts";

// A process of its own for one query: main ends it when it takes too long.
const { parentPort } = process as unknown as {
  readonly parentPort: {
    on(event: "message", listener: (event: { data: SqlRequest }) => void): void;
    postMessage(message: SqlReply): void;
  };
};

parentPort.on("message", ({ data }) => {
  let reply: SqlReply;
  try {
    reply = { ok: answerSql(data) };
  } catch (error) {
    reply = { failed: messageOf(error) };
  }
  parentPort.postMessage(reply);
});
