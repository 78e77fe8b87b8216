"""Build a wheel, install it with its core dependencies in a clean environment, use it from outside the checkout.

Run by `make test`. It fails if the wheel lacks data files, installs anything but `sleeptalk` at top level, or needs
more than its core dependencies for what they should be enough for.
"""

import json
import subprocess
import sys
import venv
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).parent.parent
MOST_BYTES = 20_000_000


def call(*command: str | Path, cwd: Path, fails: bool = False) -> str:
    """Run a command and return what it printed."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    text = done.stdout + done.stderr
    if bool(done.returncode) != fails or "Traceback" in text:
        sys.exit(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{text}")
    return text


def check(folder: Path) -> None:
    """All steps, in a temporary folder."""
    call(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT, cwd=ROOT)
    [wheel] = folder.glob("*.whl")
    names = call(sys.executable, "-m", "zipfile", "-l", wheel, cwd=folder).splitlines()[1:]
    tops = {name.split("/")[0] for name in names}
    expected = {"sleeptalk", next(top for top in tops if top.endswith(".dist-info"))}
    if tops != expected:
        sys.exit(f"The wheel installs {sorted(tops - expected)} at top level; only sleeptalk is allowed there.")
    size = wheel.stat().st_size
    if size > MOST_BYTES:
        sys.exit(f"The wheel has {size} bytes; at most {MOST_BYTES} are allowed.")
    venv.create(folder / "clean", with_pip=True)
    python = folder / "clean" / "bin" / "python"
    pip = (python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet")
    call(*pip, "-c", ROOT / "constraints.txt", wheel, cwd=folder)
    where = call(python, "-c", "import sleeptalk; print(sleeptalk.__file__)", cwd=folder)
    if str(ROOT) in where or "site-packages" not in where:
        sys.exit(f"sleeptalk was imported from {where}")
    command = folder / "clean" / "bin" / "sleeptalk"
    organisms = json.loads(call(command, "zoo", "list", "--json", cwd=folder))["organisms"]

    refusal = call(command, "demo", cwd=folder, fails=True)
    if "pip install 'sleeptalk[demo]'" not in refusal:
        sys.exit(f"Without extras the demo must say what to install; it said: {refusal}")
    call(python, "-c", "import sleeptalk._registry", cwd=folder)
    print(f"wheel of {size / 1e6:.1f} MB: {len(organisms)} organisms, imported from a clean environment")


if __name__ == "__main__":
    with TemporaryDirectory() as temporary:
        check(Path(temporary))
