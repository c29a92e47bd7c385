import { NativeSelect } from "@mantine/core";
import { IconLanguage } from "@tabler/icons-react";
import { useStudioContext } from "../../store/context";
import { LANGUAGE_IDS, type LanguageId, languages } from "../../text/languages";
import { useLanguage } from "../../text/text";
import classes from "./language-select.module.css";

/** Chooses the page's language. */
export function LanguageSelect() {
  const { store } = useStudioContext();
  const { language, choose } = useLanguage();
  const change = (id: LanguageId) => {
    choose(id).catch(() => {
      const problem = { code: "file/connection-lost", name: languages[id].name } as const;
      store.setState({ fault: { problem } });
    });
  };
  return (
    <NativeSelect
      className={classes.field ?? ""}
      classNames={{ input: classes.input ?? "", section: classes.icon ?? "" }}
      aria-label={language.text.shell.language}
      title={language.text.shell.language}
      variant="unstyled"
      leftSection={<IconLanguage size={20} stroke={1.75} aria-hidden />}
      rightSectionWidth={24}
      value={language.id}
      onChange={(event) => {
        const id = LANGUAGE_IDS.find((known) => known === event.currentTarget.value);
        if (id) change(id);
      }}
    >
      {LANGUAGE_IDS.map((id) => (
        <option key={id} value={id} lang={id}>
          {languages[id].name}
        </option>
      ))}
    </NativeSelect>
  );
}
