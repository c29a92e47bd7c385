import { NativeSelect } from "@mantine/core";
import { TEMPLATE_IDS, type TemplateId } from "../../../shared/data";
import { Notice } from "../../components/notice";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio, useStudioContext } from "../../store/context";
import { lengthInputs, selectTemplate } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import { LengthHistogram } from "./length-histogram";
import classes from "./model-view.module.css";
import { TokenPanel } from "./token-panel";

const DELAY_MS = 300;

/** The model's view of the rows: the template, the tokens of one row, and all lengths. */
export function ModelView({ id, row }: { id: string; row: number }) {
  const text = useText();
  const { client } = useStudioContext();
  const { maxLength, learnFrom, modelId, templateId, lengths, lengthsProblem } = useStudio((state) => ({
    maxLength: lengthInputs(state)?.args.maxLength ?? null,
    learnFrom: lengthInputs(state)?.args.learnFrom ?? "every",
    templateId: selectTemplate(state),
    modelId: state.model?.id ?? null,
    lengths: state.lengths,
    lengthsProblem: state.lengthsProblem,
  }));
  const ready = modelId !== null && maxLength !== null;
  const args = { datasetId: id, row, templateId, learnFrom };
  const { value, problem, busy } = useRemote(
    ready ? JSON.stringify([args, maxLength, modelId]) : null,
    () => client.call("tokenView", { ...args, maxLength: maxLength ?? 0 }),
    DELAY_MS,
  );
  return (
    <>
      <TemplatePicker />
      <ProblemAlert problem={problem ?? lengthsProblem} />
      {ready ? (
        <div className={classes.panels}>
          <TokenPanel view={value} row={row} busy={busy} />
          <LengthHistogram lengths={lengths} maxLength={maxLength} />
        </div>
      ) : (
        <Notice kind="info">{text.data.tokensNeedModel}</Notice>
      )}
    </>
  );
}

function TemplatePicker() {
  const text = useText();
  const { templateId, hasChat, choose } = useStudio((state) => ({
    templateId: selectTemplate(state),
    hasChat: state.model?.hasChatTemplate ?? true,
    choose: state.chooseTemplate,
  }));
  const label = (id: TemplateId) => {
    const title = text.data.templates[id];
    return id === "chat" && !hasChat ? text.data.noChatTemplate(title) : title;
  };
  return (
    <NativeSelect
      className={classes.template ?? ""}
      label={text.data.template}
      description={text.data.templateHint}
      inputWrapperOrder={["label", "input", "description"]}
      value={templateId}
      data={TEMPLATE_IDS.map((id) => ({ value: id, label: label(id), disabled: id === "chat" && !hasChat }))}
      onChange={(event) => {
        const id = TEMPLATE_IDS.find((known) => known === event.currentTarget.value);
        if (id) choose(id);
      }}
    />
  );
}
