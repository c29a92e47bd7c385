import { describeGoldens } from "../support/golden-suite";

describeGoldens(1);
