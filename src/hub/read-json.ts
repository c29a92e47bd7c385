import type * as v from "valibot";
import { concatBytes } from "../lib/bytes";
import { isNestedTooDeep } from "../lib/json";
import { parseAs, tryParse } from "../lib/schema";
import { type RequestTarget, notAHub, unreachable } from "./hub-errors";
import { type HubAccess, request } from "./request";
import { type RetryOptions, Transient, withRetries } from "./retry";

/** Maximum response size, above any listing page or index. */
const MAX_RESPONSE_BYTES = 32 * 2 ** 20;

/** Consecutive failures before giving up. */
const TRIES = 3;

/** Access and retry options of API requests. */
export interface AskOptions extends HubAccess, Pick<RetryOptions, "onWait" | "sleep"> {}

/** A JSON response with its headers. */
export interface JsonResponse<T> {
  readonly value: T;
  readonly headers: Headers;
}

/**
 * Fetches and validates JSON, retrying transient failures.
 * @throws LuthierError("network") on refusals, lost connections, and oversized or malformed responses; ("format") on
 * malformed repository files
 */
export async function readJson<const Schema extends v.GenericSchema>(
  url: string,
  schema: Schema,
  asked: RequestTarget,
  options: AskOptions,
): Promise<JsonResponse<v.InferOutput<Schema>>> {
  const { value, headers } = await askForJson(url, asked, options);
  const { address, path } = asked;
  if (path !== null)
    return { value: parseAs(schema, value, { file: `${address.repository}/${path}` }), headers };
  const answer = tryParse(schema, value);
  if (answer.fault !== null) throw notAHub(address, { fault: answer.fault });
  return { value: answer.value, headers };
}

function askForJson(url: string, asked: RequestTarget, options: AskOptions): Promise<JsonResponse<unknown>> {
  return withRetries({ ...options, tries: TRIES }, async () => {
    const { response, keepAlive, close } = await request(url, asked, options);
    try {
      const bytes = await readBody(response, asked, keepAlive);
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

async function readBody(
  response: Response,
  asked: RequestTarget,
  keepAlive: () => void,
): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  try {
    for (const reader = response.body?.getReader(); ;) {
      const piece = await reader?.read();
      if (!piece || piece.done) return concatBytes(pieces);
      keepAlive();
      length += piece.value.length;
      if (length > MAX_RESPONSE_BYTES) break;
      pieces.push(piece.value);
    }
  } catch (cause) {
    throw new Transient(unreachable(asked, cause));
  }
  throw notAHub(asked.address);
}
