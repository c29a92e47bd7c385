import { ActionIcon, Button } from "@mantine/core";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useText } from "../text/text";

/** Copies lazily produced text and confirms it; `compact` shows only the icon. */
export function CopyButton({
  value,
  label,
  compact = false,
}: {
  value: string | (() => string);
  label: string;
  compact?: boolean;
}) {
  const text = useText();
  const { copied, copy } = useClipboard({ timeout: 1000 });
  const icon = copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />;
  const name = copied ? text.shell.copied : label;
  const onClick = () => {
    copy(typeof value === "string" ? value : value());
  };
  return compact ? (
    <ActionIcon variant="subtle" color="gray" aria-label={name} title={name} onClick={onClick}>
      {icon}
    </ActionIcon>
  ) : (
    <Button size="compact-sm" variant="subtle" color="gray" leftSection={icon} onClick={onClick}>
      {name}
    </Button>
  );
}
