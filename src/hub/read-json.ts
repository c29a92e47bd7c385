import { concatBytes } from "../lib/bytes";
import { type Asked, notAHub, unreachable } from "./hub-errors";
import { type HubAccess, request } from "./request";
import { type RetryOptions, Transient, withRetries } from "./retry";

/** More than any listing page or index has; a server that sends more is not believed. */
const LONGEST_ANSWER_BYTES = 32 * 2 ** 20;

/** Failures in a row after which a question is given up. */
const TRIES = 3;

/** How questions are asked: the access, and what the person sees while one waits. */
export interface AskOptions extends HubAccess, Pick<RetryOptions, "onWait" | "sleep"> {}

/** An answer in JSON, and its headers. */
export interface JsonAnswer {
  readonly value: unknown;
  readonly headers: Headers;
}

/**
 * Asks for a JSON document, again when a failure may pass.
 * @throws LuthierError("network") for refusals, lost connections, and for what is no JSON or without end
 */
export function readJson(url: string, asked: Asked, options: AskOptions): Promise<JsonAnswer> {
  return withRetries({ ...options, tries: TRIES }, async () => {
    const { response, alive, close } = await request(url, asked, options);
    try {
      const bytes = await readBody(response, asked, alive);
      return { value: JSON.parse(new TextDecoder().decode(bytes)) as unknown, headers: response.headers };
    } catch (error) {
      if (error instanceof SyntaxError) throw notAHub(asked.address, error);
      throw error;
    } finally {
      close();
    }
  });
}

async function readBody(response: Response, asked: Asked, alive: () => void): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (const reader = response.body?.getReader(); ;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return concatBytes(pieces);
      alive();
      length += piece.value.length;
      if (length > LONGEST_ANSWER_BYTES) break;
      pieces.push(piece.value);
    }
  } catch (cause) {
    throw new Transient(unreachable(asked, cause));
  }
  throw notAHub(asked.address);
}
