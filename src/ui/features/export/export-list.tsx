import type { AdapterSummary } from "../../../shared/adapter";
import type { PromptTemplate } from "../../../shared/data";
import { type ExportId, type ExportOffer, type ExportPurpose, exportPurposes } from "../../../shared/exports";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio } from "../../store/context";
import { isExcluded, isRunning } from "../../store/jobs";
import { selectAdapter, selectTemplate } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import { ExportCard } from "./export-card";
import { PushCard } from "./push-card";
import classes from "./export-list.module.css";

/** All exports of the adapter in use, by purpose. */
export function ExportList() {
  const text = useText();
  const { adapter, key, list, template } = useStudio((state) => {
    const chosen = selectAdapter(state);
    // Adapters are not read while a job changes them; an export of our own changes nothing shown here.
    const rests = isRunning(state, "export", "push") || !isExcluded(state, "export");
    const template = JSON.stringify(selectTemplate(state));
    return {
      adapter: chosen,
      key:
        chosen && rests
          ? [state.model?.id, chosen.id, chosen.name, chosen.savedAt, template].join(" ")
          : null,
      list: state.listExports,
      template,
    };
  });
  const { value, problem } = useRemote(key, (signal) =>
    list(adapter?.id ?? "", JSON.parse(template) as PromptTemplate, signal),
  );
  return (
    <>
      {!adapter && <p className={classes.none}>{text.export.none}</p>}
      {(Object.keys(exportPurposes) as ExportPurpose[]).map((purpose) => (
        <section key={purpose} className={classes.group} aria-label={text.export.purposes[purpose]}>
          <h3 className={classes.heading}>{text.export.purposes[purpose]}</h3>
          {exportPurposes[purpose].map((id) => (
            <ExportCard
              key={`${id} ${adapter?.id ?? ""}`}
              id={id}
              adapter={adapter}
              offer={offerOf(value, id, adapter)}
            />
          ))}
        </section>
      ))}
      <section className={classes.group} aria-label={text.push.purpose}>
        <h3 className={classes.heading}>{text.push.purpose}</h3>
        <PushCard key={adapter?.id ?? ""} adapter={adapter} offers={adapter && value} />
      </section>
      <ProblemAlert problem={problem} />
    </>
  );
}

function offerOf(
  offers: readonly ExportOffer[] | null,
  id: ExportId,
  adapter: AdapterSummary | null,
): ExportOffer | null {
  return adapter ? (offers?.find((offer) => offer.id === id) ?? null) : null;
}
