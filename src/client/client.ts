import { startHeartbeat } from "./heartbeat";
import { cancelled, LuthierError } from "../lib/errors";
import type { CommandArgs, CommandName, CommandResult } from "../protocol/commands";
import type { EventName, Events } from "../protocol/events";
import type { CallRequest, Reply, Request } from "../protocol/wire";

/** Sends commands to the worker. */
export interface Caller {
  /** Runs a command. Rejects with a LuthierError. */
  call<Name extends CommandName>(command: Name, ...args: CommandArgs<Name>): Promise<CommandResult<Name>>;
}

/** The page's interface to the engine: commands with one response each, and events. */
export interface Client extends Caller {
  /**
   * Returns a caller whose commands are cancelled when `signal` aborts. They settle once the worker has stopped:
   * rejected as cancelled, or with a partial result where the command documents it.
   */
  withSignal(signal: AbortSignal): Caller;
  /** Adds a listener; returns a function that removes it. */
  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void;
}

/** The part of Worker (or MessagePort) used by the client. */
export interface WorkerPort {
  postMessage(message: Request): void;
  addEventListener(type: "message", listener: (event: MessageEvent<Reply>) => void): void;
  addEventListener(type: "error" | "messageerror", listener: (event: Event) => void): void;
}

interface Pending {
  settle(reply: Extract<Reply, { type: "result" | "error" }>): void;
  fail(error: LuthierError): void;
}

/**
 * Connects to the worker behind `port`. If the worker crashes, pending and later commands reject.
 *
 * @param beatMs heartbeat interval; null disables it
 */
export function connectClient(port: WorkerPort, beatMs: number | null = null): Client {
  const pending = new Map<number, Pending>();
  const events = new EventHub();
  let nextId = 1;
  let dead: LuthierError | null = null;

  port.addEventListener("message", ({ data: reply }) => {
    if (reply.type === "event") {
      events.emit(reply.name, reply.payload);
      return;
    }
    if (reply.type === "pong") return;
    const request = pending.get(reply.id);
    pending.delete(reply.id);
    request?.settle(reply);
  });
  const stopBeating =
    beatMs === null
      ? null
      : startHeartbeat(port, beatMs, (isStalled) => {
          events.emit("stalled", isStalled);
        });
  const onDeath = (event: Event) => {
    stopBeating?.();
    dead = workerDied(event);
    for (const request of pending.values()) request.fail(dead);
    pending.clear();
    events.emit("jobs", []);
    events.emit("fault", dead.toData());
  };
  port.addEventListener("error", onDeath);
  port.addEventListener("messageerror", onDeath);

  function call<Name extends CommandName>(
    signal: AbortSignal | null,
    command: Name,
    args: CommandArgs<Name>,
  ): Promise<CommandResult<Name>> {
    return new Promise<CommandResult<Name>>((resolve, reject) => {
      if (dead || signal?.aborted) {
        reject(dead ?? cancelled());
        return;
      }
      const id = nextId++;
      const cancel = (): void => port.postMessage({ type: "cancel", id });
      const settled = (): void => signal?.removeEventListener("abort", cancel);
      pending.set(id, {
        settle(reply) {
          settled();
          if (reply.type === "error") reject(LuthierError.fromData(reply.error));
          // Replies are matched to requests by id only, so the result type is asserted here.
          else resolve(reply.result as CommandResult<Name>);
        },
        fail(error) {
          settled();
          reject(error);
        },
      });
      // TypeScript cannot correlate a generic command name with its arguments.
      port.postMessage({ type: "call", id, command, args } as CallRequest);
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  return {
    call: (command, ...args) => call(null, command, args),
    withSignal: (signal) => ({ call: (command, ...args) => call(signal, command, args) }),
    on: (name, listener) => events.on(name, listener),
  };
}

type Listener = (payload: never) => void;

/** Listeners by event name. */
export class EventHub {
  private readonly listeners = new Map<EventName, Set<Listener>>();

  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const set = this.listeners.get(name) ?? new Set<Listener>();
    this.listeners.set(name, set);
    set.add(listener);
    return () => set.delete(listener);
  }

  emit<Name extends EventName>(name: Name, payload: Events[Name]): void {
    for (const listener of this.listeners.get(name) ?? []) {
      (listener as (payload: Events[Name]) => void)(payload);
    }
  }
}

function workerDied(event: Event): LuthierError {
  const reason = "message" in event && typeof event.message === "string" ? event.message : null;
  return new LuthierError({ code: "device-lost/worker-stopped", reason });
}
