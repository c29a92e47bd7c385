import type { TestProject } from "vitest/node";
import { serveFakePage } from "./fake-page/serve";
import { servePage } from "./serve-studio";

declare module "vitest" {
  interface ProvidedContext {
    /** Address of the built studio. */
    readonly studio: string;
    /** Address of the built page with the fake client. */
    readonly fakePage: string;
  }
}

/** Builds and serves both pages once for all test files. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const studio = await servePage("e2e-studio");
  const fakePage = await serveFakePage();
  project.provide("studio", studio.address);
  project.provide("fakePage", fakePage.address);
  return async () => {
    await Promise.all([studio.close(), fakePage.close()]);
  };
}
