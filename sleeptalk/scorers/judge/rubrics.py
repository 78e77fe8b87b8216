"""Rubrics: what a judge is told, as versioned files whose hash goes into every score.

The hash covers all that a judge reads besides the material: the rubric's text, the frame around it, and the schema of
the form. So two scores with the same hash were given by the same standard.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from sleeptalk import strict_yaml, verdicts
from sleeptalk.errors import UnknownNameError
from sleeptalk.verdicts import RUBRIC, Verdict

FOLDER = "data/rubrics"
NAMES = (
    "alignment",
    "articulation",
    "attribution",
    "attribution-blind",
    "choice",
    "flip",
    "monitor",
    "persona",
)


@dataclass(frozen=True, kw_only=True)
class Rubric:
    """One rubric in its frame.

    Attributes:
        name, version: of the rubric's file.
        form: the verdict that is filled in.
        quotes: the part of the material that evidence is copied from; "material" for any part that the model wrote.
        before, after: what stands before and after the material; `{mark}` is the boundary's.
        json_only: how plain JSON is asked for; `{schema}` is the form's.
    """

    name: str
    version: int
    form: type[Verdict]
    quotes: str
    before: str
    after: str
    json_only: str

    @property
    def title(self) -> str:
        """How scores name it."""
        return f"{self.name} {self.version}"

    @cached_property
    def schema(self) -> str:
        """The form's JSON schema as one line."""
        return json.dumps(self.form.model_json_schema(), sort_keys=True)

    @cached_property
    def sha256(self) -> str:
        """Hash of all that the judge is told besides the material."""
        told = (self.before, self.after, self.json_only, self.schema)
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def provenance(self) -> dict[str, str]:
        """What every score by this rubric says of it."""
        return {"rubric": self.title, "rubric_sha256": self.sha256}


@cache
def load_rubric(name: str) -> Rubric:
    """A shipped rubric by its name.

    Raises:
        UnknownNameError: there is no such rubric.
    """
    if name not in NAMES:
        raise UnknownNameError("rubric", name, NAMES)
    frame, own = _read("frame"), _read(name)
    levels = "\n".join(f"{level}: {text}" for level, text in RUBRIC.items())
    instructions = own["instructions"].replace("{levels}", levels)
    return Rubric(
        name=name,
        version=own["version"],
        form=getattr(verdicts, own["form"]),
        quotes=own["quotes"],
        before=frame["before"].replace("{instructions}", instructions).replace("{quotes}", own["quotes"]),
        after=frame["after"],
        json_only=frame["json_only"],
    )


def _read(name: str) -> dict[str, Any]:
    path = f"{FOLDER}/{name}.yaml"
    found: dict[str, Any] = strict_yaml.loads(files("sleeptalk").joinpath(path).read_text("utf-8"), path)
    return found
