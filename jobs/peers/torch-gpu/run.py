"""One timed run as `bench networks` makes it of every system: arguments key=value, at the end one line RESULT {json}.

python3 run.py system=NAME network=vgg-cifar|lstm-attention batch=512 warm=5 seconds=5 mode=eager|graph|compiled|autotuned
    precision=bfloat16|float16|tf32|float32

Steps are those of cnn.py and lstm.py. A window is half a second of steps and one synchronisation. Prints SKIPPED and the reason, and
ends with 3, where this cannot run.
"""

import json
import resource
import statistics
import sys
import time

WINDOW_SECONDS = 0.5
FEWEST = 3


def skip(reason):
    print(f"SKIPPED {reason}", flush=True)
    sys.exit(3)


try:
    import torch
except ImportError as absent:
    skip(f"python3 has no PyTorch: {absent}")
if not torch.cuda.is_available():
    skip(f"PyTorch {torch.__version__} finds no GPU")

import cnn  # noqa: E402
import lstm  # noqa: E402
from timing import synchronize  # noqa: E402


def busy_seconds():
    """CPU seconds of all processes since the machine started."""
    with open("/proc/stat") as stat:
        fields = stat.readline().split()
    return sum(int(fields[i]) for i in (1, 2, 3, 6, 7, 8)) / 100


def own_seconds():
    return sum(usage.ru_utime + usage.ru_stime for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))


def vgg(mode, precision, batch):
    torch.set_float32_matmul_precision("highest" if precision == "float32" else "high")
    torch.backends.cudnn.allow_tf32 = precision != "float32"
    data_type = {"bfloat16": torch.bfloat16, "tf32": torch.float32, "float32": torch.float32}[precision]
    whole_graph = mode in ("graph", "compiled", "autotuned")
    compile_mode = {"compiled": "default", "autotuned": "max-autotune-no-cudagraphs"}.get(mode)
    optimiser = "capturable" if whole_graph else "fused"
    training = cnn.Training(optimiser, compile_mode, whole_graph, batch, data_type)
    return training.step, lambda: training.loss


def lstm_attention(mode, precision, batch):
    lstm.tf32(precision != "float32")
    kinds = {
        "bfloat16": (torch.bfloat16, "autocast"),
        "float16": (torch.float16, "whole"),
        "tf32": (torch.float32, "none"),
        "float32": (torch.float32, "none"),
    }
    data_type, cast = kinds[precision]
    step, state = lstm.training_step(batch, lstm.Net, data_type, cast, mode == "graph")
    return step, lambda: state["loss"]


def steps_for(step, seconds):
    """Steps until so many seconds are over, the last one finished."""
    begin = time.perf_counter()
    count = 0
    while True:
        for _ in range(10):
            step()
        count += 10
        synchronize()
        if time.perf_counter() - begin >= seconds:
            return count, time.perf_counter() - begin


def main():
    began = time.perf_counter()
    given = dict(argument.split("=", 1) for argument in sys.argv[1:])
    batch = int(given["batch"])
    torch.backends.cudnn.benchmark = True
    make = {"vgg-cifar": vgg, "lstm-attention": lstm_attention}[given["network"]]
    step, loss = make(given["mode"], given["precision"], batch)
    count, took = steps_for(step, float(given["warm"]))
    # As often as the clock may be asked without the device waiting for it.
    a_window = max(1, int(WINDOW_SECONDS * count / took))
    windows = []
    start, busy, own = time.perf_counter(), busy_seconds(), own_seconds()
    while len(windows) < FEWEST or time.perf_counter() - start < float(given["seconds"]):
        begin = time.perf_counter()
        for _ in range(a_window):
            step()
        synchronize()
        windows.append((time.perf_counter() - begin) / a_window)
    fit = time.perf_counter() - start
    own = own_seconds() - own
    median = statistics.median(windows)
    result = {
        "system": given["system"],
        "set": given["network"],
        "torch": torch.__version__,
        "cudnn": torch.backends.cudnn.version(),
        "device": torch.cuda.get_device_name(),
        "fit_s": round(fit, 3),
        "fit_cpu_s": round(own, 3),
        "fit_other_s": round(max(0.0, busy_seconds() - busy - own), 3),
        "step_ms": round(1e3 * median, 4),
        "best_step_ms": round(1e3 * min(windows), 4),
        "samples_s": round(batch / median, 1),
        "windows": len(windows),
        "loss": round(float(loss().detach()), 6),
        "gpu_mb": torch.cuda.max_memory_allocated() >> 20,
        "peak_rss_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10,
        "process_s": round(time.perf_counter() - began, 3),
    }
    print("RESULT " + json.dumps(result), flush=True)


if __name__ == "__main__":
    main()
