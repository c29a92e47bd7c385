import { libraryOf } from "./kept-adapter";
import type { Session } from "./session";

/** `name`, or the first of "name 2", "name 3" … that no other adapter of the loaded model has. */
export async function freeName(session: Session, name: string): Promise<string> {
  const taken = new Set((await libraryOf(session)).map((summary) => summary.name));
  if (!taken.has(name)) return name;
  let number = 2;
  while (taken.has(`${name} ${String(number)}`)) number++;
  return `${name} ${String(number)}`;
}
