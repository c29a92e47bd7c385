import type { ErrorData } from "../lib/errors";
import type { CommandArgs, CommandName, CommandResult } from "./commands";
import type { EventName, Events } from "./events";

/** Page to worker. */
export type Request = CallRequest | CancelRequest | Ping;

/** Runs a command. */
export type CallRequest = {
  [Name in CommandName]: {
    readonly type: "call";
    readonly id: number;
    readonly command: Name;
    readonly args: CommandArgs<Name>;
  };
}[CommandName];

/**
 * Cancels an earlier request. It still receives its response: the error "cancelled", or a partial result where the
 * command documents it.
 */
export interface CancelRequest {
  readonly type: "cancel";
  readonly id: number;
}

/** Heartbeat. */
export interface Ping {
  readonly type: "ping";
}

/** Worker to page: a response or an event. */
export type Reply =
  | { readonly type: "result"; readonly id: number; readonly result: CommandResult<CommandName> }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorData }
  | { readonly type: "pong" }
  | EventMessage;

export type EventMessage = {
  [Name in EventName]: { readonly type: "event"; readonly name: Name; readonly payload: Events[Name] };
}[EventName];
