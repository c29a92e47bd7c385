"""Trains what Luthier trained in the browser: the same tokens, masks, order of batches, schedule, clipping, loss and
initial values. Everything it needs is beside it; run.json describes the run.

    accelerate launch --config_file accelerate/one-gpu.yaml train.py --model path/or/repository
"""

from __future__ import annotations

import argparse
import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
import transformers
from accelerate import Accelerator
from accelerate.utils import DistributedType, set_seed
from safetensors.torch import load_file, safe_open, save_file
from torch import Tensor, nn

from losses import TokenObjective
from run_data import Row, Run, Share, read_run

HERE = Path(__file__).resolve().parent
OPTIMIZER_FILE = "luthier_optimizer.safetensors"
OPTIMIZER_HEADER = "luthier_optimizer"


DROPOUTS = (
    "activation_dropout attention_dropout attention_probs_dropout_prob attn_pdrop dropout dropout_rate embd_pdrop "
    "hidden_dropout hidden_dropout_prob resid_pdrop residual_dropout embedding_dropout"
).split()


def load_base(run: Run, args: argparse.Namespace) -> nn.Module:
    """The base model, in which nothing trains yet."""
    name = args.model or run["model"]["name"]
    if name is None:
        raise SystemExit(f"Say where the base model is: --model path/or/repository ({run['model']['title']}).")
    # A commit is one of the repository that it was read from.
    revision = run["model"]["commit"] if name == run["model"]["name"] else None
    config = transformers.AutoConfig.from_pretrained(name, revision=revision)
    if not run["training"]["base_dropout"]:
        for key in DROPOUTS:
            if hasattr(config, key):
                setattr(config, key, 0.0)
    options: dict[str, Any] = {"config": config, "revision": revision, "dtype": getattr(torch, args.dtype)}
    if args.four_bit:
        options["quantization_config"] = transformers.BitsAndBytesConfig(
            load_in_4bit=True,
            bnb_4bit_quant_type="nf4",
            bnb_4bit_use_double_quant=run["model"]["double_quantization"],
            bnb_4bit_compute_dtype=options["dtype"],
        )
    model = getattr(transformers, run["model"]["auto_class"]).from_pretrained(name, **options)
    if run["training"]["gradient_checkpointing"]:
        model.gradient_checkpointing_enable(gradient_checkpointing_kwargs={"use_reentrant": False})
        model.enable_input_require_grads()
    return model.requires_grad_(False)


def add_adapter(run: Run, base: nn.Module, tensors: dict[str, Tensor]) -> nn.Module:
    """The model with the given values of what trains, which alone has gradients."""
    if run["adapter"]["library"] == "transformers":
        model = base
    else:
        from peft import PeftConfig, get_peft_model

        config = PeftConfig.from_pretrained(HERE / "adapter")
        config.inference_mode = False
        if run["adapter"]["subtracts_start"]:
            # The configuration is of the change from the start, which has twice the rank. The start is among the given
            # values; PEFT need not decompose the weights for it again.
            config.init_lora_weights = True
            config.r, config.lora_alpha = config.r // 2, config.lora_alpha / 2
        model = get_peft_model(base, config)
        if run["adapter"]["subtracts_start"]:
            subtract_start(model, tensors)
    known = trainable(model, set(tensors))
    missing, unknown = set(known) - set(tensors), set(tensors) - set(known)
    if missing or unknown:
        raise SystemExit(f"This is another base model: missing {sorted(missing)[:3]}, unknown {sorted(unknown)[:3]}.")
    with torch.no_grad():
        for name, parameter in known.items():
            if parameter.shape != tensors[name].shape:
                raise SystemExit(f"{name} is {list(parameter.shape)} here, not {list(tensors[name].shape)}.")
            parameter.copy_(tensors[name])
            parameter.requires_grad_(True)
    return model


def trainable(model: nn.Module, names: set[str]) -> dict[str, nn.Parameter]:
    """Parameters that train, by their names in the adapter's file."""
    plain = {plain_name(name): parameter for name, parameter in model.named_parameters()}
    return {name: parameter for name, parameter in plain.items() if parameter.requires_grad or name in names}


