import { lycorisFields } from "./lycoris";

/** LoHa's options under PEFT's names (LoHaConfig). */
export const lohaFields = lycorisFields;
