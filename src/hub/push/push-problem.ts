import { LuthierError } from "../../lib/errors";
import type { HubAddress } from "../../shared/hub";
import { hubName } from "../address";

/** An answer that refuses, as `@huggingface/hub` reports it. Its message contains addresses, and is not shown. */
interface Refusal {
  readonly statusCode: number;
  readonly data?: Readonly<Record<string, unknown>>;
}

const TOKEN_FIELD = "hubToken";

/** The problem of a push that the hub refused. */
export function refusedPush(
  cause: Error & Refusal,
  { address, token }: { readonly address: HubAddress; readonly token: string },
): LuthierError {
  const { repository } = address;
  const hub = hubName(address);
  const { statusCode: status, data } = cause;
  if (status === 401) {
    return new LuthierError({ code: "network/token-refused", hub }, { cause, field: TOKEN_FIELD });
  }
  if (status === 403 || status === 404) return notAllowed(address, cause);
  if (status === 409 || status === 412) {
    return new LuthierError({ code: "network/push-conflict", repository, hub }, { cause });
  }
  const said = [data?.error, data?.message].find((text) => typeof text === "string") ?? "";
  const reason = said.replaceAll(token, "…").slice(0, 300);
  return new LuthierError({ code: "network/push-rejected", hub, status, reason }, { cause });
}

/** Words what reading from a hub reports for someone who publishes. */
export function ofPush(error: LuthierError, address: HubAddress): LuthierError {
  const { problem } = error;
  const hub = hubName(address);
  switch (problem.code) {
    case "network/too-many-requests": {
      const { retryAfterMs } = problem;
      return new LuthierError(
        { code: "network/push-busy", hub, status: 429, retryAfterMs },
        { cause: error },
      );
    }
    case "network/in-trouble": {
      const { status } = problem;
      return new LuthierError(
        { code: "network/push-busy", hub, status, retryAfterMs: null },
        { cause: error },
      );
    }
    case "network/no-repository":
    case "network/gated":
      return notAllowed(address, error);
    default:
      return error;
  }
}

function notAllowed(address: HubAddress, cause: Error): LuthierError {
  const { repository } = address;
  const problem = { code: "network/push-refused", repository, hub: hubName(address) } as const;
  return new LuthierError(problem, { cause, field: TOKEN_FIELD });
}