def plain_name(name: str) -> str:
    """A parameter's name without the segments that name PEFT's adapter."""
    name = name.replace(".modules_to_save.default.", ".")
    if "lora_magnitude_vector" in name:
        return name.removesuffix(".default.weight")
    return name.removesuffix(".default").replace(".default.", ".")


def subtract_start(model: nn.Module, tensors: dict[str, Tensor]) -> None:
    """PiSSA and OLoRA: what A and B start with is taken out of the weight. Removes these tensors."""
    for name in [name for name in tensors if name.endswith(".pissa_A")]:
        path = name.removesuffix(".pissa_A")
        a, b = tensors.pop(name), tensors.pop(f"{path}.pissa_B")
        layer = model.get_submodule(path)
        update = layer.scaling["default"] * (b @ a)
        weight = layer.get_base_layer().weight
        weight.data -= (update.T if layer.fan_in_fan_out else update).to(weight)


def make_optimizer(run: Run, parameters: dict[str, nn.Parameter]) -> torch.optim.AdamW:
    """AdamW with a group per learning rate. Each group's `factor` multiplies the schedule's."""
    training = run["training"]
    groups: dict[float, list[nn.Parameter]] = {}
    for name, parameter in parameters.items():
        groups.setdefault(run["adapter"]["learning_rate_factors"].get(name, 1.0), []).append(parameter)
    return torch.optim.AdamW(
        [{"params": members, "factor": factor} for factor, members in groups.items()],
        lr=training["learning_rate"],
        betas=tuple(training["betas"]),
        eps=training["epsilon"],
        weight_decay=training["weight_decay"],
    )


def learning_rates(run: Run) -> Callable[[int], float]:
    """The learning rate of an optimizer step, counted from 0, by transformers' schedules."""
    training = run["training"]
    dummy = torch.optim.SGD([torch.zeros(1)], lr=1.0)
    schedule = transformers.get_scheduler(
        training["schedule"],
        dummy,
        num_warmup_steps=training["warmup_steps"],
        num_training_steps=training["total_steps"],
    )
    return lambda step: training["learning_rate"] * schedule.lr_lambdas[0](step)


def take_moments(path: Path, parameters: dict[str, nn.Parameter], optimizer: torch.optim.Optimizer) -> None:
    """Starts the optimizer with the moments of the page's run."""
    with safe_open(path, "pt") as file:
        steps = json.loads(file.metadata()[OPTIMIZER_HEADER])["steps"]
        for name, parameter in parameters.items():
            optimizer.state[parameter] = {
                "step": torch.tensor(float(steps)),
                "exp_avg": file.get_tensor(f"m.{name}").to(parameter),
                "exp_avg_sq": file.get_tensor(f"v.{name}").to(parameter),
            }


def make_objective(run: Run, model: nn.Module, accelerator: Accelerator) -> Any:
    if run["objective"] is None:
        return TokenObjective(run, accelerator.device)
    # TRL is needed, and imported, for answers that are better or worse alone.
    from preferences import AnswerObjective

    return AnswerObjective(run, model, accelerator)


