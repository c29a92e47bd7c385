import { watchHeart } from "./heartbeat";
import { cancelled, LuthierError } from "../lib/errors";
import type { CommandArgs, CommandName, CommandResult } from "../protocol/commands";
import type { EventName, Events } from "../protocol/events";
import type { CallRequest, Reply, Request } from "../protocol/wire";

/** Runs commands of the worker. */
export interface Caller {
  /** Runs a command. Rejects with a LuthierError that a person can read. */
  call<Name extends CommandName>(command: Name, ...args: CommandArgs<Name>): Promise<CommandResult<Name>>;
}

/** The studio's engine as the page sees it: commands that answer once, and events that come unasked. */
export interface Client extends Caller {
  /**
   * Runs commands that come to their end when `signal` is aborted. They settle when the worker has ended them: rejected
   * as cancelled, or with what there was until then where the command says so.
   */
  until(signal: AbortSignal): Caller;
  /** Listens to an event; the returned function ends that. */
  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void;
}

/** The part of a Worker that the client needs; a MessagePort has it too. */
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
 * A client that speaks to the worker behind `port`. When the worker itself dies, every open command rejects and
 * so does every later one.
 *
 * @param beatMs how often the worker is asked for a sign of life, null for never
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
      : watchHeart(port, beatMs, (isStalled) => {
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
          // The wire pairs results with requests by id alone, so the command's result type is asserted here, once.
          else resolve(reply.result as CommandResult<Name>);
        },
        fail(error) {
          settled();
          reject(error);
        },
      });
      // TypeScript cannot see that a generic name and its arguments form one member of the union.
      port.postMessage({ type: "call", id, command, args } as CallRequest);
      signal?.addEventListener("abort", cancel, { once: true });
    });
  }

  return {
    call: (command, ...args) => call(null, command, args),
    until: (signal) => ({ call: (command, ...args) => call(signal, command, args) }),
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
