import { NativeSelect } from "@mantine/core";
import {
  type DatasetSummary,
  TEMPLATE_IDS,
  type PromptTemplate,
  type TemplateFacts,
  type TemplateId,
} from "../../../shared/data";
import { type LearnRule, learnRuleOf } from "../../../shared/training";
import { Notice } from "../../components/notice";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio, useStudioContext } from "../../store/context";
import { lengthInputs, selectTemplate, selectTemplateId } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import { LengthHistogram } from "./length-histogram";
import classes from "./model-view.module.css";
import { TemplateEditor } from "./template-editor";
import { TokenPanel } from "./token-panel";

const DELAY_MS = 300;

/** The model's view of the rows: the template, the tokens of one row, and all lengths. */
export function ModelView({ dataset, row }: { dataset: DatasetSummary; row: number }) {
  const text = useText();
  const { client } = useStudioContext();
  const { maxLength, ruleKey, modelId, templateKey, lengths, lengthsProblem } = useStudio((state) => ({
    maxLength: lengthInputs(state)?.args.maxLength ?? null,
    ruleKey: JSON.stringify(learnRuleOf(lengthInputs(state)?.args ?? {})),
    templateKey: JSON.stringify(selectTemplate(state)),
    modelId: state.model?.id ?? null,
    lengths: state.lengths,
    lengthsProblem: state.lengthsProblem,
  }));
  const ready = modelId !== null && maxLength !== null;
  const template = JSON.parse(templateKey) as PromptTemplate;
  const args = { datasetId: dataset.id, row, ...template, ...(JSON.parse(ruleKey) as LearnRule) };
  const { value: facts } = useRemote(
    modelId === null ? null : `${modelId} ${templateKey}`,
    () => client.call("templateFacts", template),
    DELAY_MS,
  );
  const { value, problem, busy } = useRemote(
    ready ? JSON.stringify([args, maxLength, modelId, dataset.edits?.identity]) : null,
    () => client.call("tokenView", { ...args, maxLength: maxLength ?? 0 }),
    DELAY_MS,
  );
  return (
    <>
      <TemplatePicker facts={facts} />
      <ProblemAlert problem={problem ?? lengthsProblem} />
      {ready && problem ? null : ready ? (
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

function TemplatePicker({ facts }: { facts: TemplateFacts | null }) {
  const text = useText();
  const { templateId, hasChat, hasOwn, choose } = useStudio((state) => ({
    templateId: selectTemplateId(state),
    hasChat: state.model?.hasChatTemplate ?? true,
    hasOwn: state.templateSource !== null,
    choose: state.chooseTemplate,
  }));
  const isThere = (id: TemplateId): boolean => (id === "chat" ? hasChat : id !== "custom" || hasOwn);
  const label = (id: TemplateId) => {
    const title = text.data.templates[id];
    return id === "chat" && !hasChat ? text.data.noChatTemplate(title) : title;
  };
  return (
    <div className={classes.template}>
      <NativeSelect
        label={text.data.template}
        description={text.data.templateHint}
        inputWrapperOrder={["label", "input", "description"]}
        value={templateId}
        data={TEMPLATE_IDS.map((id) => ({ value: id, label: label(id), disabled: !isThere(id) }))}
        onChange={(event) => {
          const id = TEMPLATE_IDS.find((known) => known === event.currentTarget.value);
          if (id) choose(id);
        }}
      />
      {facts?.replaced && (
        <Notice kind="info">{text.data.endReplaced(facts.replaced.token, facts.replaced.end)}</Notice>
      )}
      {facts !== null && facts.missing.length > 0 && (
        <Notice kind="warning">{text.data.tokensMissing(facts.missing)}</Notice>
      )}
      <TemplateEditor />
    </div>
  );
}
