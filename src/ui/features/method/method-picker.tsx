import { Radio, VisuallyHidden } from "@mantine/core";
import { measuredMethods } from "../../../shared/measured-methods";
import { METHOD_IDS, type MethodId, methodSpecs } from "../../../shared/methods";
import { Fold } from "../../components/fold";
import { groupBy } from "../../lib/group-by";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./method-picker.module.css";

/** Commonly suitable methods, most common first. */
const FIRST: readonly MethodId[] = ["lora", "lokr", "prefix-tuning", "last-layers", "full"];

const GROUPS = [
  ...groupBy(
    METHOD_IDS.filter((id) => !FIRST.includes(id)).map((id) => methodSpecs[id]),
    ({ group }) => group,
  ),
];

/** Commonly suitable methods, then the others by group, each with its description and measurements. */
export function MethodPicker() {
  const text = useText();
  const { methodId, showsAll, choose } = useStudio((state) => ({
    methodId: state.methodId,
    showsAll: state.keepsStepsOpen,
    choose: state.chooseMethod,
  }));
  return (
    <Radio.Group
      label={<VisuallyHidden>{text.method.label}</VisuallyHidden>}
      styles={{ label: { position: "absolute" } }}
      value={methodId}
      onChange={(value) => {
        const id = METHOD_IDS.find((known) => known === value);
        if (id) choose(id);
      }}
    >
      <div className={classes.picker}>
        <div className={classes.first}>
          {FIRST.map((id) => (
            <MethodRadio key={id} id={id} />
          ))}
        </div>
        <Fold title={text.method.others} open={showsAll || !FIRST.includes(methodId)}>
          <div className={classes.groups}>
            {GROUPS.map(([group, members]) => (
              <div key={group} role="group" aria-label={text.methodGroups[group]}>
                <h3 className={classes.groupName}>{text.methodGroups[group]}</h3>
                {members.map(({ id }) => (
                  <MethodRow key={id} id={id} />
                ))}
              </div>
            ))}
          </div>
          <p className={classes.note}>{text.method.measuredOn(measuredMethods.lora?.heldOutLoss ?? 0)}</p>
        </Fold>
      </div>
    </Radio.Group>
  );
}

function MethodRadio({ id }: { readonly id: MethodId }) {
  const text = useText();
  const locked = useStudio(isTraining);
  return (
    <Radio
      value={id}
      label={text.methods[id].title}
      disabled={locked}
      className={classes.pill ?? ""}
      classNames={{ label: classes.pillLabel ?? "", inner: classes.pillInput ?? "" }}
    />
  );
}

function MethodRow({ id }: { readonly id: MethodId }) {
  const text = useText();
  const measured = measuredMethods[id];
  return (
    <div className={classes.row}>
      <MethodRadio id={id} />
      <p className={classes.summary}>
        {text.methods[id].summary}{" "}
        {measured && (
          <span className={classes.figures}>
            {text.method.measured(measured.heldOutLoss, measured.stepRatio, measured.bytes)}
          </span>
        )}
      </p>
    </div>
  );
}
