#!/usr/bin/env bash
# Prints the GPUs of this host as Spark wants to hear of them: {"name": "gpu", "addresses": ["0", "1"]}.
#
# Addresses are the numbers by which CUDA's driver counts the devices that a process sees. With CUDA_VISIBLE_DEVICES set these are the
# places in that list; without it they are nvidia-smi's, given CUDA_DEVICE_ORDER=PCI_BUS_ID (conf/spark-gpu.conf).
set -euo pipefail

if [ -n "${CUDA_VISIBLE_DEVICES+set}" ]; then
    visible=$(printf '%s' "$CUDA_VISIBLE_DEVICES" | tr ',' '\n' | grep -c '[^[:space:]]' || true)
    numbers=$(seq 0 $((visible - 1)))
else
    if ! command -v nvidia-smi > /dev/null; then
        echo "gpu-discovery.sh: no nvidia-smi on the PATH; install NVIDIA's driver, or set CUDA_VISIBLE_DEVICES" >&2
        exit 1
    fi
    numbers=$(nvidia-smi --query-gpu=index --format=csv,noheader)
fi

addresses=$(printf '%s\n' "$numbers" | sed '/^[[:space:]]*$/d; s/[[:space:]]//g; s/.*/"&"/' | paste -sd, -)
if [ -z "$addresses" ]; then
    echo "gpu-discovery.sh: no GPU is visible here" >&2
    exit 1
fi
echo "{\"name\": \"gpu\", \"addresses\": [${addresses//,/, }]}"
