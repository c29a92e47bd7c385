import { LuthierError } from "../lib/errors";
import type { CommandArgs, CommandName, CommandResult } from "../protocol/commands";
import type { EventName, Events } from "../protocol/events";
import type { CallRequest, Reply, Request } from "../protocol/wire";

/** The request being handled. */
export interface Call {
  readonly id: number;
  /** Aborted when the page cancels the request. */
  readonly signal: AbortSignal;
}

/** One handler per command. */
export type Handlers = {
  readonly [Name in CommandName]: (
    ...args: [...CommandArgs<Name>, call: Call]
  ) => CommandResult<Name> | Promise<CommandResult<Name>>;
};

/** Sends an event to the page. */
export type Emit = <Name extends EventName>(name: Name, payload: Events[Name]) => void;

/** The worker's end of the message channel. */
export interface PagePort {
  postMessage(message: Reply, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

/** Creates an emitter for the page's port. */
export function emitterFor(port: PagePort): Emit {
  return (name, payload) => {
    // TypeScript cannot see that a generic name and its payload form one member of the union.
    port.postMessage({ type: "event", name, payload } as Reply, []);
  };
}

/** Answers every request with its result or a LuthierError. */
export function serve(port: PagePort, handlers: Handlers): void {
  const open = new Map<number, AbortController>();
  port.addEventListener("message", ({ data: request }) => {
    if (request.type === "ping") {
      port.postMessage({ type: "pong" }, []);
      return;
    }
    const { id } = request;
    if (request.type === "cancel") {
      open.get(id)?.abort();
      return;
    }
    const controller = new AbortController();
    open.set(id, controller);
    void answer(handlers, request, controller.signal)
      .then(
        (result) => port.postMessage({ type: "result", id, result }, []),
        (error: unknown) =>
          port.postMessage({ type: "error", id, error: toLuthierError(error).toData() }, []),
      )
      .finally(() => open.delete(id));
  });
}

async function answer(
  handlers: Handlers,
  { id, command, args }: CallRequest,
  signal: AbortSignal,
): Promise<CommandResult<CommandName>> {
  // The request type pairs command and arguments; indexing the handlers loses that pairing.
  const handler = handlers[command] as (...args: unknown[]) => CommandResult<CommandName>;
  return handler(...args, { id, signal });
}

/** Converts any failure to a LuthierError; unexpected ones are reported as internal. */
export function toLuthierError(error: unknown): LuthierError {
  if (error instanceof LuthierError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new LuthierError({ code: "internal", reason: message }, { cause: error });
}
