from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict

from sleeptalk import strict_yaml
from sleeptalk.errors import InputFileError


class Point(BaseModel):
    model_config = ConfigDict(extra="forbid")

    x: int


def test_plain_data_loads() -> None:
    assert strict_yaml.loads("a: [1, {b: two}]\nc: null\n", "t") == {"a": [1, {"b": "two"}], "c": None}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a: 1\na: 2\n", "line 2: the key 'a' stands twice"),
        ("a: &x [1]\nb: *x\n", "anchors and aliases"),
        ("b: *x\n", "anchors and aliases"),
        ("a: !!python/object/apply:os.system [echo]\n", "the tag"),
        ("a: !!str 1\n", "the tag"),
        ("? [1, 2]\n: x\n", "a key must be a plain word"),
        ("a: [1\n", "expected"),
        ("a: \x00\n", "not valid YAML"),
        ("[" * 60 + "]" * 60, "nested more than"),
        ("", "is empty"),
        ("x" * (strict_yaml.MAX_BYTES + 1), "at most"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, says: str) -> None:
    with pytest.raises(InputFileError, match=r"t\.yaml") as caught:
        strict_yaml.loads(text, "t.yaml")
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"x: one\n", "x: Input should be a valid integer"), (b"x: 1\ny: 2\n", "y: Extra"), (b"\xff\xfe", "not UTF-8")],
)
def test_models_name_the_file_and_every_problem(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "point.yaml"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=r"point\.yaml") as caught:
        strict_yaml.load_model(path, Point)
    assert says in str(caught.value)


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match=r"Cannot read .*nowhere\.yaml: No such file"):
        strict_yaml.load_model(tmp_path / "nowhere.yaml", Point)