class Trainer:
    """A run under way."""

    def __init__(self, run: Run, args: argparse.Namespace) -> None:
        self.run, self.args = run, args
        training = run["training"]
        self.accumulation: int = training["gradient_accumulation"]
        self.accelerator = Accelerator(cpu=args.cpu, gradient_accumulation_steps=self.accumulation)
        if self.accelerator.distributed_type == DistributedType.DEEPSPEED:
            plugin = self.accelerator.state.deepspeed_plugin.deepspeed_config
            plugin["train_micro_batch_size_per_gpu"] = training["batch_size"]
            plugin["gradient_accumulation_steps"] = self.accumulation
        set_seed(training["seed"])
        self.first_step = 0
        start = HERE / "adapter" / "initial.safetensors"
        if args.from_page:
            start = HERE / "page" / "trained.safetensors"
            if not start.exists():
                raise SystemExit("This folder has no trained adapter to go on from.")
            done = run["page"]["steps"]
            # A run that was stopped goes on where it was; of a finished one all is trained again.
            self.first_step = done if done < training["total_steps"] else 0
        model = add_adapter(run, load_base(run, args), load_file(start))
        self.parameters = trainable(model, set())
        optimizer = make_optimizer(run, self.parameters)
        # A run that continued an adapter began with its moments.
        moments = start.with_name(OPTIMIZER_FILE)
        if moments.exists() and not args.new_optimizer:
            if self.accelerator.distributed_type in (DistributedType.FSDP, DistributedType.DEEPSPEED):
                raise SystemExit("The optimizer's state cannot be sharded: add --new-optimizer.")
            take_moments(moments, self.parameters, optimizer)
        self.objective = make_objective(run, model, self.accelerator)
        self.model, self.optimizer = self.accelerator.prepare(model, optimizer)
        self.objective.prepare(self.model, self.accelerator)
        self.rate = learning_rates(run)
        self.losses: list[float] = []
        self.best: tuple[float, int] | None = None
        self.since_best = 0

    @property
    def last_step(self) -> int:
        total = self.run["training"]["total_steps"]
        return min(total, self.first_step + self.args.steps) if self.args.steps else total

    def loss_of(self, rows: list[Row]) -> Tensor:
        """Summed loss of this process's rows of a micro-batch."""
        mine = rows[self.accelerator.process_index :: self.accelerator.num_processes]
        # A process without a row computes one for nothing: all have to take part in exchanging gradients.
        share = Share(mine or self.run.train[:1], rows, weight=1.0 if mine else 0.0)
        return share.weight * self.objective.loss(self.model, share)

    def step(self, step: int) -> tuple[float, float]:
        """One optimizer step: its loss, and the norm of the gradients before clipping."""
        accelerator, world = self.accelerator, self.accelerator.num_processes
        micros = [[self.run.train[row] for sequence in micro for row in sequence] for micro in self.run.steps[step]]
        total = max(1, sum(self.objective.weigh(rows) for rows in micros))
        # Accelerate counts micro-batches, of which the last step of an epoch may have fewer.
        micros += [[]] * (self.accumulation - len(micros))
        for group in self.optimizer.param_groups:
            group["lr"] = self.rate(step) * group["factor"]
        self.model.train()
        summed, norm = torch.zeros((), device=accelerator.device), math.nan
        for rows in micros:
            with accelerator.accumulate(self.model):
                loss = self.loss_of(rows) / total
                summed += loss.detach()
                # Gradients are averaged over processes and micro-batches; the loss is a sum over both.
                accelerator.backward(loss * world * self.accumulation)
                if accelerator.sync_gradients:
                    limit = self.run["training"]["max_grad_norm"] or math.inf
                    norm = float(accelerator.clip_grad_norm_(self.model.parameters(), limit) or math.nan)
                self.optimizer.step()
                self.optimizer.zero_grad()
        return float(accelerator.reduce(summed)), norm

    @torch.no_grad()
    def validate(self) -> float:
        self.model.eval()
        rows, size = self.run.validation, self.run["training"]["batch_size"]
        summed = torch.zeros((), device=self.accelerator.device)
        for start in range(0, len(rows), size):
            summed += self.loss_of(rows[start : start + size])
        return float(self.accelerator.reduce(summed)) / max(1, self.objective.weigh(rows))

    def train(self, report: Callable[[dict[str, float]], None]) -> None:
        training = self.run["training"]
        for step in range(self.first_step, self.last_step):
            if step == self.first_step and self.run.validation:
                self.measure(step, report)
            loss, norm = self.step(step)
            if not math.isfinite(loss):
                raise SystemExit(f"The loss of step {step + 1} is {loss}. Lower the learning rate.")
            self.losses.append(loss)
            measured = {"step": step + 1, "loss": loss, "grad_norm": norm, "learning_rate": self.rate(step)}
            page = self.run["page"]["losses"]
            if not self.args.from_page and step < len(page):
                measured["page_loss"] = page[step]
            self.say(measured, report)
            is_due = (step + 1) % training["eval_steps"] == 0 or step + 1 == self.last_step
            if self.run.validation and is_due and self.measure(step + 1, report):
                break
        best_folder = self.args.out / "best"
        if training["load_best_at_end"] and self.best and self.best[1] != self.last_step:
            self.say({"step": self.best[1], "best_loss": self.best[0]}, report)
            if self.accelerator.is_main_process:
                shutil.copytree(best_folder, self.args.out / "adapter", dirs_exist_ok=True)
        else:
            self.save(self.args.out / "adapter")
        self.accelerator.wait_for_everyone()

    def measure(self, step: int, report: Callable[[dict[str, float]], None]) -> bool:
        """Validates and keeps the best values; whether to stop early."""
        training = self.run["training"]
        loss = self.validate()
        self.say({"step": step, "validation_loss": loss}, report)
        self.since_best += 1
        if self.best is None or loss < self.best[0]:
            self.best, self.since_best = (loss, step), 0
            if training["load_best_at_end"]:
                self.save(self.args.out / "best")
        patience = training["early_stopping_patience"]
        return patience > 0 and self.since_best >= patience

    def say(self, measured: dict[str, float], report: Callable[[dict[str, float]], None]) -> None:
        self.accelerator.print("  ".join(f"{name} {value:.6g}" for name, value in measured.items()), flush=True)
        report(measured)

    def save(self, folder: Path) -> None:
        """Writes what was trained as Luthier, and PEFT where it has the method, read it."""
        state = self.accelerator.get_state_dict(self.model)
        if not self.accelerator.is_main_process:
            return
        folder.mkdir(parents=True, exist_ok=True)
        model = self.accelerator.unwrap_model(self.model)
        if self.run["adapter"]["library"] == "transformers":
            tensors = {name: state[name].contiguous().cpu() for name in self.parameters}
            save_file(tensors, folder / "adapter_model.safetensors", {"format": "pt"})
            (folder / "adapter_config.json").write_bytes((HERE / "adapter" / "adapter_config.json").read_bytes())
        elif self.run["adapter"]["subtracts_start"]:
            self.save_change(folder, state)
        else:
            model.save_pretrained(folder, state_dict=state)

    def save_change(self, folder: Path, state: dict[str, Tensor]) -> None:
        """PiSSA and OLoRA: the change from the start, of twice the rank, fits the unchanged base model."""
        start = load_file(HERE / "adapter" / "initial.safetensors")
        tensors = {}
        for name in self.parameters:
            a_or_b = state[name.replace(".weight", ".default.weight")].float().cpu()
            path, part = name.removesuffix(".weight").rsplit(".", 1)
            first = start[f"{path}.pissa_{part[-1]}"]
            joined = [a_or_b, first] if part == "lora_A" else [a_or_b, -first]
            tensors[name] = torch.cat(joined, 0 if part == "lora_A" else 1)
        save_file(tensors, folder / "adapter_model.safetensors", {"format": "pt"})
        (folder / "adapter_config.json").write_bytes((HERE / "adapter" / "adapter_config.json").read_bytes())


