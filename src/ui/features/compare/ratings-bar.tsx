import { Button } from "@mantine/core";
import { IconDatabasePlus, IconDownload, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { blindTally, rowsOfRating } from "../../../shared/ratings";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { isExcluded } from "../../store/jobs";
import { askedVoices, selectSpeakers } from "../../store/voices";
import { useText } from "../../text/text";
import classes from "./ratings.module.css";
import { sideName } from "./voice-names";

/** The stored ratings: the tally of blind choices, and export as rows. */
export function RatingsBar() {
  const text = useText();
  const { ratings, problem, locked, exportRatings, importRatings } = useStudio((state) => ({
    ratings: state.ratings,
    problem: state.ratingsProblem,
    locked: isExcluded(state, "import-dataset"),
    exportRatings: state.exportRatings,
    importRatings: state.importRatings,
  }));
  const rows = ratings.flatMap(rowsOfRating);
  if (ratings.length === 0) return <ProblemAlert problem={problem} />;
  const pairs = rows.filter(({ kind }) => kind === "preference").length;
  return (
    <section aria-label={text.ratings.title} className={classes.bar}>
      <Tally />
      <ProblemAlert problem={problem} />
      {rows.length > 0 && (
        <div className={classes.rows}>
          <span>{text.ratings.rows(pairs, rows.length - pairs)}</span>
          <span className={classes.buttons}>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconDatabasePlus size={16} aria-hidden />}
              disabled={locked}
              onClick={() => void importRatings(text.ratings.ratingsName)}
            >
              {text.ratings.makeDataset}
            </Button>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconDownload size={16} aria-hidden />}
              onClick={() => void exportRatings(text.ratings.fileBase)}
            >
              {text.ratings.save}
            </Button>
          </span>
        </div>
      )}
      <Forget count={ratings.length} />
    </section>
  );
}

/** Blind choices among the current voices. */
function Tally() {
  const text = useText();
  const { ratings, voices, adapters } = useStudio((state) => ({
    ratings: state.ratings,
    voices: state.voices,
    adapters: selectSpeakers(state),
  }));
  const compared = askedVoices(voices).map(({ voice }) => voice ?? { adapterId: null, merged: false });
  const { choices, ties, wins } = blindTally(ratings, compared);
  if (choices === 0) return null;
  return (
    <p className={classes.tally}>
      <strong>{text.ratings.tally(choices)}</strong>{" "}
      {text.format.list([
        ...wins.map(({ count, ...side }) => text.ratings.wins(sideName(side, adapters, text), count)),
        text.ratings.ties(ties),
      ])}
    </p>
  );
}

function Forget({ count }: { readonly count: number }) {
  const text = useText();
  const clear = useStudio((state) => state.clearRatings);
  const [asking, setAsking] = useState(false);
  if (!asking) {
    return (
      <Button
        size="compact-sm"
        variant="subtle"
        color="gray"
        className={classes.forget ?? ""}
        leftSection={<IconTrash size={16} aria-hidden />}
        onClick={() => {
          setAsking(true);
        }}
      >
        {text.ratings.forget}
      </Button>
    );
  }
  return (
    <div className={classes.rows}>
      <span>{text.ratings.forgetQuestion(count)}</span>
      <span className={classes.buttons}>
        <Button
          size="compact-sm"
          color="red.9"
          autoContrast={false}
          onClick={() => {
            setAsking(false);
            void clear();
          }}
        >
          {text.ratings.forgetYes}
        </Button>
        <Button
          size="compact-sm"
          variant="default"
          autoFocus
          onClick={() => {
            setAsking(false);
          }}
        >
          {text.ratings.cancel}
        </Button>
      </span>
    </div>
  );
}
