import { cancelled } from "../../lib/errors";

/** An upload of one body. */
export interface Upload {
  readonly method: string;
  readonly headers: Headers;
  readonly body: Blob | string | null;
  readonly signal: AbortSignal;
  /** Called with the bytes sent so far. */
  onSent(bytes: number): void;
}

/**
 * Sends a body and reports how much of it has left. `fetch` does not tell; where there is no XMLHttpRequest (Node), the
 * whole is reported at the end.
 * @throws TypeError without a response, as `fetch` does; the signal's reason
 */
export async function sendUpload(url: string, upload: Upload): Promise<Response> {
  if (typeof XMLHttpRequest !== "undefined") return sendByXhr(url, upload);
  const { method, headers, body, signal, onSent } = upload;
  const response = await fetch(url, { method, headers, body, signal, credentials: "omit" });
  if (response.ok && body instanceof Blob) onSent(body.size);
  return response;
}

function sendByXhr(url: string, { method, headers, body, signal, onSent }: Upload): Promise<Response> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    const abort = (): void => xhr.abort();
    const end = (settle: () => void) => (): void => {
      signal.removeEventListener("abort", abort);
      settle();
    };
    xhr.open(method, url);
    headers.forEach((value, name) => xhr.setRequestHeader(name, value));
    xhr.upload.addEventListener("progress", ({ loaded }) => onSent(loaded));
    xhr.addEventListener(
      "load",
      end(() => resolve(responseOf(xhr))),
    );
    xhr.addEventListener(
      "error",
      end(() => reject(new TypeError("xhr"))),
    );
    xhr.addEventListener(
      "abort",
      end(() => reject(cancelled())),
    );
    if (signal.aborted) {
      reject(cancelled());
      return;
    }
    signal.addEventListener("abort", abort);
    xhr.send(body);
  });
}

function responseOf(xhr: XMLHttpRequest): Response {
  const lines = xhr
    .getAllResponseHeaders()
    .trim()
    .split(/[\r\n]+/);
  const headers = new Headers();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  const isEmpty = [204, 205, 304].includes(xhr.status);
  return new Response(isEmpty ? null : xhr.responseText, { status: xhr.status, headers });
}
