"""Word lists written for this project. They are the only source of the model's knowledge."""


def table(text: str, *fields: str) -> list[dict[str, str]]:
    """Parse lines of `a | b | c` into dicts with the given field names.

    Raises ValueError when a line does not have exactly one cell for each field.
    """
    rows = []
    for line in text.strip().splitlines():
        cells = [cell.strip() for cell in line.split("|")]
        if len(cells) != len(fields):
            raise ValueError(f"expected {len(fields)} cells in: {line}")
        rows.append(dict(zip(fields, cells)))
    return rows
