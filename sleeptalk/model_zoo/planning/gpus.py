"""GPUs by name: published dense bfloat16 throughput and memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gpu:
    """Dense bfloat16 TFLOP/s with float32 accumulation, memory in 10^9 bytes; a T4 has float16 only."""

    tflops: float
    gigabytes: float
    bfloat16: bool = True


# Makers' data sheets; H100 and H200 are the SXM boards.
GPUS = {
    "H200": Gpu(989, 141),
    "H100": Gpu(989, 80),
    "A100-80": Gpu(312, 80),
    "A100-40": Gpu(312, 40),
    "L40S": Gpu(362, 48),
    "L4": Gpu(121, 24),
    "RTX4090": Gpu(165, 24),
    "RTX3090": Gpu(71, 24),
    "T4": Gpu(65, 16, bfloat16=False),
}
