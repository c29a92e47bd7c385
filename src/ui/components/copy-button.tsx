import { ActionIcon, Button, CopyButton as Copy } from "@mantine/core";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useText } from "../text/text";

/** Copies text and says that it did; `compact` shows the icon alone. */
export function CopyButton({
  value,
  label,
  compact = false,
}: {
  value: string;
  label: string;
  compact?: boolean;
}) {
  const text = useText();
  return (
    <Copy value={value}>
      {({ copied, copy }) => {
        const icon = copied ? <IconCheck size={16} aria-hidden /> : <IconCopy size={16} aria-hidden />;
        const name = copied ? text.shell.copied : label;
        return compact ? (
          <ActionIcon variant="subtle" color="gray" aria-label={name} title={name} onClick={copy}>
            {icon}
          </ActionIcon>
        ) : (
          <Button size="compact-sm" variant="subtle" color="gray" leftSection={icon} onClick={copy}>
            {name}
          </Button>
        );
      }}
    </Copy>
  );
}
