import type * as v from "valibot";
import { concatBytes } from "../lib/bytes";
import { isNestedTooDeep } from "../lib/json";
import { parseAs, tryParse } from "../lib/schema";
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
export interface JsonAnswer<T> {
  readonly value: T;
  readonly headers: Headers;
}

/**
 * Asks for a JSON document of a certain form, again when a failure may pass.
 * @throws LuthierError("network") for refusals, lost connections, and for an answer that is no JSON, without end or of
 * another form; ("format") for a file of the repository that is of another form
 */
export async function readJson<const Schema extends v.GenericSchema>(
  url: string,
  schema: Schema,
  asked: Asked,
  options: AskOptions,
): Promise<JsonAnswer<v.InferOutput<Schema>>> {
  const { value, headers } = await askForJson(url, asked, options);
  const { address, path } = asked;
  if (path !== null)
    return { value: parseAs(schema, value, { file: `${address.repository}/${path}` }), headers };
  const answer = tryParse(schema, value);
  if (answer.fault !== null) throw notAHub(address, { fault: answer.fault });
  return { value: answer.value, headers };
}

function askForJson(url: string, asked: Asked, options: AskOptions): Promise<JsonAnswer<unknown>> {
  return withRetries({ ...options, tries: TRIES }, async () => {
    const { response, alive, close } = await request(url, asked, options);
    try {
      const bytes = await readBody(response, asked, alive);
      const text = new TextDecoder().decode(bytes);
      if (isNestedTooDeep(text)) throw notAHub(asked.address);
      return { value: JSON.parse(text) as unknown, headers: response.headers };
    } catch (error) {
      if (error instanceof SyntaxError) throw notAHub(asked.address, { cause: error });
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
