"""The preset vgg-cifar in PyTorch: forward, backward and Adam on data that is already on the device.

python3 cnn.py FOLDER eager|compiled|autotuned
"""

import sys

import torch
from torch import nn

from timing import DEVICE, IS_GPU, attempt, folder_argument, graphed, measure, profile, report

BATCH = 512 if IS_GPU else 8
# More batches than fit a cache are not needed: one step moves gigabytes. A few keep the data from being one constant.
POOL = 8


class Vgg(nn.Sequential):
    """Blocks of two 3x3 convolutions with batch norm and ReLU, pooling and dropout; then two dense layers."""

    def __init__(self):
        layers, before = [], 3
        for width in (64, 128, 256):
            for _ in range(2):
                # Batch norm takes the mean away, so a bias would do nothing: PyTorch users leave it out.
                layers += [nn.Conv2d(before, width, 3, padding=1, bias=False), nn.BatchNorm2d(width), nn.ReLU(inplace=True)]
                before = width
            layers += [nn.MaxPool2d(2), nn.Dropout(0.25)]
        layers += [nn.Flatten(), nn.Linear(256 * 16, 512), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(512, 10)]
        super().__init__(*layers)


class Training:
    """One model with its optimiser, and a step over the next batch of a pool."""

    def __init__(self, optimiser, compile_mode=None, whole_graph=False, batch=BATCH, precision=torch.bfloat16):
        torch.manual_seed(1)
        self.batch = batch
        self.precision = precision
        self.model = Vgg().to(DEVICE).to(memory_format=torch.channels_last).train()
        images = torch.randn(POOL * batch, 3, 32, 32, device=DEVICE)
        self.images = [part.contiguous(memory_format=torch.channels_last) for part in images.split(batch)]
        self.labels = list(torch.randint(10, (POOL * batch,), device=DEVICE).split(batch))
        self.x = self.images[0].clone(memory_format=torch.channels_last)
        self.y = self.labels[0].clone()
        options = {"fused": {"fused": True}, "foreach": {}, "capturable": {"fused": True, "capturable": True}}[optimiser]
        self.optimiser = torch.optim.Adam(self.model.parameters(), lr=1e-3, **options)
        self.objective = self.loss_of
        if compile_mode:
            mode = None if compile_mode == "default" else compile_mode
            self.objective = torch.compile(self.loss_of, mode=mode)
        self.index = 0
        self.loss = None
        self.step = self.eager_step
        if whole_graph:
            replay = graphed(lambda: self.update(self.x, self.y))

            def step():
                at = self.next()
                self.x.copy_(self.images[at])
                self.y.copy_(self.labels[at])
                replay()

            self.step = step

    def loss_of(self, x, y):
        with torch.autocast(DEVICE, dtype=self.precision, enabled=self.precision != torch.float32):
            scores = self.model(x)
        return nn.functional.cross_entropy(scores.float(), y)

    def update(self, x, y):
        torch.compiler.cudagraph_mark_step_begin()
        self.optimiser.zero_grad(set_to_none=True)
        self.loss = self.objective(x, y)
        self.loss.backward()
        self.optimiser.step()

    def next(self):
        self.index = (self.index + 1) % POOL
        return self.index

    def eager_step(self):
        at = self.next()
        self.update(self.images[at], self.labels[at])


def run(folder, name, profiled=False, **options):
    def body():
        training = Training(**options)
        training.step()
        first = float(training.loss.detach())
        result = measure(training.step)
        last = float(training.loss.detach())
        report(folder, f"vgg-cifar {name}", training.batch, result, loss=f"{first:.3f}->{last:.3f}")
        if profiled:
            profile(folder, f"vgg-cifar {name}, batch {training.batch}", training.step)

    attempt(folder, f"vgg-cifar {name}", options.get("batch", BATCH), body)
    torch._dynamo.reset()
    if IS_GPU:
        torch.cuda.empty_cache()


def main():
    folder = folder_argument()
    part = sys.argv[2]
    torch.backends.cudnn.benchmark = True
    torch.set_float32_matmul_precision("high")
    torch.backends.cudnn.allow_tf32 = True
    if part == "eager":
        run(folder, "eager, fused Adam", optimiser="fused", profiled=True)
        run(folder, "eager, Adam as it is", optimiser="foreach")
        if IS_GPU:
            run(folder, "eager in one CUDA graph, fused Adam", optimiser="capturable", whole_graph=True)
        run(folder, "eager, fused Adam", optimiser="fused", batch=128 if IS_GPU else 4)
        if IS_GPU:
            run(folder, "eager in one CUDA graph, fused Adam", optimiser="capturable", whole_graph=True, batch=128)
            run(folder, "eager, fused Adam, tf32", optimiser="fused", precision=torch.float32)
    elif part == "compiled":
        run(folder, "compile default, fused Adam", optimiser="fused", compile_mode="default", profiled=True)
        if IS_GPU:
            # The strongest form: compiled kernels and no launches.
            run(folder, "compile default in one CUDA graph", optimiser="capturable", compile_mode="default", whole_graph=True)
            run(folder, "compile reduce-overhead, fused Adam", optimiser="fused", compile_mode="reduce-overhead")
    else:
        run(folder, "compile max-autotune, fused Adam", optimiser="fused", compile_mode="max-autotune", profiled=True)
        if IS_GPU:
            mode = "max-autotune-no-cudagraphs"
            run(folder, "compile max-autotune in one CUDA graph", optimiser="capturable", compile_mode=mode, whole_graph=True)


if __name__ == "__main__":
    main()
