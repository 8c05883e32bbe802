import { ContractError } from "../../core/errors.ts";

/** Arguments that each can be read but do not go together: the command ends as on any wrong usage. */
export class UsageError extends ContractError {}
