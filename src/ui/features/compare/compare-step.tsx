import { Button, Switch } from "@mantine/core";
import { IconPencilPlus } from "@tabler/icons-react";
import { generationFields } from "../../../shared/generation";
import { CopyButton } from "../../components/copy-button";
import { OptionGrid } from "../../components/option-grid";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { isRunning } from "../../store/jobs";
import { formProblems, generationValues } from "../../store/training-values";
import { useText } from "../../text/text";
import { AskingFields } from "./asking-fields";
import { AnswerPanes } from "./answer-panes";
import { BatchAnswers } from "./batch-answers";
import classes from "./compare-step.module.css";
import { conversationText } from "./conversation-text";
import { EarlierTurns } from "./earlier-turns";
import { MergedNote } from "./merged-note";
import { TemplateNote } from "./template-note";
import { MessageForm } from "./message-form";
import { QuestionLine } from "./question-line";
import { Scorecard } from "./scorecard";
import { SentTokens } from "./sent-tokens";
import { Suggestions } from "./suggestions";
import { useHeldOut } from "./use-held-out";

/** Fifth step: compares the answers of base model and adapter side by side. */
export function CompareStep() {
  const text = useText();
  const turns = useStudio((state) => state.turns);
  const last = turns.at(-1);
  const { rows, expected } = useHeldOut();
  return (
    <StepSection step="compare" intro={text.compare.intro}>
      <Scorecard />
      {turns.length > 0 && <ConversationBar />}
      <EarlierTurns turns={turns.slice(0, -1)} />
      {last && <QuestionLine key={last.id} turn={last} />}
      {last && <SentTokens turns={turns} />}
      <AnswerPanes turns={turns} />
      {expected !== null && (
        <p className={classes.expected}>
          <span>{text.compare.expected}</span> {expected}
        </p>
      )}
      <TemplateNote />
      <MergedNote turn={last ?? null} />
      <MessageForm />
      <Suggestions rows={rows} />
      <AnswerOptions />
      <BatchAnswers />
    </StepSection>
  );
}

function ConversationBar() {
  const text = useText();
  const { turns, adapters, mark, setMark, odds, setOdds, clear, answering } = useStudio((state) => ({
    turns: state.turns,
    adapters: state.adapters,
    mark: state.markDifferences,
    setMark: state.setMarkDifferences,
    odds: state.showOdds,
    setOdds: state.setShowOdds,
    clear: state.clearConversation,
    answering: isRunning(state, "answer"),
  }));
  return (
    <div className={classes.bar}>
      <span className={classes.switches}>
        <Switch
          label={text.compare.mark}
          checked={mark}
          onChange={(event) => {
            setMark(event.currentTarget.checked);
          }}
        />
        <Switch
          label={text.compare.showOdds}
          checked={odds}
          onChange={(event) => {
            setOdds(event.currentTarget.checked);
          }}
        />
      </span>
      <span className={classes.barEnd}>
        <CopyButton value={() => conversationText(turns, adapters, text)} label={text.compare.copy} />
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          leftSection={<IconPencilPlus size={16} aria-hidden />}
          disabled={answering}
          onClick={clear}
        >
          {text.compare.clear}
        </Button>
      </span>
    </div>
  );
}

function AnswerOptions() {
  const text = useText();
  const { edits, hints, edit, own } = useStudio((state) => ({
    edits: state.generationEdits,
    hints: state.showHints,
    edit: state.editGeneration,
    own: state.model?.ownSampling ?? null,
  }));
  const values = generationValues(edits);
  return (
    <div className={classes.options}>
      <h3 className={classes.optionsTitle}>{text.compare.options}</h3>
      <AskingFields />
      <OptionGrid
        fields={generationFields}
        values={values}
        problems={formProblems(generationFields, values)}
        texts={text.answerOptions}
        showHints={hints}
        foldTitle={text.compare.more}
        onChange={edit}
      />
      {own && (
        <Button
          size="compact-sm"
          variant="default"
          className={classes.own ?? ""}
          disabled={Object.entries(own).every(([name, value]) => values[name] === value)}
          onClick={() => {
            for (const [name, value] of Object.entries(own)) edit(name, value);
          }}
        >
          {text.compare.ownSampling(own)}
        </Button>
      )}
    </div>
  );
}
