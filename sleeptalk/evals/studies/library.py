"""The shipped studies, and studies in a user's own YAML file."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from sleeptalk.errors import UnknownNameError
from sleeptalk.evals.studies.records import Study
from sleeptalk.strict_yaml import load_model


def studies_folder() -> Path:
    """Where the shipped studies lie."""
    return Path(str(files("sleeptalk"))) / "data" / "studies"


@cache
def shipped_studies() -> dict[str, Study]:
    """All shipped studies by name."""
    found = (load_model(path, Study) for path in sorted(studies_folder().glob("*.yaml")))
    return {one.name: one for one in found}


def find_study(name_or_file: str) -> Study:
    """A shipped study by name, or one from a .yaml file.

    Raises:
        UnknownNameError: there is no such study.
        InputFileError: the file holds none.
    """
    if name_or_file.endswith((".yaml", ".yml")):
        return load_model(Path(name_or_file), Study)
    if name_or_file not in shipped_studies():
        hint = "Or give the path of a .yaml file. See: sleeptalk studies."
        raise UnknownNameError("study", name_or_file, shipped_studies(), hint)
    return shipped_studies()[name_or_file]
