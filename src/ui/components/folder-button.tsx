import { Button } from "@mantine/core";
import { IconFolder } from "@tabler/icons-react";
import { useRef } from "react";

interface Props {
  /** Accessible name of the folder input. */
  readonly label: string;
  readonly title: string;
  readonly disabled?: boolean;
  readonly onFiles: (files: File[]) => void;
}

/** A button that picks a folder, where the browser supports it. */
export function FolderButton({ label, title, disabled = false, onFiles }: Props) {
  const input = useRef<HTMLInputElement | null>(null);
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconFolder size={18} aria-hidden />}
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        {title}
      </Button>
      <input
        // React has no `webkitdirectory` prop, but every browser supports the attribute.
        ref={(element) => {
          input.current = element;
          element?.setAttribute("webkitdirectory", "");
        }}
        type="file"
        aria-label={label}
        hidden
        onChange={(event) => {
          const files = [...(event.currentTarget.files ?? [])];
          event.currentTarget.value = "";
          if (files.length > 0) onFiles(files);
        }}
      />
    </>
  );
}
