import { Button } from "@mantine/core";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { TokenLegend, TokenText } from "../../components/token-text";
import { groupBy } from "../../lib/group-by";
import { conversation } from "../../store/compare-slice";
import { useStudio, useStudioContext } from "../../store/context";
import { selectTemplate } from "../../store/selectors";
import type { Turn } from "../../store/state";
import { useRemote } from "../../store/use-remote";
import { selectSpeakers } from "../../store/voices";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";
import { voiceName } from "./voice-names";

/** Shows on request what was sent for the last question, token by token. */
export function SentTokens({ turns }: { readonly turns: readonly Turn[] }) {
  const text = useText();
  const [open, setOpen] = useState(false);
  const Icon = open ? IconEyeOff : IconEye;
  return (
    <div className={classes.sent}>
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        aria-expanded={open}
        leftSection={<Icon size={16} aria-hidden />}
        onClick={() => {
          setOpen(!open);
        }}
      >
        {open ? text.compare.hideSent : text.compare.showSent}
      </Button>
      {open && <Sent turns={turns} />}
    </div>
  );
}

function Sent({ turns }: { readonly turns: readonly Turn[] }) {
  const text = useText();
  const { client, store } = useStudioContext();
  const { templateKey, modelId, adapters } = useStudio((state) => ({
    templateKey: JSON.stringify(selectTemplate(state)),
    modelId: state.model?.id ?? null,
    adapters: selectSpeakers(state),
  }));
  const voices = turns.at(-1)?.answers.map(({ voice }) => voice) ?? [];
  const questions = voices.map((voice) => ({
    adapterId: voice?.adapterId ?? null,
    ...conversation(turns, voice),
  }));
  const key = modelId === null ? null : JSON.stringify([modelId, templateKey, questions]);
  const { value, problem } = useRemote(key, (signal) =>
    client
      .withSignal(signal)
      .call("questionTokens", { questions, template: selectTemplate(store.getState()) }),
  );
  if (problem) return <ProblemAlert problem={problem} />;
  if (!value) return null;
  const sent = value.map((tokens, index) => ({ tokens, voice: voices[index] ?? null }));
  const groups = [...groupBy(sent, ({ tokens }) => JSON.stringify(tokens)).values()];
  return (
    <div className={classes.sentTokens}>
      <TokenLegend parts={["template", "prompt"]} />
      {groups.map((group, index) => {
        const tokens = group[0]?.tokens ?? [];
        const names = group.map(({ voice }) => voiceName(voice, adapters, text));
        return (
          <div key={index}>
            <h3 className={classes.sentTitle}>
              {groups.length === 1
                ? text.compare.sent(tokens.length)
                : text.compare.sentTo(text.format.list(names), tokens.length)}
            </h3>
            <TokenText tokens={tokens} />
          </div>
        );
      })}
    </div>
  );
}
