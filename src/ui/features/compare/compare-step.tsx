import { Button, Switch } from "@mantine/core";
import { IconPencilPlus } from "@tabler/icons-react";
import { generationFields } from "../../../shared/generation";
import { CopyButton } from "../../components/copy-button";
import { OptionGrid } from "../../components/option-grid";
import { StepSection } from "../../components/step-section";
import { useStudio } from "../../store/context";
import { isRunning } from "../../store/jobs";
import { formProblems, generationValues } from "../../store/training-values";
import type { Turn } from "../../store/state";
import { selectSpeakers } from "../../store/voices";
import { useText } from "../../text/text";
import { AskingFields } from "./asking-fields";
import { AnswerPanes } from "./answer-panes";
import { BlindPanes } from "./blind-panes";
import { BatchAnswers } from "./batch-answers";
import classes from "./compare-step.module.css";
import { conversationText } from "./conversation-text";
import { EarlierTurns } from "./earlier-turns";
import { MergedNote } from "./merged-note";
import { MessageForm } from "./message-form";
import { QuestionLine } from "./question-line";
import { RatingsBar } from "./ratings-bar";
import { Scorecard } from "./scorecard";
import { SentTokens } from "./sent-tokens";
import { Suggestions } from "./suggestions";
import { TemplateNote } from "./template-note";
import { useHeldOut } from "./use-held-out";

/** Fifth step: compares the answers of base model and adapter side by side. */
export function CompareStep() {
  const text = useText();
  const turns = useStudio((state) => state.turns);
  const last = turns.at(-1);
  const { rows, expected } = useHeldOut();
  const isChosen = useStudio(({ ratings }) => ratings.some(({ id, blind }) => blind && id === last?.id));
  const hidden = last?.blindOrder && !isChosen ? { turn: last, order: last.blindOrder } : null;
  return (
    <StepSection step="compare" intro={text.compare.intro}>
      <Scorecard />
      <ConversationBar turns={hidden ? turns.slice(0, -1) : turns} />
      <EarlierTurns turns={turns.slice(0, -1)} />
      {last && <QuestionLine key={last.id} turn={last} />}
      {hidden ? (
        <BlindPanes turn={hidden.turn} order={hidden.order} />
      ) : (
        <>
          {last && <SentTokens turns={turns} />}
          <AnswerPanes turns={turns} />
        </>
      )}
      {expected !== null && (
        <p className={classes.expected}>
          <span>{text.compare.expected}</span> <bdi>{expected}</bdi>
        </p>
      )}
      <TemplateNote />
      {!hidden && <MergedNote turn={last ?? null} />}
      <RatingsBar />
      <MessageForm />
      <Suggestions rows={rows} />
      <AnswerOptions />
      <BatchAnswers />
    </StepSection>
  );
}

/** @param turns those whose voices may be named */
function ConversationBar({ turns }: { readonly turns: readonly Turn[] }) {
  const text = useText();
  const { adapters, isEmpty, blind, setBlind, mark, setMark, odds, setOdds, clear, answering } = useStudio(
    (state) => ({
      adapters: selectSpeakers(state),
      isEmpty: state.turns.length === 0,
      blind: state.blind,
      setBlind: state.setBlind,
      mark: state.markDifferences,
      setMark: state.setMarkDifferences,
      odds: state.showOdds,
      setOdds: state.setShowOdds,
      clear: state.clearConversation,
      answering: isRunning(state, "answer"),
    }),
  );
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
        {adapters.length > 0 && (
          <Switch
            label={text.ratings.blind}
            checked={blind}
            onChange={(event) => {
              setBlind(event.currentTarget.checked);
            }}
          />
        )}
      </span>
      {!isEmpty && (
        <span className={classes.barEnd}>
          {turns.length > 0 && (
            <CopyButton value={() => conversationText(turns, adapters, text)} label={text.compare.copy} />
          )}
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
      )}
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
