import { Radio, Tooltip, VisuallyHidden } from "@mantine/core";
import { METHOD_IDS, methodSpecs } from "../../../shared/methods";
import { Fold } from "../../components/fold";
import { groupBy } from "../../lib/group-by";
import { useStudio } from "../../store/context";
import { isTraining } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./method-picker.module.css";

const GROUPS = [
  ...groupBy(
    METHOD_IDS.map((id) => methodSpecs[id]),
    ({ group }) => group,
  ),
];

/** All methods by group; on request also what each one does. */
export function MethodPicker() {
  const text = useText();
  const { methodId, locked, choose } = useStudio((state) => ({
    methodId: state.methodId,
    locked: isTraining(state),
    choose: state.chooseMethod,
  }));
  return (
    <div className={classes.picker}>
      <Radio.Group
        label={<VisuallyHidden>{text.method.label}</VisuallyHidden>}
        styles={{ label: { position: "absolute" } }}
        value={methodId}
        onChange={(value) => {
          const id = METHOD_IDS.find((known) => known === value);
          if (id) choose(id);
        }}
      >
        <div className={classes.groups}>
          {GROUPS.map(([group, members]) => (
            <div key={group} role="group" aria-label={text.methodGroups[group]} className={classes.group}>
              <span className={classes.groupName}>{text.methodGroups[group]}</span>
              <div className={classes.members}>
                {members.map(({ id }) => (
                  <Tooltip
                    key={id}
                    label={text.methods[id].summary}
                    multiline
                    w={300}
                    openDelay={400}
                    events={ON_HOVER}
                    disabled={id === methodId}
                  >
                    <Radio
                      value={id}
                      label={text.methods[id].title}
                      disabled={locked}
                      className={classes.pill ?? ""}
                      classNames={{ label: classes.pillLabel ?? "", inner: classes.pillInput ?? "" }}
                    />
                  </Tooltip>
                ))}
              </div>
            </div>
          ))}
        </div>
      </Radio.Group>
      <Fold title={text.method.everyMethod}>
        <dl className={classes.sentences}>
          {GROUPS.flatMap(([, members]) =>
            members.map(({ id }) => (
              <div key={id} className={classes.sentence}>
                <dt>{text.methods[id].title}</dt>
                <dd>{text.methods[id].summary}</dd>
              </div>
            )),
          )}
        </dl>
      </Fold>
    </div>
  );
}

/** The selected method's summary is shown below anyway, so only hovering needs the others'. */
const ON_HOVER = { hover: true, focus: false, touch: false };
