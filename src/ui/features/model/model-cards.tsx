import { ActionIcon, Button, Skeleton } from "@mantine/core";
import { IconCheck, IconTrash } from "@tabler/icons-react";
import { useRef, useState } from "react";
import type { ModelCard, ModelSummary } from "../../../shared/model";
import { Facts } from "../../components/facts";
import { useStudio } from "../../store/context";
import { isExcluded, jobOf } from "../../store/jobs";
import { type Text, useText } from "../../text/text";
import classes from "./model-step.module.css";

/** All available models, with details of the one in use. */
export function ModelCards() {
  const { models, loaded, model } = useStudio((state) => ({
    models: state.models,
    loaded: state.modelsLoaded,
    model: state.model,
  }));
  return (
    <div className={classes.cards}>
      {!loaded && <Skeleton height={120} radius="md" />}
      {models.map((card) => (
        <Card key={card.id} card={card} summary={model?.id === card.id ? model : null} />
      ))}
    </div>
  );
}

function Card({ card, summary }: { card: ModelCard; summary: ModelSummary | null }) {
  const text = useText();
  const [asking, setAsking] = useState(false);
  const bin = useRef<HTMLButtonElement>(null);
  const { busy, locked, load } = useStudio((state) => ({
    busy: jobOf(state, "load-model")?.subject === card.id,
    locked: isExcluded(state, "load-model"),
    load: state.loadModel,
  }));
  return (
    <article className={classes.card} data-current={summary !== null || undefined} aria-busy={busy}>
      <div className={classes.head}>
        <div className={classes.names}>
          <h3 className={classes.title}>{card.title}</h3>
          <span className={classes.source}>{origin(card, text)}</span>
        </div>
        {summary && (
          <span className={classes.state}>
            <IconCheck size={16} aria-hidden />
            {text.model.inUse}
          </span>
        )}
        {!summary && !busy && (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={text.model.use(card.title)}
            disabled={locked}
            onClick={() => void load(card.id)}
          >
            {text.model.useShort}
          </Button>
        )}
        {card.source !== "built-in" && (
          <ActionIcon
            ref={bin}
            variant="subtle"
            color="gray"
            aria-label={text.model.remove(card.title)}
            disabled={locked}
            onClick={() => {
              setAsking(true);
            }}
          >
            <IconTrash size={18} aria-hidden />
          </ActionIcon>
        )}
      </div>
      {asking && (
        <DeleteQuestion
          card={card}
          onClose={() => {
            setAsking(false);
            bin.current?.focus();
          }}
        />
      )}
      <CardFacts card={card} summary={summary} />
    </article>
  );
}

/** A model's source and the date it was stored. */
function origin({ source, origin: from, keptAt }: ModelCard, text: Text): string {
  if (source === "built-in") return text.model.builtIn;
  const where = from ? text.model.fromHub(new URL(from.endpoint).host) : text.model.kept;
  return keptAt === undefined ? where : text.model.keptSince(where, keptAt);
}

function DeleteQuestion({ card, onClose }: { card: ModelCard; onClose: () => void }) {
  const text = useText();
  const remove = useStudio((state) => state.deleteModel);
  return (
    <div className={classes.asking}>
      <span className={classes.question}>{text.model.removeAsk(card.title, card.sizeBytes)}</span>
      <span className={classes.answers}>
        <Button size="compact-sm" color="red.9" autoContrast={false} onClick={() => void remove(card.id)}>
          {text.model.removeYes}
        </Button>
        <Button size="compact-sm" variant="default" autoFocus onClick={onClose}>
          {text.model.removeNo}
        </Button>
      </span>
    </div>
  );
}

function CardFacts({ card, summary }: { card: ModelCard; summary: ModelSummary | null }) {
  const text = useText();
  const { facts } = text.model;
  return (
    <Facts
      items={[
        [facts.family, card.family],
        [facts.parameters, card.parameters > 0 ? text.format.compact(card.parameters) : null],
        [facts.precision, summary && text.model.precision(summary.precision), "quantised"],
        [facts.size, text.format.bytes(card.sizeBytes)],
        [facts.gpu, summary && summary.gpuBytes > 0 ? text.format.bytes(summary.gpuBytes) : null],
        [facts.layers, summary && text.format.integer(summary.layers)],
        [facts.hidden, summary && text.format.integer(summary.hiddenSize)],
        [facts.vocabulary, summary && text.format.integer(summary.vocabularySize)],
        [facts.context, summary && text.model.tokens(summary.maxLength)],
        [facts.unread, summary && text.model.unread(summary.unread)],
        [facts.license, card.license === "" ? text.model.unknownLicense : card.license],
      ]}
    />
  );
}
