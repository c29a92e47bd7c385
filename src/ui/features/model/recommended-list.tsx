import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { ESTIMATE, type RecommendedModel, trainingBytes } from "../../../shared/recommended-models";
import { Fold } from "../../components/fold";
import { askToKeepStorage } from "../../lib/keep-storage";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { useText } from "../../text/text";
import classes from "./hub-panel.module.css";

/** Recommended models, with notes on each. */
export function RecommendedList() {
  const text = useText();
  const recommended = useStudio((state) => state.recommended);
  if (recommended.length === 0) return null;
  return (
    <div>
      <h4 className={classes.subtitle}>
        {text.hub.known} <span className={classes.facts}>{text.hub.knownHint}</span>
      </h4>
      <ul className={classes.grid}>
        {recommended.map((model) => (
          <RecommendedItem key={model.repository} model={model} />
        ))}
      </ul>
      <div className={classes.reckoning}>
        <Fold title={text.hub.estimateTitle}>
          <p className={classes.estimate}>{text.hub.estimate(ESTIMATE.rank, ESTIMATE.tokens)}</p>
        </Fold>
      </div>
    </div>
  );
}

function RecommendedItem({ model }: { model: RecommendedModel }) {
  const text = useText();
  const { repository, title, parameters, downloadBytes, license, gated } = model;
  const { here, busy, edit, download } = useStudio((state) => ({
    here: state.models.some((card) => card.origin?.repository === repository),
    busy: isExcluded(state, "download"),
    edit: state.editHub,
    download: state.download,
  }));
  return (
    <li className={classes.offer}>
      <div className={classes.head}>
        <span className={classes.name}>{title}</span>
        {here ? (
          <span className={classes.here}>
            <IconCheck size={16} aria-hidden />
            {text.hub.here}
          </span>
        ) : (
          <Button
            size="compact-sm"
            variant="default"
            aria-label={text.hub.getOf(title)}
            disabled={busy}
            onClick={() => {
              askToKeepStorage();
              edit({ hubRepository: repository });
              void download();
            }}
          >
            {text.hub.get}
          </Button>
        )}
      </div>
      <span className={classes.facts}>{text.hub.facts(parameters, license)}</span>
      <span className={classes.facts}>{text.hub.needs(downloadBytes, trainingBytes(model))}</span>
      {gated && <span className={classes.facts}>{text.hub.gated}</span>}
    </li>
  );
}
