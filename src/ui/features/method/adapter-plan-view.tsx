import { Skeleton } from "@mantine/core";
import { Facts } from "../../components/facts";
import { Fold } from "../../components/fold";
import { formatBytes, formatInteger, formatShare } from "../../lib/format";
import { useStudio } from "../../store/context";
import { useText } from "../../text/text";
import classes from "./adapter-plan-view.module.css";

/** How much trains and what that costs, following the form as one types. */
export function PlanFigures() {
  const text = useText();
  const { plan, busy, hasModel } = useStudio((state) => ({
    plan: state.plan,
    busy: state.planBusy,
    hasModel: state.model !== null,
  }));
  if (!hasModel) return <p className={classes.quiet}>{text.method.needsModel}</p>;
  if (!plan) return busy ? <Skeleton height={46} radius="md" /> : null;
  const share = plan.trainableParameters / Math.max(1, plan.totalParameters);
  return (
    <div aria-busy={busy}>
      <Facts
        items={[
          [text.method.trainable, formatInteger(plan.trainableParameters)],
          [text.method.share, formatShare(share)],
          [text.method.fileSize, formatBytes(plan.sizeBytes)],
          [text.method.trainingMemory, formatBytes(plan.trainingBytes)],
        ]}
      />
    </div>
  );
}

/** Every module that trains, with its count of parameters. */
export function TrainedModules() {
  const text = useText();
  const plan = useStudio((state) => state.plan);
  if (!plan || plan.modules.length === 0) return null;
  return (
    <Fold title={text.method.moduleList(plan.modules.length)}>
      <ul className={classes.modules}>
        {plan.modules.map((module) => (
          <li key={module.path}>
            <span className={classes.path}>{module.path}</span>
            <span className={classes.count}>{formatInteger(module.parameters)}</span>
          </li>
        ))}
      </ul>
    </Fold>
  );
}
