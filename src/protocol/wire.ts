import type { ErrorData } from "../lib/errors";
import type { CommandArgs, CommandName, CommandResult } from "./commands";
import type { EventName, Events } from "./events";

/** Page to worker. */
export type Request = CallRequest | CancelRequest | Ping;

/** A command to run. */
export type CallRequest = {
  [Name in CommandName]: {
    readonly type: "call";
    readonly id: number;
    readonly command: Name;
    readonly args: CommandArgs<Name>;
  };
}[CommandName];

/**
 * Asks that an earlier request come to its end. It is still answered: with the error "cancelled", or with what there
 * was until then where the command says so.
 */
export interface CancelRequest {
  readonly type: "cancel";
  readonly id: number;
}

/** Asks for a sign of life. */
export interface Ping {
  readonly type: "ping";
}

/** Worker to page: the answer to a request, or an event. */
export type Reply =
  | { readonly type: "result"; readonly id: number; readonly result: CommandResult<CommandName> }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorData }
  | { readonly type: "pong" }
  | EventMessage;

export type EventMessage = {
  [Name in EventName]: { readonly type: "event"; readonly name: Name; readonly payload: Events[Name] };
}[EventName];