def largest_difference(run: Run, losses: list[float]) -> float:
    """Between the page's losses and ours, over the first steps."""
    pairs = list(zip(run["page"]["losses"], losses))
    return max((abs(page - ours) for page, ours in pairs), default=math.nan)


def arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", help="folder or repository of the base model")
    parser.add_argument("--out", type=Path, default=Path("trained"), help="folder for the result")
    parser.add_argument("--steps", type=int, default=0, help="end after so many optimizer steps")
    parser.add_argument("--dtype", default="float32", choices=("float32", "bfloat16", "float16"))
    parser.add_argument("--four-bit", action="store_true", help="load the base model in NF4 (needs bitsandbytes)")
    parser.add_argument("--from-page", action="store_true", help="go on from the page's adapter and optimizer state")
    parser.add_argument("--new-optimizer", action="store_true", help="without the optimizer's state in this folder")
    parser.add_argument("--check", type=float, metavar="DIFFERENCE", help="fail if a loss differs more from the page's")
    parser.add_argument("--cpu", action="store_true", help="without a GPU, even if there is one")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None, report: Callable[[dict[str, float]], None] = lambda _measured: None) -> None:
    args = arguments(argv)
    run = read_run(HERE)
    trainer = Trainer(run, args)
    trainer.train(report)
    if trainer.accelerator.is_main_process:
        text = json.dumps({"first_step": trainer.first_step + 1, "losses": trainer.losses})
        (args.out / "losses.json").write_text(text, "utf-8")
    if args.check is not None and not args.from_page:
        difference = largest_difference(run, trainer.losses)
        trainer.accelerator.print(f"Largest difference from the page's losses: {difference:.3g}")
        if not difference <= args.check:
            raise SystemExit(f"The losses differ from the page's by more than {args.check:g}.")
    trainer.accelerator.end_training()


if __name__ == "__main__":
    main()
