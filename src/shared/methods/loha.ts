import { lycorisFields } from "./lycoris";

/** LoHa options, named as in PEFT (LoHaConfig). */
export const lohaFields = lycorisFields;
