import { Button, Textarea } from "@mantine/core";
import { IconPencil } from "@tabler/icons-react";
import { useState } from "react";
import { ProblemAlert } from "../../components/problem-alert";
import { useStudio, useStudioContext } from "../../store/context";
import { selectTemplateId } from "../../store/selectors";
import { useRemote } from "../../store/use-remote";
import { useText } from "../../text/text";
import classes from "./model-view.module.css";

/** Editor for a custom chat template: starts with the template in use, and takes effect at the first change. */
export function TemplateEditor() {
  const text = useText();
  const [isOpen, setOpen] = useState(false);
  const hasModel = useStudio((state) => state.model !== null);
  return (
    <>
      <Button
        variant="light"
        size="compact-md"
        leftSection={<IconPencil size={16} aria-hidden />}
        aria-expanded={isOpen}
        disabled={!hasModel}
        onClick={() => {
          setOpen(!isOpen);
        }}
      >
        {text.data.editTemplate}
      </Button>
      {isOpen && hasModel && <SourceField />}
    </>
  );
}

function SourceField() {
  const text = useText();
  const { client } = useStudioContext();
  const { modelId, templateId, own, edit } = useStudio((state) => ({
    modelId: state.model?.id,
    templateId: selectTemplateId(state),
    own: state.templateSource,
    edit: state.editTemplate,
  }));
  const isOwn = templateId === "custom";
  const { value, problem } = useRemote(isOwn ? null : `${modelId ?? ""} ${templateId}`, async () => {
    const { source } = await client.call("templateFacts", { templateId });
    // A plain format has no Jinja source, so start with ChatML, the simplest.
    return source ?? (await client.call("templateFacts", { templateId: "chatml" })).source;
  });
  return (
    <div className={classes.editor}>
      <Textarea
        label={text.data.templateSource}
        description={text.data.templateSourceHint}
        inputWrapperOrder={["label", "input", "description"]}
        value={(isOwn ? own : value) ?? ""}
        autosize
        minRows={8}
        maxRows={22}
        spellCheck={false}
        classNames={{ input: classes.source ?? "" }}
        onChange={(event) => {
          edit(event.currentTarget.value);
        }}
      />
      <ProblemAlert problem={problem} />
    </div>
  );
}
