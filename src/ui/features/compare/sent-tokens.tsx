import { Button } from "@mantine/core";
import { IconEye, IconEyeOff } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { TokenLegend, TokenText } from "../../components/token-text";
import { conversation } from "../../store/compare-slice";
import { useStudio, useStudioContext } from "../../store/context";
import { selectTemplate } from "../../store/selectors";
import type { Turn } from "../../store/state";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./compare-step.module.css";
import { voiceName } from "./side-names";

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
  const { client } = useStudioContext();
  const { template, modelId, adapters } = useStudio((state) => ({
    template: selectTemplate(state),
    modelId: state.model?.id ?? null,
    adapters: state.adapters,
  }));
  const last = turns.at(-1);
  const sides = last?.after ? (["before", "after"] as const) : (["before"] as const);
  const questions = sides.map((side) => ({
    adapterId: last?.voices[side]?.adapterId ?? null,
    ...conversation(turns, side),
  }));
  const key = modelId === null ? null : JSON.stringify([modelId, template, questions]);
  const { value, problem } = useRemote(key, (signal) =>
    client.withSignal(signal).call("questionTokens", { questions, template }),
  );
  if (problem) return <ProblemAlert problem={problem} />;
  if (!value || !last) return null;
  const [first, second] = value;
  const isSame = JSON.stringify(first) === JSON.stringify(second);
  return (
    <div className={classes.sentTokens}>
      <TokenLegend parts={["template", "prompt"]} />
      {(isSame ? value.slice(0, 1) : value).map((tokens, index) => (
        <div key={index}>
          <h3 className={classes.sentTitle}>
            {isSame || value.length === 1
              ? text.compare.sent(tokens.length)
              : text.compare.sentTo(
                  voiceName(last.voices[sides[index] ?? "before"], adapters, text),
                  tokens.length,
                )}
          </h3>
          <TokenText tokens={tokens} />
        </div>
      ))}
    </div>
  );
}
