import { en } from "../en";
import { completed, type Text } from "../translation";
import { format } from "./format";
import { progress, shell } from "./shell";
import { start } from "./start";

/** The texts of the page in Simplified Chinese. */
export const zh = { format, shell, start, progress };

/** With English where something is not translated yet. */
export const text = completed<Text>(zh, en);
