import { Button, Checkbox, PasswordInput, TextInput } from "@mantine/core";
import type { ErrorData } from "../../lib/errors";
import { DEFAULT_HUB_ENDPOINT } from "../../shared/hub";
import { useStudio } from "../store/context";
import { useText } from "../text/text";
import classes from "./hub-access.module.css";

interface Props {
  readonly busy: boolean;
  /** Problem of the form that the fields belong to. */
  readonly problem: ErrorData | null;
  readonly labels: { readonly endpoint: string; readonly token: string; readonly tokenHint: string };
}

/** Endpoint and access token of a hub, the same wherever they are shown. */
export function HubAccess({ busy, problem, labels }: Props) {
  const text = useText();
  const { endpoint, token, remember, kept, edit, forget } = useStudio((state) => ({
    endpoint: state.hubEndpoint,
    token: state.hubToken,
    remember: state.hubRemember,
    kept: state.tokenKept,
    edit: state.editHub,
    forget: state.forgetToken,
  }));
  return (
    <div className={classes.access}>
      <TextInput
        label={labels.endpoint}
        description={text.hub.endpointHint}
        placeholder={DEFAULT_HUB_ENDPOINT}
        inputMode="url"
        value={endpoint}
        error={problem?.field === "hubEndpoint"}
        disabled={busy}
        autoCapitalize="off"
        spellCheck={false}
        onChange={(event) => {
          edit({ hubEndpoint: event.currentTarget.value });
        }}
      />
      <div className={classes.token}>
        <PasswordInput
          label={labels.token}
          description={
            kept ? text.hub.tokenHintKept : remember ? text.hub.tokenHintRemember : labels.tokenHint
          }
          value={token}
          error={problem?.field === "hubToken"}
          disabled={busy}
          visibilityToggleButtonProps={{ "aria-label": text.hub.tokenShow }}
          // Prevents password managers from offering to save it; the checkbox below remembers it instead.
          autoComplete="off"
          onChange={(event) => {
            edit({ hubToken: event.currentTarget.value });
          }}
        />
        {kept ? (
          <Button size="compact-sm" variant="subtle" disabled={busy} onClick={() => void forget()}>
            {text.hub.forget}
          </Button>
        ) : (
          <Checkbox
            label={text.hub.remember}
            checked={remember}
            disabled={busy}
            onChange={(event) => {
              edit({ hubRemember: event.currentTarget.checked });
            }}
          />
        )}
      </div>
    </div>
  );
}
