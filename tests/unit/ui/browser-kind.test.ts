import { expect, test } from "vitest";
import { browserKind } from "../../../src/ui/lib/browser-kind";

const mac = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)";
const windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64)";
const webKit = "AppleWebKit/605.1.15 (KHTML, like Gecko)";
const blink = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/153.0.0.0";

test.each([
  [`${mac} ${webKit} Version/26.0 Safari/605.1.15`, "safari"],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${webKit} Version/26.0 Mobile/15E148 Safari/604.1`,
    "safari",
  ],
  [
    `Mozilla/5.0 (iPhone; CPU iPhone OS 18_7 like Mac OS X) ${webKit} CriOS/150.0.0.0 Mobile/15E148 Safari/604.1`,
    "safari",
  ],
  [`${mac} ${webKit} FxiOS/150.0 Mobile/15E148 Safari/605.1.15`, "safari"],
  [`${mac} ${blink} Safari/537.36`, "chromium"],
  [`${windows} ${blink} Safari/537.36 Edg/153.0.0.0`, "chromium"],
  [`Mozilla/5.0 (Linux; Android 10; K) ${blink} Mobile Safari/537.36`, "chromium"],
  [`Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) ${blink} Safari/537.36`, "chromium"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${blink} Safari/537.36`, "chromiumOnLinux"],
  ["Mozilla/5.0 (X11; Linux x86_64; rv:153.0) Gecko/20100101 Firefox/153.0", "firefox"],
  ["Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0", "firefox"],
  [`Mozilla/5.0 (X11; Linux x86_64) ${webKit} Version/26.0 Safari/605.1.15`, "other"],
])("%s is %s", (userAgent, kind) => {
  expect(browserKind(userAgent, true)).toBe(kind);
});

test("no browser has WebGPU over plain http", () => {
  expect(browserKind(`${windows} ${blink} Safari/537.36`, false)).toBe("insecure");
});
