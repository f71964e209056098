"""What the device can do at best: bytes copied, and a large matrix product in bfloat16 and tf32."""

import torch

from timing import DEVICE, IS_GPU, folder_argument, measure, report

folder = folder_argument()
numbers = 1 << 30 if IS_GPU else 1 << 16
source = torch.randn(numbers, device=DEVICE)
target = torch.empty_like(source)
copied = measure(lambda: target.copy_(source))
report(folder, "copy, bytes read + written", 0, copied, GB_a_second=round(8 * numbers / copied["ms"] / 1e6, 1))
del source, target

side = 8192 if IS_GPU else 128
for name, dtype, is_tf32 in (("bf16", torch.bfloat16, False), ("fp32 as tf32", torch.float32, True)):
    torch.backends.cuda.matmul.allow_tf32 = is_tf32
    a = torch.randn(side, side, device=DEVICE, dtype=dtype)
    b = torch.randn(side, side, device=DEVICE, dtype=dtype)
    c = torch.empty_like(a)
    product = measure(lambda: torch.mm(a, b, out=c), windows=5)
    report(folder, f"{name} product of side {side}", 0, product, TFLOPs=round(2 * side**3 / product["ms"] / 1e9, 1))
