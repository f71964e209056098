"""Timing and output shared by the scripts of this folder. Runs on a GPU; on a CPU only to see that it runs."""

import json
import os
import statistics
import sys
import time

import torch

DEVICE = "cuda" if torch.cuda.is_available() else "cpu"
IS_GPU = DEVICE == "cuda"
WINDOWS = 7
# A window is long enough for the clock's grain and short enough that many fit the time.
WINDOW_SECONDS = 0.15 if IS_GPU else 0.0


def synchronize():
    if IS_GPU:
        torch.cuda.synchronize()


def window(step, steps):
    synchronize()
    begin = time.perf_counter()
    for _ in range(steps):
        step()
    synchronize()
    return (time.perf_counter() - begin) * 1e3 / steps


def measure(step, warm_up=10, windows=WINDOWS):
    """Milliseconds a step: median, least and largest of some windows."""
    begin = time.perf_counter()
    for _ in range(warm_up if IS_GPU else 1):
        step()
    synchronize()
    first = time.perf_counter() - begin
    steps = 5 if IS_GPU else 1
    once = window(step, steps)
    steps = max(steps, int(WINDOW_SECONDS * 1e3 / max(once, 1e-3)))
    times = [window(step, steps) for _ in range(windows if IS_GPU else 2)]
    return {
        "ms": statistics.median(times),
        "least_ms": min(times),
        "largest_ms": max(times),
        "steps_a_window": steps,
        "windows": times,
        "warm_up_s": first,
    }


def report(folder, name, batch, result, **more):
    """One line on the console, one JSON line in the folder."""
    result = dict(name=name, batch=batch, **result, **more)
    if "ms" in result and batch:
        result["rows_a_second"] = batch * 1e3 / result["ms"]
    line = f"{name:<44} {batch:>6}"
    if "ms" in result:
        line += f" {result['ms']:9.4f} ms/step [{result['least_ms']:.4f} {result['largest_ms']:.4f}]"
        if batch:
            line += f" {result['rows_a_second']:12.0f} rows/s"
    for key, value in more.items():
        line += f" {key} {value}"
    print(line, flush=True)
    with open(os.path.join(folder, "torch.jsonl"), "a") as out:
        out.write(json.dumps(result) + "\n")


def attempt(folder, name, batch, body):
    """A variant that fails must not take the others with it."""
    try:
        body()
    except Exception as e:  # noqa: BLE001: whatever it is, it is reported
        print(f"{name:<44} {batch:>6} FAILED {type(e).__name__}: {str(e)[:300]}", flush=True)
        with open(os.path.join(folder, "torch.jsonl"), "a") as out:
            out.write(json.dumps({"name": name, "batch": batch, "error": f"{type(e).__name__}: {e}"}) + "\n")


def graphed(step):
    """A step captured in one CUDA graph; it must read and write fixed tensors only."""
    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(5):
            step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        step()
    return graph.replay


def profile(folder, title, step, steps=3):
    """Kernels of a step by time, as text, and each kernel of the last step in order, as CSV."""
    from torch.profiler import ProfilerActivity
    from torch.profiler import profile as profiler

    for _ in range(3):
        step()
    synchronize()
    activities = [ProfilerActivity.CPU] + ([ProfilerActivity.CUDA] if IS_GPU else [])
    with profiler(activities=activities) as record:
        for _ in range(steps):
            step()
        synchronize()
    sums = {}
    kernels = [e for e in record.events() if e.device_type == torch.autograd.DeviceType.CUDA]
    for e in kernels:
        count, total = sums.get(e.name, (0, 0.0))
        sums[e.name] = (count + 1, total + e.time_range.elapsed_us())
    whole = sum(total for _, total in sums.values())
    with open(os.path.join(folder, "profiles.txt"), "a") as out:
        out.write(f"== {title}: {whole / steps:.1f} us of kernels a step, {len(kernels) / steps:.1f} kernels a step\n")
        for name, (count, total) in sorted(sums.items(), key=lambda item: -item[1][1]):
            out.write(f"{total / steps:10.1f} us {count / steps:7.1f} x  {name[:200]}\n")
        out.write("-- in order, one step: us since the first, us, name\n")
        kernels.sort(key=lambda e: e.time_range.start)
        last = kernels[len(kernels) - len(kernels) // steps :] if kernels else []
        for e in last:
            since = e.time_range.start - last[0].time_range.start
            out.write(f"{since:9.1f} {e.time_range.elapsed_us():8.1f} {e.name[:160]}\n")
        out.write("\n")
    print(f"profile {title}: {whole / steps / 1e3:.3f} ms of kernels a step, {len(kernels) / steps:.0f} kernels", flush=True)


def folder_argument():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    return folder
