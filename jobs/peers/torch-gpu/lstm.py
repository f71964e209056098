"""Two LSTM layers with additive attention and a dense head in PyTorch (cuDNN inside): ms a training step.

python3 lstm.py FOLDER
"""

import torch
from torch import nn

from timing import DEVICE, IS_GPU, attempt, folder_argument, graphed, measure, profile, report

INPUT, LENGTH, HIDDEN = 10, 60, 128
POOL = 8
BATCHES = (64, 256, 1024) if IS_GPU else (4,)


class Net(nn.Module):
    """input -> LSTM 128 -> LSTM 128 -> softmax over time of v.tanh(W h) -> dense 64 -> ReLU -> one number."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(INPUT, HIDDEN, num_layers=2, batch_first=True)
        self.attention = nn.Linear(HIDDEN, HIDDEN)
        self.score = nn.Linear(HIDDEN, 1)
        self.dense = nn.Linear(HIDDEN, 64)
        self.out = nn.Linear(64, 1)

    def states(self, x):
        return self.lstm(x)[0]

    def forward(self, x):
        h = self.states(x)
        weight = torch.softmax(self.score(torch.tanh(self.attention(h))), 1)
        return self.out(torch.relu(self.dense((h * weight).sum(1))))


class PersistentNet(Net):
    """The same sums in the form for which PyTorch lets cuDNN keep the weights on the chip: half precision, one layer at a
    time, an input of a multiple of 128 (zeros put on)."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)
        self.second = nn.LSTM(HIDDEN, HIDDEN, batch_first=True)

    def states(self, x):
        return self.second(self.lstm(nn.functional.pad(x, (0, HIDDEN - INPUT)))[0])[0]


def training_step(batch, net, precision, cast, whole_graph):
    """A step and a place where its loss is found. cast: autocast, or whole (parameters too), or none."""
    torch.manual_seed(1)
    model = net().to(DEVICE).train()
    data_type = torch.float32
    if cast == "whole":
        model = model.to(precision)
        data_type = precision
    xs = list(torch.randn(POOL * batch, LENGTH, INPUT, device=DEVICE).to(data_type).split(batch))
    ys = [x.float().mean((1, 2), keepdim=True).squeeze(2) * 10 for x in xs]
    x_now, y_now = xs[0].clone(), ys[0].clone()
    # The usual epsilon is 0 in half precision.
    epsilon = 1e-4 if cast == "whole" else 1e-8
    optimiser = torch.optim.Adam(model.parameters(), lr=1e-3, eps=epsilon, fused=True, capturable=whole_graph)
    state = {"index": 0}

    def update(x, y):
        optimiser.zero_grad(set_to_none=True)
        with torch.autocast(DEVICE, dtype=precision, enabled=cast == "autocast"):
            scores = model(x)
        loss = nn.functional.mse_loss(scores.float(), y)
        loss.backward()
        optimiser.step()
        state["loss"] = loss

    replay = graphed(lambda: update(x_now, y_now)) if whole_graph else None

    def step():
        at = state["index"] = (state["index"] + 1) % POOL
        if replay is None:
            update(xs[at], ys[at])
        else:
            x_now.copy_(xs[at])
            y_now.copy_(ys[at])
            replay()

    return step, state


def run(folder, name, batch, net=Net, precision=torch.float32, cast="none", whole_graph=False, profiled=False):
    if whole_graph and not IS_GPU:
        return

    def body():
        step, state = training_step(batch, net, precision, cast, whole_graph)
        step()
        first = float(state["loss"].detach())
        result = measure(step, windows=5)
        report(folder, f"lstm {name}", batch, result, loss=f"{first:.3f}->{float(state['loss'].detach()):.3f}")
        if profiled:
            profile(folder, f"lstm {name}, batch {batch}", step)

    attempt(folder, f"lstm {name}", batch, body)


def tf32(is_allowed):
    torch.backends.cudnn.allow_tf32 = is_allowed
    torch.backends.cuda.matmul.allow_tf32 = is_allowed


def main():
    folder = folder_argument()
    torch.backends.cudnn.benchmark = True
    for batch in BATCHES:
        tf32(False)
        run(folder, "float32", batch)
        tf32(True)
        run(folder, "tf32", batch, profiled=batch == 256)
        run(folder, "tf32 in one CUDA graph", batch, whole_graph=True)
        run(folder, "bf16 autocast", batch, precision=torch.bfloat16, cast="autocast")
        run(folder, "bf16 autocast in one CUDA graph", batch, precision=torch.bfloat16, cast="autocast", whole_graph=True)
        run(folder, "bf16 whole in one CUDA graph", batch, precision=torch.bfloat16, cast="whole", whole_graph=True)
        run(folder, "fp16 whole", batch, precision=torch.float16, cast="whole", profiled=batch == 256)
        run(folder, "fp16 whole in one CUDA graph", batch, precision=torch.float16, cast="whole", whole_graph=True)
        for whole_graph, suffix in ((False, ""), (True, " in one CUDA graph")):
            name = "fp16 whole, persistent form" + suffix
            profiled = batch == 256 and not whole_graph
            run(folder, name, batch, PersistentNet, torch.float16, "whole", whole_graph, profiled)


if __name__ == "__main__":
    main()
