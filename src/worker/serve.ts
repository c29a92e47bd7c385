import { LuthierError } from "../lib/errors";
import type { CommandArgs, CommandName, CommandResult } from "../protocol/commands";
import type { EventName, Events } from "../protocol/events";
import type { Reply, Request } from "../protocol/wire";

/** What answers the page: one function for every command. */
export type Handlers = {
  readonly [Name in CommandName]: (
    ...args: CommandArgs<Name>
  ) => CommandResult<Name> | Promise<CommandResult<Name>>;
};

/** Sends an event to the page. */
export type Emit = <Name extends EventName>(name: Name, payload: Events[Name]) => void;

/** The worker's side of the wire. */
export interface PagePort {
  postMessage(message: Reply, transfer: Transferable[]): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Request>) => void): void;
}

/** An emitter over the page's port. */
export function emitterFor(port: PagePort): Emit {
  return (name, payload) => {
    // TypeScript cannot see that a generic name and its payload form one member of the union.
    port.postMessage({ type: "event", name, payload } as Reply, []);
  };
}

/** Answers every request with its result or with an error that a person can read. */
export function serve(port: PagePort, handlers: Handlers): void {
  port.addEventListener("message", ({ data: { id, command, args } }) => {
    void answer(handlers, command, args).then(
      (result) => port.postMessage({ type: "result", id, result }, transferables(result)),
      (error: unknown) => port.postMessage({ type: "error", id, error: readable(error).toData() }, []),
    );
  });
}

async function answer(
  handlers: Handlers,
  command: CommandName,
  args: CommandArgs<CommandName>,
): Promise<CommandResult<CommandName>> {
  // The request's type pairs command and arguments; the record loses that pairing.
  const handler = handlers[command] as (...args: unknown[]) => CommandResult<CommandName>;
  return handler(...args);
}

/** Files to download are moved, not copied. */
function transferables(result: CommandResult<CommandName>): Transferable[] {
  return result && typeof result === "object" && "bytes" in result ? [result.bytes.buffer] : [];
}

/** Any failure as the one error that people see; what is not one is our own fault and says so. */
export function readable(error: unknown): LuthierError {
  if (error instanceof LuthierError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new LuthierError({ code: "internal", reason: message }, { cause: error });
}
