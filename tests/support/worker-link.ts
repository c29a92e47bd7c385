import { type Client, connectClient, type WorkerPort } from "../../src/client/client";
import type { Reply, Request } from "../../src/protocol/wire";
import { type Emit, emitterFor, type Handlers, type PagePort, serve } from "../../src/worker/serve";

/**
 * A client connected to handlers in this process over the real wire protocol, except that messages are not copied.
 *
 * @param make creates the handlers; receives the function that emits events to the page
 */
export function linkWorker(make: (emit: Emit) => Partial<Handlers>): Client {
  const page = new Listeners<Reply>();
  const worker = new Listeners<Request>();
  const pagePort: PagePort = {
    postMessage: (reply) => page.post(reply),
    addEventListener: (_type, listener) => worker.add(listener),
  };
  const workerPort: WorkerPort = {
    postMessage: (request) => worker.post(request),
    addEventListener: (type: string, listener: (event: never) => void) => {
      if (type === "message") page.add(listener as (event: MessageEvent<Reply>) => void);
    },
  };
  serve(pagePort, make(emitterFor(pagePort)) as Handlers);
  return connectClient(workerPort);
}

/** Message listeners, called asynchronously and in order. */
class Listeners<Message> {
  readonly #listeners: ((event: MessageEvent<Message>) => void)[] = [];

  add(listener: (event: MessageEvent<Message>) => void): void {
    this.#listeners.push(listener);
  }

  post(data: Message): void {
    setTimeout(() => {
      for (const listener of this.#listeners) listener({ data } as MessageEvent<Message>);
    });
  }
}
