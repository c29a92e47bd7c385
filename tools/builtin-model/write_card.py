"""Write the list of built-in models and the model card, with the measured figures."""

from __future__ import annotations

import argparse
import json
import os

from safetensors import safe_open

HERE = os.path.dirname(os.path.abspath(__file__))
NAME, TITLE, LICENSE = "spruce", "Spruce", "Apache-2.0"
FILES = ("config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors")


def load(path: str) -> object:
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def parameters(folder: str) -> int:
    """Number of weights in the safetensors file; the head shares the embedding."""
    total = 0
    with safe_open(os.path.join(folder, "model.safetensors"), framework="pt") as tensors:
        for name in tensors.keys():
            size = 1
            for length in tensors.get_slice(name).get_shape():
                size *= length
            total += size
    return total


def index_entry(folder: str, defaults: dict) -> dict:
    """The page's description of the model. `training` is by method, with the names of the page's
    form fields.
    """
    return {
        "id": NAME,
        "title": TITLE,
        "family": "llama",
        "path": NAME,
        "files": list(FILES),
        "parameters": parameters(folder),
        "sizeBytes": sum(os.path.getsize(os.path.join(folder, name)) for name in FILES),
        "license": LICENSE,
        "template": "chat",
        "training": defaults,
    }


def everyday_table(figures: dict) -> str:
    lines = ["| template | keyword-correct | new phrasings | new combinations | repeating | unfinished |", "| --- | --- | --- | --- | --- | --- |"]
    for template, row in figures.items():
        cells = [percent(row[key]) for key in ("correct", "correct_new_phrasing", "correct_new_combination", "repeating", "unfinished")]
        lines.append(f"| {template} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def tuning_table(rows: list[dict]) -> str:
    lines = ["| method | dataset | seed | trained values | steps | tokens | before | after | word for word |", "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"]
    for row in rows:
        lines.append(
            f"| {row['method']} | {row['dataset']} | {row['seed']} | {row['trainable']} | {row['steps']} | {row['tokens']} | "
            f"{percent(row['before'])} | {percent(row['after'])} | {percent(row['exact'])} |"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", required=True, help="folder of the built-in models")
    parser.add_argument("--figures", help="folder with everyday.json and tuning.json; without it no card is written")
    options = parser.parse_args()
    folder = os.path.join(options.models, NAME)
    entry = index_entry(folder, load(os.path.join(HERE, "defaults.json")))
    with open(os.path.join(options.models, "index.json"), "w", encoding="utf-8") as file:
        json.dump([entry], file, indent=2)
        file.write("\n")
    if not options.figures:
        return
    with open(os.path.join(HERE, "card.md"), encoding="utf-8") as file:
        card = file.read()
    card = card.replace("@PARAMETERS@", str(entry["parameters"])).replace("@SIZE@", f"{entry['sizeBytes'] / 1e6:.1f}")
    card = card.replace("@EVERYDAY@", everyday_table(load(os.path.join(options.figures, "everyday.json"))))
    card = card.replace("@TUNING@", tuning_table(load(os.path.join(options.figures, "tuning.json"))))
    with open(os.path.join(folder, "README.md"), "w", encoding="utf-8") as file:
        file.write(card)


if __name__ == "__main__":
    main()
