"""PyTorch and PEFT on the same card: the shapes of models.ts, in f32 and bf16. Prints one JSON object.

Usage: torch_peft.py DEVICE CONFIGS, with CONFIGS a JSON object {name: {"config": ..., "rows": n, "length": n}}.
"""

import gc
import json
import statistics
import sys
import time

import torch
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig, AutoModelForCausalLM

STEPS = 5


def synchronize(device):
    if device == "cuda":
        torch.cuda.synchronize()


def step_ms(device, dtype, spec):
    """Median milliseconds of a LoRA step on all linear layers, after two warm-ups, and the peak of bytes."""
    config = AutoConfig.for_model(**spec["config"])
    with torch.device(device):
        model = AutoModelForCausalLM.from_config(config, dtype=dtype)
    model = get_peft_model(model, LoraConfig(r=8, lora_alpha=16, target_modules="all-linear"))
    model.train()
    trained = [p for p in model.parameters() if p.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=1e-4, weight_decay=0.01)
    ids = torch.randint(0, config.vocab_size, (spec["rows"], spec["length"]), device=device)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    times = []
    for _ in range(STEPS + 2):
        synchronize(device)
        start = time.perf_counter()
        loss = model(input_ids=ids, labels=ids).loss
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        optimizer.zero_grad()
        loss.item()
        synchronize(device)
        times.append(1000 * (time.perf_counter() - start))
    peak = torch.cuda.max_memory_allocated() if device == "cuda" else 0
    return {"stepMs": statistics.median(times[2:]), "peakBytes": peak, "loss": loss.item()}


def gemm_flops(device, dtype, m, n, k):
    """FLOP/s of x @ w.T."""
    x, w = (torch.randn(rows, k, device=device, dtype=dtype) for rows in (m, n))
    for _ in range(3):
        x @ w.T
    synchronize(device)
    start = time.perf_counter()
    for _ in range(20):
        x @ w.T
    synchronize(device)
    return 2 * m * n * k * 20 / (time.perf_counter() - start)


def main():
    device, configs = sys.argv[1], json.loads(sys.argv[2])
    # f32 means f32: no TF32.
    torch.backends.cuda.matmul.allow_tf32 = False
    torch.backends.cudnn.allow_tf32 = False
    m, n, k = (64, 128, 256) if device == "cpu" else (2048, 4864, 896)
    result = {"torch": torch.__version__, "device": device}
    if device == "cuda":
        result["card"] = torch.cuda.get_device_name()
    for name, dtype in (("f32", torch.float32), ("bf16", torch.bfloat16)):
        figures = {"gemmFlops": gemm_flops(device, dtype, m, n, k)}
        for model, spec in configs.items():
            try:
                figures[model] = step_ms(device, dtype, spec)
            except torch.OutOfMemoryError:
                figures[model] = "out of memory"
            gc.collect()
            if device == "cuda":
                torch.cuda.empty_cache()
        result[name] = figures
    print(json.dumps(result))


main()
