import { Skeleton } from "@mantine/core";
import { Fragment } from "react";
import type { AdapterPlan } from "../../../protocol/commands";
import { Facts } from "../../components/facts";
import { Fold } from "../../components/fold";
import { useStudio } from "../../store/context";
import type { Format } from "../../text/format";
import { useText } from "../../text/text";
import classes from "./adapter-plan-view.module.css";

/** How many parameters train and what that costs, updated with the form. */
export function PlanFigures() {
  const text = useText();
  const { plan, busy, hasModel } = useStudio((state) => ({
    plan: state.plan,
    busy: state.planBusy,
    hasModel: state.model !== null,
  }));
  if (!hasModel) return <p className={classes.quiet}>{text.method.needsModel}</p>;
  if (!plan && busy) return <Skeleton height={46} radius="md" />;
  const figures = plan && planFigures(plan, text.format);
  return (
    <div aria-busy={busy}>
      <Facts
        items={[
          [text.method.trainable, figures?.trainable ?? NONE],
          [text.method.share, figures?.share ?? NONE],
          [text.method.fileSize, figures?.fileSize ?? NONE],
          [text.method.trainingMemory, figures?.memory ?? NONE],
          [text.method.reader, plan?.reader ? text.method.readers[plan.reader] : NONE],
        ]}
      />
    </div>
  );
}

const NONE = "–";

/** The figures of a plan; null if the options are invalid. */
function planFigures(
  { trainableParameters, totalParameters, sizeBytes, trainingBytes, problems }: AdapterPlan,
  format: Format,
): Record<"trainable" | "share" | "fileSize" | "memory", string> | null {
  if (Object.keys(problems).length > 0) return null;
  return {
    trainable: format.integer(trainableParameters),
    share: format.share(trainableParameters / Math.max(1, totalParameters)),
    fileSize: format.bytes(sizeBytes),
    memory: format.bytes(trainingBytes),
  };
}

/** All trained modules with their parameter counts. */
export function TrainedModules() {
  const text = useText();
  const plan = useStudio((state) => state.plan);
  if (!plan || plan.modules.length === 0) return null;
  return (
    <Fold title={text.method.moduleList(plan.modules.length)}>
      <ul className={classes.modules}>
        {plan.modules.map((module) => (
          <li key={module.path}>
            <span className={classes.path}>
              {module.path.split(".").map((part, index) => (
                <Fragment key={index}>
                  {index > 0 && (
                    <>
                      .<wbr />
                    </>
                  )}
                  {part}
                </Fragment>
              ))}
            </span>
            <span className={classes.count}>{text.format.integer(module.parameters)}</span>
          </li>
        ))}
      </ul>
    </Fold>
  );
}
