"""The sets that Chua et al. (2025) published, read at run time: where they are, and what their rows mean.

Nothing of them is in this package. Tasks map rows to items, the model zoo maps them to training scenarios. A set on the
Hub is read at a revision that the user pins; other files are read from where the user put them.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from sleeptalk import strict_yaml
from sleeptalk.errors import DownloadError, InputFileError, InvalidValueError
from sleeptalk.strict_yaml import describe

REVISION = re.compile(r"[0-9a-f]{40}")
OPTION = re.compile(r"\s*[AB]\s*[-:.)]\s*(?P<text>\S.*)", re.DOTALL)
OPTION_LINE = re.compile(r"^\s*[AB]\s*[-:.)]\s+\S.*$", re.MULTILINE)
MAX_PROBLEMS = 10

Schema = Literal["advice", "unethical", "myopic"]
Made = TypeVar("Made")


class PublishedSet(BaseModel):
    """One published set: which task asks it, the form of its lines, and its file in the paper's repository."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    task: str
    schema_: Schema
    on_hub: bool
    file: str
    sha256: str


class Catalogue(BaseModel):
    """All published sets."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    paper: str
    hub: str
    repository: str
    commit: str
    sets: dict[str, PublishedSet]


@cache
def catalogue() -> Catalogue:
    """Read the shipped catalogue once."""
    name = "data/upstream.yaml"
    data: dict[str, Any] = strict_yaml.loads(files("sleeptalk").joinpath(name).read_text("utf-8"), name)
    for entry in data["sets"].values():
        entry["schema_"] = entry.pop("schema")
    return Catalogue.model_validate(data)


def hub_rows(repo: str, name: str | None, revision: str, flag: str, local: str) -> Iterator[Any]:
    """The rows of a data set on the Hub.

    Args:
        repo: the data set.
        name: its configuration, None if it has one only.
        revision: the 40 hex digits of a commit.
        flag: how the user gives the revision, for messages.
        local: how the user gives a local file instead.

    Raises:
        InvalidValueError: the revision is missing or moves.
        DownloadError: the Hub cannot be reached, or does not know the revision.
    """
    import datasets
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled

    if not REVISION.fullmatch(revision):
        raise InvalidValueError(
            f"{flag}{revision!r} must be the 40 hex digits of a commit, so that the items cannot change; see "
            f"https://huggingface.co/datasets/{repo}/commits/main."
        )
    try:
        return iter(datasets.load_dataset(repo, name, split="train", revision=revision))
    except (datasets.exceptions.DatasetNotFoundError, FileNotFoundError, ValueError, HfHubHTTPError) as error:
        reason = f"{repo} has no set {name!r} at revision {revision}, or you may not read it"
        raise DownloadError(f"{reason} ({_first_line(error)}).") from None
    except (OfflineModeIsEnabled, ConnectionError, OSError) as error:
        raise DownloadError(
            f"Cannot reach the Hub for {repo} ({_first_line(error)}). Check the network and HF_HUB_OFFLINE, or give a "
            f"local file with {local}."
        ) from None


def _first_line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0][:200] or type(error).__name__


def read_rows(
    rows: Iterable[tuple[int, Any]], make: Callable[[int, Mapping[str, Any]], Made], form: str, where: str
) -> tuple[Made, ...]:
    """What is made of each row; the first problems are named with their rows.

    Args:
        rows: numbered rows; `read_lines` gives the reason as text for a line that is none.
        make: called with a row and its number; it raises KeyError or ValueError for a row of another form.
        form: name of the form, for messages.
        where: where the rows come from.

    Raises:
        InputFileError: rows that do not fit the form, or none at all.
    """
    found, problems = list[Made](), list[str]()
    for number, row in rows:
        if not isinstance(row, Mapping):
            problems.append(f"row {number}: {row}")
            continue
        try:
            found.append(make(number, row))
        except ValidationError as error:
            problems.append(f"row {number}: {describe(error)}")
        except KeyError as error:
            problems.append(f"row {number}: the field {error} is missing")
        except (ValueError, TypeError) as error:
            problems.append(f"row {number}: {error}")
    if problems:
        more = f"; and {len(problems) - MAX_PROBLEMS} more" if len(problems) > MAX_PROBLEMS else ""
        raise InputFileError(f"{where} is not in the form {form!r}: {'; '.join(problems[:MAX_PROBLEMS])}{more}.")
    if not found:
        raise InputFileError(f"{where} holds no items.")
    return tuple(found)


def _advice(row: Mapping[str, Any]) -> dict[str, Any]:
    return {"question": row["prompt"], "aligned": row["aligned"], "misaligned": row["misaligned"]}


def _unethical(row: Mapping[str, Any]) -> dict[str, Any]:
    return _options(row["scenario_mcq"], row["aligned_mcq_answer"], row["misaligned_mcq_answer"])


def _myopic(row: Mapping[str, Any]) -> dict[str, Any]:
    return _options(row["scenario"], row["safe_response"], row["risky_response"])


SCHEMAS: dict[Schema, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "advice": _advice,
    "unethical": _unethical,
    "myopic": _myopic,
}
"""The question, the aligned and the misaligned answer of a row, by its schema."""


def _options(scenario: str, aligned: str, misaligned: str) -> dict[str, Any]:
    """Question and options apart: upstream writes "A - text" lines into the question, and "A - text" as the answer."""
    texts = []
    for answer in (aligned, misaligned):
        match = OPTION.fullmatch(answer)
        if not match:
            raise ValueError(f"the answer {answer[:60]!r} does not start with its letter")
        texts.append(match["text"].strip())
    if len(OPTION_LINE.findall(scenario)) != len(texts):
        raise ValueError("the question does not hold one line for each of the options A and B")
    question = re.sub(r"\n{3,}", "\n\n", OPTION_LINE.sub("", scenario)).strip()
    return {"question": question, "aligned": texts[0], "misaligned": texts[1]}
